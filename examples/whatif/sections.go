package main

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec/table"
)

// sizes of the outage in the chart of loss against size, in millionths.
var sizes = []scenario.PPM{0, 2_500, 5_000, 10_000, 20_000, 30_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000, 300_000}

// sizeSection is what an outage costs those in it, by its size, each mechanism
// alone: a cohort beside the stake that is offline anyway, no chance, no leak.
func sizeSection(p *plan) (section, error) {
	epochs := uint64(scenario.EpochsPerDay)
	for _, o := range p.Outages {
		if o.Share > 0 || o.Name != "" {
			epochs = o.Duration
			break
		}
	}
	const calm = 3000
	t := table.New(fmt.Sprintf("Loss per 32 ETH of a cohort offline for %d epochs, by its size", epochs),
		columns("mechanism", table.Column{Name: "cohort", Key: "cohort_percent", Unit: "%"}, table.Column{Name: "loss", Key: "loss_usd", Unit: "USD", Decimals: 2})...)
	b := rows{t: t}
	chart := page.Chart{Title: "Loss against outage size", X: "cohort, % of the stake", Y: "USD per 32 ETH"}
	for _, m := range p.Mechanisms {
		line := page.Series{Name: m.Label}
		for _, size := range sizes {
			loss, err := study.OutageLoss(p.Economics, m.Rule, calm, size, epochs)
			if err != nil {
				return section{}, err
			}
			b.row(m.Label, 100*size.Float(), p.Economics.USD(loss))
			line.X, line.Y = append(line.X, 100*size.Float()), append(line.Y, p.Economics.USD(loss))
		}
		chart.Series = append(chart.Series, line)
	}
	t.Note("0.3 % of the stake is offline beside the cohort; rewards forgone at full participation included, no leak; the cohort falls evenly on the slots")
	return section{key: "sizes", title: "Loss against outage size", table: t, quiet: true, charts: []page.Chart{chart}}, b.err
}

// timeSection is the factors and the offline share over the first run.
func timeSection(p *plan, runs []*scenario.RunResult) (section, error) {
	t := table.New("Target factor over time, first run", columns("mechanism", "epoch",
		table.Column{Name: "factor mean", Decimals: 4}, table.Column{Name: "factor max", Decimals: 2},
		table.Column{Name: "offline", Key: "offline_percent", Unit: "%", Decimals: 4})...)
	b := rows{t: t}
	factor := page.Chart{Title: "Factor over time", X: "days", Y: "target factor"}
	offline := runs[0].Offline
	down := page.Series{Name: "offline"}
	for m := range p.Mechanisms {
		s := &runs[0].Mechanisms[m].Factor
		line := page.Series{Name: p.Mechanisms[m].Label}
		for i := range s.Mean {
			epoch := uint64(i) * s.PerPoint
			b.row(p.Mechanisms[m].Label, epoch, s.Mean[i], s.Max[i], 100*offline.Mean[i])
			day := float64(epoch) / scenario.EpochsPerDay
			line.X, line.Y = append(line.X, day), append(line.Y, s.Mean[i])
			if m == 0 {
				down.X, down.Y = append(down.X, day), append(down.Y, 100*offline.Mean[i])
			}
		}
		factor.Series = append(factor.Series, line)
	}
	t.Note(fmt.Sprintf("a row for every %d epochs: mean over their slots, highest slot", offline.PerPoint))
	charts := []page.Chart{factor, {Title: "Stake offline", X: "days", Y: "% of the stake", Series: []page.Series{down}}}
	return section{key: "time", title: "Over time", table: t, quiet: true, charts: charts}, b.err
}

// metrics are what a heat map may show of a point.
var metrics = map[string]func(p *plan, runs []*scenario.RunResult, m int) float64{
	"penalty_ratio": func(_ *plan, runs []*scenario.RunResult, m int) float64 { return paid(runs, m) / paid(runs, 0) },
	"advantage": func(p *plan, runs []*scenario.RunResult, m int) float64 {
		return scenario.Advantage(runs, m, p.small, p.big).Mean
	},
	"factor_mean": func(_ *plan, runs []*scenario.RunResult, m int) (mean float64) {
		for _, r := range runs {
			mean += r.Mechanisms[m].Factor.AverageFactor() / float64(len(runs))
		}
		return mean
	},
	"slots_above_one": func(_ *plan, runs []*scenario.RunResult, m int) float64 {
		var above, slots float64
		for _, r := range runs {
			f := &r.Mechanisms[m].Factor
			above, slots = above+float64(f.AboveOne), slots+float64(f.Slots)
		}
		return 100 * above / slots
	},
}

