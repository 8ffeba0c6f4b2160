package delegation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// CheckInvariants reports the first invariant that the ledger breaks, as an error
// wrapping [ErrInvariant] that names it; nil for every ledger that this package
// made. It looks at one state: conservation of Gwei, sums of shares and of
// principal, reserves, counted stake, liquid counters, references between rows,
// bounds, and that the indexes equal their recomputation. It takes time in
// proportion to the whole state.
func CheckInvariants(l *Ledger) error {
	if err := l.usable(); err != nil {
		return err
	}
	for _, check := range []func(*Ledger) error{
		(*Ledger).checkRows, (*Ledger).checkPools, (*Ledger).checkLights, (*Ledger).checkPointers,
		(*Ledger).checkConservation, (*Ledger).checkIndexes,
	} {
		if err := check(l); err != nil {
			return err
		}
	}
	return nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvariant, fmt.Sprintf(format, args...))
}

// checkRows checks what each row refers to, and its own bounds.
func (l *Ledger) checkRows() error {
	if l.epoch > MaxEpoch || l.snapshotEpoch > l.epoch {
		return broken("epoch %d, snapshot of %d", l.epoch, l.snapshotEpoch)
	}
	used := map[uint64]string{}
	for a := range l.accounts.All() {
		if err := l.checkRow(used, "account", uint64(a.ID), l.isTarget(&a.Pointer)); err != nil {
			return err
		}
	}
	for o := range l.operators.All() {
		if err := cmp.Or(l.checkRow(used, "operator", uint64(o.ID), l.isAccount(o.Owner)), l.checkOperator(o)); err != nil {
			return err
		}
	}
	for p := range l.lights.All() {
		if err := l.checkRow(used, "light position", uint64(p.ID), l.isAccount(p.Owner) && l.isOperator(p.Operator)); err != nil {
			return err
		}
	}
	for e := range l.evidence.All() {
		if err := l.checkRow(used, "evidence", uint64(e.ID), e.Epoch <= l.epoch && l.isOperator(e.Operator)); err != nil {
			return err
		}
	}
	for u := range l.uncollected.All() { // the operator's record may have been removed
		if u.Amount == 0 || u.Epoch > l.epoch {
			return broken("uncollected slash %d: %+v", u.ID, *u)
		}
	}
	for _, check := range []func(map[uint64]string) error{l.checkLots, l.checkUnbondings} {
		if err := check(used); err != nil {
			return err
		}
	}
	return l.checkLiens()
}

// checkRow checks that an id is used once, and whether all that a row refers to is
// known.
func (l *Ledger) checkRow(used map[uint64]string, kind string, id uint64, known bool) error {
	if other, ok := used[id]; ok || id >= l.nextID {
		return broken("%s %d: id not below %d or used by %q", kind, id, l.nextID, other)
	}
	used[id] = kind
	if !known {
		return broken("%s %d: unknown owner or operator, or a future epoch", kind, id)
	}
	return nil
}

func (l *Ledger) isAccount(id AccountID) bool   { return l.accounts.Get(id) != nil }
func (l *Ledger) isOperator(id OperatorID) bool { return l.operators.Get(id) != nil }
func (l *Ledger) isTarget(p *Pointer) bool      { return !p.Set || l.isOperator(p.Operator) }

func (l *Ledger) checkLots(used map[uint64]string) error {
	for p := range l.lots.All() {
		known := l.isAccount(p.Owner) && l.isOperator(p.Operator) && l.isTarget(&p.Pointer)
		if err := cmp.Or(l.checkRow(used, "lot", uint64(p.ID), known), l.checkLien(uint64(p.ID), p.Operator, &p.Lien)); err != nil {
			return err
		}
		if p.Shares == 0 || (p.Tokenised && (p.Lien.Set || p.Locked)) {
			return broken("lot %d: %d shares, tokenised %t, lien %t, locked %t", p.ID, p.Shares, p.Tokenised, p.Lien.Set, p.Locked)
		}
	}
	return nil
}

