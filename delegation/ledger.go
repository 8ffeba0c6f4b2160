package delegation

import (
	"iter"

	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
)

// Ledger is a [State] held for work: tables that find, insert and delete in
// O(log n), and indexes derived from them. Make one with [New] or [FromState];
// the zero value is of no use. It is not safe for concurrent use. A nil Ledger is
// refused with [spec.ErrInput] by what returns an error, and is empty to what does not.
type Ledger struct {
	config        Config
	epoch         spec.Epoch
	snapshotEpoch spec.Epoch
	nextID        uint64

	operators   sorted.Table[OperatorID, Operator]
	lots        sorted.Table[LotID, Lot]
	unbondings  sorted.Table[UnbondingID, Unbonding]
	lights      sorted.Table[PositionID, LightPosition]
	accounts    sorted.Table[AccountID, Account]
	evidence    sorted.Table[EvidenceID, Evidence]
	uncollected sorted.Table[SlashID, Uncollected]

	genesis, minted, burned, treasury, liquid spec.Gwei

	heavy spec.Gwei // derived: the sum of all pool tokens
	index indexes   // derived
}

// New returns a ledger at epoch 0 with one account for each balance, ids 0, 1, 2
// and so on. It fails on a configuration that does not validate, and on balances of
// 2^57 Gwei or more together with a [spec.FieldError] that has the row.
func New(config Config, balances ...spec.Gwei) (*Ledger, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	l := &Ledger{config: config}
	for i, b := range balances {
		if err := l.checkSupply(b); err != nil {
			return nil, spec.At("balances", i, err)
		}
		l.genesis += b
		id := AccountID(l.nextID)
		l.accounts.Insert(id, Account{ID: id, Free: b})
		l.nextID++
	}
	return l, nil
}

// FromState builds a ledger of a copy of s. It fails when s breaks an invariant
// (see [CheckInvariants]) or its configuration does not validate.
func FromState(s *State) (*Ledger, error) {
	if s == nil {
		return nil, spec.Atf("state", -1, spec.ErrInput, "nil")
	}
	if err := s.Config.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkOrder(); err != nil {
		return nil, err
	}
	l := &Ledger{
		config: s.Config, epoch: s.Epoch, snapshotEpoch: s.SnapshotEpoch, nextID: s.NextID,
		genesis: s.Genesis, minted: s.Minted, burned: s.Burned, treasury: s.Treasury, liquid: s.LiquidTotal,
	}
	for _, o := range s.Operators {
		l.operators.Insert(o.ID, o)
		l.index.operator(&o, true)
		l.heavy += o.PoolTokens
	}
	for _, p := range s.Lots {
		l.lots.Insert(p.ID, p)
		l.index.lot(&p, true)
	}
	for _, u := range s.Unbondings {
		l.unbondings.Insert(u.ID, u)
		l.index.unbonding(&u, true)
	}
	for _, p := range s.Lights {
		l.lights.Insert(p.ID, p)
		l.index.light(&p, true)
	}
	for _, a := range s.Accounts {
		l.accounts.Insert(a.ID, a)
		l.index.account(&a, true)
	}
	for _, e := range s.Evidence {
		l.evidence.Insert(e.ID, e)
		l.index.evidence(&e, true)
	}
	for _, u := range s.Uncollected {
		l.uncollected.Insert(u.ID, u)
	}
	if err := CheckInvariants(l); err != nil {
		return nil, err
	}
	return l, nil
}

// usable says whether there is a ledger.
func (l *Ledger) usable() error {
	if l == nil {
		return spec.Atf("ledger", -1, spec.ErrInput, "nil")
	}
	return nil
}

// orEmpty is the ledger, or an empty one for nil.
func (l *Ledger) orEmpty() *Ledger {
	if l == nil {
		return new(Ledger)
	}
	return l
}

// State returns a copy of the whole state; it shares no memory with the ledger.
func (l *Ledger) State() *State {
	l = l.orEmpty()
	return &State{
		Config: l.config, Epoch: l.epoch, SnapshotEpoch: l.snapshotEpoch, NextID: l.nextID,
		Operators: l.operators.Slice(), Lots: l.lots.Slice(), Unbondings: l.unbondings.Slice(),
		Lights: l.lights.Slice(), Accounts: l.accounts.Slice(),
		Evidence: l.evidence.Slice(), Uncollected: l.uncollected.Slice(),
		Genesis: l.genesis, Minted: l.minted, Burned: l.burned, Treasury: l.treasury, LiquidTotal: l.liquid,
	}
}

