package xatu_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(9, 9)) }

func TestAJoinFedOutOfOrderIsAnError(t *testing.T) {
	var j xatu.Join
	require.NoError(t, j.Committee(&xatu.Committee{Slot: 64, Validators: []uint32{1}}))
	require.ErrorIs(t, j.Committee(&xatu.Committee{Slot: 96}), spec.ErrInput, "before the slots were given")
	require.NoError(t, j.Block(&xatu.Block{Slot: 70}))
	require.ErrorIs(t, j.Block(&xatu.Block{Slot: 69}), spec.ErrInput)
	require.ErrorIs(t, j.Balance(&xatu.Balance{Validator: 1 << 24}), spec.ErrInput)
	n := 0
	for s, err := range j.Slots() {
		require.NoError(t, err)
		require.EqualValues(t, 64, s.Slot)
		n++
	}
	for range j.Slots() {
		n++ // given already
	}
	require.Equal(t, 1, n)
	require.ErrorIs(t, j.Committee(&xatu.Committee{Slot: 65}), spec.ErrInput, "of an epoch that is over")
	require.NoError(t, j.End())
	require.ErrorIs(t, j.Committee(&xatu.Committee{Slot: 640}), spec.ErrInput, "after the end")
	require.Equal(t, xatu.Counts{Slots: 1, Duties: 1, UnknownBalances: 1}, j.Counts)
}

func TestAWindowReportsItsOwnEpochsOnly(t *testing.T) {
	vote := func(slot spec.Slot, row int64) xatu.Attestation {
		return xatu.Attestation{At: xatu.Position{Row: row}, Slot: slot, Block: slot + 1, Validators: []uint32{9}}
	}
	for from, want := range map[spec.Epoch]uint64{1: 0, 2: 1, 3: 1, 4: 0} {
		w := xatu.Window{From: from, To: from + 1, Faults: &dataset.Faults{Lenient: true}}
		w.Blocks = []xatu.Block{{Slot: 20}}
		for e := range spec.Slot(5) {
			if e != 3 {
				w.Committees = append(w.Committees, xatu.Committee{Slot: e * 32, Validators: []uint32{1}})
			}
		}
		w.Attestations = []xatu.Attestation{vote(64, 1), vote(96, 2)}
		slots := 0
		for s, err := range w.Failures() {
			require.NoError(t, err)
			require.Equal(t, from, spec.Epoch(s.Slot/32))
			require.Equal(t, from == 4, s.NoHistory)
			slots++
		}
		require.Equal(t, from != 3, slots == 1)
		require.Equal(t, want, w.Faults.Total(), "epoch %d: %s", from, w.Faults.Summary())
		require.EqualValues(t, slots, w.Counts.Duties)
		require.Equal(t, slots, w.Duties.Count())
	}
	for _, err := range (&xatu.Window{From: 2, To: 1}).Failures() {
		require.ErrorIs(t, err, spec.ErrInput)
	}
	for range (&xatu.Window{From: 2, To: 2}).Failures() {
		t.Fatal("no epoch")
	}
}

// model is what is known of a validator, with the whole row list at hand.
func model(rows []xatu.Balance, v uint32) (increments uint16, known, slashed bool) {
	for _, r := range rows {
		if r.Validator != v {
			continue
		}
		slashed = r.Slashed
		if !r.Unreadable {
			increments, known = r.Increments, r.Known
		}
	}
	return increments, known, slashed
}

func TestBalancesGatheredInPartsAreThoseOfAllRows(t *testing.T) {
	rng := newRand()
	for range 200 {
		var rows []xatu.Balance
		for range rng.IntN(40) {
			r := xatu.Balance{Validator: rng.Uint32N(12), Slashed: rng.IntN(2) == 0}
			switch rng.IntN(3) {
			case 0:
				r.Known, r.Increments = true, uint16(rng.IntN(1<<16))
			case 1:
				r.Unreadable = true
			}
			rows = append(rows, r)
		}
		var whole, parts, pieces xatu.Balances
		for rest := rows; len(rest) > 0; {
			n := 1 + rng.IntN(len(rest))
			var part xatu.Balances
			for i := range rest[:n] {
				require.NoError(t, whole.Add(&rest[i]))
				require.NoError(t, part.Add(&rest[i]))
			}
			rest = rest[n:]
			b, err := part.AppendBinary(nil)
			require.NoError(t, err)
			var back xatu.Balances
			require.NoError(t, back.UnmarshalBinary(b))
			parts.Merge(&back)
		}
		for _, from := range rng.Perm(4) {
			pieces.Merge(whole.Range(uint32(from*3), uint32(from*3+3)))
		}
		for v := range uint32(15) {
			increments, known, slashed := model(rows, v)
			for _, b := range []*xatu.Balances{&whole, &parts, &pieces} {
				i, k, s := b.Of(v)
				require.Equal(t, []any{increments, known, slashed}, []any{i, k, s})
			}
		}
		a, _ := whole.AppendBinary(nil)
		b, _ := parts.AppendBinary(nil)
		require.Equal(t, a, b)
	}
}

