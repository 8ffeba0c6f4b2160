package study

import (
	"math"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// HeadlineRow is what a cohort that fails together costs each 32 ETH of it under
// one preset of the rule of 2026, in two models. The float model is the
// published one: the average starts at the share that is offline anyway and
// moves by slots, the factor is not floored. The integer model is the rule. Both
// count rewards forgone at full participation, as the published tables do.
type HeadlineRow struct {
	Permille uint64 // the cohort's share of the stake in thousandths
	Days     int    // how long it is offline
	Preset   string // E1, E2, E3
	// FloatUSD and IntegerUSD are dollars, without a leak.
	FloatUSD, IntegerUSD float64
	Ratio                float64 // float model over the status quo without a leak
	RecoupDays           float64 // of full income, float model
	IntegerLoss          spec.Gwei
}

// calmPermille is the share that is offline without any incident.
const calmPermille = 3

var headlineRules = []struct {
	preset string
	rule   penalty.Smoothed2026
}{{"E1", penalty.SmoothedE1}, {"E2", penalty.SmoothedE2}, {"E3", penalty.SmoothedE3}}

// Headline returns the published cost table: cohorts of no, 1, 5, 10 and 20
// percent for a day, under every preset.
func Headline(e scenario.Economics) ([]HeadlineRow, error) {
	var rows []HeadlineRow
	for _, permille := range []uint64{0, 10, 50, 100, 200} {
		for _, r := range headlineRules {
			row, err := CohortLoss(e, r.rule, permille, 1)
			if err != nil {
				return nil, err
			}
			row.Preset = r.preset
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// CohortLoss is one row of the cost table, for any cohort, constants and number
// of days; it leaves the preset's name empty. A cohort above the stake and days
// outside 1 to 2330 give [spec.ErrInput], sums above 64 bits [spec.ErrOverflow].
func CohortLoss(e scenario.Economics, rule penalty.Smoothed2026, permille uint64, days int) (HeadlineRow, error) {
	row := HeadlineRow{Permille: permille, Days: days}
	if permille > 1000-calmPermille || days < 1 || days > scenario.MaxEpochs/scenario.EpochsPerDay {
		return row, spec.Atf("cohort", -1, spec.ErrInput, "%d thousandths for %d days, not up to %d for 1 to %d", permille, days, 1000-calmPermille, scenario.MaxEpochs/scenario.EpochsPerDay)
	}
	v, err := e.Epoch(scenario.Validator)
	if err != nil {
		return row, err
	}
	epochs := uint64(days) * scenario.EpochsPerDay
	flat := spec.Gwei(epochs) * (v.Ideal + v.Source) // below 2^19 times 2^33
	scaled, err := integerTarget(e, rule, v, permille, epochs)
	if err != nil {
		return row, err
	}
	var fits bool
	if row.IntegerLoss, fits = u64.Add(flat, scaled); !fits {
		return row, spec.Atf("target", -1, spec.ErrOverflow, "sum of %d epochs", epochs)
	}
	row.IntegerUSD = e.USD(row.IntegerLoss)
	factors := FloatFactorSum(rule, permille, int(epochs)*scenario.SlotsPerEpoch)
	loss := float64(flat) + float64(float64(v.Target)*factors)/scenario.SlotsPerEpoch
	row.FloatUSD = loss / 1e9 * e.PriceUSD
	row.Ratio = loss / float64(spec.Gwei(epochs)*(v.Ideal+v.StatusQuo()))
	row.RecoupDays = loss * 100 / (float64(v.FullIncome) * scenario.EpochsPerDay)
	return row, nil
}

// integerTarget is the scaled target penalty over the epochs, mean over the
// slots in which the validator may attest, floored.
func integerTarget(e scenario.Economics, rule penalty.Smoothed2026, v scenario.EpochValues, permille, epochs uint64) (spec.Gwei, error) {
	reference := e.TotalActive / scenario.SlotsPerEpoch
	o, err := spec.ObsOfOffline(reference*spec.Gwei(calmPermille+permille)/1000, e.TotalActive, scenario.SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	average := reference * calmPermille / 1000
	var sum spec.Gwei
	for range epochs * scenario.SlotsPerEpoch {
		f, next, err := rule.Step(average, &o)
		if err != nil {
			return 0, err
		}
		paid, ok := f.Penalty(v.BaseReward, spec.TimelyTarget.Weight())
		if !ok {
			return 0, spec.Atf("target", -1, spec.ErrOverflow, "factor %d", f.Num)
		}
		if sum, ok = u64.Add(sum, paid); !ok {
			return 0, spec.Atf("target", -1, spec.ErrOverflow, "sum of %d epochs", epochs)
		}
		average = next
	}
	return sum / scenario.SlotsPerEpoch, nil
}

// FloatFactorSum is the sum of the factors over so many slots of the published
// float model, for a cohort in thousandths of the stake. More slots than those of
// [scenario.MaxEpochs] give not-a-number.
func FloatFactorSum(rule penalty.Smoothed2026, permille uint64, slots int) float64 {
	if slots > scenario.MaxEpochs*scenario.SlotsPerEpoch {
		return math.NaN()
	}
	const calm = calmPermille / 1000.
	offline, average, sum := calm+float64(permille)/1000, calm, 0.
	for range slots {
		excess := offline - average
		sum += math.Min(1+float64(float64(rule.Slope)*excess), float64(rule.Cap))
		average += excess / float64(rule.Window)
	}
	return sum
}

// LeakRow is what an outage that also loses finality costs each 32 ETH of the
// cohort under one rule, in dollars.
type LeakRow struct {
	Rule string // status-quo or a preset
	// SimplifiedUSD charges rewards forgone although a leak pays none, and the
	// simplified leak, in the float model: the published figure.
	SimplifiedUSD float64
	// ExactUSD is the integer model: rewards forgone until the leak begins, and
	// the leak after three epochs. Effective balances stay.
	ExactUSD float64
	// FollowingUSD is that with the effective balance following the balance.
	FollowingUSD float64
	// The leak alone, in dollars.
	SimplifiedLeakUSD, ExactLeakUSD, FollowingLeakUSD float64
}

// FinalityLoss returns the rows of an outage of so many thousandths, enough to
// lose finality, that lasts so many days: the status quo and every preset.
func FinalityLoss(e scenario.Economics, permille uint64, days int) ([]LeakRow, error) {
	if permille <= 333-calmPermille || permille > 1000-calmPermille {
		return nil, spec.Atf("cohort", -1, spec.ErrInput, "%d thousandths do not lose finality", permille)
	}
	flat := penalty.Smoothed2026{Slope: 0, Cap: 1, Window: 1}
	row, err := leakRow(e, "status-quo", flat, permille, days)
	rows := []LeakRow{row}
	for _, r := range headlineRules {
		if err != nil {
			return nil, err
		}
		row, err = leakRow(e, r.preset, r.rule, permille, days)
		rows = append(rows, row)
	}
	return rows, err
}

func leakRow(e scenario.Economics, name string, rule penalty.Smoothed2026, permille uint64, days int) (LeakRow, error) {
	row := LeakRow{Rule: name}
	v, err := e.Epoch(scenario.Validator)
	if err != nil {
		return row, err
	}
	epochs := days * scenario.EpochsPerDay
	cohort, err := CohortLoss(e, rule, permille, days)
	if err != nil {
		return row, err
	}
	simple, err := SimplifiedLeak(scenario.Validator, epochs)
	if err != nil {
		return row, err
	}
	row.SimplifiedLeakUSD = e.USD(simple)
	row.SimplifiedUSD = cohort.FloatUSD + row.SimplifiedLeakUSD
	scaled := cohort.IntegerLoss - spec.Gwei(epochs)*(v.Ideal+v.Source)
	fixed, err := ExactLeak(scenario.Validator, epochs, nil)
	if err != nil {
		return row, err
	}
	var leak spec.Gwei
	for _, k := range fixed {
		leak += k.Leak
	}
	free := spec.Gwei(epochsBeforeLeak(fixed)) * v.Ideal
	row.ExactLeakUSD = e.USD(leak)
	row.ExactUSD = e.USD(leak + free + spec.Gwei(epochs)*v.Source + scaled)
	return row, followingLeak(&row, e, v, scaled, epochs)
}

// followingLeak fills in the row whose effective balance falls on the way. The
// factors are those of a constant cohort: its share of the stake falls too, by
// at most a thirtieth, which is left out.
func followingLeak(row *LeakRow, e scenario.Economics, v scenario.EpochValues, scaled spec.Gwei, epochs int) error {
	const increments = spec.Gwei(scenario.Validator / spec.EffectiveBalanceIncrement)
	perEpoch := (v.Source + scaled/spec.Gwei(epochs)) / increments
	path, err := ExactLeak(scenario.Validator, epochs, func(int, bool) spec.Gwei { return perEpoch })
	if err != nil {
		return err
	}
	var leak, loss spec.Gwei
	for _, k := range path {
		leak += k.Leak
		n := k.EffectiveBalance / spec.EffectiveBalanceIncrement
		loss += k.Leak + n*perEpoch
		if !k.InLeak {
			loss += n * (v.Ideal / increments)
		}
	}
	row.FollowingLeakUSD, row.FollowingUSD = e.USD(leak), e.USD(loss)
	return nil
}

func epochsBeforeLeak(path []LeakEpoch) (n int) {
	for _, k := range path {
		if !k.InLeak {
			n++
		}
	}
	return n
}
