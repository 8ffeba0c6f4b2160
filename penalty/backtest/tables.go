package backtest

import (
	"fmt"
	"math"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/table"
)

// CountTable has a row for every kind of failure: the co-failures there are, and
// how many there would be if clusters meant nothing. This table and the others are
// empty for a result that [Study.Result] has not made.
func (r *Result) CountTable() *table.Table {
	if !r.made() {
		return table.New("No result")
	}
	t := table.New("Co-failures: ordered pairs of one cluster failing in one slot",
		table.Column{Name: "kind"}, table.Column{Name: "failures", Thousands: true},
		table.Column{Name: "co-failures", Key: "co", Thousands: true},
		table.Column{Name: "by share of failures", Key: "share_of_failures", Decimals: 1, Thousands: true},
		table.Column{Name: "by global rate", Key: "global_rate", Decimals: 1, Thousands: true},
		table.Column{Name: "by own rate", Key: "own_rate", Decimals: 1, Thousands: true},
		table.Column{Name: "redistributed", Decimals: 1, Thousands: true},
		table.Column{Name: "fake clusters", Key: "fake_stable", Thousands: true})
	for k := range cofailure.KindCount {
		x := r.expected[k]
		row := []any{cofailure.Kind(k).String(), r.Counts.Failures[k], r.Counts.Co[k], x.ShareOfFailures, x.GlobalRate, x.OwnRate, nil, nil}
		if r.Redistributed != nil {
			row[6] = r.Redistributed[k]
		}
		if r.Fake != nil {
			row[7] = r.Fake.Co[k]
		}
		_ = t.Row(row...)
	}
	t.Note(fmt.Sprintf("%d validators, %d epochs; clusters of more than %d.", r.study.Population.Clusters.Validators, r.Totals.Epochs(), cofailure.SmallOver))
	if r.Incomplete > 0 {
		t.Note(fmt.Sprintf("Left out: %d epochs with slots missing.", r.Incomplete))
	}
	return t
}

// PenaltyTable has a row for every group and rule: penalties in Gwei, in all and
// of a validator, and their ratio to those of the first rule, each with its
// interval.
func (r *Result) PenaltyTable() *table.Table {
	if !r.made() {
		return table.New("No result")
	}
	s := r.study
	t := table.New("Penalties by group, deadline "+s.Deadline.String(),
		table.Column{Name: "group"}, table.Column{Name: "validators", Thousands: true}, table.Column{Name: "mechanism"},
		table.Column{Name: "total", Unit: "Gwei", Thousands: true},
		table.Column{Name: "mean", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "mean from", Key: "mean_low", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "to", Key: "mean_high", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "to status quo", Key: "ratio", Unit: "x", Decimals: 3},
		table.Column{Name: "ratio from", Key: "ratio_low", Unit: "x", Decimals: 3},
		table.Column{Name: "up to", Key: "ratio_high", Unit: "x", Decimals: 3})
	for g, group := range s.Population.Groups {
		for i := range s.Rules {
			column := firstRule + i
			mean := percentiles(r.draws, func(t []float64) float64 { return r.mean(t, g, column) })
			ratio := percentiles(r.draws, func(t []float64) float64 { return r.ratio(t, g, i) })
			_ = t.Row(group.Name, group.Members, s.Rules[i].FullName(), r.sums[g*s.columns+column],
				number(r.mean(r.totals, g, column)), number(mean.low), number(mean.high),
				number(r.ratio(r.totals, g, i)), number(ratio.low), number(ratio.high))
		}
	}
	t.Note(fmt.Sprintf("Intervals: 95 %%, %d draws of %d blocks of %d epochs, seed %d.", len(r.draws), len(r.Totals.blocks), max(1, r.Totals.span), r.seed))
	return t
}

// number is nil, which tables show as nothing, for what is not a number.
func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// AdvantageTable has a row for every column: what a validator of a small cluster
// pays over what one of a large one pays, with its interval.
func (r *Result) AdvantageTable() *table.Table {
	if !r.made() {
		return table.New("No result")
	}
	big, small := r.ends()
	title := "Advantage of size"
	if big >= 0 && small >= 0 {
		groups := r.study.Population.Groups
		title += ": mean penalty of " + groups[small].Name + " over that of " + groups[big].Name
	}
	t := table.New(title,
		table.Column{Name: "mechanism"}, table.Column{Name: "advantage", Unit: "x", Decimals: 3},
		table.Column{Name: "from", Key: "low", Unit: "x", Decimals: 3}, table.Column{Name: "to", Key: "high", Unit: "x", Decimals: 3})
	for i, name := range r.study.Columns() {
		ci := percentiles(r.draws, func(t []float64) float64 { return r.advantage(t, i) })
		_ = t.Row(name, number(r.advantage(r.totals, i)), number(ci.low), number(ci.high))
	}
	if big < 0 || small < 0 {
		t.Note("The groups have no large and no small clusters to compare.")
	}
	return t
}
