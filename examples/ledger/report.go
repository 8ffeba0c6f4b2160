package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// write writes all tables; as JSON an object of them.
func (r *runner) write(out io.Writer, format table.Format) error {
	sections := []struct {
		key   string
		table *table.Table
	}{
		{"receipts", table.New("Receipts", column("Operation", ""), column("Kind", ""), column("Epoch", ""), column("Event", ""),
			column("From", ""), column("To", ""), column("Operator", ""), column("Lot", ""), column("Amount", "Gwei"), column("Shares", ""),
			table.Column{Name: "Price before", Unit: "Gwei", Decimals: 6}, table.Column{Name: "Price after", Unit: "Gwei", Decimals: 6})},
		{"accounts", table.New("Accounts", column("Account", ""), column("Free", "Gwei"), column("Heavy", "Gwei"), column("Unbonding", "Gwei"),
			column("LightETH", "Gwei"), column("Bonds", "Gwei"))},
		{"operators", table.New("Operators", column("Operator", ""), column("Bond", "Gwei"), column("Pool", "Gwei"), column("Shares", ""),
			column("Effective stake", "Gwei"), column("Light principal", "Gwei"), column("State", ""))},
		{"totals", table.New("Totals", column("Figure", ""), column("Amount", "Gwei"))},
		{"invariants", table.New(r.whenChecked(), column("Invariant", ""), column("Holds", ""))},
	}
	r.called = r.namesByID()
	fill := []func(*table.Table) error{r.fillReceipts, r.fillAccounts, r.fillOperators, r.fillTotals, r.fillInvariants}
	var all bytes.Buffer
	for i, s := range sections {
		if err := fill[i](s.table); err != nil {
			return err
		}
		if format == table.JSON {
			fmt.Fprintf(&all, "%c\n%q: ", "{,"[min(i, 1)], s.key)
		} else if i > 0 {
			all.WriteByte('\n')
		}
		if err := s.table.Write(&all, format); err != nil {
			return err
		}
	}
	if format == table.JSON {
		all.WriteString("}\n")
	}
	_, err := out.Write(all.Bytes())
	return err
}

func column(name, unit string) table.Column {
	return table.Column{Name: name, Unit: unit, Thousands: unit != ""}
}

