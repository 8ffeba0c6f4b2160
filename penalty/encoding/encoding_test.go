package encoding_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/configs"
	"github.com/protolambda/ztyp/codec"
	"github.com/protolambda/ztyp/tree"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/encoding"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

func ExampleDecodeDeltas() {
	b, _ := (&encoding.Deltas{Rewards: []uint64{10, 0}, Penalties: []uint64{0, 7}}).MarshalSSZ()
	d, err := encoding.DecodeDeltas(b)
	fmt.Println(d.Rewards, d.Penalties, err)
	_, err = encoding.DecodeDeltas(b[:5])
	fmt.Println(err)
	// Output:
	// [10 0] [0 7] <nil>
	// deltas: invalid input: 5 bytes: incorrect size
}

func ExampleEncodeMemory() {
	rule := penalty.SmoothedE3.Rule()
	b, err := encoding.EncodeMemory(&rule, &penalty.Memory{3_518_727_050_781})
	fmt.Printf("%x %v\n", b, err)
	m, err := encoding.DecodeMemory(&rule, b)
	fmt.Println(m[0], err)
	// Output:
	// 040000001dd6794433030000 <nil>
	// 3518727050781 <nil>
}

// sizes are list lengths around the borders of chunks and of the fault that older
// generators have above 32 elements.
var sizes = []int{0, 1, 3, 4, 5, 31, 32, 33, 64, 100_003}

func numbers(n int, seed uint64) []uint64 {
	v := make([]uint64, n)
	for i := range v {
		seed = seed*6364136223846793005 + 1442695040888963407
		v[i] = seed
	}
	return v
}

func TestBytesAndRootOfDeltasAgreeWithZrnt(t *testing.T) {
	for _, n := range sizes {
		d := encoding.Deltas{Rewards: numbers(n, 1), Penalties: numbers(n, 2)}
		other := common.NewDeltas(uint64(n))
		for i := range n {
			other.Rewards[i], other.Penalties[i] = common.Gwei(d.Rewards[i]), common.Gwei(d.Penalties[i])
		}
		got, err := d.HashTreeRoot()
		require.NoError(t, err)
		require.Equal(t, [32]byte(other.HashTreeRoot(configs.Mainnet, tree.GetHashFn())), got, n)
		encoded, err := d.MarshalSSZ()
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, other.Serialize(configs.Mainnet, codec.NewEncodingWriter(&b)))
		require.True(t, bytes.Equal(b.Bytes(), encoded), n)
		back, err := encoding.DecodeDeltas(encoded)
		require.NoError(t, err)
		require.True(t, fmt.Sprint(d) == fmt.Sprint(*back), n)
	}
}

func TestRootOfMechanismMemoryAgreesWithZtyp(t *testing.T) {
	for _, n := range []int{0, 1, 4, 5, 31, 32, 33, 40} {
		m := encoding.MechanismMemory{Words: numbers(n, uint64(n))}
		got, err := m.HashTreeRoot()
		require.NoError(t, err)
		// A container of one field has the root of that field.
		want := tree.GetHashFn().Uint64ListHTR(func(i uint64) uint64 { return m.Words[i] }, uint64(n), penalty.MemoryWords)
		require.Equal(t, [32]byte(want), got, n)
	}
}

func TestTheMemoryOfEveryRuleIsReadAsItWasWritten(t *testing.T) {
	for _, rule := range penalty.Rules() {
		var m penalty.Memory
		copy(m[:len(rule.Memory)], numbers(len(rule.Memory), 7))
		b, err := encoding.EncodeMemory(&rule, &m)
		require.NoError(t, err)
		back, err := encoding.DecodeMemory(&rule, b)
		require.NoError(t, err)
		require.Equal(t, m, back, rule.FullName())
		_, err = encoding.DecodeMemory(&rule, append(b, make([]byte, 8)...))
		require.ErrorIs(t, err, spec.ErrInput, "a word more than %s names", rule.FullName())
		if n := len(rule.Memory); n < penalty.MemoryWords {
			m[n] = 1
			_, err = encoding.EncodeMemory(&rule, &m)
			require.ErrorIs(t, err, spec.ErrInput, "a word that has no name")
		}
	}
	_, err := encoding.EncodeMemory(nil, nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = encoding.DecodeMemory(nil, nil)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestMalformedDeltasAreInputErrors(t *testing.T) {
	two, err := (&encoding.Deltas{Rewards: numbers(2, 1), Penalties: numbers(1, 1)}).MarshalSSZ()
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"nothing":                    nil,
		"a truncated fixed part":     {8, 0, 0, 0},
		"an offset outside":          {8, 0, 0, 0, 200, 0, 0, 0},
		"an offset backwards":        {8, 0, 0, 0, 4, 0, 0, 0},
		"a first offset not fixed":   {9, 0, 0, 0, 9, 0, 0, 0, 0},
		"half an element":            {8, 0, 0, 0, 8, 0, 0, 0, 1, 2, 3, 4},
		"lists of different lengths": two,
	} {
		_, err := encoding.DecodeDeltas(b)
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
}

func FuzzDecode(f *testing.F) {
	rule := penalty.DefaultSlotRelative.Rule()
	d, _ := (&encoding.Deltas{Rewards: numbers(3, 1), Penalties: numbers(3, 2)}).MarshalSSZ()
	m, _ := encoding.EncodeMemory(&rule, &penalty.Memory{1, 2, 3})
	f.Add(d)
	f.Add(m)
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			if m, err := encoding.DecodeMemory(&rule, b); err == nil {
				again, err := encoding.EncodeMemory(&rule, &m)
				require.NoError(t, err)
				require.Equal(t, b, again)
			}
			if d, err := encoding.DecodeDeltas(b); err == nil {
				again, err := d.MarshalSSZ()
				require.NoError(t, err)
				require.Equal(t, b, again)
			}
		})
	})
}
