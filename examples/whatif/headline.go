package main

import (
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec/table"
)

// computations are the scenarios that are not runs.
var computations = map[string]func(p *plan, workers int, told scenario.Progress) (*report, error){}

func init() { computations["headline"] = headline }

func usd(name, key string) table.Column {
	return table.Column{Name: name, Key: key, Unit: "USD", Decimals: 2}
}

// headline is the published cost table in both models, and the outage that loses
// finality.
func headline(p *plan, _ int, _ scenario.Progress) (*report, error) {
	r := newReport(p)
	rowsOf, err := study.Headline(p.Economics)
	if err != nil {
		return nil, err
	}
	t := table.New("Loss per 32 ETH of a cohort that fails together for 24 hours",
		table.Column{Name: "cohort", Key: "cohort_percent", Unit: "%"}, table.Column{Name: "preset"},
		usd("float model", "float_usd"), usd("integer model", "integer_usd"), table.Column{Name: "integer", Key: "integer_gwei", Unit: "Gwei", Thousands: true},
		table.Column{Name: "ratio", Decimals: 2}, table.Column{Name: "days to recoup", Decimals: 2})
	b := rows{t: t}
	for _, h := range rowsOf {
		b.row(float64(h.Permille)/10, h.Preset, h.FloatUSD, h.IntegerUSD, h.IntegerLoss, h.Ratio, h.RecoupDays)
	}
	t.Note("float model: the published one, factor not floored; integer model: the rule, factor floored. Ratio and recoup: float model")
	t.Note("cohort 0: uncorrelated, 0.3 % of the stake offline as always; no leak; rewards forgone at full participation, as published")
	r.add(section{key: "headline", title: "Cohorts for 24 hours", table: t, charts: headlineChart(rowsOf)})
	leaks, err := study.FinalityLoss(p.Economics, 400, 3)
	if err != nil {
		return nil, err
	}
	l := table.New("Loss per 32 ETH of a cohort of 40 % offline for 3 days, which loses finality",
		table.Column{Name: "rule"}, usd("simplified", "simplified_usd"), usd("of it leak", "simplified_leak_usd"),
		usd("exact leak", "exact_usd"), usd("of it leak", "exact_leak_usd"),
		usd("balance follows", "following_usd"), usd("of it leak", "following_leak_usd"))
	c := rows{t: l}
	for _, k := range leaks {
		c.row(k.Rule, k.SimplifiedUSD, k.SimplifiedLeakUSD, k.ExactUSD, k.ExactLeakUSD, k.FollowingUSD, k.FollowingLeakUSD)
	}
	l.Note("simplified: as published, a leak from the first epoch, and rewards forgone although a leak pays none; float model")
	l.Note("exact: no rewards in the leak, which begins in the fourth epoch; integer model, effective balance 32 ETH throughout")
	l.Note("balance follows: the effective balance falls with the balance")
	r.add(section{key: "finality_loss", title: "40 % for three days", table: l})
	if b.err != nil {
		return nil, b.err
	}
	return r, c.err
}

func newReport(p *plan) *report {
	return &report{Name: p.Name, Title: p.title, Question: p.question, Seed: p.seed, Config: p.tree.yaml()}
}
