package delegation

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// trySpoilt makes a ledger of a state that was changed here and there. What is
// refused is refused with a typed error; what is admitted works: no operation
// panics, and the invariants hold after each.
func trySpoilt(s source, base *State, changes, steps int) (admitted bool, err error) {
	state := *base
	for range changes {
		budget.Spoil(s.n, &state)
	}
	l, err := FromState(&state)
	if err != nil {
		if l != nil || !errors.Is(err, ErrInvariant) && !errors.Is(err, spec.ErrInput) {
			return false, fmt.Errorf("a ledger beside the error, or an untyped error: %w", err)
		}
		return false, nil
	}
	w := &walker{l, s, 0}
	for i := range steps {
		op := w.next()
		before := encode(l)
		_, err := Process(l, op)
		switch {
		case err == nil:
			err = CheckInvariants(l)
		case !typed(err):
			err = fmt.Errorf("untyped error: %w", err)
		case bytes.Equal(before, encode(l)):
			err = nil
		}
		if err != nil {
			return true, fmt.Errorf("step %d: %T%+v: %w", i, op, op, err)
		}
	}
	return true, nil
}

// bases are states of a few walks, with rows of every kind among them.
func bases(t testing.TB, n int) (list []*State) {
	for seed := range n {
		w := newWalker(dice{rand.New(rand.NewPCG(uint64(seed), 11))})
		for range 150 {
			_, _ = Process(w.l, w.next()) // some are refused
		}
		require.NoError(t, CheckInvariants(w.l))
		list = append(list, w.l.State())
	}
	rows := map[string]int{}
	for _, s := range list {
		v := reflect.ValueOf(*s)
		for i := range v.NumField() {
			if v.Field(i).Kind() == reflect.Slice {
				rows[v.Type().Field(i).Name] += v.Field(i).Len()
			}
		}
	}
	for name, count := range rows {
		require.NotZero(t, count, name)
	}
	return list
}

func TestAStateOfAnybodysIsRefusedOrWorks(t *testing.T) {
	list, rng := bases(t, 12), dice{rand.New(rand.NewPCG(22, 1))}
	admitted, tries := 0, 4000
	if longForm(t, "a million spoilt states") {
		tries = 1_000_000
	}
	for i := range tries {
		ok, err := trySpoilt(rng, list[rng.n(uint64(len(list)))], 1+i%3, 30)
		require.NoError(t, err)
		if ok {
			admitted++
		}
	}
	t.Logf("%d of %d admitted", admitted, tries)
	require.Greater(t, admitted, tries/50)
	require.Less(t, admitted, tries/2)
}

func FuzzFromState(f *testing.F) {
	list := bases(f, 12)
	for seed := range byte(8) {
		f.Add([]byte{seed, seed, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5, 0, 2, 8, 8})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &tape{data}
		budget.Run(t, budget.Limit{}, func() {
			if _, err := trySpoilt(s, list[s.n(uint64(len(list)))], int(1+s.n(4)), min(60, len(data)/8)); err != nil {
				t.Fatal(err)
			}
		})
	})
}
