package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
	"github.com/stakesim/stakesim/spec/u64"
)

const (
	validator      = 32 * spec.ETH
	millisOfOneDay = 24 * 60 * 60 * 1000
	// income of execution over income of consensus, in hundredths
	executionIncome = 21
)

// result is what one rule does in an incident.
type result struct {
	rule      penalty.Rule
	sum       float64 // of the target factors
	max       float64
	atCap     int
	loss      spec.Gwei // of a 32 ETH validator that was offline all the time
	extraBurn int64     // Gwei, network-wide, over the status quo
	memory    penalty.Memory
}

// replay walks a rule over an incident. The validator attests once an epoch in
// a slot drawn evenly: its loss is the mean over the slots.
func replay(inc *incident, rule penalty.Rule) (result, error) {
	res := result{rule: rule}
	slots := inc.params.SlotsPerEpoch
	calm, err := spec.ObsOfOffline(inc.seed, inc.total, slots)
	if err != nil {
		return res, err
	}
	if res.memory, err = rule.Settled(&calm); err != nil {
		return res, err
	}
	perSlot, err := newEconomy(&inc.params, inc.total)
	if err != nil {
		return res, err
	}
	forgone, err := perSlot.forgone(inc)
	if err != nil {
		return res, err
	}
	var loss spec.Gwei
	for i, offline := range inc.offline {
		o, err := spec.ObsOfOffline(offline, inc.total, slots)
		if err != nil {
			return res, err
		}
		f, next, err := rule.Step(res.memory, &o)
		if err != nil {
			return res, fmt.Errorf("%s: slot %d of the incident: %w", rule.FullName(), i, err)
		}
		res.memory = next
		res.sum += f.Target.Float()
		res.max = max(res.max, f.Target.Float())
		if rule.Cap != 0 && f.Target == penalty.Integer(rule.Cap) {
			res.atCap++
		}
		paid, ok := perSlot.penalties(f)
		if !ok {
			return res, fmt.Errorf("%s: slot %d of the incident: %w", rule.FullName(), i, spec.ErrOverflow)
		}
		loss += forgone[inc.epoch(i)] + paid
		res.extraBurn += perSlot.burned(offline, paid) - perSlot.burned(offline, perSlot.ordinary)
	}
	res.loss = loss / spec.Gwei(slots)
	return res, nil
}

// economy is what an epoch pays and takes a validator of 32 ETH, in Gwei.
type economy struct {
	base     spec.Gwei // base reward
	ordinary spec.Gwei // penalties of an epoch offline under the status quo
	daily    float64   // epochs of a day
}

func newEconomy(p *spec.Params, total spec.Gwei) (economy, error) {
	const increment = spec.EffectiveBalanceIncrement
	perIncrement, _ := spec.BaseRewardPerIncrement(p.BaseRewardFactor, total) // a network's factor fits
	e := economy{base: validator / increment * spec.Gwei(perIncrement), daily: millisOfOneDay / float64(p.SlotsPerEpoch*p.SlotDurationMS)}
	if uint64(e.base) < perIncrement || uint64(e.base)>>40 != 0 {
		return e, spec.Atf("BASE_REWARD_FACTOR", -1, spec.ErrOverflow, "%d on %s", p.BaseRewardFactor, p.Network)
	}
	e.ordinary, _ = e.penalties(penalty.Unscaled)
	return e, nil
}

// reward is what an epoch pays for all three flags when so much balance reaches
// each of them.
func (e *economy) reward(online, total spec.Gwei) (sum spec.Gwei, ok bool) {
	s := spec.Summary{TotalActive: total}
	for flag := range s.Participating {
		s.Participating[flag] = max(online, spec.EffectiveBalanceIncrement)
		part, fits := epoch.FlagReward(e.base, spec.Flag(flag), &s)
		if !fits {
			return 0, false
		}
		sum += part
	}
	return sum, true
}

// forgone is what each epoch of an incident would have paid.
func (e *economy) forgone(inc *incident) ([]spec.Gwei, error) {
	rewards := inc.online()
	for i, online := range rewards {
		var ok bool
		if rewards[i], ok = e.reward(online, inc.total); !ok {
			return nil, spec.Atf("rewards", i, spec.ErrOverflow, "base reward %d, %d Gwei online", e.base, online)
		}
	}
	return rewards, nil
}

// penalties is what an offline validator pays for source and target.
func (e *economy) penalties(f penalty.Factors) (spec.Gwei, bool) {
	source, ok1 := f.Source.Penalty(e.base, spec.TimelySource.Weight())
	target, ok2 := f.Target.Penalty(e.base, spec.TimelyTarget.Weight())
	return source + target, ok1 && ok2
}

