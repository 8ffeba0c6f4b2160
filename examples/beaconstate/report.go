package main

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
	"github.com/stakesim/stakesim/spec/u64"
)

// classes are bands of effective balance at the start, in whole ETH.
var classes = []struct {
	name    string
	through spec.Gwei // the largest, in ETH
}{
	{"below 32 ETH", 31}, {"32 ETH", 32}, {"33 to 64 ETH", 64}, {"65 to 256 ETH", 256},
	{"257 to 1024 ETH", 1024}, {"1025 to 2047 ETH", 2047}, {"2048 ETH", 1<<64 - 1},
}

func classOf(effective spec.Gwei) int {
	for i, c := range classes {
		if effective/spec.ETH <= c.through {
			return i
		}
	}
	return len(classes) - 1
}

// total is the row behind the classes.
var total = len(classes)

// line is what one class was paid and charged under one rule.
type line struct {
	rewards, penalties, slashed spec.Gwei
}

// add enters validator i; false when a sum leaves 64 bits.
func (l *line) add(a *account, i int) bool {
	var ok [3]bool
	l.rewards, ok[0] = u64.Add(l.rewards, a.rewards[i])
	l.penalties, ok[1] = u64.Add(l.penalties, a.penalties[i])
	l.slashed, ok[2] = u64.Add(l.slashed, a.slashed[i])
	return ok[0] && ok[1] && ok[2]
}

// table has a row for each class that has validators, and the total.
func (res *result) table() (*table.Table, error) {
	counts := make([]uint64, total+1)
	lines := make([][]line, len(res.runs))
	for k := range lines {
		lines[k] = make([]line, total+1)
	}
	for i := range res.start.Len() {
		if !res.concerns(i) {
			continue
		}
		for _, class := range []int{classOf(res.start.EffectiveBalance[i]), total} {
			counts[class]++
			for k, a := range res.runs {
				if !lines[k][class].add(a, i) {
					return nil, spec.Atf("balances", i, spec.ErrOverflow, "the sums of %s", a.rule.FullName())
				}
			}
		}
	}
	t := table.New(res.title(), res.columns()...)
	for class, n := range counts {
		if n == 0 && class != total {
			continue
		}
		if err := t.Row(res.row(class, n, lines)...); err != nil {
			return nil, err
		}
	}
	res.notes(t, lines)
	return t, nil
}

// concerns reports whether the accounting touches validator i in any epoch.
func (res *result) concerns(i int) bool {
	first := res.first - 1
	last := first + spec.Epoch(res.epochs-1)
	r := res.start
	return r.IsEligible(i, first) || r.IsEligible(i, last) || r.ActivationEpoch[i] <= last && r.ExitEpoch[i] > max(first, r.ActivationEpoch[i])
}

func (res *result) row(class int, n uint64, lines [][]line) []any {
	name := "total"
	if class != total {
		name = classes[class].name
	}
	quo := lines[0][class]
	row := []any{name, n, quo.rewards, quo.penalties}
	for _, l := range lines[1:] {
		row = append(row, l[class].rewards, l[class].penalties, l[class].penalties/spec.Gwei(max(n, 1)))
		if quo.penalties == 0 {
			row = append(row, nil)
		} else {
			row = append(row, float64(l[class].penalties)/float64(quo.penalties))
		}
	}
	return row
}

func (res *result) columns() []table.Column {
	gwei := func(name, key string) table.Column {
		return table.Column{Name: name, Key: key + "_gwei", Unit: "Gwei", Thousands: true}
	}
	columns := []table.Column{
		{Name: "effective balance", Key: "class"}, {Name: "validators", Thousands: true},
		gwei("status quo: rewards", "status_quo_rewards"), gwei("penalties", "status_quo_penalties"),
	}
	for k, a := range res.runs[1:] {
		key := [...]string{"", "compare_"}[k]
		columns = append(columns, gwei(a.rule.FullName()+": rewards", key+"rewards"), gwei("penalties", key+"penalties"),
			gwei("per validator", key+"penalty_per_validator"), table.Column{Name: "ratio", Key: key + "ratio", Decimals: 3})
	}
	return columns
}

func (res *result) title() string {
	return fmt.Sprintf("%s: %s %v, epochs %d to %d", res.source.name, res.params.Network, res.params.Fork,
		res.first, res.first+spec.Epoch(res.epochs-1))
}

func (res *result) notes(t *table.Table, lines [][]line) {
	t.Note("participation: " + res.how)
	for _, note := range res.source.notes {
		t.Note(note)
	}
	t.Note("penalties: source, target and inactivity, as far as a balance reaches; ratio: over the status quo's")
	if slashed := lines[0][total].slashed; slashed != 0 {
		t.Note(fmt.Sprintf("slashings, the same under every rule but for balances: %d Gwei", slashed))
	}
	for _, a := range res.runs[1:] {
		slots := float64(res.epochs * res.params.SlotsPerEpoch)
		t.Note(fmt.Sprintf("%s: target factor %.3f in the mean of the slots, %.2f at most", a.rule.FullName(), a.sum/slots, a.most))
	}
}
