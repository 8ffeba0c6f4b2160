package zrnt_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// Where the minimal altair state has its offsets, and where phase0 ends.
var (
	commonOffsets   = []int{4272, 4348, 4360, 4364}
	attestationsAt  = 6928
	phase0Size      = 7057
	minimalSyncSize = 2 * (32*48 + 48)
)

// asPhase0 makes a phase0 state of a minimal altair one: attestations in place of
// participation, no scores and no sync committees.
func asPhase0(altair []byte, attestations []byte) []byte {
	offset := func(at int) uint32 { return binary.LittleEndian.Uint32(altair[at:]) }
	shift := uint32(4 + minimalSyncSize)
	out := clone(altair[:phase0Size])
	out = append(out, altair[offset(commonOffsets[0]):offset(attestationsAt)]...)
	for _, at := range commonOffsets {
		binary.LittleEndian.PutUint32(out[at:], offset(at)-shift)
	}
	binary.LittleEndian.PutUint32(out[attestationsAt:], uint32(len(out)))
	out = append(out, attestations...)
	binary.LittleEndian.PutUint32(out[attestationsAt+4:], uint32(len(out)))
	return out
}

// attestation is a list of one PendingAttestation of the slot with so many bits.
func attestation(slot uint64, bits ...byte) []byte {
	b := make([]byte, 4+4+128+8+8)
	binary.LittleEndian.PutUint32(b, 4)
	binary.LittleEndian.PutUint32(b[4:], 148)
	binary.LittleEndian.PutUint64(b[8:], slot)
	b[136] = 1 // inclusion delay
	return append(b, bits...)
}

// hostileBase are small states: phase0, then altair to electra.
func hostileBase(t testing.TB) (all [][]byte) {
	tree := must[*vector.Tree](t)(vector.Open("../vector/testdata/consensus-spec-tests"))
	altair := must[[]*vector.Case](t)(tree.Cases(vector.Path{Fork: "altair"}))[0]
	electra := must[[]*vector.Case](t)(tree.Cases(vector.Path{Fork: "electra"}))[0]
	pre := must[[]byte](t)(altair.SSZ("pre"))
	slot := binary.LittleEndian.Uint64(pre[40:])
	slot -= min(slot, 8)
	all = append(all, asPhase0(pre, attestation(slot, 0xff, 3)))
	for _, s := range upgrades(t, "", spec.Minimal, pre) {
		all = append(all, s.bytes)
	}
	return append(all, must[[]byte](t)(electra.SSZ("pre")))
}

// edit writes eight bytes at a place for each eleven of the edits.
func edit(b, edits []byte) []byte {
	b = clone(b)
	for ; len(edits) >= 11 && len(b) > 0; edits = edits[11:] {
		at := (int(edits[0]) | int(edits[1])<<8 | int(edits[2])<<16) % len(b)
		copy(b[at:], edits[3:11])
	}
	return b
}

func at(place int, value uint64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{byte(place), byte(place >> 8), byte(place >> 16)}, value)
}

func TestAPhase0StateOfTheTestsIsUpgraded(t *testing.T) {
	c := config(t, spec.Minimal)
	base := hostileBase(t)
	state := must[common.BeaconState](t)(zrnt.UpgradePhase0(c, base[0]))
	var r spec.Registry
	require.NoError(t, zrnt.ReadRegistry(&r, state, nil))
	require.NotZero(t, r.Len())
}

// zrnt reads the first element of a list whose first offset says that there is none.
func TestWhatZrntPanicsOnIsAnError(t *testing.T) {
	c := config(t, spec.Minimal)
	base := hostileBase(t)
	_, err := zrnt.UpgradePhase0(c, asPhase0(base[1], make([]byte, 8)))
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "index out of range")
	state := must[common.BeaconState](t)(zrnt.Open(c, spec.Altair, base[1]))
	require.ErrorIs(t, zrnt.ReadRegistry(nil, state, nil), spec.ErrInput)
}

