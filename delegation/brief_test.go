package delegation

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

// checkBrief: a brief epoch makes the same ledger as r's full one and the same
// receipt but for the rewards; a buffer changes nothing.
func checkBrief(before, after *Ledger, op any, r *Receipt) error {
	in, ok := op.(EpochInput)
	if !ok {
		return nil
	}
	for _, brief := range []bool{false, true} {
		l, want := before.Clone(), slices.Clone(r.Events)
		in.Options.Brief, in.Options.Buffer = brief, slices.Repeat([]Event{{Kind: Slashed, Amount: 1}}, len(r.Events)/2)
		got, err := ProcessEpoch(l, in)
		if err != nil {
			return err
		}
		if brief {
			want = slices.DeleteFunc(want, func(e Event) bool { return e.Kind == Rewarded })
		}
		if !slices.Equal(got.Events, want) {
			return fmt.Errorf("brief %t: events %v, want %v", brief, got.Events, want)
		}
		rest := *r
		if rest.Events, got.Events = nil, nil; !reflect.DeepEqual(got, rest) {
			return fmt.Errorf("brief %t: %+v, want %+v", brief, got, rest)
		}
		if !bytes.Equal(encode(l), encode(after)) {
			return fmt.Errorf("brief %t: another state", brief)
		}
	}
	return nil
}

func TestABriefEpochLeavesOutRewardsAlone(t *testing.T) {
	w := newWorld(t, plainConfig(), 100*spec.ETH, 100*spec.ETH)
	a := w.operator(0, 10*spec.ETH)
	lot := w.delegate(1, a, 10*spec.ETH)
	w.do(LotPointer{Owner: 1, Lot: lot, Operator: a})
	w.do(LightDelegation{1, a, 10 * spec.ETH})
	w.advance(1)
	in := EpochInput{
		Rewards: []EpochReward{{a, 1000, 1000, 1000}, {Operator: 99, Heavy: 1}},
		Slashes: []Slash{half(7, a, 1)}, Options: EpochOptions{Brief: true, Buffer: make([]Event, 0, 16)},
	}
	before := w.l.State()
	r, err := ProcessEpoch(w.l, in)
	require.NoError(t, err)
	require.NoError(t, CheckInvariants(w.l))
	require.Equal(t, before.Minted+3000, w.l.State().Minted)
	require.Len(t, r.Skipped, 1)
	require.Len(t, r.Events, 2) // bond and pool are cut
	for _, e := range r.Events {
		require.Equal(t, Slashed, e.Kind)
	}
	require.Same(t, &in.Options.Buffer[:1][0], &r.Events[0])
}

// What moves without being a reward stays in a brief receipt: here the odd Gwei of a
// light reward, which reached a bond that had left.
func TestABriefEpochKeepsWhatMoves(t *testing.T) {
	w := newWorld(t, plainConfig(), 100*spec.ETH, 100*spec.ETH)
	a := w.operator(0, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, 3 * spec.ETH}).Lights[0]
	w.advance(1)
	w.do(EpochInput{Rewards: []EpochReward{{Operator: a, Light: 1000}}})
	w.do(Exit{0, a})
	w.advance(10)
	w.do(Exit{0, a})
	w.do(Exit{0, a})
	w.advance(10) // the bond is paid
	w.do(LightUndelegation{1, light, 3 * spec.ETH})
	require.EqualValues(t, 1, w.op(a).Bond)
	r, err := ProcessEpoch(w.l, EpochInput{Options: EpochOptions{Brief: true}})
	require.NoError(t, err)
	require.Equal(t, []Event{
		{Kind: Moved, From: bondOf(a), To: freeOf(0), Operator: a, Amount: 1}, {Kind: OperatorRemoved, Operator: a},
	}, r.Events)
}
