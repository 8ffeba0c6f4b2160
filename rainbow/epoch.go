package rainbow

import (
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Duty reports that an operator performed, in the current epoch, with so much of
// its weight at the Go snapshot.
type Duty struct {
	Operator delegation.OperatorID
	Service  ServiceID
	Epoch    spec.Epoch
	Weight   spec.Gwei
}

// Item is something that members of a light service listed, such as a transaction
// in inclusion lists, with what it is worth to the service's reward rule. Values of
// one service that sum above its budget are scaled down to it.
type Item struct {
	Service  ServiceID
	ID       ItemID
	Value    spec.Gwei
	Low      spec.Gwei               // for [ConditionalTip], to each of several listers; at most Value
	Proposer delegation.OperatorID   // for [FOCILR], an operator with heavy weight
	Listers  []delegation.OperatorID // operators that performed
	// HasProposer says that Proposer included the item and gets his share.
	HasProposer bool
}

// Block is a block of the current epoch and the coupled services whose certificates
// for its slot it includes.
type Block struct {
	Slot     uint64                // in the epoch
	Proposer delegation.OperatorID // an operator with heavy weight at the Go snapshot
	Included []ServiceID
}

// EpochInput is what an epoch brings from outside, in any order.
type EpochInput struct {
	Duties []Duty
	Items  []Item
	Blocks []Block
	// Options say what the ledger's receipt holds; the state and all else are the same.
	Options delegation.EpochOptions
}

// ServiceResult is what a service did in an epoch.
type ServiceResult struct {
	Service    ServiceID
	Budget     spec.Gwei
	Awarded    spec.Gwei // the rest of the budget was not minted
	Weight     spec.Gwei // that could have performed
	Performed  spec.Gwei // that did
	Operators  uint64    // that could have performed
	Performers uint64    // that did
	Certified  uint64    // certificates of the epoch
	Omitted    uint64    // of them, left out by the block of their slot
}

// PenaltyResult is what became of a penalty: Owed = AboveMaxLoss + AboveBond +
// Collected.
type PenaltyResult struct {
	Service  ServiceID
	Evidence EvidenceID
	Operator delegation.OperatorID

	Owed         spec.Gwei // rounded up per pot
	AboveMaxLoss spec.Gwei // above the service's maximum loss
	AboveBond    spec.Gwei // above bond or allocation, or what there was
	Collected    spec.Gwei
}

// EpochReceipt is what an epoch did.
type EpochReceipt struct {
	Epoch     spec.Epoch // that ended
	Staked    spec.Gwei  // on which the curve issued
	Totals    Totals     // of this epoch
	Services  []ServiceResult
	Penalties []PenaltyResult
	// EarlyRewards are the events of rewards to operators with pending penalties, which
	// come before those of Ledger.
	EarlyRewards []delegation.Event
	Ledger       delegation.Receipt
}

// ProcessEpoch ends the current epoch, in this order: the curve issues for the
// heavy weight of the Go snapshot, the classes and services get their parts; duty
// reports earn heavy and light rewards; all pending penalties are one batch, from
// the state after the rewards; then certificates, the ledger's own epoch, the
// weight snapshot and role prices. What is not paid, because nobody performed, by a
// floor, or because the ledger refuses an operator, is not minted.
//
// All input is checked before anything is written: an error leaves the state as
// it was. Reports of another epoch give [delegation.ErrEpoch], of an operator that does not
// serve [ErrNotRegistered], above its weight [ErrWeight], twice [delegation.ErrDuplicate]; a
// block without a strong certificate [ErrInadmissible]; a state whose rows are out of
// order or refer to no service [spec.ErrInput] or [delegation.ErrInvariant].
func ProcessEpoch(s *State, in EpochInput) (EpochReceipt, error) {
	if err := s.usable(); err != nil {
		return EpochReceipt{}, err
	}
	if err := s.checkRows(); err != nil {
		return EpochReceipt{}, err
	}
	w := &s.work
	r := EpochReceipt{Epoch: s.Ledger.Epoch()}
	if err := w.prepare(s, in); err != nil {
		return EpochReceipt{}, err
	}
	if err := w.issue(s, &r); err != nil {
		return EpochReceipt{}, err
	}
	w.award(s)
	r.Services = w.results
	w.duties = nil
	s.finish(&r, &in)
	return r, nil
}

// maxIssued bounds what was ever issued, minted or not.
const maxIssued = spec.Gwei(1) << 63

// issue splits the epoch's issuance among classes and services.
func (w *workspace) issue(s *State, r *EpochReceipt) error {
	for i := range s.Go.Rows {
		r.Staked += s.Go.Rows[i].Heavy
	}
	total, err := EpochIssuance(s.Config.Issuance.Curve, r.Staked)
	if err != nil {
		return err
	}
	if sum, ok := u64.Add(s.Ledger.Supply(), total); !ok || sum >= delegation.MaxSupply {
		return spec.About("issuance", total, delegation.ErrBound)
	}
	if sum, ok := u64.Add(s.Totals.Issued, total); !ok || sum >= maxIssued {
		return spec.About("issuance", total, delegation.ErrBound)
	}
	if s.Ledger.Epoch() >= delegation.MaxEpoch {
		return spec.About("epoch", s.Ledger.Epoch(), delegation.ErrBound)
	}
	share, err := s.Config.Issuance.Share()
	if err != nil {
		return err
	}
	heavy, light, err := share.SplitIssuance(total)
	r.Totals = Totals{Issued: total, Heavy: heavy, Light: light}
	w.allot(s, heavy, true)
	w.allot(s, light, false)
	return err
}

// allot divides the budget of a class by largest remainder of the services'
// weights, ties to the lower id. A class without services gets none.
func (w *workspace) allot(s *State, budget spec.Gwei, heavy bool) {
	weights, parts := make([]spec.Gwei, len(s.Services)), make([]spec.Gwei, len(s.Services))
	for i := range s.Services {
		if (s.Services[i].Class == Heavy) == heavy {
			weights[i] = spec.Gwei(s.Services[i].Weight)
		}
	}
	u64.Apportion(parts, budget, weights)
	for i := range parts {
		w.results[i].Budget += parts[i]
	}
}

// finish writes: nothing before it has changed the state, and nothing in it fails.
func (s *State) finish(r *EpochReceipt, in *EpochInput) {
	w := &s.work
	for i := range w.results {
		t := &s.Services[i].Totals
		t.Budget += w.results[i].Budget
		t.Awarded += w.results[i].Awarded
		t.Certified += w.results[i].Certified
		t.Omitted += w.results[i].Omitted
	}
	minted := s.Ledger.Supply()
	s.closeLedger(r, in)
	paid := s.Ledger.Supply() - minted // what the ledger refused is not in it
	r.Totals.Paid, r.Totals.NotMinted = paid, r.Totals.Issued-paid
	s.Totals.Issued += r.Totals.Issued
	s.Totals.Heavy += r.Totals.Heavy
	s.Totals.Light += r.Totals.Light
	s.Totals.Paid += paid
	s.Totals.NotMinted += r.Totals.NotMinted

	s.Certificates = s.Certificates[:0]
	s.snapshot()
	s.forget()
	s.movePrices(r.Services)
}

// closeLedger pays the rewards, slashes and ends the ledger's epoch. Operators
// that are accused get their rewards first, so that their penalties can be
// measured after them; the rewards of different operators do not touch each other.
func (s *State) closeLedger(r *EpochReceipt, in *EpochInput) {
	w := &s.work
	w.markAccused(s)
	rewards := w.rewards[:0]
	for i := range w.pay {
		p, row := &w.pay[i], &s.Go.Rows[i]
		light, pointers := p.splitLight(row)
		if p.heavy == 0 && p.light == 0 {
			continue
		}
		if !p.accused {
			rewards = append(rewards, delegation.EpochReward{Operator: row.Operator, Heavy: p.heavy, Light: light, Pointers: pointers})
		} else if events := s.payNow(row.Operator, p.heavy, light, pointers); !in.Options.Brief {
			r.EarlyRewards = append(r.EarlyRewards, events...)
		}
	}
	w.rewards = rewards
	pending, slashes := s.slashes()
	r.Ledger, _ = delegation.ProcessEpoch(s.Ledger, delegation.EpochInput{Rewards: rewards, Slashes: slashes, Options: in.Options})
	r.Penalties = s.settle(pending)
}

// payNow pays the rewards of one operator at once, as far as the ledger takes them.
func (s *State) payNow(operator delegation.OperatorID, heavy, light, pointers spec.Gwei) (events []delegation.Event) {
	if heavy > 0 {
		r, _ := delegation.ProcessHeavyReward(s.Ledger, delegation.HeavyReward{Operator: operator, Amount: heavy}) // empty when refused
		events = append(events, r.Events...)
	}
	if light > 0 {
		r, _ := delegation.ProcessLightReward(s.Ledger, delegation.LightReward{Operator: operator, Amount: light})
		events = append(events, r.Events...)
	}
	if pointers > 0 {
		r, _ := delegation.ProcessPointerReward(s.Ledger, delegation.PointerReward{Operator: operator, Amount: pointers})
		events = append(events, r.Events...)
	}
	return events
}

// forget drops registrations and penalties that nothing can refer to any more.
func (s *State) forget() {
	now, unbonding := s.Ledger.Epoch(), spec.Epoch(s.Ledger.Config().UnbondingEpochs)
	if s.work.expired {
		s.Registrations = slices.DeleteFunc(s.Registrations, func(r Registration) bool {
			return !r.Active && now > r.Left+spec.Epoch(s.Services[s.indexOf(r.Service)].Window)
		})
	}
	penalties := s.Penalties[:0]
	for _, p := range s.Penalties {
		if p.Done = true; now-p.Epoch <= unbonding {
			penalties = append(penalties, p)
		}
	}
	s.Penalties = penalties
}

// snapshot rotates the three snapshots and takes the newest. Jailed operators count
// for nothing; who is barred or has left the ledger leaves his services.
func (s *State) snapshot() {
	w, limit := &s.work, s.Ledger.Config().LeverageCap
	enrolled, rows := w.next, w.next[:0]
	for o := range s.Ledger.Standings() {
		for len(enrolled) > 0 && enrolled[0].Operator < o.Operator {
			s.dismiss(enrolled[0].Operator)
			enrolled = enrolled[1:]
		}
		if len(enrolled) == 0 || enrolled[0].Operator != o.Operator {
			continue
		}
		row := enrolled[0]
		enrolled = enrolled[1:]
		heavy, light := row.Heavy > 0, row.Principal > 0
		if o.Left {
			s.dismiss(o.Operator)
		}
		if o.Left || o.Jailed || (!heavy && !light) {
			continue
		}
		if heavy {
			row.Heavy = delegation.EffectiveStake(o.Bond, o.PoolTokens, limit)
		}
		if light {
			row.Principal, row.Pointers = o.Light, o.Pointers
		}
		rows = append(rows, row)
	}
	for i := range enrolled {
		s.dismiss(enrolled[i].Operator)
	}
	w.next = s.Go.Rows
	s.Go, s.Set = s.Set, s.Mark
	s.Mark = Snapshot{Taken: true, Epoch: s.Ledger.Epoch(), Rows: rows}
}

// dismiss takes an operator out of all services.
func (s *State) dismiss(operator delegation.OperatorID) {
	group := s.registrationsOf(operator)
	for i := range group {
		if group[i].Active {
			group[i].leave(s.Ledger.Epoch() - 1)
			s.work.expired = true
		}
	}
}