// Clone returns a ledger of the same state that shares no memory with l, and nil for
// nil.
func (l *Ledger) Clone() *Ledger {
	if l == nil {
		return nil
	}
	c := *l
	c.operators, c.lots, c.unbondings = l.operators.Clone(), l.lots.Clone(), l.unbondings.Clone()
	c.lights, c.accounts = l.lights.Clone(), l.accounts.Clone()
	c.evidence, c.uncollected = l.evidence.Clone(), l.uncollected.Clone()
	c.index = l.index.clone()
	return &c
}

// Config returns the parameters of the ledger.
func (l *Ledger) Config() Config { return l.orEmpty().config }

// Epoch returns the current epoch.
func (l *Ledger) Epoch() spec.Epoch { return l.orEmpty().epoch }

// Supply returns genesis + minted: every Gwei that ever entered the ledger, including
// what has been burned since.
func (l *Ledger) Supply() spec.Gwei {
	l = l.orEmpty()
	return l.genesis + l.minted
}

// Burned returns what was slashed and is out of circulation.
func (l *Ledger) Burned() spec.Gwei { return l.orEmpty().burned }

// HeavyTokens returns the tokens of all heavy pools together.
func (l *Ledger) HeavyTokens() spec.Gwei { return l.orEmpty().heavy }

// Operator returns a copy of the record, and false when there is none.
func (l *Ledger) Operator(id OperatorID) (Operator, bool) {
	return copyOf(l.orEmpty().operators.Get(id))
}

// Lot returns a copy of a heavy lot, and false when there is none.
func (l *Ledger) Lot(id LotID) (Lot, bool) { return copyOf(l.orEmpty().lots.Get(id)) }

// Unbonding returns a copy of an unbonding entry, and false when there is none.
func (l *Ledger) Unbonding(id UnbondingID) (Unbonding, bool) {
	return copyOf(l.orEmpty().unbondings.Get(id))
}

// Light returns a copy of a light position, and false when there is none.
func (l *Ledger) Light(id PositionID) (LightPosition, bool) {
	return copyOf(l.orEmpty().lights.Get(id))
}

// Account returns a copy of an account, and false when there is none.
func (l *Ledger) Account(id AccountID) (Account, bool) { return copyOf(l.orEmpty().accounts.Get(id)) }

// Uncollected returns what a slash left uncollected, and false when that is nothing.
func (l *Ledger) Uncollected(id SlashID) (Uncollected, bool) {
	return copyOf(l.orEmpty().uncollected.Get(id))
}

// Standing is what an operator counts by.
type Standing struct {
	Operator   OperatorID
	Bond       spec.Gwei
	PoolTokens spec.Gwei
	Light      spec.Gwei // principal that earns
	Pointers   spec.Gwei // weight of the lots and wallets that point to it
	Jailed     bool
	Left       bool // tombstoned, or on its way out with its pool closed
}

// Standings yields the standing of every operator, by ascending id. The ledger
// must not change meanwhile.
func (l *Ledger) Standings() iter.Seq[Standing] {
	return func(yield func(Standing) bool) {
		for o := range l.orEmpty().operators.All() {
			if !yield(Standing{o.ID, o.Bond, o.PoolTokens, o.Light.Weight, o.Pointers.Weight, o.Jailed, o.Tombstoned || o.Exit >= PoolClosed}) {
				return
			}
		}
	}
}

// LotsOf yields the ids of an owner's heavy lots, by operator, then by id.
func (l *Ledger) LotsOf(owner AccountID) iter.Seq[LotID] {
	return third[LotID](&l.orEmpty().index.lotsOf, owner)
}

// UnbondingsOf yields the ids of an owner's unbonding entries, by operator, then by
// id.
func (l *Ledger) UnbondingsOf(owner AccountID) iter.Seq[UnbondingID] {
	return third[UnbondingID](&l.orEmpty().index.unbondingsOf, owner)
}

// LightsOf yields the ids of an owner's light positions, by operator.
func (l *Ledger) LightsOf(owner AccountID) iter.Seq[PositionID] {
	return third[PositionID](&l.orEmpty().index.lightsOf, owner)
}

