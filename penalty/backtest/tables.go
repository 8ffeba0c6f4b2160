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
		table.Column{Name: "pairs at global rate", Key: "global_rate_pairs", Decimals: 1, Thousands: true},
		table.Column{Name: "by own rate", Key: "own_rate", Decimals: 1, Thousands: true},
		table.Column{Name: "pairs at own rate", Key: "own_rate_pairs", Decimals: 1, Thousands: true},
		table.Column{Name: "redistributed", Decimals: 1, Thousands: true},
		table.Column{Name: "fake clusters", Key: "fake_stable", Thousands: true})
	for k := range cofailure.KindCount {
		x := r.expected[k]
		row := []any{
			cofailure.Kind(k).String(), r.Counts.Failures[k], r.Counts.Co[k], x.ShareOfFailures,
			x.GlobalRate, x.GlobalRatePairs, x.OwnRate, x.OwnRatePairs, nil, nil,
		}
		if r.Redistributed != nil {
			row[8] = r.Redistributed[k]
		}
		if r.Fake != nil {
			row[9] = r.Fake.Co[k]
		}
		_ = t.Row(row...)
	}
	t.Note(fmt.Sprintf("%d validators, %d epochs; clusters of more than %d.", r.study.Population.Clusters.Validators, r.Totals.Epochs(), cofailure.SmallOver))
	t.Note("By global and by own rate: as published, size squared times the rate squared, which counts a validator with itself: too high by 1 in size less one, 10 % in a cluster of 11. Pairs at these rates: size times size less one.")
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
	columns := []table.Column{
		{Name: "group"}, {Name: "validators", Thousands: true}, {Name: "mechanism"},
		{Name: "total", Unit: "Gwei", Thousands: true},
		{Name: "mean", Unit: "Gwei", Decimals: 1, Thousands: true},
		{Name: "mean from", Key: "mean_low", Unit: "Gwei", Decimals: 1, Thousands: true},
		{Name: "to", Key: "mean_high", Unit: "Gwei", Decimals: 1, Thousands: true},
		{Name: "to status quo", Key: "ratio", Unit: "x", Decimals: 3},
		{Name: "ratio from", Key: "ratio_low", Unit: "x", Decimals: 3},
		{Name: "up to", Key: "ratio_high", Unit: "x", Decimals: 3},
	}
	if r.draws.draws > 0 {
		columns = append(columns, table.Column{Name: "mean's blocks", Key: "mean_interval"}, table.Column{Name: "ratio's blocks", Key: "ratio_interval"})
	}
	t := table.New("Penalties by group, deadline "+s.Deadline.String(), columns...)
	for g, group := range s.Population.Groups {
		for i := range s.Rules {
			column := firstRule + i
			mean, about := r.mean(g, column)
			ratio, aboutRatio := r.ratio(g, i)
			row := []any{
				group.Name, group.Members, s.Rules[i].FullName(), r.sums[g*s.columns+column],
				number(mean), number(about.Low), number(about.High), number(ratio), number(aboutRatio.Low), number(aboutRatio.High),
			}
			_ = t.Row(append(row, r.blocks(about, aboutRatio)...)...)
		}
	}
	r.explain(t)
	return t
}

// blocks are the last cells of a row of intervals: of how many epochs the blocks were
// that were drawn, or why there is none. Without draws there are no such columns.
func (r *Result) blocks(of ...Interval) (cells []any) {
	if r.draws.draws == 0 {
		return nil
	}
	for _, i := range of {
		switch {
		case i.Why != Given:
			cells = append(cells, i.Why.String())
		case i.Block == 0:
			cells = append(cells, "by definition")
		default:
			cells = append(cells, fmt.Sprintf("%d epochs", uint64(i.Block)*r.Totals.span))
		}
	}
	return cells
}

// explain notes how intervals are made.
func (r *Result) explain(t *table.Table) {
	if r.draws.draws == 0 {
		return
	}
	t.Note(fmt.Sprintf("Intervals: 95 %%, studentised circular block bootstrap, %d draws, seed %d; blocks of epochs twice as long as the rule of Politis and White (2004, corrected 2009) finds in the record.", r.draws.draws, r.draws.seed))
	t.Note("Record too short: fewer than three outages, or what varies lasts too long for an interval. No interval knows of outages that the record has not seen.")
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
	columns := []table.Column{
		{Name: "mechanism"}, {Name: "advantage", Unit: "x", Decimals: 3},
		{Name: "from", Key: "low", Unit: "x", Decimals: 3}, {Name: "to", Key: "high", Unit: "x", Decimals: 3},
	}
	if r.draws.draws > 0 {
		columns = append(columns, table.Column{Name: "blocks", Key: "interval"})
	}
	t := table.New(title, columns...)
	for i, name := range r.study.Columns() {
		advantage, about := r.advantage(i)
		_ = t.Row(append([]any{name, number(advantage), number(about.Low), number(about.High)}, r.blocks(about)...)...)
	}
	r.explain(t)
	if big < 0 || small < 0 {
		t.Note("The groups have no large and no small clusters to compare.")
	}
	return t
}
