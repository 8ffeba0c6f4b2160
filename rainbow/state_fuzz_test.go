package rainbow

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// trySpoilt changes an economy, or its ledger, here and there. What CheckInvariants
// refuses is refused with a typed error; what it admits works: no operation panics, and
// the invariants hold after each. An epoch of what it refuses does not panic either.
func trySpoilt(d source, base *State, changes, epochs int) (admitted bool, err error) {
	s := base.Clone()
	for range changes {
		if coin(d, 4) {
			state := s.Ledger.State()
			budget.Spoil(d.below, state)
			if l, err := delegation.FromState(state); err == nil {
				s.Ledger = l
			}
		} else {
			budget.Spoil(d.below, s)
		}
	}
	if err := CheckInvariants(s); err != nil {
		if !typed(err) {
			return false, fmt.Errorf("untyped error: %w", err)
		}
		if _, err = ProcessEpoch(s, EpochInput{}); err != nil && !typed(err) {
			return false, fmt.Errorf("untyped error: %w", err)
		}
		return false, nil
	}
	w := &walker{source: d, s: s, done: map[string]int{}}
	for o := range s.Ledger.Standings() {
		w.operators = append(w.operators, o.Operator)
	}
	for i := range epochs {
		for range d.below(8) {
			if err := w.step(); err != nil {
				return true, err
			}
		}
		if err := CheckInvariants(s); err != nil {
			return true, fmt.Errorf("epoch %d, before its end: %w", i, err)
		}
		if _, err = ProcessEpoch(s, w.input()); err != nil && !typed(err) {
			return true, fmt.Errorf("untyped error: %w", err)
		}
		if err := CheckInvariants(s); err != nil {
			return true, fmt.Errorf("epoch %d: %w", i, err)
		}
	}
	return true, nil
}

// sentinels are all errors that a function of this package may wrap beside those of
// its ledger.
var sentinels = []error{
	ErrDomain, ErrAlpha, delegation.ErrUnknownID, delegation.ErrDuplicate, ErrWeights, ErrQuorum, ErrClass, ErrBond, ErrNotRegistered, delegation.ErrEpoch, ErrWeight,
	ErrInadmissible, ErrAdoption, spec.ErrInput, spec.ErrOverflow, delegation.ErrInvariant, delegation.ErrBound, delegation.ErrOwner,
	delegation.ErrTombstoned, delegation.ErrJailed, delegation.ErrExiting, delegation.ErrAmount,
}

func typed(err error) bool {
	for _, kind := range sentinels {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// economies are states of a few walks, with rows of every kind among them.
func economies(t testing.TB, n int) (list []*State) {
	rows := map[string]int{}
	for seed := range n {
		w, err := newWalker(dice{rand.New(rand.NewPCG(uint64(seed), 21))})
		require.NoError(t, err)
		for i := range 12 {
			for range 80 {
				require.NoError(t, w.step())
			}
			if i < 11 {
				_, err = ProcessEpoch(w.s, w.input())
				require.NoError(t, err)
			}
		}
		require.NoError(t, CheckInvariants(w.s))
		list = append(list, w.s)
		for name, count := range map[string]int{
			"services": len(w.s.Services), "registrations": len(w.s.Registrations), "prices": len(w.s.Prices), "penalties": len(w.s.Penalties),
			"certificates": len(w.s.Certificates), "snapshot": len(w.s.Go.Rows),
		} {
			rows[name] += count
		}
	}
	for name, count := range rows {
		require.NotZero(t, count, name)
	}
	return list
}

func TestAnEconomyOfAnybodysIsRefusedOrWorks(t *testing.T) {
	list, rng := economies(t, 12), dice{rand.New(rand.NewPCG(22, 1))}
	admitted, tries := 0, 2000
	if longForm(t, "300,000 spoilt economies") {
		tries = 300_000
	}
	for i := range tries {
		ok, err := trySpoilt(rng, list[rng.below(uint64(len(list)))], 1+i%3, 4)
		require.NoError(t, err)
		if ok {
			admitted++
		}
	}
	t.Logf("%d of %d admitted", admitted, tries)
	require.Greater(t, admitted, tries/50)
	require.Less(t, admitted, tries*3/4)
}

func FuzzState(f *testing.F) {
	list := economies(f, 12)
	for seed := range byte(8) {
		f.Add([]byte{seed, seed, seed, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5, 0, 2, 8, 8})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &tape{data}
		budget.Run(t, budget.Limit{}, func() {
			if _, err := trySpoilt(d, list[d.below(uint64(len(list)))], int(1+d.below(4)), min(6, len(data)/30)); err != nil {
				t.Fatal(err)
			}
		})
	})
}