func (r *runner) fillReceipts(t *table.Table) error {
	for _, c := range r.receipts {
		if c.refused != nil {
			if err := t.Row(c.step, c.kind, uint64(c.Epoch), "refused: "+c.refused.Error(), nil, nil, nil, nil, nil, nil, nil, nil); err != nil {
				return err
			}
		}
		for _, e := range c.Events {
			if err := t.Row(c.step, c.kind, uint64(c.Epoch), e.Kind, r.pot(e.From), r.pot(e.To), r.operator(e), or(e.ID), or(uint64(e.Amount)),
				or(number(e)), price(e.Before), price(e.After)); err != nil {
				return err
			}
		}
		for _, s := range c.Skipped {
			if err := t.Row(c.step, c.kind, uint64(c.Epoch), "skipped: "+s.Error(), nil, nil, nil, nil, nil, nil, nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// number is what the column of shares holds: the new commission or stage of an exit
// where the event has no shares.
func number(e delegation.Event) uint64 {
	switch e.Kind {
	case delegation.CommissionChanged:
		return uint64(e.Commission)
	case delegation.ExitStageReached:
		return uint64(e.Stage)
	}
	return e.Shares
}

// or is nil for zero: no value.
func or(v uint64) any {
	if v == 0 {
		return nil
	}
	return v
}

func price(p delegation.Price) any {
	if p.Shares == 0 {
		return nil
	}
	return float64(p.Tokens) / float64(p.Shares)
}

func (r *runner) pot(p delegation.Pot) any {
	switch p.Kind {
	case delegation.PotNone:
		return nil
	case delegation.PotOutside, delegation.PotIssuance, delegation.PotTreasury, delegation.PotBurned:
		return p.String()
	}
	return p.Kind.String() + " " + r.name(p.ID)
}

func (r *runner) operator(e delegation.Event) any {
	if _, ok := r.ledger.Operator(e.Operator); !ok {
		return nil
	}
	return r.name(uint64(e.Operator))
}

// namesByID holds for each id with a name the first of them in the alphabet.
func (r *runner) namesByID() map[uint64]string {
	byID := make(map[uint64]string, len(r.names))
	for name, id := range r.names {
		if have, ok := byID[id]; name != "" && (!ok || name < have) {
			byID[id] = name
		}
	}
	return byID
}

// name is the name that the script gave an id, or the id.
func (r *runner) name(id uint64) string {
	if name, ok := r.called[id]; ok {
		return name
	}
	return fmt.Sprint(id)
}

func (r *runner) fillAccounts(t *table.Table) error {
	s := r.ledger.State()
	bonds := map[delegation.AccountID]spec.Gwei{} // by owner
	for i := range s.Operators {
		bonds[s.Operators[i].Owner] += s.Operators[i].Bond
	}
	for _, a := range s.Accounts {
		var heavy, queued, light spec.Gwei
		for id := range r.ledger.LotsOf(a.ID) {
			heavy += lotValue(r.ledger, id)
		}
		for id := range r.ledger.UnbondingsOf(a.ID) {
			u, _ := r.ledger.Unbonding(id)
			queued += u.Balance
		}
		for id := range r.ledger.LightsOf(a.ID) {
			v, err := delegation.LightETHBalance(r.ledger, id)
			if err != nil {
				return err
			}
			light += v
		}
		if err := t.Row(r.name(uint64(a.ID)), uint64(a.Free), uint64(heavy), uint64(queued), uint64(light), uint64(bonds[a.ID])); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) fillOperators(t *table.Table) error {
	limit := r.ledger.Config().LeverageCap
	for _, o := range r.ledger.State().Operators {
		state := "active"
		switch {
		case o.Tombstoned:
			state = "tombstoned"
		case o.Exit != delegation.Active:
			state = "exiting"
		case o.Jailed:
			state = "jailed"
		}
		effective := delegation.EffectiveStake(o.Bond, o.PoolTokens, limit)
		if err := t.Row(r.name(uint64(o.ID)), uint64(o.Bond), uint64(o.PoolTokens), o.PoolShares, uint64(effective), uint64(o.Principal()), state); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) fillTotals(t *table.Table) error {
	s := r.ledger.State()
	uncollected := spec.Gwei(0)
	for _, u := range s.Uncollected {
		uncollected += u.Amount
	}
	for _, row := range []struct {
		figure string
		amount spec.Gwei
	}{
		{"genesis", s.Genesis}, {"minted", s.Minted}, {"burned", s.Burned}, {"treasury", s.Treasury},
		{"tokenised lots", s.LiquidTotal}, {"uncollected dues", uncollected},
	} {
		if err := t.Row(row.figure, uint64(row.amount)); err != nil {
			return err
		}
	}
	return nil
}

// whenChecked says after which operations the invariants were checked.
func (r *runner) whenChecked() string {
	if r.checked == r.steps {
		return "Invariants, after every operation"
	}
	return fmt.Sprintf("Invariants, after %d of %d operations", r.checked, r.steps)
}

// fillInvariants lists what CheckInvariants has checked: a run that breaks one ends
// with an error.
func (r *runner) fillInvariants(t *table.Table) error {
	holds := delegation.CheckInvariants(r.ledger) == nil
	for _, name := range []string{
		"all pots hold genesis + minted", "shares of lots are those of pools", "light positions are the light principal",
		"claims are in the reserves", "counted stake is within the leverage cap", "liquid counters are the tokenised lots",
		"every id refers to something", "indexes equal their recomputation",
	} {
		if err := t.Row(name, holds); err != nil {
			return err
		}
	}
	return nil
}
