package ssz_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// join is the literal serialisation of a container from its members'.
func (t *typ) join(parts [][]byte) []byte {
	var head, tail []byte
	size := 0
	for i, m := range t.members {
		if m.fixed() != 0 {
			size += len(parts[i])
		} else {
			size += 4
		}
	}
	for i, m := range t.members {
		if m.fixed() != 0 {
			head = append(head, parts[i]...)
			continue
		}
		head, tail = offset(head, size+len(tail)), append(tail, parts[i]...)
	}
	return append(head, tail...)
}

// editor edits pieces and, literally, what they should be.
type editor struct {
	t      *testing.T
	rng    *rand.Rand
	preset spec.Preset
	fork   spec.Fork
	state  *typ
	names  []string
	parts  [][]byte
	pieces *ssz.Pieces
}

func newEditor(t *testing.T, rng *rand.Rand, preset spec.Preset, fork spec.Fork, most int) *editor {
	b := randomState(rng, preset, fork, most)
	s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(preset, fork))
	require.NoError(t, err)
	e := &editor{t: t, rng: rng, preset: preset, fork: fork, state: beaconState(preset, fork), names: s.Fields()}
	for _, part := range e.state.parts(b) {
		e.parts = append(e.parts, bytes.Clone(part))
	}
	e.pieces, err = s.Pieces()
	require.NoError(t, err)
	return e
}

func (e *editor) rows() int { return len(e.parts[11]) / validatorSize }

// count is how many elements a list gets, those of the registry as many as before.
func (e *editor) count(t *typ) int {
	for _, i := range []int{11, 12, 15, 16, 21} {
		if e.state.members[i] == t {
			return e.rows()
		}
	}
	limit := 60
	if t.kind == list {
		limit = int(min(t.count, 60))
	}
	if t.of == aWithdrawal {
		limit = 4
	}
	return e.rng.IntN(limit + 1)
}

// step changes something.
func (e *editor) step() {
	i := e.rng.IntN(len(e.names))
	part, member := e.parts[i], e.state.members[i]
	switch e.rng.IntN(5) {
	case 0: // another value, of another length where it is a list
		e.parts[i] = member.draw(e.rng, e.count)
		require.NoError(e.t, e.pieces.Set(e.names[i], e.parts[i]))
	case 1: // a few bytes
		if member.container() && member.fixed() == 0 || len(part) == 0 || e.names[i] == "justification_bits" || e.names[i] == "validators" {
			return
		}
		at := e.rng.IntN(len(part))
		b := make([]byte, e.rng.IntN(min(len(part)-at, 70)+1))
		for j := range b {
			b[j] = byte(e.rng.Uint32())
		}
		copy(part[at:], b)
		require.NoError(e.t, e.pieces.Put(e.names[i], at, b))
	case 2: // a list that is shorter in front and longer behind, or all zero
		if !member.list() || e.count(member) == e.rows() {
			return
		}
		size := member.of.fixed()
		gone := e.rng.IntN(len(part)/size + 1)
		more := e.rng.IntN(5)
		if limit := int(member.count); member.kind == list {
			more = min(more, limit-(len(part)/size-gone))
		}
		if member.of == aWithdrawal {
			more = min(more, 4-(len(part)/size-gone))
		}
		part = slices.Clone(part[gone*size:])
		for range more {
			part = append(part, member.of.draw(e.rng, e.count)...)
		}
		e.parts[i] = part
		require.NoError(e.t, e.pieces.Set(e.names[i], part))
	case 3:
		if member.container() && member.fixed() == 0 {
			return
		}
		e.parts[i] = make([]byte, len(part))
		require.NoError(e.t, e.pieces.Set(e.names[i], e.parts[i]))
	default:
		e.transition()
	}
}

// transition changes what an epoch changes.
func (e *editor) transition() {
	src := e.read()
	touched := e.change(&src)
	require.NoError(e.t, e.pieces.WriteBeaconState(&src, touched, 1+e.rng.IntN(3)))

	b, err := e.pieces.Bytes()
	require.NoError(e.t, err)
	after, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(e.preset, e.fork))
	require.NoError(e.t, err)
	var got spec.BeaconState
	require.NoError(e.t, after.ReadBeaconState(&got, 1))
	src.Registry.SlotOffset, got.Registry.SlotOffset = nil, nil
	src.Registry.Compounding, got.Registry.Compounding = nil, nil
	if r := src.Registry; r.CurrentFlags == nil {
		r.CurrentFlags = slices.Grow(r.CurrentFlags, r.Len())[:r.Len()] // nil for none, as read
	}
	require.True(e.t, reflect.DeepEqual(src, got), "read back")
	for i, part := range e.state.parts(b) {
		switch e.names[i] {
		case "genesis_time", "fork", "latest_block_header", "eth1_data", "pending_partial_withdrawals", "builders",
			"latest_execution_payload_header", "latest_execution_payload_bid", "execution_payload_availability":
			require.Equal(e.t, e.parts[i], bytes.Clone(part), e.names[i])
		}
		e.parts[i] = bytes.Clone(part)
	}
}

