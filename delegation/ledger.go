package delegation

import (
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Ledger is a [State] held for work: tables that find, insert and delete in
// O(log n), and indexes derived from them. Make one with [New] or [FromState];
// the zero value is of no use. It is not safe for concurrent use. A nil Ledger is
// refused with [spec.ErrInput] by what returns an error, and is empty to what does
// not.
type Ledger struct {
	config        Config
	epoch         spec.Epoch
	snapshotEpoch spec.Epoch
	nextID        uint64

	operators   table[Operator]
	lots        table[Lot]
	unbondings  table[Unbonding]
	lights      table[LightPosition]
	accounts    table[Account]
	evidence    table[Evidence]
	uncollected table[Uncollected]

	genesis, minted, burned, treasury, liquid spec.Gwei

	heavy spec.Gwei // derived: sum of all pool tokens
	index indexes   // derived
}

// New returns a ledger at epoch 0 with one account for each balance, ids 0, 1, 2
// and so on. It fails on a configuration that does not validate and on
// balances of 2^57 Gwei or more together, as a [spec.FieldError] that has the row.
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
		l.accounts.insert(l.nextID, Account{ID: l.nextID, Free: b})
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
		l.operators.insert(o.ID, o)
		l.index.operator(&o, true)
		l.heavy += o.PoolTokens
	}
	for _, p := range s.Lots {
		l.lots.insert(p.ID, p)
		l.index.lot(&p, true)
	}
	for _, u := range s.Unbondings {
		l.unbondings.insert(u.ID, u)
		l.index.entry(&u, true)
	}
	for _, p := range s.Lights {
		l.lights.insert(p.ID, p)
		l.index.light(&p, true)
	}
	for _, a := range s.Accounts {
		l.accounts.insert(a.ID, a)
		l.index.account(&a, true)
	}
	for _, e := range s.Evidence {
		l.evidence.insert(e.ID, e)
		l.index.evidence(&e, true)
	}
	for _, u := range s.Uncollected {
		l.uncollected.insert(u.ID, u)
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
		Operators: l.operators.slice(), Lots: l.lots.slice(), Unbondings: l.unbondings.slice(),
		Lights: l.lights.slice(), Accounts: l.accounts.slice(),
		Evidence: l.evidence.slice(), Uncollected: l.uncollected.slice(),
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
	c.operators, c.lots, c.unbondings = l.operators.clone(), l.lots.clone(), l.unbondings.clone()
	c.lights, c.accounts = l.lights.clone(), l.accounts.clone()
	c.evidence, c.uncollected = l.evidence.clone(), l.uncollected.clone()
	c.index = l.index.clone()
	return &c
}

// Config returns the parameters of the ledger.
func (l *Ledger) Config() Config { return l.orEmpty().config }

// Epoch returns the current epoch.
func (l *Ledger) Epoch() spec.Epoch { return l.orEmpty().epoch }

// Supply returns genesis + minted: every Gwei that ever entered the ledger, those
// burned since included.
func (l *Ledger) Supply() spec.Gwei {
	l = l.orEmpty()
	return l.genesis + l.minted
}

// Burned returns every Gwei that slashes took out of circulation.
func (l *Ledger) Burned() spec.Gwei { return l.orEmpty().burned }

// HeavyTokens returns the tokens of all heavy pools together.
func (l *Ledger) HeavyTokens() spec.Gwei { return l.orEmpty().heavy }

// Operator returns a copy of the record, and false when there is none.
func (l *Ledger) Operator(id uint64) (Operator, bool) { return copyOf(l.orEmpty().operators.get(id)) }

// Standing is what an operator counts by.
type Standing struct {
	Operator   uint64
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
		for o := range l.orEmpty().operators.all() {
			if !yield(Standing{o.ID, o.Bond, o.PoolTokens, o.Light.Weight, o.Pointers.Weight, o.Jailed, o.Tombstoned || o.Exit >= PoolClosed}) {
				return
			}
		}
	}
}

// Lot returns a copy of a heavy lot, and false when there is none.
func (l *Ledger) Lot(id uint64) (Lot, bool) { return copyOf(l.orEmpty().lots.get(id)) }

// Unbonding returns a copy of an entry of the queue, and false when there is none.
func (l *Ledger) Unbonding(id uint64) (Unbonding, bool) {
	return copyOf(l.orEmpty().unbondings.get(id))
}

// Light returns a copy of a light position, and false when there is none.
func (l *Ledger) Light(id uint64) (LightPosition, bool) { return copyOf(l.orEmpty().lights.get(id)) }

// Account returns a copy of an account, and false when there is none.
func (l *Ledger) Account(id uint64) (Account, bool) { return copyOf(l.orEmpty().accounts.get(id)) }

// Uncollected returns what a slash left uncollected, and false when nothing.
func (l *Ledger) Uncollected(slash uint64) (Uncollected, bool) {
	return copyOf(l.orEmpty().uncollected.get(slash))
}

