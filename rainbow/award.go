package rainbow

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// award turns budgets into payments: inclusion of certificates first, out of the
// budget; then the service's rule for the rest.
func (w *workspace) award(s *State) {
	rest, each := make([]spec.Gwei, len(s.Services)), make([]spec.Gwei, len(s.Services))
	for i := range rest {
		res, v := &w.results[i], &s.Services[i]
		rest[i] = res.Budget - partsOf(res.Budget, v.InclusionShare)
		if v.Rule == EqualParts && res.Performers > 0 {
			each[i] = rest[i] / spec.Gwei(res.Performers)
		}
	}
	w.awardBlocks(s)
	rows, row := s.Go.Rows, 0
	for i := range w.duties {
		d := &w.duties[i]
		for rows[row].Operator != d.Operator {
			row++
		}
		service := s.indexOf(d.Service)
		amount, v := each[service], &s.Services[service]
		if v.Rule == ByWeight {
			amount, _ = u64.MulDiv(rest[service], d.Weight, w.results[service].Weight)
		}
		w.give(row, service, amount, v.Class == Heavy)
	}
	w.awardItems(s, rest)
}

// give adds to what an operator is paid.
func (w *workspace) give(row, service int, amount spec.Gwei, heavy bool) {
	if heavy {
		w.pay[row].heavy += amount
	} else {
		w.pay[row].light += amount
	}
	w.results[service].Awarded += amount
}

// checkBlocks checks blocks and sorts them by slot.
func (w *workspace) checkBlocks(s *State, blocks []Block) error {
	w.blocks = append(w.blocks[:0], blocks...)
	slices.SortFunc(w.blocks, func(a, b Block) int { return cmp.Compare(a.Slot, b.Slot) })
	for i := range w.blocks {
		b := &w.blocks[i]
		if b.Slot >= s.Config.SlotsPerEpoch {
			return spec.Aboutf("slot", b.Slot, delegation.ErrEpoch, "of %d", s.Config.SlotsPerEpoch)
		}
		if i > 0 && b.Slot == w.blocks[i-1].Slot {
			return spec.Aboutf("slot", b.Slot, delegation.ErrDuplicate, "two blocks")
		}
		if row, ok := s.rowOf(b.Proposer); !ok || s.Go.Rows[row].Heavy == 0 {
			return spec.Aboutf("proposer", b.Proposer, ErrNotRegistered, "no heavy weight")
		}
		if err := Admissible(s, b.Slot); err != nil {
			return err
		}
		if err := s.checkIncluded(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) checkIncluded(b *Block) error {
	for i, id := range b.Included {
		if _, err := s.findService(id); err != nil {
			return err
		}
		if !s.certified(id, b.Slot) {
			return spec.Aboutf("slot", b.Slot, ErrQuorum, "no certificate of service %d to include", id)
		}
		if slices.Contains(b.Included[:i], id) {
			return spec.Aboutf("service", id, delegation.ErrDuplicate, "included twice in slot %d", b.Slot)
		}
	}
	return nil
}

// awardBlocks pays proposers for the certificates that they include, a slot's part
// of the service's inclusion budget each, and counts those left out. A strong
// certificate is in every admissible block.
func (w *workspace) awardBlocks(s *State) {
	for i := range s.Certificates {
		w.results[s.indexOf(s.Certificates[i].Service)].Certified++
	}
	for b := range w.blocks {
		block := &w.blocks[b]
		row, _ := s.rowOf(block.Proposer)
		for i := range s.Services {
			v := &s.Services[i]
			if v.Coupling == Uncoupled || !s.certified(v.ID, block.Slot) {
				continue
			}
			if v.Coupling == Weak && !slices.Contains(block.Included, v.ID) {
				w.results[i].Omitted++
				continue
			}
			budget := partsOf(w.results[i].Budget, v.InclusionShare)
			w.give(row, i, budget/spec.Gwei(s.Config.SlotsPerEpoch), true)
		}
	}
}

// checkItems checks items and sorts them by service and id.
func (w *workspace) checkItems(s *State, items []Item) error {
	w.items = append(w.items[:0], items...)
	slices.SortFunc(w.items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID))
	})
	cost := spec.Gwei(0)
	for i := range w.items {
		it := &w.items[i]
		v, err := s.findService(it.Service)
		switch {
		case err != nil:
			return err
		case !v.Rule.items():
			return spec.Aboutf("service", v.ID, ErrClass, "it pays for no items")
		case i > 0 && it.Service == w.items[i-1].Service && it.ID == w.items[i-1].ID:
			return spec.Aboutf("item", it.ID, delegation.ErrDuplicate, "service %d", it.Service)
		case it.Low > it.Value || it.Value >= delegation.MaxSupply:
			return spec.Aboutf("item", it.ID, spec.ErrInput, "value %d, low %d", it.Value, it.Low)
		case it.HasProposer && v.Rule != FOCILR:
			return spec.Aboutf("item", it.ID, ErrClass, "service %d pays no proposer", v.ID)
		case v.Rule == FOCILR && uint64(len(it.Listers)) > v.CommitteeSize:
			return spec.Aboutf("item", it.ID, ErrWeights, "%d listers in a committee of %d", len(it.Listers), v.CommitteeSize)
		}
		one, fits := v.cost(it)
		if fits {
			cost, fits = u64.Add(cost, one)
		}
		if !fits {
			return spec.About("item", it.ID, spec.ErrOverflow)
		}
		if err := w.checkListers(s, it); err != nil {
			return err
		}
	}
	return nil
}

