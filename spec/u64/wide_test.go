package u64_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/u64"
)

func bigOfWide(w u64.Wide) *big.Int {
	sum := new(big.Int)
	for i := len(w) - 1; i >= 0; i-- {
		sum.Lsh(sum, 64)
		sum.Or(sum, new(big.Int).SetUint64(w[i]))
	}
	return sum
}

func TestWideProductsAndQuotientsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() uint64 { return r.Uint64() >> (r.Uint32() % 64) }
	for range 10_000 {
		a, b, c, d := word(), word(), word(), max(word(), 1)
		w := u64.Wide{a}
		w.Mul(b)
		w.Mul(c)
		want := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
		want.Mul(want, new(big.Int).SetUint64(c))
		require.Zero(t, want.Cmp(bigOfWide(w)))
		other := u64.Wide{0, word()}
		require.Equal(t, want.Cmp(bigOfWide(other)) < 0, w.Less(&other))
		w.Div(d)
		require.Zero(t, want.Div(want, new(big.Int).SetUint64(d)).Cmp(bigOfWide(w)))
	}
}

func TestDividingByZeroIsTheLargestNumber(t *testing.T) {
	w := u64.Wide{5}
	w.Div(0)
	require.Equal(t, u64.Wide{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, w)
}

func ExampleWide_Mul() {
	w := u64.Wide{1 << 63}
	w.Mul(6)
	w.Div(2)
	fmt.Println(w[1], w[0] == 1<<63, w.Less(&u64.Wide{0, 2}))
	// Output: 1 true true
}

func ExampleWide_Div() {
	w := u64.Wide{7, 1}
	w.Div(2)
	fmt.Println(w[0] == 1<<63+3, w[1])
	// Output: true 0
}

func ExampleWide_Less() {
	small := u64.Wide{9}
	fmt.Println(small.Less(&u64.Wide{0, 1}), small.Less(&u64.Wide{9}))
	// Output: true false
}
