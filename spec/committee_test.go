package spec_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

func TestTheSeedsMixWrapsAroundItsVector(t *testing.T) {
	for _, c := range []struct {
		does                     string
		epoch, vector, lookahead uint64
		want                     uint64
	}{
		{"the first epoch reads the end of the vector", 0, 64, 1, 62},
		{"the second epoch reads the last entry", 1, 64, 1, 63},
		{"the third epoch reads the first entry", 2, 64, 1, 0},
		{"a late epoch wraps", 1000, 64, 1, 38},
		{"the last epoch does not overflow", math.MaxUint64, 64, 1, 61},
		{"a vector of one has one entry", 77, 1, 1, 0},
		{"a vector of nothing has index zero", 77, 0, 1, 0},
		{"a vector near 2^64 does not overflow", 5, math.MaxUint64, 1, 3},
		{"a lookahead near 2^64 does not overflow", 5, 64, math.MaxUint64, 5},
	} {
		t.Run(c.does, func(t *testing.T) {
			p := params(t, spec.Minimal, spec.Electra)
			p.EpochsPerHistoricalVector, p.MinSeedLookahead = c.vector, c.lookahead
			got := spec.SeedMixIndex(&p, spec.Epoch(c.epoch))
			require.Equal(t, c.want, got)
			if c.vector == 0 {
				return
			}
			wide := new(big.Int).SetUint64(c.epoch)
			wide.Sub(wide, new(big.Int).SetUint64(c.lookahead))
			wide.Sub(wide, big.NewInt(1))
			require.Equal(t, wide.Mod(wide, new(big.Int).SetUint64(c.vector)).Uint64(), got)
		})
	}
}

func TestCommitteesPerSlotIsBounded(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	for active, want := range map[uint64]uint64{
		0: 1, 1: 1, 4096: 1, 8191: 1, 8192: 2, 262143: 63, 262144: 64, 1_000_000: 64, math.MaxUint64: 64,
	} {
		require.Equal(t, want, spec.CommitteesPerSlot(&p, active))
	}
	require.EqualValues(t, 1, spec.CommitteesPerSlot(new(spec.Params), 5))
}

func TestCommitteesPartitionTheActive(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	r := mainnetLike(70_000, 1000, 9)
	active := r.ActiveIndices(nil, 1000)
	var one, two spec.Committees
	require.NoError(t, one.Assign(&p, active, seedOf(1), 1))
	require.NoError(t, two.Assign(&p, active, seedOf(1), 2))
	require.NoError(t, one.SlotOffsets(r.SlotOffset))
	offsets := make([]uint8, r.Len())
	require.NoError(t, two.SlotOffsets(offsets))
	require.Equal(t, r.SlotOffset, offsets)
	members := 0
	for slot := range one.Slots() {
		for index := range one.PerSlot() {
			c, err := one.Committee(slot, index)
			require.NoError(t, err)
			require.InDelta(t, len(active)/int(one.Slots()*one.PerSlot()), len(c), 1)
			members += len(c)
		}
	}
	require.Equal(t, len(active), members)
	for i, offset := range offsets {
		require.Equal(t, r.IsActive(i, 1000), offset != spec.NoSlot)
	}
}

func TestCommitteesAssignedAgain(t *testing.T) {
	p := params(t, spec.Minimal, spec.Electra)
	r := spec.NewRegistry(100)
	active := r.ActiveIndices(nil, 1)
	var c spec.Committees
	require.NoError(t, c.SlotOffsets(make([]uint8, 2)), "before any assignment nobody has a slot")
	require.NoError(t, c.Assign(&p, active, seedOf(1), 1))
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if err := c.Assign(&p, active[:60], seedOf(2), 1); err != nil {
			panic(err)
		}
	}))
	require.NoError(t, c.SlotOffsets(r.SlotOffset))
	require.Equal(t, uint8(spec.NoSlot), r.SlotOffset[60])
	require.NoError(t, c.Assign(&p, nil, seedOf(2), 1))
	members, err := c.Slot(0)
	require.NoError(t, err)
	require.Empty(t, members)
	require.NoError(t, c.SlotOffsets(nil))
}

func TestAnAssignmentThatCannotBeIsRefused(t *testing.T) {
	p := params(t, spec.Minimal, spec.Electra)
	var c spec.Committees
	for _, active := range [][]spec.ValidatorIndex{{0, 2, 2}, {0, 2, 1}, {0, 1, spec.MaxShuffled}, {0, 1, math.MaxUint64}} {
		requireField(t, c.Assign(&p, active, seedOf(1), 1), "active_indices", 2, spec.ErrInput)
		require.Zero(t, c.Slots())
	}
	require.NoError(t, c.Assign(&p, []spec.ValidatorIndex{3, 5, 8}, seedOf(1), 1))
	_, err := c.Committee(8, 0)
	requireField(t, err, "slot_offset", -1, spec.ErrInput)
	_, err = c.Committee(0, 1)
	requireField(t, err, "committee_index", -1, spec.ErrInput)
	_, err = c.Slot(math.MaxUint64)
	requireField(t, err, "slot_offset", -1, spec.ErrInput)
	short := []uint8{7, 7, 7, 7, 7, 7, 7, 7}
	requireField(t, c.SlotOffsets(short), "slot_offset", -1, spec.ErrInput)
	require.Equal(t, []uint8{7, 7, 7, 7, 7, 7, 7, 7}, short)

	p.ShuffleRoundCount = 256
	requireField(t, c.Assign(&p, nil, seedOf(1), 1), "SHUFFLE_ROUND_COUNT", -1, spec.ErrInput)
	_, err = c.Slot(0)
	requireField(t, err, "slot_offset", -1, spec.ErrInput)
}
