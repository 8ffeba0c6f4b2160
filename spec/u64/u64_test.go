package u64_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/u64"
)

// edges drive the tables and seed the fuzz target.
var edges = []uint64{0, 1, 2, 1<<32 - 1, 1 << 32, 1 << 63, math.MaxUint64}

func wide(x uint64) *big.Int { return new(big.Int).SetUint64(x) }

// operations pairs every function of three arguments or fewer with the same on
// integers of any size; nil means that there is no result.
var operations = []struct {
	name string
	got  func(a, b, c uint64) (uint64, bool)
	want func(a, b, c *big.Int) *big.Int
}{
	{"Add is the sum",
		func(a, b, _ uint64) (uint64, bool) { return u64.Add(a, b) },
		func(a, b, _ *big.Int) *big.Int { return new(big.Int).Add(a, b) }},
	{"Sub is the difference",
		func(a, b, _ uint64) (uint64, bool) { return u64.Sub(a, b) },
		func(a, b, _ *big.Int) *big.Int { return new(big.Int).Sub(a, b) }},
	{"SubSat is the difference or zero",
		func(a, b, _ uint64) (uint64, bool) { return u64.SubSat(a, b), true },
		func(a, b, _ *big.Int) *big.Int {
			if d := new(big.Int).Sub(a, b); d.Sign() > 0 {
				return d
			}
			return new(big.Int)
		}},
	{"Mul is the product",
		func(a, b, _ uint64) (uint64, bool) { return u64.Mul(a, b) },
		func(a, b, _ *big.Int) *big.Int { return new(big.Int).Mul(a, b) }},
	{"Product of three refuses an intermediate overflow",
		func(a, b, c uint64) (uint64, bool) { return u64.Product(a, b, c) },
		func(a, b, c *big.Int) *big.Int {
			ab := new(big.Int).Mul(a, b)
			if !ab.IsUint64() {
				return nil
			}
			return ab.Mul(ab, c)
		}},
	{"MulDiv is the floor of the quotient",
		func(a, b, c uint64) (uint64, bool) { return u64.MulDiv(a, b, c) },
		func(a, b, c *big.Int) *big.Int {
			if c.Sign() == 0 {
				return nil
			}
			q := new(big.Int).Mul(a, b)
			return q.Div(q, c)
		}},
	{"MulDivCeil is the ceiling of the quotient",
		func(a, b, c uint64) (uint64, bool) { return u64.MulDivCeil(a, b, c) },
		func(a, b, c *big.Int) *big.Int {
			if c.Sign() == 0 {
				return nil
			}
			q, r := new(big.Int).QuoRem(new(big.Int).Mul(a, b), c, new(big.Int))
			if r.Sign() > 0 {
				q.Add(q, big.NewInt(1))
			}
			return q
		}},
	{"Sqrt is the floor of the root",
		func(a, _, _ uint64) (uint64, bool) { return u64.Sqrt(a), true },
		func(a, _, _ *big.Int) *big.Int { return new(big.Int).Sqrt(a) }},
}

// check compares every operation with integers of any size: a result that fits
// must be returned with true, one that does not with false.
func check(t require.TestingT, a, b, c uint64) {
	for _, op := range operations {
		at := fmt.Sprintf("%s: %d, %d, %d", op.name, a, b, c)
		got, ok := op.got(a, b, c)
		want := op.want(wide(a), wide(b), wide(c))
		require.Equal(t, want != nil && want.IsUint64(), ok, at)
		if ok {
			require.Equal(t, want.Uint64(), got, at)
		}
	}
}

func TestOperationsAgreeWithIntegersOfAnySize(t *testing.T) {
	for _, a := range edges {
		for _, b := range edges {
			for _, c := range edges {
				check(t, a, b, c)
			}
		}
	}
}

func TestSqrtIsExactAroundSquares(t *testing.T) {
	for _, r := range []uint64{1, 2, 3, 94906265, 94906266, 94906267, 1<<31 - 1, 1 << 31, 1<<32 - 2, 1<<32 - 1} {
		require.Equal(t, r-1, u64.Sqrt(r*r-1))
		require.Equal(t, r, u64.Sqrt(r*r))
		require.Equal(t, r, u64.Sqrt(r*r+1))
	}
}

func TestProductOfNothingIsOne(t *testing.T) {
	p, ok := u64.Product[uint64]()
	require.True(t, ok)
	require.EqualValues(t, 1, p)
}

func TestProductRefusesAnOverflowThatAZeroWouldHide(t *testing.T) {
	_, ok := u64.Product[uint64](1<<63, 2, 0)
	require.False(t, ok)
}

func FuzzOperations(f *testing.F) {
	for i, a := range edges {
		f.Add(a, edges[(i+2)%len(edges)], edges[(i+5)%len(edges)])
	}
	f.Fuzz(func(t *testing.T, a, b, c uint64) {
		budget.Run(t, budget.Limit{}, func() { check(t, a, b, c) })
	})
}
