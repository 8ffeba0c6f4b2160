package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// runPoints runs every point and reports: the points side by side when there are
// several, and the first in detail.
func runPoints(base *plan, points []point, workers int, told scenario.Progress) (*report, error) {
	scenarios := make([]*scenario.Scenario, len(points))
	for i := range points {
		scenarios[i] = &points[i].plan.Scenario
	}
	results, err := scenario.Sweep(scenarios, base.seed, workers, told)
	if err != nil {
		return nil, err
	}
	r := newReport(base)
	first, runs := points[0].plan, results[0]
	steps := []func() (section, error){
		func() (section, error) { return mechanismSection(first, runs) },
		func() (section, error) { return groupSection(first, runs) },
		func() (section, error) { return operatorSection(first, runs) },
		func() (section, error) { return sizeSection(first) },
		func() (section, error) { return timeSection(first, runs) },
	}
	if len(points) > 1 {
		r.Notes = append(r.Notes, "In detail below: "+strings.Join(points[0].labels, ", ")+".")
		steps = append([]func() (section, error){func() (section, error) { return sweepSection(base, points, results) }}, steps...)
	}
	for _, step := range steps {
		s, err := step()
		if err != nil {
			return nil, err
		}
		r.add(s)
	}
	r.Notes = append(r.Notes,
		fmt.Sprintf("Runs: %d of %d epochs (%.4g days), %d validators, %s ETH staked in the run, base rewards of %s ETH.",
			first.Runs, first.Epochs, float64(first.Epochs)/scenario.EpochsPerDay, scenario.Validators(first.Population),
			whole(scenario.Stake(first.Population)), whole(first.Economics.TotalActive)),
		"Intervals are 95 % over the runs (Student's t, ratios by jackknife): the chance in the model, not its assumptions. "+
			"Rates, durations and shares of the population are assumptions of the scenario, not measurements.")
	return r, nil
}

func whole(g spec.Gwei) string { return fmt.Sprint(uint64(g / spec.ETH)) }

func ci(name, key, unit string, decimals int) []table.Column {
	return []table.Column{
		{Name: name, Key: key, Unit: unit, Decimals: decimals},
		{Name: "from", Key: key + "_low", Unit: unit, Decimals: decimals}, {Name: "to", Key: key + "_high", Unit: unit, Decimals: decimals},
	}
}

func columns(groups ...any) (all []table.Column) {
	for _, g := range groups {
		switch c := g.(type) {
		case table.Column:
			all = append(all, c)
		case []table.Column:
			all = append(all, c...)
		case string:
			all = append(all, table.Column{Name: c})
		}
	}
	return all
}

// paid is what all operators paid in penalties over all runs, in Gwei.
func paid(runs []*scenario.RunResult, m int) (sum float64) {
	for _, r := range runs {
		for i := range r.Mechanisms[m].Groups {
			sum += float64(r.Mechanisms[m].Groups[i].Paid)
		}
	}
	return sum
}

func mechanismSection(p *plan, runs []*scenario.RunResult) (section, error) {
	t := table.New("Mechanisms", columns("mechanism",
		table.Column{Name: "factor mean", Decimals: 4}, table.Column{Name: "factor max", Decimals: 2},
		table.Column{Name: "slots above 1", Key: "slots_above_one", Unit: "%", Decimals: 3}, table.Column{Name: "slots at 0", Key: "slots_at_zero", Unit: "%", Decimals: 3},
		table.Column{Name: "penalties", Key: "penalties_eth", Unit: "ETH/run", Decimals: 3}, table.Column{Name: "of status quo", Key: "penalty_ratio", Decimals: 3},
		table.Column{Name: "burned of issuance", Key: "burned_of_issuance", Unit: "%", Decimals: 3},
		ci("advantage", "advantage", "", 4), ci("change", "advantage_change", "", 4))...)
	b := rows{t: t}
	days := float64(p.Epochs) / scenario.EpochsPerDay
	issued := scenario.Economics{TotalActive: p.Economics.TotalActive}.IssuancePerYear() / scenario.DaysPerYear * days
	issued *= float64(scenario.Stake(p.Population)) / float64(p.Economics.TotalActive)
	for m := range p.Mechanisms {
		var mean, high, above, zero, slots float64
		for _, r := range runs {
			f := &r.Mechanisms[m].Factor
			mean += f.AverageFactor() / float64(len(runs))
			high = max(high, f.Highest)
			above, zero, slots = above+float64(f.AboveOne), zero+float64(f.AtZero), slots+float64(f.Slots)
		}
		sum := paid(runs, m)
		b.row(cells(p.Mechanisms[m].Label, mean, high, 100*above/slots, 100*zero/slots, sum/1e9/float64(len(runs)), sum/paid(runs, 0),
			100*sum/float64(len(runs))/issued,
			interval(scenario.Advantage(runs, m, p.small, p.big), 1), interval(scenario.AdvantageChange(runs, m, 0, p.small, p.big), 1))...)
	}
	t.Note(fmt.Sprintf("advantage: penalties per ETH of group %q over those of group %q; change: against %s on the same failures", p.small, p.big, p.Mechanisms[0].Label))
	t.Note("from, to: 95 % interval over the runs")
	leaks, offline, high := 0., 0., 0.
	for _, r := range runs {
		leaks += float64(r.LeakEpochs) / float64(len(runs))
		for _, v := range r.Offline.Mean {
			offline += v / float64(len(r.Offline.Mean)) / float64(len(runs))
		}
		high = max(high, r.Offline.Highest)
	}
	t.Note(fmt.Sprintf("offline: %.4f %% of the stake on average, at most %.4f %% in an epoch; epochs in an inactivity leak: %.4g a run", 100*offline, 100*high, leaks))
	return section{key: "mechanisms", title: "What each mechanism does", table: t}, b.err
}