// LotsOf yields the ids of an owner's heavy lots, by operator, then by id.
func (l *Ledger) LotsOf(owner uint64) iter.Seq[uint64] {
	return third(&l.orEmpty().index.lotsOf, owner)
}

// UnbondingsOf yields the ids of an owner's unbonding entries, by operator, then
// by id.
func (l *Ledger) UnbondingsOf(owner uint64) iter.Seq[uint64] {
	return third(&l.orEmpty().index.entriesOf, owner)
}

// LightsOf yields the ids of an owner's light positions, by operator.
func (l *Ledger) LightsOf(owner uint64) iter.Seq[uint64] {
	return third(&l.orEmpty().index.lightsOf, owner)
}

func third(s *set, prefix uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for k := range s.with(prefix) {
			if !yield(k[2]) {
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

// checkSupply says whether so many Gwei more may enter the ledger.
func (l *Ledger) checkSupply(amount spec.Gwei) error {
	if err := l.usable(); err != nil {
		return err
	}
	if sum, ok := u64.Add(l.Supply(), amount); !ok || sum >= MaxSupply {
		return aboutf("amount", uint64(amount), ErrBound, "supply of %d", l.Supply())
	}
	return nil
}

// checkIDs says whether n ids are left.
func (l *Ledger) checkIDs(n uint64) error {
	if _, ok := u64.Add(l.nextID, n); !ok {
		return about("next id", l.nextID, ErrBound)
	}
	return nil
}

// The lookups of transitions: the row, or an error that names it.

func (l *Ledger) findOperator(id uint64) (*Operator, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.operators.get(id), "operator", id)
}

func (l *Ledger) findAccount(id uint64) (*Account, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.accounts.get(id), "account", id)
}

func (l *Ledger) findUnbonding(id uint64) (*Unbonding, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.unbondings.get(id), "unbonding", id)
}

func (l *Ledger) findLight(id uint64) (*LightPosition, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.lights.get(id), "light position", id)
}

func (l *Ledger) findLot(id uint64) (*Lot, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.lots.get(id), "lot", id)
}

func found[T any](p *T, field string, id uint64) (*T, error) {
	if p == nil {
		return nil, about(field, id, ErrUnknownID)
	}
	return p, nil
}

// ownOperator finds an operator and checks whose it is.
func (l *Ledger) ownOperator(id, owner uint64) (*Operator, error) {
	o, err := l.findOperator(id)
	if err == nil && o.Owner != owner {
		err = aboutf("owner", owner, ErrOwner, "operator %d", id)
	}
	return o, err
}

// ownLot finds a heavy lot and checks whose it is.
func (l *Ledger) ownLot(id, owner uint64) (*Lot, error) {
	p, err := l.findLot(id)
	if err == nil && p.Owner != owner {
		err = aboutf("owner", owner, ErrOwner, "lot %d", id)
	}
	return p, err
}

// ownLight finds a light position and checks whose it is.
func (l *Ledger) ownLight(id, owner uint64) (*LightPosition, error) {
	p, err := l.findLight(id)
	if err == nil && p.Owner != owner {
		err = aboutf("owner", owner, ErrOwner, "light position %d", id)
	}
	return p, err
}

// openOperator finds an operator that may take new stake.
func (l *Ledger) openOperator(id uint64) (*Operator, error) {
	o, err := l.findOperator(id)
	if err != nil {
		return nil, err
	}
	return o, o.checkOpen()
}

// checkOpen says whether the operator may take new stake.
func (o *Operator) checkOpen() error {
	switch {
	case o.Tombstoned:
		return about("operator", o.ID, ErrTombstoned)
	case o.Jailed:
		return about("operator", o.ID, ErrJailed)
	case o.Exit != Active:
		return about("operator", o.ID, ErrExiting)
	}
	return nil
}

// payer finds an account that can pay amount.
func (l *Ledger) payer(id uint64, amount spec.Gwei) (*Account, error) {
	a, err := l.findAccount(id)
	if err != nil {
		return nil, err
	}
	if amount > a.Free {
		return nil, aboutf("amount", uint64(amount), ErrFunds, "account %d has %d", id, a.Free)
	}
	return a, nil
}

// checkMinimum refuses an amount under the minimum delegation.
func (l *Ledger) checkMinimum(field string, amount spec.Gwei) error {
	if amount == 0 {
		return about(field, 0, ErrAmount)
	}
	if amount < l.config.MinDelegation {
		return aboutf(field, uint64(amount), ErrMinimum, "minimum %d", l.config.MinDelegation)
	}
	return nil
}

// checkPart refuses to divide whole so that the part or the rest is under the
// minimum delegation; the whole is always a valid part.
func (l *Ledger) checkPart(field string, part, whole spec.Gwei) error {
	switch {
	case part == whole:
		return nil
	case part > whole:
		return aboutf(field, uint64(part), ErrAmount, "%d is there", whole)
	case whole-part < l.config.MinDelegation:
		return aboutf(field, uint64(part), ErrMinimum, "leaves %d, minimum %d", whole-part, l.config.MinDelegation)
	}
	return l.checkMinimum(field, part)
}
