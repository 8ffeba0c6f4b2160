package penalty_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// The properties that every implementation must keep, one test for each, under
// the numbers that the definitions give them. This file holds 1 to 5, of the
// smoothed offline balance alone.

// drafts are the constant sets that measure by the reference balance.
var drafts = []penalty.Smoothed2026{penalty.SmoothedE1, penalty.SmoothedE2, penalty.SmoothedE3}

// step is the factor and the average after it; nothing here can overflow.
func step(t testing.TB, r penalty.Smoothed2026, average, offline, reference uint64) (factor, after uint64) {
	f, next, err := r.Step(spec.Gwei(average), twin.SmoothedObs(spec.Gwei(offline), spec.Gwei(reference)))
	if err != nil || f.Den != 1 || f.Squared {
		require.FailNow(t, "step", "%v: %v", f, err)
	}
	return f.Num, uint64(next)
}

// drawn calls check with a draft, an average and an offline balance up to about
// the reference balance, near and far from each other.
func drawn(n int, check func(r penalty.Smoothed2026, average, offline, reference uint64)) {
	rng := rand.New(rand.NewPCG(7716, 1))
	for range n {
		reference := 1 + rng.Uint64()>>(14+rng.Uint64N(50))
		average := rng.Uint64N(reference + 1)
		offline := rng.Uint64N(reference + reference/8 + 1)
		if rng.Uint64N(3) == 0 {
			offline = average + rng.Uint64N(reference/100+2)
		}
		check(drafts[rng.IntN(len(drafts))], average, offline, reference)
	}
}

func above(o, s uint64) uint64 { return o - min(o, s) }

func TestProperty01FactorBounds(t *testing.T) {
	drawn(20_000, func(r penalty.Smoothed2026, s, o, reference uint64) {
		f, _ := step(t, r, s, o, reference)
		if f < 1 || f > r.Cap {
			require.FailNow(t, "out of bounds", "factor %d of at most %d", f, r.Cap)
		}
		if (f == 1) != (r.Slope*above(o, s) < reference) {
			require.FailNow(t, "factor one", "%v: offline %d, average %d, reference %d give %d", r, o, s, reference, f)
		}
	})
}

func TestProperty02AThirdPaysTheCap(t *testing.T) {
	check := func(r penalty.Smoothed2026, s, o, reference uint64) {
		f, _ := step(t, r, s, o, reference)
		third := reference/3 + min(reference%3, 1) // rounded up
		if (f == r.Cap) != (above(o, s) >= third) {
			require.FailNow(t, "the cap", "%v: offline %d, average %d, reference %d give %d", r, o, s, reference, f)
		}
	}
	for _, r := range drafts {
		require.Equal(t, 3*(r.Cap-1), r.Slope)
		for reference := uint64(1); reference <= 120; reference++ {
			for excess := range reference {
				check(r, 0, excess, reference)
			}
		}
		for reference := uint64(1 << 50); reference < 1<<50+9; reference++ {
			for excess := reference/3 - 2; excess < reference/3+3; excess++ {
				check(r, 77, 77+excess, reference)
			}
		}
	}
	drawn(10_000, check)
}

func TestProperty03Monotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 3))
	drawn(10_000, func(r penalty.Smoothed2026, s, o, reference uint64) {
		d := rng.Uint64N(reference/10 + 2)
		f, _ := step(t, r, s, o, reference)
		up, _ := step(t, r, s, o+d, reference)
		down, _ := step(t, r, s+d, o, reference)
		larger, _ := step(t, r, s, o, reference+d)
		if up < f || down > f || larger > f {
			require.FailNow(t, "not monotone", "%d; offline up %d, average up %d, reference up %d", f, up, down, larger)
		}
	})
}

func TestProperty04ShiftEquivariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 4))
	for range 20 {
		r, reference, d := drafts[rng.IntN(3)], uint64(1_271_875_000_000_000), rng.Uint64N(1<<50)
		s := rng.Uint64N(reference)
		shifted := s + d
		for slot := range 400 {
			o := rng.Uint64N(reference)
			f, next := step(t, r, s, o, reference)
			same, nextShifted := step(t, r, shifted, o+d, reference)
			require.Equal(t, f, same, "slot %d", slot)
			require.Equal(t, next+d, nextShifted, "slot %d", slot)
			s, shifted = next, nextShifted
		}
	}
}

func TestProperty05TheAverageNeverOvershoots(t *testing.T) {
	check := func(r penalty.Smoothed2026, s, o, reference uint64) {
		_, after := step(t, r, s, o, reference)
		apart := above(o, s) + above(s, o)
		if after < min(s, o) || after > max(s, o) {
			require.FailNow(t, "overshoots", "from %d towards %d to %d", s, o, after)
		}
		if (after == s) != (apart < r.Window) {
			require.FailNow(t, "stands still", "from %d towards %d to %d, window %d", s, o, after, r.Window)
		}
		if after != s && max(after, s)-min(after, s) != apart/r.Window {
			require.FailNow(t, "moves by another step", "from %d towards %d to %d, window %d", s, o, after, r.Window)
		}
	}
	drawn(10_000, check)
	for _, r := range drafts {
		for apart := r.Window - 2; apart < r.Window+2; apart++ {
			check(r, 1<<40, 1<<40+apart, 1<<50)
			check(r, 1<<40, 1<<40-apart, 1<<50)
		}
	}
}