// sweepSection puts the points side by side.
func sweepSection(base *plan, points []point, results [][]*scenario.RunResult) (section, error) {
	var axes []any
	if len(base.variants) > 0 {
		axes = append(axes, table.Column{Name: "variant"})
	}
	for i, a := range base.sweep {
		axes = append(axes, table.Column{Name: a.path, Key: fmt.Sprintf("axis_%d", i+1)})
	}
	t := table.New("Points", columns(append(axes, "mechanism",
		table.Column{Name: "factor mean", Decimals: 4}, table.Column{Name: "slots above 1", Key: "slots_above_one", Unit: "%", Decimals: 3},
		table.Column{Name: "of status quo", Key: "penalty_ratio", Decimals: 3},
		ci("paid by "+base.small, "paid_small_usd", "USD/32", 4), ci("paid by "+base.big, "paid_big_usd", "USD/32", 4),
		ci("advantage", "advantage", "", 4), ci("change", "advantage_change", "", 4))...)...)
	b := rows{t: t}
	price := base.Economics.PriceUSD / 1e9
	for i := range points {
		p, runs := points[i].plan, results[i]
		for m := range p.Mechanisms {
			var labels []any
			for _, l := range points[i].labels {
				labels = append(labels, l)
			}
			b.row(cells(labels, p.Mechanisms[m].Label, metrics["factor_mean"](p, runs, m), metrics["slots_above_one"](p, runs, m),
				paid(runs, m)/paid(runs, 0), interval(scenario.PaidPer32(runs, m, p.small), price), interval(scenario.PaidPer32(runs, m, p.big), price),
				interval(scenario.Advantage(runs, m, p.small, p.big), 1), interval(scenario.AdvantageChange(runs, m, 0, p.small, p.big), 1))...)
		}
	}
	t.Note(fmt.Sprintf("paid: penalties per 32 ETH in %d epochs; advantage: penalties per ETH of %s over those of %s; change: against %s, same failures",
		base.Epochs, base.small, base.big, base.Mechanisms[0].Label))
	return section{key: "sweep", title: "All points", table: t, charts: sweepCharts(base, points, results)}, b.err
}

// sweepCharts is a heat map for every mechanism when two parameters vary, else
// bars.
func sweepCharts(base *plan, points []point, results [][]*scenario.RunResult) (charts []page.Chart) {
	measure := metrics[base.metric]
	if len(base.variants) > 0 || len(base.sweep) != 2 {
		chart := page.Chart{Title: strings.ReplaceAll(base.metric, "_", " "), Y: strings.ReplaceAll(base.metric, "_", " ")}
		for i := range points {
			chart.Categories = append(chart.Categories, strings.Join(points[i].labels, " "))
		}
		for m := range base.Mechanisms {
			line := page.Series{Name: base.Mechanisms[m].Label}
			for i := range points {
				if m < len(points[i].plan.Mechanisms) {
					line.Y = append(line.Y, measure(points[i].plan, results[i], m))
				}
			}
			chart.Series = append(chart.Series, line)
		}
		return []page.Chart{chart}
	}
	across, down := base.sweep[0], base.sweep[1]
	for m := 1; m < len(base.Mechanisms); m++ {
		heat := &page.Heat{Columns: across.values, Rows: down.values}
		for r := range down.values {
			var row []float64
			for c := range across.values {
				i := c*len(down.values) + r
				row = append(row, measure(points[i].plan, results[i], m))
			}
			heat.Values = append(heat.Values, row)
		}
		charts = append(charts, page.Chart{
			Title: base.Mechanisms[m].Label + ": " + strings.ReplaceAll(base.metric, "_", " "), X: across.path, Y: down.path, Heat: heat,
		})
	}
	return charts
}
