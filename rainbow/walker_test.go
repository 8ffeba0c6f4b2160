package rainbow

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// source decides what a walk does.
type source interface {
	below(n uint64) uint64 // 0 to n-1
}

type dice struct{ *rand.Rand }

func (d dice) below(n uint64) uint64 { return d.Uint64N(n) }

// tape decides by bytes, zeros when they run out.
type tape struct{ data []byte }

func (t *tape) below(n uint64) uint64 {
	var v uint64
	for range 3 {
		if len(t.data) == 0 {
			break
		}
		v, t.data = v<<8|uint64(t.data[0]), t.data[1:]
	}
	return v % n
}

// walker walks a random economy: accounts 0 to 7, some with operators.
type walker struct {
	source
	s         *State
	operators []delegation.OperatorID
	evidence  EvidenceID
	done      map[string]int
}

func coin(d source, one uint64) bool { return d.below(one) == 0 }

func (w *walker) amount() spec.Gwei { return 1 + spec.Gwei(w.below(1<<w.below(45))) }

func (w *walker) ratio() delegation.Ratio {
	den := 1 + w.below(20)
	return delegation.Ratio{Num: w.below(den + 1), Den: den}
}

func newWalker(d source) (*walker, error) {
	lc := delegation.DefaultConfig()
	lc.UnbondingEpochs = 1 + d.below(8)
	lc.CommissionDelay, lc.CommissionMax = lc.UnbondingEpochs, delegation.One
	lc.MinBond, lc.MinDelegation, lc.MinLockedShares = 0, 1, d.below(2)*1_000_000
	lc.LeverageMode = delegation.LeverageMode(d.below(2))
	lc.SlashedToTreasury = coin(d, 3)
	if coin(d, 2) {
		lc.LeverageCap = delegation.Off
	}
	balances := make([]spec.Gwei, 8)
	for i := range balances {
		balances[i] = spec.Gwei(1+d.below(1<<20)) * eth / 16
	}
	l, err := delegation.New(lc, balances...)
	if err != nil {
		return nil, err
	}
	c := Config{SlotsPerEpoch: 1 + d.below(8), Adoption: Adoption(d.below(uint64(adoptions)))}
	alpha := delegation.Ratio{Den: 20, Num: d.below(21)}
	c.Issuance = Issuance{Curve: []Curve{Sqrt(), Tempered(pow25), Generalised(million, 2), HillFloor(million/9, 3, 1000*eth), EconomicCap(pow25)}[d.below(5)],
		Convention: Convention(d.below(2)), Alpha: alpha}
	c.Issuance.Curve.EpochsPerYear = 1 + d.below(1000) // so that rewards weigh
	c.Issuance.Curve.Factor = 1 + d.below(64)
	s, err := New(c, l)
	if err != nil {
		return nil, err
	}
	w := &walker{source: d, s: s, done: map[string]int{}}
	for range 2 + d.below(5) {
		w.addService()
	}
	return w, nil
}

// try applies an operation of this package that may be refused.
func (w *walker) try(name string, f func() error) error {
	var before []byte
	if coin(w, 4) {
		before = encode(w.s)
	}
	err := f()
	if err == nil {
		w.done[name]++
	} else if before != nil && !bytes.Equal(before, encode(w.s)) {
		return fmt.Errorf("%s changed the state and failed: %w", name, err)
	}
	return nil
}

func (w *walker) addService() error {
	class := Class(w.below(3))
	v := Service{ID: ServiceID(w.below(12)), Class: class, LossRule: delegation.BondOnly, Weight: 1 + w.below(9), Window: w.below(6), MaxLoss: delegation.Off,
		CommitteeSize: w.below(20), SoleShare: delegation.Ratio{Num: 1, Den: 1 + w.below(3)}, ProposerShare: delegation.Parts(w.below(uint64(delegation.One)))}
	if class == Heavy {
		v.LossRule = delegation.LossRule(w.below(3))
	} else {
		v.Rule = RewardRule(w.below(uint64(rewardRules)))
		v.Coupling = Coupling(w.below(3))
	}
	if v.Coupling != Uncoupled {
		v.Quorum, v.InclusionShare = w.ratio(), delegation.Parts(w.below(uint64(delegation.One)))
	}
	if coin(w, 3) {
		v.MaxLoss = w.amount()
	}
	return w.try("service", func() error { return AddService(w.s, v) })
}