func FuzzUnmarshalBalances(f *testing.F) {
	f.Add([]byte{1, 7, 0, 200, 1, 32})
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() { balancesSurvive(t, b) })
	})
}

// balancesSurvive takes the binary form apart and puts it together again.
func balancesSurvive(t *testing.T, b []byte) {
	var all, back xatu.Balances
	if err := all.UnmarshalBinary(b); err != nil {
		require.ErrorIs(t, err, spec.ErrInput)
		return
	}
	first, err := all.AppendBinary(nil)
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalBinary(first))
	second, err := back.AppendBinary(nil)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.LessOrEqual(t, len(first), len(b))
	for v := range uint32(64) {
		_, known, _ := all.Of(v)
		_, again, _ := back.Of(v)
		require.Equal(t, known, again)
	}
}

// The first slots of epoch 3 have no block, and its attestation comes after one
// of epoch 4, when the blocks before epoch 3 are of no other use.
func TestALateRowStillFindsTheBlockBeforeItsEpoch(t *testing.T) {
	before, other := xatu.Root{95}, xatu.Root{1}
	w := xatu.Window{From: 1, To: 9, Blocks: []xatu.Block{{Slot: 64, Root: other}, {Slot: 95, Root: before}, {Slot: 98, Root: other}}}
	for i := range w.Blocks {
		w.Blocks[i].At.Row = int64(i)
	}
	w.Committees = []xatu.Committee{{Slot: 64, Validators: []uint32{8}}, {At: xatu.Position{Row: 1}, Slot: 96, Validators: []uint32{7}}, {At: xatu.Position{Row: 2}, Slot: 128, Validators: []uint32{9}}}
	w.Attestations = []xatu.Attestation{
		{Slot: 128, Block: 129, Target: other, Head: other, Validators: []uint32{9}},
		{At: xatu.Position{Row: 1}, Slot: 96, Block: 98, Target: before, Head: before, Validators: []uint32{7}},
	}
	for s, err := range w.Failures() {
		require.NoError(t, err)
		if s.Slot == 96 {
			require.Empty(t, s.Failures)
		}
	}
	require.EqualValues(t, 2, w.Counts.Rows)
}

// counted works the counts of attestations out from all rows at once.
func counted(m *memory) (c xatu.Counts) {
	slots, epochs := map[spec.Slot]bool{}, map[spec.Epoch]bool{}
	for _, r := range m.committees {
		slots[r.Slot], epochs[spec.Epoch(r.Slot/32)] = true, true
		c.Duties += uint64(len(r.Validators))
	}
	c.Slots = uint64(len(slots))
	first := map[spec.Epoch]xatu.Position{}
	votes := map[[2]uint64]uint64{}
	for _, r := range m.attestations {
		epoch := spec.Epoch(r.Slot / 32)
		if at, ok := first[epoch]; !ok || r.At.Compare(at) < 0 {
			first[epoch] = r.At
		}
	}
	for _, r := range m.attestations {
		epoch := spec.Epoch(r.Slot / 32)
		if !epochs[epoch] {
			continue
		}
		c.Rows++
		c.Votes += uint64(len(r.Validators))
		if spec.Epoch(r.Block/32) > epoch {
			c.LateRows++
		}
		if r.At.File != first[epoch].File {
			c.OtherFileRows++
		}
		for _, v := range r.Validators {
			votes[[2]uint64{uint64(r.Slot), uint64(v)}]++
		}
	}
	for _, n := range votes {
		c.Repeated += n - 1
	}
	return c
}

func TestCountsAreThoseOfAllRows(t *testing.T) {
	for _, name := range []string{"by slot", "by block", "by block, a gap"} {
		p, dir := periods[name], t.TempDir()
		require.NoError(t, p.Write(dir))
		want := counted(load(t, dir))
		require.NotZero(t, want.LateRows)
		require.NotZero(t, want.OtherFileRows)
		got := single(t, dir).counts
		got.UnknownBalances = 0
		require.Equal(t, want, got, name)
	}
}

func TestABlockIsMissingOnlyWhereALaterOneIsKnown(t *testing.T) {
	w := xatu.Window{From: 2, To: 3, Blocks: []xatu.Block{{Slot: 64}, {At: xatu.Position{Row: 1}, Slot: 66}}}
	for i := range 4 {
		w.Committees = append(w.Committees, xatu.Committee{At: xatu.Position{Row: int64(i)}, Slot: spec.Slot(64 + i), Validators: []uint32{uint32(i)}})
	}
	var missing []bool
	for s, err := range w.Failures() {
		require.NoError(t, err)
		missing = append(missing, s.NextBlockMissing)
	}
	require.Equal(t, []bool{true, false, false, false}, missing)
}
