package main

import (
	"fmt"
	"math"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/table"
)

// columns are the keys of the sums: failures by deadline, then the rules.
func (r *result) columns() []string {
	names := []string{"basic", "basic_ss"}
	for i := range r.rules {
		names = append(names, r.rules[i].FullName())
	}
	return names
}

// sum is a figure of totals.
func (r *result) sum(totals []float64, group, column int) float64 {
	return totals[group*(firstRule+len(r.rules))+column]
}

func floats(sums []uint64) []float64 {
	f := make([]float64, len(sums))
	for i, v := range sums {
		f[i] = float64(v)
	}
	return f
}

// mean is the penalty of a validator of a group; NaN for an empty group.
func (r *result) mean(totals []float64, group, column int) float64 {
	if r.groups[group].members == 0 {
		return math.NaN()
	}
	return r.sum(totals, group, column) / float64(r.groups[group].members)
}

// ratio is to the status quo, which is the first rule.
func (r *result) ratio(totals []float64, group, rule int) float64 {
	return r.sum(totals, group, firstRule+rule) / r.sum(totals, group, firstRule)
}

// advantage is what a validator of a small cluster pays over what one of a
// large one pays.
func (r *result) advantage(totals []float64, column int) float64 {
	big, small := r.ends()
	if small < 0 || big < 0 {
		return math.NaN()
	}
	return r.mean(totals, small, column) / r.mean(totals, big, column)
}

// ends are the groups of the largest clusters that there are and of the small
// ones; -1 where there is none.
func (r *result) ends() (big, small int) {
	big, small = -1, r.index("small")
	for _, name := range []string{"big", "large", "medium", "mid"} {
		if g := r.index(name); big < 0 && g >= 0 && r.groups[g].members > 0 {
			big = g
		}
	}
	return big, small
}

func (r *result) countTable() *table.Table {
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
		row := []any{cofailure.Kind(k).String(), r.counts.Failures[k], r.counts.Co[k], x.ShareOfFailures, x.GlobalRate, x.OwnRate, nil, nil}
		if r.fake != nil {
			row[6], row[7] = r.redistributed[k], r.fake.Co[k]
		}
		_ = t.Row(row...)
	}
	t.Note(fmt.Sprintf("%d validators, %d epochs; clusters of more than %d.", r.Validators, r.epochs, cofailure.SmallOver))
	if r.incomplete > 0 {
		t.Note(fmt.Sprintf("Left out: %d epochs with slots missing.", r.incomplete))
	}
	return t
}

func (r *result) penaltyTable() *table.Table {
	t := table.New("Penalties by group, deadline "+r.deadline,
		table.Column{Name: "group"}, table.Column{Name: "validators", Thousands: true}, table.Column{Name: "mechanism"},
		table.Column{Name: "total", Unit: "Gwei", Thousands: true},
		table.Column{Name: "mean", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "mean from", Key: "mean_low", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "to", Key: "mean_high", Unit: "Gwei", Decimals: 1, Thousands: true},
		table.Column{Name: "to status quo", Key: "ratio", Unit: "x", Decimals: 3},
		table.Column{Name: "ratio from", Key: "ratio_low", Unit: "x", Decimals: 3},
		table.Column{Name: "up to", Key: "ratio_high", Unit: "x", Decimals: 3})
	sums := r.blocks.totals()
	totals := floats(sums)
	for g, group := range r.groups {
		for i := range r.rules {
			column := firstRule + i
			mean := percentiles(r.draws, func(t []float64) float64 { return r.mean(t, g, column) })
			ratio := percentiles(r.draws, func(t []float64) float64 { return r.ratio(t, g, i) })
			_ = t.Row(group.name, group.members, r.rules[i].FullName(), sums[g*(firstRule+len(r.rules))+column],
				number(r.mean(totals, g, column)), number(mean.low), number(mean.high),
				number(r.ratio(totals, g, i)), number(ratio.low), number(ratio.high))
		}
	}
	t.Note(fmt.Sprintf("Intervals: 95 %%, %d draws of %d blocks of %d epochs, seed %d.", len(r.draws), len(r.blocks.rows), max(1, r.blocks.span), r.seed))
	return t
}

// number is nil, which tables show as nothing, for what is not a number.
func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

func (r *result) advantageTable() *table.Table {
	big, small := r.ends()
	title := "Advantage of size"
	if big >= 0 && small >= 0 {
		title += ": mean penalty of " + r.groups[small].name + " over that of " + r.groups[big].name
	}
	t := table.New(title,
		table.Column{Name: "mechanism"}, table.Column{Name: "advantage", Unit: "x", Decimals: 3},
		table.Column{Name: "from", Key: "low", Unit: "x", Decimals: 3}, table.Column{Name: "to", Key: "high", Unit: "x", Decimals: 3})
	totals := floats(r.blocks.totals())
	for i, name := range r.columns() {
		ci := percentiles(r.draws, func(t []float64) float64 { return r.advantage(t, i) })
		_ = t.Row(name, number(r.advantage(totals, i)), number(ci.low), number(ci.high))
	}
	if big < 0 || small < 0 {
		t.Note("The groups have no large and no small clusters to compare.")
	}
	return t
}

// kindJSON has the keys of the expected figures of the published script, and
// those of the naive methods.
type kindJSON struct {
	Failures      uint64   `json:"failures"`
	Co            uint64   `json:"co"`
	Fake          *uint64  `json:"fake_stable"`
	Share         float64  `json:"share_of_failures"`
	GlobalRate    float64  `json:"global_rate"`
	OwnRate       float64  `json:"own_rate"`
	Redistributed *float64 `json:"redistributed"`
}

func (r *result) json() map[string]any {
	of := map[string]any{
		"epochs": r.epochs, "epochs_incomplete": r.incomplete, "validators": r.Validators,
		"deadline": r.deadline, "counted": r.counted, "seed": r.seed, "draws": len(r.draws),
		"penalties": r.penaltyTable(), "advantage": r.advantageTable(),
	}
	for k := range cofailure.KindCount {
		x := r.expected[k]
		j := kindJSON{Failures: r.counts.Failures[k], Co: r.counts.Co[k], Share: x.ShareOfFailures, GlobalRate: x.GlobalRate, OwnRate: x.OwnRate}
		if r.fake != nil {
			j.Fake, j.Redistributed = &r.fake.Co[k], &r.redistributed[k]
		}
		of[cofailure.Kind(k).String()] = j
	}
	sums, rows := r.blocks.totals(), map[string]map[string]figureJSON{}
	for g, group := range r.groups {
		row := map[string]figureJSON{}
		for i, name := range r.columns() {
			row[name] = figureJSON{sums[g*(firstRule+len(r.rules))+i], group.members}
		}
		rows[group.name] = row
	}
	of["table"] = rows
	return of
}
