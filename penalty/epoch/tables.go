package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"math"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// tables hold what one epoch pays and takes for every effective balance in
// increments, so that the pass over the validators divides by nothing. A row
// of stride entries is indexed by increments.
type tables struct {
	stride uint64
	// reward has a row for every combination of reached flags, the sum of their
	// rewards.
	reward []spec.Gwei
	// source and target have row 0 for the status quo and row 1+offset for each
	// slot's factor.
	source, target []spec.Gwei
	// loss has a row for every different sum of a source and a target penalty,
	// row 0 being nothing; lossRow finds it for an active, unslashed validator.
	loss    []spec.Gwei
	lossRow [256 * spec.ConductCount]uint16
	losses  []lossSum

	up        uint64    // score points of a missed target
	down      uint64    // score points off for a reached target
	recovery  uint64    // score points off for everybody outside a leak
	low, span spec.Gwei // the hysteresis below, and in both directions

	inactivityShift uint   // the inactivity quotient is odd << shift
	inactivityOdd   uint64 // one from bellatrix on
	adjusted        spec.Gwei
}

// lossSum is what one row of loss adds up: rows of source and target, -1 where
// the flag was reached.
type lossSum struct{ source, target int }

// plan numbers the loss rows that the scope can tell apart.
func (t *tables) plan(scope *penalty.Scope, slots int) {
	t.losses = append(t.losses, lossSum{-1, -1})
	rows := map[lossSum]uint16{t.losses[0]: 0}
	for row := range slots + 1 {
		for c := range spec.Conduct(spec.ConductCount) {
			sum := lossSum{-1, -1}
			if !spec.TimelySource.In(spec.Flags(c)) {
				sum.source = scopedRow(scope.Source, c, row)
			}
			if !spec.TimelyTarget.In(spec.Flags(c)) {
				sum.target = scopedRow(scope.Target, c, row)
			}
			number, ok := rows[sum]
			if !ok {
				number = uint16(len(t.losses))
				rows[sum] = number
				t.losses = append(t.losses, sum)
			}
			t.lossRow[lossKey(c, uint8(row))] = number
		}
	}
}

// lossKey is the place in lossRow of a conduct in a row: 0, or 1 plus the slot.
func lossKey(c spec.Conduct, row uint8) uint {
	return uint(row)*spec.ConductCount + uint(c%spec.ConductCount)
}

// scopedRow is the row of source or target whose factor a conduct meets.
func scopedRow(scope spec.Conducts, c spec.Conduct, row int) int {
	if scope.Has(c) {
		return row
	}
	return 0
}

// inactivity is effective balance times score over the quotient.
func (t *tables) inactivity(eb spec.Gwei, score uint64) spec.Gwei {
	penalty := uint64(eb) * score >> (t.inactivityShift & 63)
	if t.inactivityOdd != 1 {
		penalty /= t.inactivityOdd
	}
	return spec.Gwei(penalty)
}

// fill computes the tables and reports whether the fused pass is proved to
// agree with the components: no product, sum or score of the epoch can leave 64
// bits, so that the order of checks does not matter.
func (t *tables) fill(p *spec.Params, s *spec.Summary, factors []penalty.Factors) bool {
	stride := int(s.MaxEffectiveBalance/spec.EffectiveBalanceIncrement) + 1
	t.stride = uint64(stride)
	t.reward = grow(t.reward, stride<<spec.FlagCount)
	t.source = grow(t.source, stride*(len(factors)+1))
	t.target = grow(t.target, stride*(len(factors)+1))
	t.loss = grow(t.loss, stride*len(t.losses))
	t.fillSteps(p, s)
	return t.fillRewards(s) && t.fillPenalties(s, factors) && t.fillInactivity(p, s) && t.fillBounds(p, s)
}

// fillSteps resolves what every row of the pass adds, takes or compares.
func (t *tables) fillSteps(p *spec.Params, s *spec.Summary) {
	t.up, t.recovery = p.InactivityScoreBias, p.InactivityScoreRecoveryRate
	if s.InLeak {
		t.recovery = 0
	}
	t.down = max(1+t.recovery, t.recovery) // saturating
	step := spec.EffectiveBalanceIncrement / spec.Gwei(p.HysteresisQuotient)
	t.low = step * spec.Gwei(p.HysteresisDownwardMultiplier)
	t.span = t.low + step*spec.Gwei(p.HysteresisUpwardMultiplier)
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
		row := t.row(t.reward, 1<<flag)
		for inc := range row {
			base, ok := u64.Mul(spec.Gwei(inc), spec.Gwei(s.BaseRewardPerIncrement))
			if !ok {
				return false
			}
			if row[inc], ok = FlagReward(base, flag, s); !ok {
				return false
			}
		}
	}
	for flags := range spec.AllFlags + 1 {
		if bits.OnesCount8(uint8(flags)) < 2 {
			continue
		}
		rest := flags & (flags - 1) // without the lowest flag
		row, a, b := t.row(t.reward, int(flags)), t.row(t.reward, int(rest)), t.row(t.reward, int(flags^rest))
		for inc := range row {
			row[inc] = a[inc] + b[inc] // bounded by fillBounds
		}
	}
	return true
}

func (t *tables) row(table []spec.Gwei, i int) []spec.Gwei {
	return table[uint64(i)*t.stride:][:t.stride]
}

func (t *tables) fillPenalties(s *spec.Summary, factors []penalty.Factors) bool {
	ok := t.fillPenalty(t.row(t.source, 0), penalty.One, spec.TimelySource, s) &&
		t.fillPenalty(t.row(t.target, 0), penalty.One, spec.TimelyTarget, s)
	for i, f := range factors {
		ok = ok && t.fillPenalty(t.row(t.source, i+1), f.Source, spec.TimelySource, s) &&
			t.fillPenalty(t.row(t.target, i+1), f.Target, spec.TimelyTarget, s)
	}
	for i, sum := range t.losses {
		t.fillLoss(t.row(t.loss, i), sum)
	}
	return ok
}

func (t *tables) fillLoss(loss []spec.Gwei, sum lossSum) {
	switch {
	case sum.source < 0 && sum.target < 0:
		clear(loss)
	case sum.source < 0:
		copy(loss, t.row(t.target, sum.target))
	case sum.target < 0:
		copy(loss, t.row(t.source, sum.source))
	default:
		source, target := t.row(t.source, sum.source), t.row(t.target, sum.target)
		for inc := range loss {
			loss[inc] = source[inc] + target[inc] // bounded by fillBounds
		}
	}
}

func (t *tables) fillPenalty(row []spec.Gwei, f penalty.Factor, flag spec.Flag, s *spec.Summary) bool {
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
			row[inc], _ = f.Penalty(spec.Gwei(uint64(inc)*s.BaseRewardPerIncrement), flag.Weight())
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
	if _, ok := halfVector(p, s); !ok {
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
	for i := last; i < uint64(len(t.source)); i += t.stride {
		if t.source[i] > limit || t.target[i] > limit {
			return false
		}
	}
	if _, ok := EffectiveBalance(limit, limit, false, p); !ok {
		return false
	}
	return s.MaxBalance <= limit && s.MaxEffectiveBalance <= limit
}
