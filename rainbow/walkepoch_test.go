package rainbow

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// input makes reports, items and blocks, most of them good.
func (w *walker) input() (in EpochInput) {
	s := w.s
	performers := map[ServiceID][]delegation.OperatorID{}
	for _, d := range (&world{nil, s}).all() {
		if coin(w, 5) {
			continue
		}
		if coin(w, 3) {
			d.Weight = 1 + spec.Gwei(w.below(uint64(d.Weight)))
		}
		in.Duties = append(in.Duties, d)
		performers[d.Service] = append(performers[d.Service], d.Operator)
	}
	var heavy []delegation.OperatorID
	for _, row := range s.Go.Rows {
		if row.Heavy > 0 {
			heavy = append(heavy, row.Operator)
		}
	}
	for i := range s.Services {
		v := &s.Services[i]
		for id := range ItemID(w.below(4)) {
			if !v.Rule.items() {
				break
			}
			it := Item{Service: v.ID, ID: id, Value: w.amount(), Listers: performers[v.ID]}
			it.Listers = it.Listers[:w.below(uint64(len(it.Listers))+1)]
			it.Low = spec.Gwei(w.below(uint64(it.Value) + 1))
			if v.Rule == FOCILR {
				it.Listers = it.Listers[:min(len(it.Listers), int(v.CommitteeSize))]
				if it.HasProposer = len(heavy) > 0; it.HasProposer {
					it.Proposer = heavy[0]
				}
			}
			in.Items = append(in.Items, it)
		}
	}
	for slot := range s.Config.SlotsPerEpoch {
		if len(heavy) == 0 || Admissible(s, slot) != nil || coin(w, 4) {
			continue
		}
		b := Block{Slot: slot, Proposer: heavy[w.below(uint64(len(heavy)))]}
		for i := range s.Services {
			if s.certified(s.Services[i].ID, slot) && coin(w, 2) {
				b.Included = append(b.Included, s.Services[i].ID)
			}
		}
		in.Blocks = append(in.Blocks, b)
	}
	return in
}

// epoch ends an epoch and checks what must hold of it.
func (w *walker) epoch() error {
	s := w.s
	before, totals := s.Ledger.State(), s.Totals
	in := w.input()
	duties := slices.Clone(in.Duties)
	want, err := expect(s, in)
	if err != nil {
		return err
	}
	rows, brief := slices.Clone(s.Go.Rows), s.Clone()
	r, err := ProcessEpoch(s, in)
	if err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	if err := want.compare(rows, s.work.pay); err != nil {
		return err
	}
	w.done["epoch"]++
	w.done["item"] += len(in.Items)
	w.done["block"] += len(in.Blocks)
	if err := CheckInvariants(s); err != nil {
		return err
	}
	after := s.Ledger.State()
	if !slices.Equal(duties, in.Duties) {
		return fmt.Errorf("the input was changed")
	}
	t := r.Totals
	if t.Heavy+t.Light != t.Issued || t.Paid+t.NotMinted != t.Issued || after.Minted-before.Minted != t.Paid || s.Totals.Issued-totals.Issued != t.Issued {
		return fmt.Errorf("I16: %+v, minted %d", t, after.Minted-before.Minted)
	}
	return cmp.Or(w.checkEpoch(before, after, &r), w.checkBrief(brief, in, &r))
}

// checkBrief: without the events of rewards, and with room for the others, an epoch
// is the same, from the state before it.
func (w *walker) checkBrief(s *State, in EpochInput, full *EpochReceipt) error {
	in.Options = delegation.EpochOptions{Brief: true, Buffer: make([]delegation.Event, 2)}
	r, err := ProcessEpoch(s, in)
	if err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	want, rewards, minted := *full, 0, spec.Gwei(0)
	want.EarlyRewards, want.Ledger.Events = nil, nil
	for _, e := range slices.Concat(full.EarlyRewards, full.Ledger.Events) {
		switch {
		case e.Kind != delegation.Rewarded:
			want.Ledger.Events = append(want.Ledger.Events, e)
			continue
		case e.From.Kind == delegation.PotIssuance:
			minted += e.Amount
		}
		rewards++
	}
	w.done["rewarded"] += rewards
	if minted != full.Totals.Paid {
		return fmt.Errorf("paid %d, events mint %d", full.Totals.Paid, minted)
	}
	if !slices.Equal(r.Ledger.Events, want.Ledger.Events) {
		return fmt.Errorf("brief: events %v, want %v", r.Ledger.Events, want.Ledger.Events)
	}
	if r.Ledger.Events, want.Ledger.Events = nil, nil; !reflect.DeepEqual(r, want) {
		return fmt.Errorf("brief: %+v, want %+v", r, want)
	}
	if !bytes.Equal(encode(s), encode(w.s)) {
		return fmt.Errorf("brief: another state")
	}
	return nil
}

func (w *walker) checkEpoch(before, after *delegation.State, r *EpochReceipt) error {
	var collected spec.Gwei
	byService := map[ServiceID]spec.Gwei{}
	for _, p := range r.Penalties {
		if p.Owed != p.AboveMaxLoss+p.AboveBond+p.Collected {
			return fmt.Errorf("penalty %+v", p)
		}
		collected += p.Collected
		byService[p.Service] += p.Collected
		w.done["penalised"]++
		if p.AboveMaxLoss > 0 {
			w.done["over service"]++
		}
		if p.AboveBond > 0 {
			w.done["over bond"]++
		}
	}
	if after.Burned+after.Treasury-before.Burned-before.Treasury != collected {
		return fmt.Errorf("burned %d, collected %d", after.Burned+after.Treasury-before.Burned-before.Treasury, collected)
	}
	for i, v := range r.Services {
		if v.Awarded > v.Budget {
			return fmt.Errorf("I19: %+v", v)
		}
		if byService[v.Service] > w.s.Services[i].MaxLoss {
			return fmt.Errorf("service %d took %d", v.Service, byService[v.Service])
		}
	}
	// Light principal is what it was, to the Gwei.
	for i, p := range after.Lights {
		if old := before.Lights[i]; old.ID != p.ID || old.Total() != p.Total() {
			return fmt.Errorf("light position %d: %d, was %d", p.ID, p.Total(), old.Total())
		}
	}
	return nil
}

func walk(d source, epochs, steps int, done map[string]int) error {
	w, err := newWalker(d)
	if err != nil {
		return err
	}
	defer func() {
		for k, n := range w.done {
			done[k] += n
		}
	}()
	for epoch := range epochs {
		for range d.below(uint64(steps)) {
			if err := w.step(); err != nil {
				return fmt.Errorf("epoch %d: %w", epoch, err)
			}
		}
		if err := w.epoch(); err != nil {
			return fmt.Errorf("epoch %d: %w", epoch, err)
		}
	}
	return nil
}