func (w *workspace) checkListers(s *State, it *Item) error {
	listers := slices.Clone(it.Listers)
	slices.Sort(listers)
	for i, id := range listers {
		if i > 0 && id == listers[i-1] {
			return spec.Aboutf("lister", id, delegation.ErrDuplicate, "item %d", it.ID)
		}
		if !w.performed(id, it.Service) {
			return spec.Aboutf("lister", id, ErrNotRegistered, "item %d, service %d: no report", it.ID, it.Service)
		}
	}
	if it.HasProposer {
		if row, ok := s.rowOf(it.Proposer); !ok || s.Go.Rows[row].Heavy == 0 {
			return spec.Aboutf("proposer", it.Proposer, ErrNotRegistered, "no heavy weight")
		}
	}
	return nil
}

// awardItems pays the items of each service.
func (w *workspace) awardItems(s *State, rest []spec.Gwei) {
	for from := 0; from < len(w.items); {
		to := from + 1
		for to < len(w.items) && w.items[to].Service == w.items[from].Service {
			to++
		}
		service := s.indexOf(w.items[from].Service)
		w.awardList(s, service, rest[service], w.items[from:to])
		from = to
	}
}

// awardList pays the items of one service. What every item could cost is scaled
// down, alike, to the budget.
func (w *workspace) awardList(s *State, service int, budget spec.Gwei, items []Item) {
	v := &s.Services[service]
	total := spec.Gwei(0)
	for i := range items {
		cost, _ := v.cost(&items[i]) // checkItems has seen that they fit
		total += cost
	}
	scale := func(amount spec.Gwei) spec.Gwei {
		if total <= budget {
			return amount
		}
		part, _ := u64.MulDiv(amount, budget, total)
		return part
	}
	for i := range items {
		it := &items[i]
		value, l := scale(it.Value), uint64(len(it.Listers))
		var each spec.Gwei
		switch v.Rule {
		case Uniqueness:
			each = UniquenessShare(value, l)
		case ConditionalTip:
			each = ConditionalShare(value, scale(it.Low), l)
		case FOCILR:
			proposer, listers := SplitProposer(value, v.ProposerShare)
			if it.HasProposer {
				row, _ := s.rowOf(it.Proposer)
				w.give(row, service, proposer, true)
			}
			each, _ = ListerShare(listers, v.CommitteeSize, l, v.SoleShare)
		}
		for _, id := range it.Listers {
			row, _ := s.rowOf(id)
			w.give(row, service, each, false)
		}
	}
}

// cost is the most that an item can pay out, and false for more than 64 bits.
func (v *Service) cost(it *Item) (spec.Gwei, bool) {
	switch l := len(it.Listers); {
	case l == 0 && v.Rule != FOCILR:
		return 0, true
	case l < 2 || v.Rule != ConditionalTip:
		return it.Value, true
	default:
		return u64.Mul(it.Low, spec.Gwei(l))
	}
}