// read reads what the pieces should be.
func (e *editor) read() (src spec.BeaconState) {
	b := e.state.join(e.parts)
	s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(e.preset, e.fork))
	require.NoError(e.t, err)
	require.NoError(e.t, s.ReadBeaconState(&src, 1))
	return src
}

// change changes a state as an epoch does and returns the records it touched, or nil.
func (e *editor) change(src *spec.BeaconState) []spec.ValidatorIndex {
	r, rng := src.Registry, e.rng
	touched := []spec.ValidatorIndex{}
	src.Slot++
	src.Finality.Bits = uint8(rng.IntN(16))
	src.Slashings[rng.IntN(len(src.Slashings))] = spec.Gwei(rng.Uint64())
	src.RandaoMixes[rng.IntN(len(src.RandaoMixes))] = spec.Root{byte(rng.Uint32())}
	src.Eth1DataVotes = []spec.Eth1Data{}
	if n := len(src.PendingDeposits); n > 0 {
		src.PendingDeposits = append(src.PendingDeposits[rng.IntN(n):], src.PendingDeposits[0])
	}
	for i := range r.Balance {
		if rng.IntN(3) > 0 {
			r.Balance[i] += spec.Gwei(rng.IntN(5))
		}
		if rng.IntN(10) == 0 {
			r.EffectiveBalance[i] ^= 1 << 30
		}
		if rng.IntN(20) == 0 {
			r.ExitEpoch[i], r.Slashed[i] = spec.Epoch(rng.Uint64()), !r.Slashed[i]
			r.ActivationEligibilityEpoch[i]++
			src.WithdrawalCredentials[i][0] ^= 1
			touched = append(touched, spec.ValidatorIndex(i))
		}
	}
	switch rng.IntN(3) {
	case 0:
		r.PreviousFlags, r.CurrentFlags = r.CurrentFlags, nil
	case 1:
		clear(r.InactivityScore)
	}
	for range rng.IntN(3) {
		addValidator(src, byte(rng.Uint32()))
	}
	if rng.IntN(2) == 0 {
		return nil
	}
	return touched
}

// addValidator appends a validator to every column.
func addValidator(src *spec.BeaconState, key byte) {
	r := src.Registry
	src.PublicKeys = append(src.PublicKeys, spec.PublicKey{key})
	src.WithdrawalCredentials = append(src.WithdrawalCredentials, spec.Root{1})
	r.EffectiveBalance, r.Balance = append(r.EffectiveBalance, 32*spec.ETH), append(r.Balance, 33*spec.ETH)
	r.Slashed, r.Compounding = append(r.Slashed, false), append(r.Compounding, false)
	for _, c := range []*[]spec.Epoch{&r.ActivationEligibilityEpoch, &r.ActivationEpoch, &r.ExitEpoch, &r.WithdrawableEpoch} {
		*c = append(*c, spec.FarFutureEpoch)
	}
	r.PreviousFlags, r.InactivityScore = append(r.PreviousFlags, 0), append(r.InactivityScore, 0)
	if r.CurrentFlags != nil {
		r.CurrentFlags = append(r.CurrentFlags, 0)
	}
	r.SlotOffset = append(r.SlotOffset, spec.NoSlot)
}

func (e *editor) check() {
	want := e.state.join(e.parts)
	b, err := e.pieces.Bytes()
	require.NoError(e.t, err)
	require.True(e.t, bytes.Equal(want, b), "the bytes written")
	require.Equal(e.t, e.rows(), e.pieces.Len())
	fresh, err := ssz.Open(ssz.Buffer(want), int64(len(want)), paramsOf(e.preset, e.fork))
	require.NoError(e.t, err)
	whole, err := fresh.Root(1)
	require.NoError(e.t, err)
	root, err := e.pieces.Root(1 + e.rng.IntN(3))
	require.NoError(e.t, err)
	require.Equal(e.t, whole, root)
	i := e.rng.IntN(len(e.names))
	field, err := e.pieces.FieldRoot(e.names[i], 1)
	require.NoError(e.t, err)
	require.Equal(e.t, e.state.members[i].root(e.parts[i]), field, e.names[i])
}
