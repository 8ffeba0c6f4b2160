package scenario

import (
	"math"
	"slices"
)

// Interval is an estimate with its 95 % confidence interval over independent
// repetitions: Student's t. It covers the chance in the model, not the
// assumptions of the model. What lasts within a repetition does not matter, but few
// repetitions of what is rare cover less than they say: of 8 exponential values 90 %,
// where half of the values are zero 83 %, of 32 such 91 %. With a single repetition
// Low and High are not numbers.
type Interval struct{ Mean, Low, High float64 }

// student are the 97.5 % points of Student's distribution for 1 to 30 degrees of
// freedom; beyond, 30 is used, which errs on the wide side.
var student = [...]float64{
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
	2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
	2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
}

// MeanInterval is the mean of some values; none gives not-a-number.
func MeanInterval(values []float64) Interval {
	n := float64(len(values))
	mean := 0.
	for _, v := range values {
		mean += v / n
	}
	if len(values) == 0 {
		mean = math.NaN()
	}
	squares := 0.
	for _, v := range values {
		squares += float64((v - mean) * (v - mean))
	}
	return around(mean, squares/(n-1)/n, len(values))
}

// around is an estimate with the given variance of the mean of n repetitions.
func around(mean, variance float64, n int) Interval {
	if n < 2 {
		return Interval{mean, math.NaN(), math.NaN()}
	}
	half := float64(student[min(n-1, len(student))-1] * math.Sqrt(variance))
	return Interval{mean, mean - half, mean + half}
}

// jackknife estimates a statistic of sums over runs and its interval by leaving
// each run out in turn.
func jackknife(n int, statistic func(skip int) float64) Interval {
	all := statistic(-1)
	if n < 2 || math.IsNaN(all) || math.IsInf(all, 0) {
		return around(all, 0, min(n, 1))
	}
	left := make([]float64, n)
	mean := 0.
	for i := range left {
		left[i] = statistic(i)
		mean += left[i] / float64(n)
	}
	variance := 0.
	for _, v := range left {
		variance += float64((v - mean) * (v - mean))
	}
	return around(all, variance*float64(n-1)/float64(n), n)
}

// ratio is the penalties per ether of group a over those of group b under
// mechanism m, all runs but one summed.
func ratio(runs []*RunResult, m, a, b, skip int) float64 {
	var paid, stake [2]float64
	for i, r := range runs {
		if i == skip {
			continue
		}
		for k, g := range [2]int{a, b} {
			loss := r.group(m, g)
			paid[k] += float64(loss.Paid)
			stake[k] += float64(loss.Stake)
		}
	}
	return paid[0] / stake[0] / (paid[1] / stake[1])
}

// group is what a group lost under mechanism m; nothing where a run has not both.
func (r *RunResult) group(m, g int) *GroupLoss {
	if of := r.ByGroup(m); g >= 0 && g < len(of) {
		return &of[g]
	}
	return new(GroupLoss)
}

// groupOf is a group's place in the results of mechanism m, -1 when a run has not
// both.
func groupOf(runs []*RunResult, m int, name string) int {
	at := -1
	for i, r := range runs {
		if r == nil || m < 0 || m >= len(r.Mechanisms) {
			return -1
		}
		if i == 0 {
			at = slices.Index(r.Groups, name)
		}
		if at < 0 || at >= len(r.Mechanisms[m].Groups) {
			return -1
		}
	}
	return at
}

// Advantage is the advantage of the group big over the group small under
// mechanism m: penalties per ether of the small over those of the big, as the
// analysis of 2024 counts it (ethresear.ch topic 19116). Above one the small
// pay more. Unknown groups and mechanisms give not-a-number.
func Advantage(runs []*RunResult, m int, small, big string) Interval {
	a, b := groupOf(runs, m, small), groupOf(runs, m, big)
	if a < 0 || b < 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	return jackknife(len(runs), func(skip int) float64 { return ratio(runs, m, a, b, skip) })
}

// AdvantageChange is by how much mechanism m changes the advantage that
// mechanism base leaves, on the same failures: negative where it helps the
// small. The runs are paired, so that it is narrower than the difference of two
// intervals.
func AdvantageChange(runs []*RunResult, m, base int, small, big string) Interval {
	a, b := groupOf(runs, m, small), groupOf(runs, m, big)
	if a < 0 || b < 0 || groupOf(runs, base, small) < 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	return jackknife(len(runs), func(skip int) float64 {
		return ratio(runs, m, a, b, skip) - ratio(runs, base, a, b, skip)
	})
}

// LossPer32 is what a group lost per 32 ETH of its stake under mechanism m, in
// Gwei: penalties, rewards forgone and leak.
func LossPer32(runs []*RunResult, m int, group string) Interval {
	g := groupOf(runs, m, group)
	values := make([]float64, 0, len(runs))
	for _, r := range runs {
		if g >= 0 {
			loss := r.group(m, g)
			values = append(values, loss.Per32(loss.Total()))
		}
	}
	return MeanInterval(values)
}

// PaidPer32 is what a group paid in penalties alone, likewise.
func PaidPer32(runs []*RunResult, m int, group string) Interval {
	g := groupOf(runs, m, group)
	values := make([]float64, 0, len(runs))
	for _, r := range runs {
		if g >= 0 {
			loss := r.group(m, g)
			values = append(values, loss.Per32(loss.Paid))
		}
	}
	return MeanInterval(values)
}