func groupSection(p *plan, runs []*scenario.RunResult) (section, error) {
	t := table.New("Loss per 32 ETH of each group", columns("mechanism", "group",
		table.Column{Name: "stake", Key: "stake_percent", Unit: "%", Decimals: 2},
		table.Column{Name: "forgone", Key: "forgone_gwei", Unit: "Gwei", Decimals: table.Whole, Thousands: true},
		table.Column{Name: "penalties", Key: "penalties_gwei", Unit: "Gwei", Decimals: table.Whole, Thousands: true},
		table.Column{Name: "leak", Key: "leak_gwei", Unit: "Gwei", Decimals: table.Whole, Thousands: true},
		ci("loss", "loss_usd", "USD", 4), table.Column{Name: "of principal", Key: "share_of_principal", Unit: "%", Decimals: 5},
		table.Column{Name: "days to recoup", Decimals: 3})...)
	b := rows{t: t}
	value, err := p.Economics.Epoch(scenario.Validator)
	if err != nil {
		return section{}, err
	}
	chart := page.Chart{Title: "Who pays: loss per 32 ETH by group", Y: "USD per 32 ETH", Categories: runs[0].Groups}
	for m := range p.Mechanisms {
		line := page.Series{Name: p.Mechanisms[m].Label}
		for g, name := range runs[0].Groups {
			var sum [3]float64
			for _, r := range runs {
				l := &r.Mechanisms[m].Groups[g]
				for k, v := range [...]spec.Gwei{l.Forgone, l.Paid, l.Leak} {
					sum[k] += l.Per32(v) / float64(len(runs))
				}
			}
			loss := scenario.LossPer32(runs, m, name)
			stake := float64(runs[0].Mechanisms[m].Groups[g].Stake) / float64(scenario.Stake(p.Population))
			usd := interval(loss, p.Economics.PriceUSD/1e9)
			b.row(cells(p.Mechanisms[m].Label, name, 100*stake, sum[0], sum[1], sum[2], usd,
				100*loss.Mean/float64(scenario.Validator), value.DaysToRecoup(spec.Gwei(loss.Mean)))...)
			line.Y = append(line.Y, loss.Mean*p.Economics.PriceUSD/1e9)
		}
		chart.Series = append(chart.Series, line)
	}
	return section{key: "groups", title: "What each group loses", table: t, charts: []page.Chart{chart}}, b.err
}

// operatorSection is the population's entries, with the spread of the operators
// of an entry in the first run.
func operatorSection(p *plan, runs []*scenario.RunResult) (section, error) {
	t := table.New("Loss per 32 ETH of the operators", columns("mechanism", "operator", "group", "operators",
		table.Column{Name: "stake of each", Key: "stake_eth", Unit: "ETH", Thousands: true},
		table.Column{Name: "loss", Key: "loss_usd", Unit: "USD", Decimals: 4},
		table.Column{Name: "lowest", Key: "lowest_usd", Unit: "USD", Decimals: 4}, table.Column{Name: "highest", Key: "highest_usd", Unit: "USD", Decimals: 4})...)
	b := rows{t: t}
	chart := page.Chart{Title: "Who pays, by the operator's size", X: "stake of the operator, ETH", Y: "USD per 32 ETH", Dots: true, LogX: true}
	for m := range p.Mechanisms {
		lost := runs[0].Lost(m)
		low, high := make([]float64, len(p.Population)), make([]float64, len(p.Population))
		for i := range low {
			low[i] = math.Inf(1)
		}
		for i := range lost {
			o := &runs[0].Operators[i]
			per := p.Economics.USD(lost[i]) / (float64(o.Stake) / float64(scenario.Validator))
			low[o.Kind], high[o.Kind] = min(low[o.Kind], per), max(high[o.Kind], per)
		}
		var line page.Series
		line.Name = p.Mechanisms[m].Label
		for _, k := range bySize(p.Population) {
			o := &p.Population[k]
			loss := 0.
			for _, r := range runs {
				l := &r.Mechanisms[m].Kinds[k]
				loss += l.Per32(l.Total()) / float64(len(runs)) * p.Economics.PriceUSD / 1e9
			}
			b.row(p.Mechanisms[m].Label, o.Name, o.Group, o.Count, uint64(o.Stake()/spec.ETH), loss, low[k], high[k])
			line.X, line.Y = append(line.X, float64(o.Stake()/spec.ETH)), append(line.Y, loss)
		}
		chart.Series = append(chart.Series, line)
	}
	t.Note("loss: mean over the runs; lowest, highest: single operators in the first run")
	return section{key: "operators", title: "Who pays, by size", table: t, charts: []page.Chart{chart}}, b.err
}

func bySize(ops []scenario.Operator) []int {
	order := make([]int, len(ops))
	for i := range order {
		order[i] = i
		for k := i; k > 0 && ops[order[k]].Stake() < ops[order[k-1]].Stake(); k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	return order
}
