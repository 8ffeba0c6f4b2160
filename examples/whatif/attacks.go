package main

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

func init() { computations["attacks"] = attackReport }

// attackRules are the rules that the attacks are tried on.
var attackRules = []string{"status-quo", "slot-relative/average", "net-excess-2024", "smoothed-2026/E1", "smoothed-2026/E2", "smoothed-2026/E3"}

// attackBox is where the cheapest attack is looked for.
var attackBox = study.Box{
	Attacker:  []scenario.PPM{500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000},
	Victims:   []scenario.PPM{500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000},
	Epochs:    []uint64{1, 8, 32, 225},
	MinDamage: spec.ETH,
}

func attackReport(p *plan, workers int, told scenario.Progress) (*report, error) {
	r := newReport(p)
	var rules []penalty.Rule
	for _, name := range attackRules {
		rule, err := penalty.RuleNamed(name)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	for _, part := range []func(scenario.Economics, []penalty.Rule, int, scenario.Progress) (section, error){
		cheapestSection, preparedSection, questionSection, crowdSection,
	} {
		s, err := part(p.Economics, rules, workers, told)
		if err != nil {
			return nil, err
		}
		r.add(s)
	}
	r.Notes = append(r.Notes, "0.3 % of the stake is offline without any attack; cohorts fall evenly on the slots; no leak. Griefing: damage for each unit that the attack costs.")
	return r, nil
}

func percentColumn(name, key string) table.Column {
	return table.Column{Name: name, Key: key, Unit: "%", Decimals: 3}
}

func ethColumn(name, key string) table.Column {
	return table.Column{Name: name, Key: key, Unit: "ETH", Decimals: 3}
}

// cheapestSection is the search of the box.
func cheapestSection(e scenario.Economics, rules []penalty.Rule, workers int, told scenario.Progress) (section, error) {
	t := table.New("The cheapest attack of each kind in the box", columns("mechanism", "attack",
		percentColumn("attacker", "attacker_percent"), percentColumn("victims", "victims_percent"), "epochs",
		ethColumn("cost", "cost_eth"), ethColumn("damage", "damage_eth"), table.Column{Name: "griefing", Decimals: 3})...)
	b := rows{t: t}
	chart := page.Chart{Title: "Griefing factor of the cheapest attack", Y: "damage per cost"}
	for _, rule := range rules {
		found, err := study.Cheapest(e, rule, attackBox, workers, told)
		if err != nil {
			return section{}, err
		}
		chart.Categories = append(chart.Categories, rule.FullName())
		by := map[string]float64{}
		for _, f := range found {
			b.row(rule.FullName(), f.Name, 100*f.Attacker.Float(), 100*f.Victims.Float(), f.Epochs,
				float64(f.Attack.Cost)/1e9, float64(f.Attack.Damage)/1e9, f.Attack.Griefing())
			by[f.Name] = f.Attack.Griefing()
		}
		for i, name := range []string{"join-outage", "withhold", "empty-blocks"} {
			if len(chart.Series) <= i {
				chart.Series = append(chart.Series, page.Series{Name: name})
			}
			chart.Series[i].Y = append(chart.Series[i].Y, by[name])
		}
	}
	t.Note(fmt.Sprintf("a grid of %d points; at least 1 ETH of damage", len(attackBox.Attacker)*len(attackBox.Victims)*len(attackBox.Epochs)))
	t.Note("join-outage: go offline while the victims are; withhold: leave their attestations out of every block until they no longer count, which takes control of all blocks of two epochs; empty-blocks: propose nothing, the committee before loses its head vote, under every mechanism alike")
	return section{key: "cheapest", title: "The cheapest attack", table: t, charts: []page.Chart{chart}}, b.err
}

// preparedSection is going offline on purpose before an outage.
func preparedSection(e scenario.Economics, rules []penalty.Rule, _ int, _ scenario.Progress) (section, error) {
	t := table.New("Going offline on purpose before an outage of a day, 5 % of the stake", columns("mechanism",
		table.Column{Name: "prepared", Key: "prepared_epochs", Unit: "epochs"}, ethColumn("cost", "cost_eth"), ethColumn("spared", "spared_eth"),
		percentColumn("spared of cost", "spared_percent"))...)
	b := rows{t: t}
	for _, rule := range rules {
		for _, prepare := range []uint64{1, 32, 225, 1125} {
			a, err := study.RaiseAverage(e, rule, 50_000, prepare, scenario.EpochsPerDay)
			if err != nil {
				return section{}, err
			}
			b.row(rule.FullName(), prepare, float64(a.Cost)/1e9, float64(a.Gain)/1e9, 100*float64(a.Gain)/float64(a.Cost))
		}
	}
	return section{key: "prepared", title: "Raising the average on purpose", table: t}, b.err
}

// questionSection is a row of answers for every mechanism.
func questionSection(e scenario.Economics, rules []penalty.Rule, _ int, _ scenario.Progress) (section, error) {
	t := table.New("Open questions", columns("mechanism",
		table.Column{Name: "2048 ETH, one slot", Key: "factor_lone"}, table.Column{Name: "64 x 32 ETH, one slot", Key: "factor_together"},
		table.Column{Name: "64 x 32 ETH, spread", Key: "factor_spread"},
		table.Column{Name: "untriggered", Key: "untriggered_percent", Unit: "% of a slot", Decimals: 4},
		table.Column{Name: "1/4096 per slot", Key: "cycle"},
		table.Column{Name: "minority may fail", Key: "break_even", Unit: "times as often", Decimals: 2},
		usd("undeclared", "undeclared_usd"), usd("declared", "declared_usd"))...)
	b := rows{t: t}
	for _, rule := range rules {
		lone, together, spread, err := study.Split(e, rule)
		if err != nil {
			return section{}, err
		}
		under, err := study.Untriggered(e, rule)
		if err != nil {
			return section{}, err
		}
		cycle, err := study.Cycle(e, rule, e.TotalActive/4096, 4)
		if err != nil {
			return section{}, err
		}
		times, err := study.BreakEven(e, rule, 300_000, 30_000, 32)
		if err != nil {
			return section{}, err
		}
		whole, reduced, err := study.Declared(e, rule, 100_000, 500_000, scenario.EpochsPerDay)
		if err != nil {
			return section{}, err
		}
		var text strings.Builder
		for _, f := range cycle {
			text.WriteString(page.Number(f.Float()) + " ")
		}
		b.row(rule.FullName(), lone.Float(), together.Float(), spread.Float(), 100*float64(under)/float64(e.TotalActive/scenario.SlotsPerEpoch),
			text.String()[:len(text.String())-1], times, e.USD(whole), e.USD(reduced))
	}
	t.Note("untriggered: the largest outage beside 0.3 % with a factor of at most one in its first slot; 1/4096 per slot: factors under that constant offline balance")
	t.Note("minority may fail: how many times as often as a client of 30 % one of 3 % may fail, outages of 32 epochs, before it costs more")
	t.Note("declared: a day with 10 % offline, an operator that declared its validators paying half the excess; declaring never costs, so all declare")
	return section{key: "questions", title: "Splitting, sizing, cycling, minorities, declarations", table: t}, b.err
}

// crowdSection is the premium on crowded regions, and the fork seed's mute weeks.
func crowdSection(e scenario.Economics, rules []penalty.Rule, _ int, _ scenario.Progress) (section, error) {
	shares := []scenario.PPM{30_000, 100_000, 200_000, 300_000}
	t := table.New("A region out for three hours, and the mute days after the fork", columns("mechanism",
		usd("3 % region", "region_3_usd"), usd("10 %", "region_10_usd"), usd("20 %", "region_20_usd"), usd("30 %", "region_30_usd"),
		table.Column{Name: "muted, 1 % cohort", Key: "muted_1", Unit: "days", Decimals: 2}, table.Column{Name: "muted, 10 % cohort", Key: "muted_10", Unit: "days", Decimals: 2})...)
	b := rows{t: t}
	presets := map[string]penalty.Smoothed2026{"E1": penalty.SmoothedE1, "E2": penalty.SmoothedE2, "E3": penalty.SmoothedE3}
	chart := page.Chart{Title: "Loss of 32 ETH in a region that is out for three hours", X: "share of the stake in the region, %", Y: "USD"}
	for _, rule := range rules {
		losses, err := study.ByShare(e, rule, shares, 28)
		if err != nil {
			return section{}, err
		}
		row, line := []any{rule.FullName()}, page.Series{Name: rule.FullName()}
		for i, l := range losses {
			row = append(row, e.USD(l))
			line.X, line.Y = append(line.X, 100*shares[i].Float()), append(line.Y, e.USD(l))
		}
		chart.Series = append(chart.Series, line)
		preset, smoothed := presets[rule.Preset]
		for _, cohort := range []scenario.PPM{10_000, 100_000} {
			if !smoothed {
				row = append(row, nil)
				continue
			}
			days, err := study.MutedDays(e, preset, cohort)
			if err != nil {
				return section{}, err
			}
			row = append(row, days)
		}
		b.row(row...)
	}
	t.Note("muted: days after the fork until a cohort sees nine tenths of its unmuted factor, because the seed counts the last slot's committee as offline")
	return section{key: "crowds", title: "Correlated regions, and the fork seed", table: t, charts: []page.Chart{chart}}, b.err
}