func (l *Ledger) checkUnbondings(used map[uint64]string) error {
	last := spec.Epoch(0)
	for u := range l.unbondings.All() {
		if u.Complete < last {
			return broken("unbonding %d completes before an older one", u.ID)
		}
		last = u.Complete
		known := l.isAccount(u.Owner) && l.isOperator(u.Operator)
		if err := cmp.Or(l.checkRow(used, "unbonding", uint64(u.ID), known), l.checkLien(uint64(u.ID), u.Operator, &u.Lien)); err != nil {
			return err
		}
		if u.Balance > u.Initial || u.Start > l.epoch || u.Complete-u.Start != spec.Epoch(l.config.UnbondingEpochs) || (u.Bond && u.Lien.Set) {
			return broken("unbonding %d: balance %d of %d, epochs %d to %d", u.ID, u.Balance, u.Initial, u.Start, u.Complete)
		}
	}
	return nil
}

func (l *Ledger) checkOperator(o *Operator) error {
	if o.Commission > l.config.CommissionMax || o.PendingCommission > l.config.CommissionMax || o.Exit > BondLeaving {
		return broken("operator %d: commission %d, pending %d, exit stage %d", o.ID, o.Commission, o.PendingCommission, o.Exit)
	}
	if o.PoolShares > maxShares || !l.reachable(o.Light.Index) || !l.reachable(o.Pointers.Index) {
		return broken("operator %d: %d shares, indexes %d and %d", o.ID, o.PoolShares, o.Light.Index, o.Pointers.Index)
	}
	if err := l.checkStages(o); err != nil {
		return err
	}
	if effective := EffectiveStake(o.Bond, o.PoolTokens, l.config.LeverageCap); l.config.LeverageCap != Off {
		if limit := o.Bond + l.config.LeverageCap.Of(o.Bond); effective > limit && limit >= o.Bond { // I14
			return broken("I14: operator %d counts %d of at most %d", o.ID, effective, limit)
		}
	}
	return nil
}

// reachable says whether everything minted, spread over the least weight, takes an
// index so far.
func (l *Ledger) reachable(index uint64) bool {
	return product(index, uint64(MinIndexWeight)).compare(product(uint64(l.minted), 1<<32)) <= 0
}

// checkStages checks what the epochs and flags of an operator's record say together.
func (l *Ledger) checkStages(o *Operator) error {
	last, id := l.epoch+spec.Epoch(MaxDelay), uint64(o.ID)
	switch {
	case o.CommissionPending && o.PendingCommissionEpoch > last, !o.CommissionPending && (o.PendingCommission != 0 || o.PendingCommissionEpoch != 0):
		return broken("operator %d: commission of %d pending for epoch %d: %t", o.ID, o.PendingCommission, o.PendingCommissionEpoch, o.CommissionPending)
	case o.Jailed && o.JailedUntil > last, !o.Jailed && o.JailedUntil != 0:
		return broken("operator %d: in jail until epoch %d: %t", o.ID, o.JailedUntil, o.Jailed)
	case o.ExitEpoch > l.epoch, o.Exit == Active && o.ExitEpoch != 0:
		return broken("operator %d: exit stage %d announced in epoch %d", o.ID, o.Exit, o.ExitEpoch)
	case o.Exit >= PoolClosed && (l.index.lotsAt.Has(id) || o.PoolTokens > 0):
		return broken("operator %d: exit stage %d with a pool", o.ID, o.Exit)
	case o.Exit == BondLeaving && (l.index.lotPointers.Has(id) || l.index.walletPointers.Has(id)):
		return broken("operator %d: exit stage %d with pointers", o.ID, o.Exit)
	case o.CostPerEpoch >= MaxSupply:
		return broken("operator %d: cost of %d", o.ID, o.CostPerEpoch)
	}
	return nil
}