func (w *walker) operator() delegation.OperatorID {
	if len(w.operators) == 0 {
		return 8
	}
	return w.operators[w.below(uint64(len(w.operators)))]
}

func (w *walker) service() ServiceID {
	if len(w.s.Services) == 0 {
		return 0
	}
	return w.s.Services[w.below(uint64(len(w.s.Services)))].ID
}

// step takes one random step between two epochs.
func (w *walker) step() error {
	s, owner := w.s, delegation.AccountID(w.below(8))
	switch w.below(10) {
	case 0:
		p := RolePrice{Service: w.service(), Floor: w.amount(), Sensitivity: w.ratio(), Target: w.ratio()}
		p.Price = p.Floor + w.amount()
		return w.try("role price", func() error { return AddRolePrice(s, p) })
	case 1, 2, 3:
		op := w.operator()
		o, _ := s.Ledger.Operator(op)
		e := OptIn{o.Owner, op, w.service(), 0}
		if coin(w, 3) {
			e.Allocation = 1 + spec.Gwei(w.below(uint64(o.Bond)+1))
		}
		return w.try("entry", func() error { return ProcessOptIn(s, e) })
	case 4:
		op := w.operator()
		o, _ := s.Ledger.Operator(op)
		return w.try("departure", func() error { return ProcessOptOut(s, OptOut{o.Owner, op, w.service()}) })
	case 5, 6:
		w.evidence++
		p := Penalty{Service: w.service(), Evidence: w.evidence, Operator: w.operator(), Amount: w.amount(), Tombstone: coin(w, 12)}
		if back := spec.Epoch(w.below(4)); back <= s.Ledger.Epoch() {
			p.Epoch = s.Ledger.Epoch() - back
		}
		if coin(w, 2) {
			p.Amount, p.Fraction = 0, w.ratio()
		}
		return w.try("penalty", func() error { return ProcessPenalty(s, p) })
	case 7:
		c := Certificate{w.service(), w.below(s.Config.SlotsPerEpoch), w.below(21)}
		return w.try("certificate", func() error { return ProcessCertificate(s, s.Ledger.Epoch(), c) })
	}
	w.ledgerStep(owner)
	return nil
}

// early is one of the first ids, 0 when there are none.
func early[ID ~uint64](w *walker, ids iter.Seq[ID]) (id ID) {
	n := w.below(3)
	for v := range ids {
		if id = v; n == 0 {
			break
		}
		n--
	}
	return id
}

// ledgerStep applies a random operation of the ledger.
func (w *walker) ledgerStep(owner delegation.AccountID) {
	l := w.s.Ledger
	o, _ := l.Operator(w.operator())
	var op any
	switch w.below(14) {
	case 0, 1:
		op = delegation.Registration{Owner: owner, Bond: w.amount(), Commission: delegation.Parts(w.below(uint64(delegation.One)))}
	case 2, 3:
		op = delegation.Delegation{Owner: owner, Operator: o.ID, Amount: w.amount()}
	case 4, 5:
		op = delegation.LightDelegation{Owner: owner, Operator: o.ID, Amount: w.amount()}
	case 6:
		op = delegation.Undelegation{Owner: owner, Lot: early(w, l.LotsOf(owner)), Amount: w.amount()}
	case 7:
		op = delegation.Redelegation{Owner: owner, Lot: early(w, l.LotsOf(owner)), To: o.ID, Amount: w.amount()}
	case 8:
		op = delegation.LightRedelegation{Owner: owner, Position: early(w, l.LightsOf(owner)), To: o.ID, Amount: w.amount()}
	case 9:
		op = delegation.LotPointer{Owner: owner, Lot: early(w, l.LotsOf(owner)), Operator: o.ID}
	case 10:
		op = delegation.WalletPointer{Owner: owner, Operator: o.ID}
	case 11:
		op = delegation.BondWithdrawal{Owner: o.Owner, Operator: o.ID, Amount: w.amount()}
	case 12:
		op = delegation.EvidenceSubmission{Operator: o.ID, Epoch: l.Epoch()}
		if coin(w, 2) {
			op = delegation.Exit{Owner: o.Owner, Operator: o.ID}
		}
	case 13:
		op = delegation.LightUndelegation{Owner: owner, Position: early(w, l.LightsOf(owner)), Amount: w.amount()}
	}
	r, err := delegation.Process(l, op)
	if err != nil {
		return
	}
	w.done["ledger"]++
	w.operators = append(w.operators, r.Operators...)
}