// third yields component 2 of the keys of an owner.
func third[ID ~uint64](s *sorted.Set, owner AccountID) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for k := range s.With(uint64(owner)) {
			if !yield(ID(k[2])) {
				return
			}
		}
	}
}

func copyOf[T any](p *T) (v T, ok bool) {
	if p != nil {
		v = *p
	}
	return v, p != nil
}

// indexes are derived from the state and never stored: they are what makes a slash, a
// payment or a lookup independent of the number of rows.
type indexes struct {
	lotsAt, unbondingsAt, lightsAt sorted.Set // {operator, id}
	lotsOf, unbondingsOf, lightsOf sorted.Set // {owner, operator, id}
	liens                          sorted.Set // {source, lien id, id of the lot or unbonding entry}
	lienEnds                       sorted.Set // {end, id of the lot or unbonding entry}
	lotPointers, walletPointers    sorted.Set // {target, id of the lot or account}
	pending                        sorted.Set // {light position} with principal that does not earn yet
	evidenceAt                     sorted.Set // {operator, evidence}
	commissions                    sorted.Set // {epoch, operator} of pending changes
	leaving                        sorted.Set // {operator} whose record may be removed
}

// The functions below enter a row, or with present false take it out. A row is taken
// out before a field that they read changes, and entered again after it.

func (x *indexes) lot(p *Lot, present bool) {
	x.lotsAt.Put(sorted.Key{uint64(p.Operator), uint64(p.ID)}, present)
	x.lotsOf.Put(sorted.Key{uint64(p.Owner), uint64(p.Operator), uint64(p.ID)}, present)
	x.lien(&p.Lien, uint64(p.ID), present)
	if p.Pointer.Set {
		x.lotPointers.Put(sorted.Key{uint64(p.Pointer.Operator), uint64(p.ID)}, present)
	}
}

// lien takes the id of the lot or unbonding entry that carries it.
func (x *indexes) lien(l *Lien, id uint64, present bool) {
	if l.Set {
		x.liens.Put(sorted.Key{uint64(l.Source), uint64(l.ID), id}, present)
		x.lienEnds.Put(sorted.Key{uint64(l.End), id}, present)
	}
}

func (x *indexes) unbonding(u *Unbonding, present bool) {
	x.unbondingsAt.Put(sorted.Key{uint64(u.Operator), uint64(u.ID)}, present)
	x.unbondingsOf.Put(sorted.Key{uint64(u.Owner), uint64(u.Operator), uint64(u.ID)}, present)
	x.lien(&u.Lien, uint64(u.ID), present)
}

func (x *indexes) light(p *LightPosition, present bool) {
	x.lightsAt.Put(sorted.Key{uint64(p.Operator), uint64(p.ID)}, present)
	x.lightsOf.Put(sorted.Key{uint64(p.Owner), uint64(p.Operator), uint64(p.ID)}, present)
	if p.Pending > 0 {
		x.pending.Put(sorted.Key{uint64(p.ID)}, present)
	}
}

func (x *indexes) account(a *Account, present bool) {
	if a.Pointer.Set {
		x.walletPointers.Put(sorted.Key{uint64(a.Pointer.Operator), uint64(a.ID)}, present)
	}
}

func (x *indexes) operator(o *Operator, present bool) {
	if o.CommissionPending {
		x.commissions.Put(sorted.Key{uint64(o.PendingCommissionEpoch), uint64(o.ID)}, present)
	}
	if o.Exit == BondLeaving {
		x.leaving.Put(sorted.Key{uint64(o.ID)}, present)
	}
}

func (x *indexes) evidence(e *Evidence, present bool) {
	x.evidenceAt.Put(sorted.Key{uint64(e.Operator), uint64(e.ID)}, present)
}

// sets lists all of them, always in the same order.
func (x *indexes) sets() []*sorted.Set {
	return []*sorted.Set{
		&x.lotsAt, &x.unbondingsAt, &x.lightsAt, &x.lotsOf, &x.unbondingsOf, &x.lightsOf, &x.liens, &x.lienEnds,
		&x.lotPointers, &x.walletPointers, &x.pending, &x.evidenceAt, &x.commissions, &x.leaving,
	}
}

func (x *indexes) clone() (c indexes) {
	from := x.sets()
	for i, s := range c.sets() {
		*s = from[i].Clone()
	}
	return c
}
