package penalty

import (
	"math"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// tables hold what one epoch pays and takes for every effective balance in
// increments, so that the pass over the validators divides by nothing. A row
// of stride entries is indexed by increments.
type tables struct {
	stride int
	// reward has a row for every combination of reached flags, the sum of their
	// rewards.
	reward []spec.Gwei
	// source and target have row 0 for the status quo and row 1+offset for each
	// slot's factor.
	source, target []spec.Gwei

	inactivityShift uint   // the inactivity quotient is odd << shift
	inactivityOdd   uint64 // one from bellatrix on
	adjusted        spec.Gwei
}

// fill computes the tables and reports whether the fused pass is proved to
// agree with the components: no product, sum or score of the epoch can leave 64
// bits, so that the order of checks does not matter.
func (t *tables) fill(p *spec.Params, s *spec.Summary, factors []Factors) bool {
	t.stride = int(s.MaxEffectiveBalance/spec.EffectiveBalanceIncrement) + 1
	t.reward = grow(t.reward, t.stride<<spec.FlagCount)
	t.source = grow(t.source, t.stride*(len(factors)+1))
	t.target = grow(t.target, t.stride*(len(factors)+1))
	if !t.fillRewards(s) || !t.fillPenalties(s, factors) {
		return false
	}
	return t.fillInactivity(p, s) && t.fillBounds(p, s)
}

func grow(column []spec.Gwei, n int) []spec.Gwei {
	if cap(column) < n {
		return make([]spec.Gwei, n)
	}
	return column[:n]
}

func (t *tables) fillRewards(s *spec.Summary) bool {
	clear(t.reward)
	if s.InLeak {
		return true
	}
	for flag := range spec.Flag(spec.FlagCount) {
		row := t.reward[t.stride<<flag:][:t.stride]
		for inc := range row {
			base, ok := u64.Mul(spec.Gwei(inc), spec.Gwei(s.BaseRewardPerIncrement))
			if !ok {
				return false
			}
			if row[inc], ok = flagReward(base, flag, s); !ok {
				return false
			}
		}
	}
	for flags := range spec.AllFlags + 1 {
		if bits.OnesCount8(uint8(flags)) < 2 {
			continue
		}
		rest := flags & (flags - 1) // without the lowest flag
		row, a, b := t.row(t.reward, uint8(flags)), t.row(t.reward, uint8(rest)), t.row(t.reward, uint8(flags^rest))
		for inc := range row {
			row[inc] = a[inc] + b[inc] // bounded by fillBounds
		}
	}
	return true
}

func (t *tables) row(table []spec.Gwei, i uint8) []spec.Gwei {
	return table[int(i)*t.stride:][:t.stride]
}

func (t *tables) fillPenalties(s *spec.Summary, factors []Factors) bool {
	ok := t.fillPenalty(t.row(t.source, 0), One, spec.TimelySource, s) &&
		t.fillPenalty(t.row(t.target, 0), One, spec.TimelyTarget, s)
	for i, f := range factors {
		row := uint8(i + 1)
		ok = ok && t.fillPenalty(t.row(t.source, row), f.Source, spec.TimelySource, s) &&
			t.fillPenalty(t.row(t.target, row), f.Target, spec.TimelyTarget, s)
	}
	return ok
}

func (t *tables) fillPenalty(row []spec.Gwei, f Factor, flag spec.Flag, s *spec.Summary) bool {
	last := spec.Gwei(len(row) - 1)
	base, ok := u64.Mul(last, spec.Gwei(s.BaseRewardPerIncrement))
	if !ok {
		return false
	}
	if _, ok = f.Penalty(base, flag.Weight()); !ok {
		return false
	}
	step := s.BaseRewardPerIncrement * flag.Weight()
	switch {
	case f.Den == 1 && !f.Squared: // the largest product fits, so the sums do
		step *= f.Num
		var product uint64
		for inc := range row {
			row[inc] = spec.Gwei(product / spec.WeightDenominator)
			product += step
		}
	case !f.Squared && f.Den <= math.MaxUint64/spec.WeightDenominator:
		for inc := range row {
			q, _ := u64.MulDiv(uint64(inc)*step, f.Num, f.Den*spec.WeightDenominator)
			row[inc] = spec.Gwei(q)
		}
	default:
		for inc := range row {
			row[inc], _ = f.rational(uint64(inc)*s.BaseRewardPerIncrement, flag.Weight())
		}
	}
	return true
}

func (t *tables) fillInactivity(p *spec.Params, s *spec.Summary) bool {
	quotient, ok := u64.Mul(p.InactivityScoreBias, p.InactivityPenaltyQuotient)
	if !ok {
		return false
	}
	t.inactivityShift = uint(bits.TrailingZeros64(quotient))
	t.inactivityOdd = quotient >> t.inactivityShift
	top, ok := u64.Add(s.MaxInactivityScore, p.InactivityScoreBias)
	if !ok {
		return false
	}
	product, ok := u64.Mul(uint64(s.MaxEffectiveBalance), top)
	return ok && product/quotient <= boundLimit
}

// boundLimit is what each reward, penalty and balance must stay under: a balance
// takes part in sums of fewer than 16 of them.
const boundLimit = math.MaxUint64 / 16

// fillBounds checks the sums that a balance takes part in: rewards, the three
// penalties of a row, hysteresis.
func (t *tables) fillBounds(p *spec.Params, s *spec.Summary) bool {
	const limit = spec.Gwei(boundLimit)
	var ok bool
	if t.adjusted, ok = AdjustedSlashings(p, s); !ok {
		return false
	}
	if _, ok := SlashingPenalty(s.MaxEffectiveBalance, t.adjusted, p, s); !ok {
		return false
	}
	last := t.stride - 1
	for flag := range spec.FlagCount {
		if t.row(t.reward, 1<<flag)[last] > limit {
			return false
		}
	}
	for i := last; i < len(t.source); i += t.stride {
		if t.source[i] > limit || t.target[i] > limit {
			return false
		}
	}
	if _, ok := EffectiveBalance(limit, limit, false, p); !ok {
		return false
	}
	return s.MaxBalance <= limit && s.MaxEffectiveBalance <= limit
}