// Of validators without stake zrnt draws a sync committee for seconds, on mainnet's
// preset, and by hazard for minutes.
func TestAStateWithoutStakeIsRefusedEarly(t *testing.T) {
	c := config(t, spec.Mainnet)
	b := sepolia(t)
	state := must[common.BeaconState](t)(zrnt.UpgradePhase0(c, b))
	altair := must[[]byte](t)(zrnt.Bytes(state))
	s := must[*ssz.State](t)(ssz.Open(ssz.Buffer(altair), int64(len(altair)), paramsOf(spec.Mainnet, spec.Altair)))
	// The validators of both states are the same bytes: find them by the first key.
	first := bytes.Index(b, altair[binary.LittleEndian.Uint32(altair[validatorsAt:]):][:48])
	require.Positive(t, first)
	var r spec.Registry
	require.NoError(t, s.ReadRegistry(&r, 1))
	active := len(r.ActiveIndices(nil, 1))
	for i := range s.Len() {
		clear(b[first+i*121+80 : first+i*121+88])
	}
	budget.Run(t, budget.Limit{Time: 20 * time.Second, Bytes: 1 << 30}, func() {
		_, err := zrnt.UpgradePhase0(c, b)
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, fmt.Sprintf(": 0 Gwei of %d active validators", active))
	})
}

// FuzzHostileState changes, cuts and lengthens states: whatever zrnt decodes can be
// read, run and written or gives an error, in bounded time, and has the columns that
// the raw state has.
func FuzzHostileState(f *testing.F) {
	base := hostileBase(f)
	for kind := range base {
		f.Add(uint8(kind), []byte(nil), int32(0))
		f.Add(uint8(kind), []byte(nil), int32(-100))
		f.Add(uint8(kind), at(40, 1<<64-1), int32(0))                         // slot
		f.Add(uint8(kind), at(40, 0), int32(0))                               // genesis
		f.Add(uint8(kind), at(4360, 0xffffffff_00000000), int32(8))           // offsets
		f.Add(uint8(kind), slices.Concat(at(4360, 0), at(4364, 0)), int32(0)) // no validators
		f.Add(uint8(kind), at(6416, 1<<64-1), int32(0))                       // slashings
	}
	c := config(f, spec.Minimal)
	f.Fuzz(func(t *testing.T, kind uint8, edits []byte, longer int32) {
		k := int(kind) % len(base)
		b := edit(base[k], edits[:min(len(edits), 1100)])
		if longer < 0 {
			b = b[:max(0, len(b)+int(longer)%(1<<16))]
		} else {
			b = append(b, make([]byte, longer%(1<<12))...)
		}
		budget.Run(t, budget.Limit{}, func() { hostile(t, c, spec.Fork(k-1), k == 0, b) })
	})
}

// hostile takes a state through all that this package does.
func hostile(t *testing.T, c *common.Spec, fork spec.Fork, phase0 bool, b []byte) {
	state, err := open(c, fork, phase0, b)
	if err != nil {
		require.ErrorIs(t, err, spec.ErrInput)
		return
	}
	if phase0 {
		fork = spec.Altair
		b = must[[]byte](t)(zrnt.Bytes(state))
	}
	var r, raw spec.Registry
	readErr := zrnt.ReadRegistry(&r, state, nil)
	boundary, boundaryErr := zrnt.Boundary(c, state)
	for _, err := range []error{readErr, boundaryErr} {
		require.True(t, err == nil || errors.Is(err, spec.ErrInput) || errors.Is(err, spec.ErrOverflow), "%v", err)
	}
	if s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, fork)); err == nil && readErr == nil {
		if s.ReadRegistry(&raw, 1) == nil {
			require.True(t, reflect.DeepEqual(raw, r), "columns differ")
		}
		if other, err := s.Boundary(); err == nil && boundaryErr == nil {
			require.Equal(t, other, boundary)
		}
	}
	if readErr == nil {
		require.NoError(t, zrnt.WriteBack(state, &r))
	}
	if epc := contextOf(c, state); epc != nil {
		err := zrnt.ProcessEpoch(context.Background(), c, epc, state, func(*spec.Registry, spec.Boundary) error { return nil })
		_ = err // any, as long as it is none of the runtime's
	}
	_, _ = zrnt.Bytes(state)
}

func open(c *common.Spec, fork spec.Fork, phase0 bool, b []byte) (common.BeaconState, error) {
	if phase0 {
		return zrnt.UpgradePhase0(c, b)
	}
	return zrnt.Open(c, fork, b)
}

// contextOf is zrnt's own context, nil where zrnt has none or panics: that is what a
// caller brings.
func contextOf(c *common.Spec, state common.BeaconState) (epc *common.EpochsContext) {
	defer func() {
		if recover() != nil {
			epc = nil
		}
	}()
	epc, err := common.NewEpochsContext(c, state)
	if err != nil {
		return nil
	}
	return epc
}