// checkLiens checks that the pieces of each lien are of one move.
func (l *Ledger) checkLiens() error {
	type lien struct {
		source OperatorID
		id     LotID
	}
	moved := map[lien]Lien{} // all pieces together
	add := func(row uint64, n *Lien) error {
		if !n.Set {
			return nil
		}
		all, ok := moved[lien{n.Source, n.ID}]
		if !ok {
			all.Start = n.Start
		}
		all.Initial = addSat(all.Initial, n.Initial)
		if moved[lien{n.Source, n.ID}] = all; all.Initial >= MaxSupply || all.Start != n.Start {
			return broken("lien of row %d: %+v, all pieces %d, first since epoch %d", row, *n, all.Initial, all.Start)
		}
		return nil
	}
	for p := range l.lots.All() {
		if err := add(uint64(p.ID), &p.Lien); err != nil {
			return err
		}
	}
	for u := range l.unbondings.All() {
		if err := add(uint64(u.ID), &u.Lien); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) checkLien(id uint64, operator OperatorID, n *Lien) error {
	if !n.Set {
		if *n != (Lien{}) {
			return broken("row %d: no lien, and not empty", id)
		}
		return nil
	}
	if n.Source == operator || !l.isOperator(n.Source) || uint64(n.ID) >= l.nextID || n.Start > l.epoch ||
		n.End-n.Start != spec.Epoch(l.config.UnbondingEpochs) || n.Initial >= MaxSupply {
		return broken("lien of row %d: %+v", id, *n)
	}
	return nil
}

// checkPools checks I2 for heavy pools, I15, and that a pool has tokens exactly
// when it has shares.
func (l *Ledger) checkPools() error {
	type sums struct{ shares, liquid uint64 }
	found := map[OperatorID]sums{}
	for p := range l.lots.All() {
		s := found[p.Operator]
		s.shares = uint64(addSat(spec.Gwei(s.shares), spec.Gwei(p.Shares)))
		if p.Tokenised {
			s.liquid += p.Shares
		}
		found[p.Operator] = s
	}
	var liquid, heavy spec.Gwei
	for o := range l.operators.All() {
		if s := found[o.ID]; s.shares != o.PoolShares {
			return broken("I2: operator %d has %d shares, its lots %d", o.ID, o.PoolShares, s.shares)
		} else if s.liquid != o.LiquidShares {
			return broken("I15: operator %d has %d liquid shares, its lots %d", o.ID, o.LiquidShares, s.liquid)
		}
		if (o.PoolTokens == 0) != (o.PoolShares == 0) {
			return broken("operator %d: %d tokens for %d shares", o.ID, o.PoolTokens, o.PoolShares)
		}
		liquid += o.liquidValue()
		heavy += o.PoolTokens
	}
	if liquid != l.liquid || heavy != l.heavy {
		return broken("I15: liquid %d, recomputed %d; heavy %d, recomputed %d", l.liquid, liquid, l.heavy, heavy)
	}
	return nil
}

// checkLights checks I2 for light pools and I8: what holders may claim is in the
// reserve.
func (l *Ledger) checkLights() error {
	type sums struct {
		principal, pending spec.Gwei
		owed               liability
	}
	found := map[OperatorID]*sums{}
	for o := range l.operators.All() {
		found[o.ID] = new(sums)
	}
	type pair struct {
		owner    AccountID
		operator OperatorID
	}
	held := map[pair]bool{}
	for p := range l.lights.All() {
		at := pair{p.Owner, p.Operator}
		if held[at] {
			return broken("light position %d: account %d has another with operator %d", p.ID, p.Owner, p.Operator)
		}
		held[at] = true
		o := l.operators.Get(p.Operator)
		if p.Total() == 0 || p.Index > o.Light.Index {
			return broken("light position %d: principal %d, index %d of %d", p.ID, p.Total(), p.Index, o.Light.Index)
		}
		s := found[p.Operator]
		s.principal = addSat(s.principal, p.Principal)
		s.pending = addSat(s.pending, p.Pending)
		s.owed.add(uint64(p.Accrued), 1<<32)
		s.owed.add(o.Light.Index-p.Index, uint64(p.Principal))
	}
	for o := range l.operators.All() {
		s := found[o.ID]
		if s.principal != o.Light.Weight || s.pending != o.LightPending {
			return broken("I2: operator %d has light principal %d+%d, its positions %d+%d", o.ID, o.Light.Weight, o.LightPending, s.principal, s.pending)
		}
		if !s.owed.within(&o.Light) || (o.Principal() == 0 && o.Light.Reserve > 0) {
			return broken("I8: operator %d owes %d 2^64 + %d, over 2^32, from a reserve of %d", o.ID, s.owed.hi, s.owed.lo, o.Light.Reserve)
		}
	}
	return nil
}

// checkPointers checks that the weights of pointers sum, and I8 for them.
func (l *Ledger) checkPointers() error {
	type sums struct {
		weight spec.Gwei
		owed   liability
	}
	found := map[OperatorID]*sums{}
	for o := range l.operators.All() {
		found[o.ID] = new(sums)
	}
	add := func(p *Pointer, weight spec.Gwei) error {
		if !p.Set {
			if *p != (Pointer{}) {
				return broken("unset pointer %+v", *p)
			}
			return nil
		}
		o, s := l.operators.Get(p.Operator), found[p.Operator]
		if p.Index > o.Pointers.Index {
			return broken("pointer to operator %d: index %d of %d", p.Operator, p.Index, o.Pointers.Index)
		}
		s.weight = addSat(s.weight, weight)
		s.owed.add(o.Pointers.Index-p.Index, uint64(weight))
		return nil
	}
	for p := range l.lots.All() {
		if err := add(&p.Pointer, p.Pointer.Weight); err != nil {
			return err
		}
	}
	for a := range l.accounts.All() {
		if err := add(&a.Pointer, a.counted()); err != nil {
			return err
		}
	}
	for o := range l.operators.All() {
		if s := found[o.ID]; s.weight != o.Pointers.Weight || !s.owed.within(&o.Pointers) || (s.weight == 0 && o.Pointers.Reserve > 0) {
			return broken("I8: operator %d, pointers: weight %d of %d, %d 2^64 + %d, over 2^32, owed from %d", o.ID,
				o.Pointers.Weight, s.weight, s.owed.hi, s.owed.lo, o.Pointers.Reserve)
		}
	}
	return nil
}

// checkConservation checks I1: every Gwei that entered is in exactly one pot.
func (l *Ledger) checkConservation() error {
	sum, ok := l.burned, true
	add := func(v spec.Gwei) {
		var fits bool
		sum, fits = u64.Add(sum, v)
		ok = ok && fits
	}
	add(l.treasury)
	for a := range l.accounts.All() {
		add(a.Free)
	}
	for o := range l.operators.All() {
		for _, v := range []spec.Gwei{o.Bond, o.PoolTokens, o.Light.Weight, o.LightPending, o.Light.Reserve, o.Pointers.Reserve} {
			add(v)
		}
	}
	for u := range l.unbondings.All() {
		add(u.Balance)
	}
	supply, fits := u64.Add(l.genesis, l.minted)
	if !ok || !fits || sum != supply || supply >= MaxSupply {
		return broken("I1: %d Gwei in all pots, %d genesis + %d minted", sum, l.genesis, l.minted)
	}
	return nil
}

// checkIndexes compares the derived indexes with their recomputation.
func (l *Ledger) checkIndexes() error {
	var x indexes
	for o := range l.operators.All() {
		x.operator(o, true)
	}
	for p := range l.lots.All() {
		x.lot(p, true)
	}
	for u := range l.unbondings.All() {
		x.unbonding(u, true)
	}
	for p := range l.lights.All() {
		x.light(p, true)
	}
	for a := range l.accounts.All() {
		x.account(a, true)
	}
	for e := range l.evidence.All() {
		x.evidence(e, true)
	}
	have, want := l.index.sets(), x.sets()
	for i := range have {
		if !slices.Equal(have[i].Slice(), want[i].Slice()) {
			return broken("index %d differs from its recomputation", i)
		}
	}
	return nil
}
