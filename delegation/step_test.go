package delegation

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// settlements counts, by operator, how often a light holder was settled since the
// reserve was empty.
type settlements map[OperatorID]uint64

// checkStep checks one successful operation.
func checkStep(before, after *Ledger, op any, r *Receipt, settled settlements) error {
	for _, item := range r.Skipped {
		if !typed(item) {
			return fmt.Errorf("untyped error: %w", item)
		}
	}
	for _, check := range []func() error{
		func() error { return CheckInvariants(after) },
		func() error { return checkReceipt(before, after, r) },
		func() error { return checkLightPrincipal(before, after, op) },
		func() error { return checkPrices(before, after, r) },
		func() error { return checkAdmission(after, op) },
		func() error { return checkResidue(before, after, settled) },
		func() error { return checkSlashesPaid(before, op) },
		func() error { return checkOrderOfSlashes(before, after, op) },
		func() error { return checkRoundTrip(after) },
		func() error { return checkAdvance(before, after, op) },
		func() error { return checkBrief(before, after, op, r) },
		func() error { return checkStandings(after) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkStandings: they are what the records say.
func checkStandings(l *Ledger) error {
	n := 0
	for v := range l.Standings() {
		o, ok := l.Operator(v.Operator)
		left := o.Tombstoned || o.Exit == PoolClosed || o.Exit == BondLeaving
		if want := (Standing{o.ID, o.Bond, o.PoolTokens, o.Principal() - o.LightPending, o.Pointers.Weight, o.Jailed, left}); !ok || v != want {
			return fmt.Errorf("standing %+v, want %+v", v, want)
		}
		n++
	}
	if n != l.operators.Len() {
		return fmt.Errorf("%d standings of %d operators", n, l.operators.Len())
	}
	return nil
}

// checkRoundTrip: a ledger made of the state is the ledger.
func checkRoundTrip(l *Ledger) error {
	if l.nextID%8 != 0 { // a sample
		return nil
	}
	copied, err := FromState(l.State())
	if err == nil && !bytes.Equal(encode(copied), encode(l)) {
		err = fmt.Errorf("a copy by State and FromState differs")
	}
	return err
}

// I3: a light principal changes only by its owner's operations.
func checkLightPrincipal(before, after *Ledger, op any) error {
	owner, light := AccountID(0), true
	switch op := op.(type) {
	case LightDelegation:
		owner = op.Owner
	case LightUndelegation:
		owner = op.Owner
	case LightRedelegation:
		owner = op.Owner
	case LightClaim:
		owner, light = op.Caller, op.Compound
	default:
		light = false
	}
	for p := range before.lights.All() {
		if light && p.Owner == owner {
			continue
		}
		q := after.lights.Get(p.ID)
		if q == nil || q.Total() != p.Total() || q.Owner != p.Owner {
			return fmt.Errorf("I3: light position %+v became %+v", *p, q)
		}
	}
	return nil
}

// I5: a pool's price never falls except by a slash of that pool; and a lien never
// costs a stranger: its cut does not lower the price.
func checkPrices(before, after *Ledger, r *Receipt) error {
	slashed := map[OperatorID]bool{}
	for _, e := range r.Events {
		if e.Kind != Slashed || e.From.Kind != PotPool {
			continue
		}
		if e.Shares == 0 {
			slashed[e.Operator] = true
		} else if e.After.Shares > 0 && e.After.Compare(e.Before) < 0 {
			return fmt.Errorf("a lien lowered a price: %+v", e)
		}
	}
	for o := range before.operators.All() {
		q := after.operators.Get(o.ID)
		if q == nil || slashed[o.ID] || o.PoolShares == 0 || q.PoolShares == 0 {
			continue
		}
		if q.Price().Compare(o.Price()) < 0 {
			return fmt.Errorf("I5: operator %d: price %v fell to %v", o.ID, o.Price(), q.Price())
		}
	}
	return nil
}

// I14: in reject mode no admission takes delegated above floor(cap * bond).
func checkAdmission(after *Ledger, op any) error {
	if after.config.LeverageMode != Reject {
		return nil
	}
	var id OperatorID
	switch op := op.(type) {
	case Delegation:
		id = op.Operator
	case Redelegation:
		id = op.To
	case BondWithdrawal:
		id = op.Operator
	default:
		return nil
	}
	o := after.operators.Get(id)
	if o.PoolTokens > after.config.LeverageCap.Of(o.Bond) {
		return fmt.Errorf("I14: operator %d has %d for a bond of %d", id, o.PoolTokens, o.Bond)
	}
	return nil
}

// I8: pending <= reserve, and the residue is at most the settlements of holders
// + holders + 1 + carry / 2^32.
func checkResidue(before, after *Ledger, settled settlements) error {
	for o := range after.operators.All() {
		holders, claims := uint64(0), spec.Gwei(0)
		for k := range after.index.lightsAt.With(uint64(o.ID)) {
			p := after.lights.Get(PositionID(k[1]))
			claims += p.Accrued + o.Light.earned(p.Index, p.Principal)
			holders++
			if q := before.lights.Get(p.ID); q == nil || q.Index != p.Index {
				settled[o.ID]++
			}
		}
		for k := range before.index.lightsAt.With(uint64(o.ID)) {
			if after.lights.Get(PositionID(k[1])) == nil {
				settled[o.ID]++
			}
		}
		if o.Light.Reserve == 0 {
			settled[o.ID] = 0
		}
		if claims > o.Light.Reserve {
			return fmt.Errorf("I8: operator %d owes %d of %d", o.ID, claims, o.Light.Reserve)
		}
		if residue := uint64(o.Light.Reserve - claims); residue > settled[o.ID]+holders+1+o.Light.Carry>>32 {
			return fmt.Errorf("I8: operator %d: residue %d, %d settlements, %d holders, carry %d", o.ID, residue, settled[o.ID], holders, o.Light.Carry>>32)
		}
	}
	return nil
}

// slashesOf returns the slashes of an operation that applies them to the state before
// it, with nothing else first.
func slashesOf(op any) ([]Slash, bool) {
	s, ok := op.(Slashing)
	return s.Slashes, ok
}

// I4 and I13: burned <= slashes, bond only takes bonds and their withdrawals alone,
// and nothing is cut that is not liable for any slash.
func checkSlashesPaid(before *Ledger, op any) error {
	slashes, ok := slashesOf(op)
	if !ok {
		return nil
	}
	out := PreviewSlashing(before, Slashing{slashes})
	collected, cut := spec.Gwei(0), spec.Gwei(0)
	oldest, bondOnly := map[OperatorID]spec.Epoch{}, map[OperatorID]bool{}
	for _, c := range out.Results {
		if c.Collected > c.Owed {
			return fmt.Errorf("I4: %+v", c)
		}
		collected += c.Collected
		o := c.Slash.Operator
		if h, ok := oldest[o]; !ok || c.Slash.Epoch < h {
			oldest[o] = c.Slash.Epoch
		}
		if was, ok := bondOnly[o]; c.Slash.Rule == BondOnly && (was || !ok) {
			bondOnly[o] = true
		} else {
			bondOnly[o] = false
		}
	}
	liable := func(operator OperatorID, start, end spec.Epoch) bool {
		h, ok := oldest[operator]
		return ok && start >= h && before.epoch < end
	}
	for _, c := range out.Shares {
		cut += c.Amount
		fair := false
		switch c.Pot.Kind {
		case PotBond:
			_, fair = oldest[c.Operator]
		case PotPool:
			_, own := oldest[c.Operator]
			fair = own && c.Lot == 0 && !bondOnly[c.Operator]
			if p := before.lots.Get(c.Lot); c.Shares > 0 && p != nil && p.Lien.Set {
				fair = liable(p.Lien.Source, p.Lien.Start, p.Lien.End) && !bondOnly[p.Lien.Source]
			}
		case PotUnbonding:
			u := before.unbondings.Get(UnbondingID(c.Pot.ID))
			fair = liable(u.Operator, u.Start, u.Complete) && (u.Bond || !bondOnly[u.Operator])
			fair = fair || u.Lien.Set && liable(u.Lien.Source, u.Lien.Start, u.Lien.End) && !bondOnly[u.Lien.Source]
		}
		if !fair && !(c.Pot.Kind == PotPool && c.Shares == 0 && c.Lot != 0) {
			return fmt.Errorf("I4, I13: %+v is not liable", c)
		}
	}
	if collected != cut {
		return fmt.Errorf("I4: collected %d, cut %d", collected, cut)
	}
	return nil
}

// I9: any order of a batch gives the same state.
func checkOrderOfSlashes(before, after *Ledger, op any) error {
	slashes, ok := slashesOf(op)
	if !ok || len(slashes) < 2 {
		return nil
	}
	turned := slices.Clone(slashes)
	for range 3 {
		turned = append(turned[1:], turned[0])
		slices.Reverse(turned[1:])
		l := before.Clone()
		if _, err := ProcessSlashing(l, Slashing{turned}); err != nil {
			return err
		}
		if !bytes.Equal(encode(l), encode(after)) {
			return fmt.Errorf("I9: the order of %+v matters", slashes)
		}
	}
	return nil
}

// Advancing by n epochs equals n advances.
func checkAdvance(before, after *Ledger, op any) error {
	a, ok := op.(Advance)
	if !ok {
		return nil
	}
	l, far := before.Clone(), before.Clone()
	for range a.Epochs {
		if _, err := ProcessEpoch(l, EpochInput{}); err != nil {
			return err
		}
	}
	if !bytes.Equal(encode(l), encode(after)) {
		return fmt.Errorf("advance by %d differs from so many advances", a.Epochs)
	}
	if _, err := ProcessAdvance(far, Advance{Epochs: 40}); err != nil {
		return err
	}
	for range 40 - a.Epochs {
		if _, err := ProcessEpoch(l, EpochInput{}); err != nil {
			return err
		}
	}
	if !bytes.Equal(encode(l), encode(far)) {
		return fmt.Errorf("advance by 40 differs from so many advances")
	}
	return nil
}