// burned is what so much offline balance pays when 32 ETH pay so much.
func (e *economy) burned(offline, paid spec.Gwei) int64 {
	q, _ := u64.MulDiv(offline, paid, validator)
	return int64(q)
}

// recoup is how many days of full income, execution included, make up a loss.
func (e *economy) recoup(loss spec.Gwei) float64 {
	return float64(loss) / (float64(e.base) * (100 + executionIncome) / 100 * e.daily)
}

// remembered is the memory as one figure, nil for a rule without any.
func (r *result) remembered() any {
	if r.rule.Figure == nil {
		return nil
	}
	return r.rule.Figure(&r.memory)
}

// tabulate replays every rule and returns the table of what it did.
func tabulate(inc *incident, rules []penalty.Rule) (*table.Table, error) {
	e, err := newEconomy(&inc.params, inc.total)
	if err != nil {
		return nil, err
	}
	quo, err := replay(inc, penalty.StatusQuo())
	if err != nil {
		return nil, err
	}
	t := table.New(
		fmt.Sprintf("%s: %d slots, %s ETH active, %s ETH offline in a slot before", inc.name, len(inc.offline), eth(inc.total), eth(inc.seed)),
		table.Column{Name: "mechanism"},
		table.Column{Name: "preset"},
		table.Column{Name: "factor mean", Decimals: 3},
		table.Column{Name: "factor max", Decimals: 2},
		table.Column{Name: "slots at cap"},
		table.Column{Name: "loss", Key: "loss_gwei", Unit: "Gwei", Thousands: true},
		table.Column{Name: "ratio", Decimals: 2},
		table.Column{Name: "days to recoup", Decimals: 2},
		table.Column{Name: "extra burn", Key: "extra_burn_gwei", Unit: "Gwei", Thousands: true},
		table.Column{Name: "memory end", Thousands: true},
	)
	assume(t, inc)
	for _, rule := range rules {
		r, err := replay(inc, rule)
		if err != nil {
			return nil, err
		}
		if err := t.Row(rule.Name, rule.Preset, r.sum/float64(len(inc.offline)), r.max, r.atCap, r.loss,
			float64(r.loss)/float64(quo.loss), e.recoup(r.loss), r.extraBurn, r.remembered()); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// assume notes what the columns mean and everything that they take for granted.
func assume(t *table.Table, inc *incident) {
	if p := &inc.params; p.Network != spec.Mainnet.String() {
		t.Note(fmt.Sprintf("network: %s, epochs of %d slots of %g s, base reward factor %d; ETH stands for its stake", p.Network, p.SlotsPerEpoch, float64(p.SlotDurationMS)/1000, p.BaseRewardFactor))
	}
	t.Note("loss: a 32 ETH validator offline through the whole incident, whose slot of an epoch is drawn evenly: penalties and the attestation rewards forgone, mean over slots")
	t.Note("forgone: what the epoch paid an attester, which falls with the share that took part; all that is not offline took part in source, target and head, and nobody is slashed")
	t.Note("ratio: loss over the status quo's; extra burn: penalties of all offline stake over the status quo's")
	t.Note(fmt.Sprintf("recoup: by full income, which is the base rewards, at full participation and with the mean of proposals and sync committees, and %d %% of them from execution", executionIncome))
	t.Note("memory: Gwei offline per slot (slot-relative: mean of the window; smoothed-2026: the average), or excess penalties; it begins as after a long time of slots like the one before")
	t.Note("balances, the total and the effective balance stay; proposals, sync committees and execution income missed are left out")
	if n := inc.unjustified(); n > 0 {
		t.Note(fmt.Sprintf("in %d of %d epochs less than two thirds took part: finality may be lost, and a leak, its penalties and its lack of rewards are left out", n, inc.epochs()))
	} else {
		t.Note("no leak: two thirds took part in every epoch")
	}
}

// unjustified is in how many epochs less than two thirds of the stake took part.
func (inc *incident) unjustified() (n int) {
	for _, online := range inc.online() {
		if 3*online < 2*inc.total {
			n++
		}
	}
	return n
}

// eth is an amount in whole ether and as many of nine digits as it needs.
func eth(g spec.Gwei) string {
	s := fmt.Sprintf("%d.%09d", g/spec.ETH, g%spec.ETH)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// write writes the table; JSON names the incident around its rows.
func write(out io.Writer, inc *incident, t *table.Table, f table.Format) error {
	if f != table.JSON {
		return t.Write(out, f)
	}
	text, err := json.Marshal(struct {
		Incident string       `json:"incident"`
		Slots    int          `json:"slots"`
		Rows     *table.Table `json:"rows"`
	}{inc.name, len(inc.offline), t})
	if err != nil {
		return err
	}
	_, err = out.Write(append(table.EscapeJSON(text), '\n'))
	return err
}
