package ssz

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
)

func TestAQueueIsFoundAgainWhereItGoesOn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	queue := make([]byte, 500*192)
	for i := range queue {
		queue[i] = byte(rng.Uint32())
	}
	twice := append(bytes.Clone(queue[:192]), queue...) // the first element again
	f := &field{name: "pending_deposits", element: 192, of: pendingDeposit}
	for _, c := range []struct {
		name     string
		old, now []byte
		by       int
	}{
		{"nothing gone", queue, queue[:499*192], 0},
		{"gone in front", queue, queue[16*192:], 16},
		{"gone in front, postponed behind", queue, append(bytes.Clone(queue[16*192:]), queue[3*192:5*192]...), 16},
		{"all but the last gone", queue, queue[499*192:], 499},
		{"a copy of its first element in front of it", twice, queue, 1},
		{"another queue", queue, make([]byte, 192), 0},
		{"empty before", nil, queue, 0},
		{"empty after", queue, nil, 0},
		{"equal elements", make([]byte, 9*192), make([]byte, 7*192), 0},
	} {
		k := &piece{placed: placed{field: f}, own: c.old}
		require.Equal(t, c.by, k.shift(c.now), c.name)
	}
}

func TestAQueueOfManyAlikeIsFoundInTime(t *testing.T) {
	f := &field{name: "pending_deposits", element: 192, of: pendingDeposit}
	old := make([]byte, 1<<16*192)
	old[len(old)-1] = 1
	now := make([]byte, 1<<15*192)
	now[len(now)-1] = 2
	k := &piece{placed: placed{field: f}, own: old}
	budget.Run(t, budget.Limit{}, func() { k.shift(now) })
}

func TestColumnsAreEncodedAlikeWhateverTheMachine(t *testing.T) {
	column := []uint64{1, 1 << 63, 0x0102030405060708}
	saved := littleEndian
	defer func() { littleEndian = saved }()
	native := bytes.Clone(encodeUints(column))
	littleEndian = false
	require.Equal(t, native, encodeUints(column))
}
