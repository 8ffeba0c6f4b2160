package delegation

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

// richLedger holds one of everything: see the ids.
type richIDs struct {
	a, b                       OperatorID // of account 0
	lot, liened, token, locked LotID      // of account 1, but for locked
	unbonding, bond            UnbondingID
	light                      PositionID
	evidence                   EvidenceID // against b
}

func richLedger(t *testing.T) (*Ledger, richIDs) {
	c := plainConfig()
	c.MinDelegation, c.MinBond, c.MinLockedShares, c.CommissionMax = 100, 1000, 1000, One/2
	c.LeverageCap = 9 * One
	w := newWorld(t, c, 100*spec.ETH, 100*spec.ETH, 10)
	var x richIDs
	made := w.do(Registration{Owner: 0, Bond: spec.ETH})
	x.a, x.locked = made.Operators[0], made.Lots[0]
	x.b = w.do(Registration{Owner: 0, Bond: spec.ETH}).Operators[0]
	x.lot = w.delegate(1, x.a, million)
	x.liened = w.do(Redelegation{Owner: 1, Lot: w.delegate(1, x.a, million), To: x.b, Amount: million}).Lots[0]
	x.token = w.delegate(1, x.a, million)
	w.do(Tokenisation{Owner: 1, Lot: x.token})
	x.unbonding = w.do(Undelegation{Owner: 1, Lot: w.delegate(1, x.a, million), Amount: million}).Unbondings[0]
	x.bond = w.do(BondWithdrawal{0, x.a, million}).Unbondings[0]
	x.light = w.do(LightDelegation{1, x.a, 2 * spec.ETH}).Lights[0]
	w.do(LotPointer{Owner: 1, Lot: x.lot, Operator: x.b})
	w.do(WalletPointer{Owner: 1, Operator: x.a})
	w.do(EpochInput{Rewards: []EpochReward{{Operator: x.a, Heavy: 777, Light: spec.ETH, Pointers: spec.ETH}}})
	w.do(EpochInput{Rewards: []EpochReward{{Operator: x.a, Heavy: 777, Light: spec.ETH, Pointers: spec.ETH}}})
	x.evidence = w.do(EvidenceSubmission{x.b, 1}).Evidence[0]
	return w.l, x
}

const unknown, top = 987_654, 1<<64 - 1

func badInputs(x richIDs) []struct {
	name string
	op   any
	err  error
} {
	type row = struct {
		name string
		op   any
		err  error
	}
	slash := func(change func(*Slash)) any {
		d := Slash{ID: 5, Operator: x.a, Epoch: 1, Amount: 1}
		change(&d)
		return Slashing{[]Slash{d}}
	}
	return []row{
		{"opening beyond the supply", Opening{1 << 57}, ErrBound},
		{"opening of all bits", Opening{top}, ErrBound},
		{"payment of nothing", Payment{0, 1, 0}, ErrAmount},
		{"payment to oneself", Payment{0, 0, 1}, ErrSelf},
		{"payment from nobody", Payment{unknown, 0, 1}, ErrUnknownID},
		{"payment to nobody", Payment{0, top, 1}, ErrUnknownID},
		{"payment of 2^57", Payment{0, 1, 1 << 57}, ErrFunds},
		{"payment of all bits", Payment{0, 1, top}, ErrFunds},
		{"registration of nobody", Registration{Owner: top, Bond: spec.ETH}, ErrUnknownID},
		{"registration under the minimum bond", Registration{Owner: 0, Bond: 999}, ErrMinimum},
		{"registration without funds for the locked shares", Registration{Owner: 2, Bond: 10}, ErrFunds},
		{"registration with all bits", Registration{Owner: 0, Bond: top}, ErrBound},
		{"registration above the commission", Registration{Owner: 0, Bond: 1000, Commission: One/2 + 1}, ErrCommission},
		{"registration with a cost of 2^57", Registration{Owner: 0, Bond: 1000, CostPerEpoch: 1 << 57}, ErrBound},
		{"bond deposit of nothing", BondDeposit{0, x.a, 0}, ErrAmount},
		{"bond deposit of a stranger", BondDeposit{1, x.a, 1}, ErrOwner},
		{"bond deposit of 2^57", BondDeposit{0, x.a, 1 << 57}, ErrFunds},
		{"bond deposit to nobody", BondDeposit{0, unknown, 1}, ErrUnknownID},
		{"bond withdrawal of nothing", BondWithdrawal{0, x.a, 0}, ErrAmount},
		{"bond withdrawal of all bits", BondWithdrawal{0, x.a, top}, ErrAmount},
		{"bond withdrawal of a stranger", BondWithdrawal{1, x.a, 1}, ErrOwner},
		{"bond withdrawal from an unknown operator", BondWithdrawal{0, top, 1}, ErrUnknownID},
		{"bond withdrawal below the minimum", BondWithdrawal{0, x.b, spec.ETH - 999}, ErrMinimum},
		{"commission of a stranger", CommissionChange{1, x.a, 1}, ErrOwner},
		{"commission above the maximum", CommissionChange{0, x.a, top}, ErrCommission},
		{"commission of an unknown operator", CommissionChange{0, unknown, 1}, ErrUnknownID},
		{"delegation of nothing", Delegation{1, x.a, 0}, ErrAmount},
		{"delegation of 1", Delegation{1, x.a, 1}, ErrMinimum},
		{"delegation of minimum-1", Delegation{1, x.a, 99}, ErrMinimum},
		{"delegation of 2^57", Delegation{1, x.a, 1 << 57}, ErrFunds},
		{"delegation of all bits", Delegation{1, x.a, top}, ErrFunds},
		{"delegation of nobody", Delegation{top, x.a, 100}, ErrUnknownID},
		{"delegation to nobody", Delegation{1, unknown, 100}, ErrUnknownID},
		{"delegation to a jailed operator", Delegation{1, x.b, 100}, ErrJailed},
		{"undelegation of nothing", Undelegation{1, x.lot, 0, 0}, ErrAmount},
		{"undelegation of amount and shares", Undelegation{1, x.lot, 200, 200}, ErrAmount},
		{"undelegation of minimum-1", Undelegation{1, x.lot, 99, 0}, ErrMinimum},
		{"undelegation that leaves minimum-1", Undelegation{1, x.lot, 0, million - 99}, ErrMinimum},
		{"undelegation of 2^57", Undelegation{1, x.lot, 1 << 57, 0}, ErrAmount},
		{"undelegation of all shares there could be", Undelegation{1, x.lot, 0, top}, ErrAmount},
		{"undelegation of a stranger", Undelegation{0, x.lot, 100, 0}, ErrOwner},
		{"undelegation of an unknown lot", Undelegation{1, unknown, 100, 0}, ErrUnknownID},
		{"undelegation of the lot with all bits", Undelegation{1, top, 100, 0}, ErrUnknownID},
		{"undelegation of a tokenised lot", Undelegation{1, x.token, 100, 0}, ErrTokenised},
		{"undelegation of the locked lot", Undelegation{0, x.locked, 100, 0}, ErrLocked},
		{"redelegation of nothing", Redelegation{1, x.lot, x.b, 0, 0}, ErrAmount},
		{"redelegation to itself", Redelegation{1, x.lot, x.a, 100, 0}, ErrSelf},
		{"redelegation to nobody", Redelegation{1, x.lot, top, 100, 0}, ErrUnknownID},
		{"redelegation to a jailed operator", Redelegation{1, x.lot, x.b, 100, 0}, ErrJailed},
		{"redelegation of a liened lot", Redelegation{1, x.liened, x.a, 100, 0}, ErrLiened},
		{"redelegation of minimum-1", Redelegation{1, x.lot, x.b, 99, 0}, ErrMinimum},
		{"redelegation of all bits", Redelegation{1, x.lot, x.b, top, 0}, ErrAmount},
		{"cancellation of nothing", Cancellation{1, x.unbonding, 0}, ErrAmount},
		{"cancellation of minimum-1", Cancellation{1, x.unbonding, 99}, ErrMinimum},
		{"cancellation that leaves minimum-1", Cancellation{1, x.unbonding, million - 99}, ErrMinimum},
		{"cancellation of all bits", Cancellation{1, x.unbonding, top}, ErrAmount},
		{"cancellation of an unknown entry", Cancellation{1, unknown, 100}, ErrUnknownID},
		{"cancellation of a stranger", Cancellation{0, x.unbonding, 100}, ErrOwner},
		{"light delegation of nothing", LightDelegation{1, x.a, 0}, ErrAmount},
		{"light delegation of minimum-1", LightDelegation{1, x.a, 99}, ErrMinimum},
		{"light delegation of 2^57", LightDelegation{1, x.a, 1 << 57}, ErrFunds},
		{"light delegation to a jailed operator", LightDelegation{1, x.b, 100}, ErrJailed},
		{"light delegation to nobody", LightDelegation{1, top, 100}, ErrUnknownID},
		{"light undelegation of nothing", LightUndelegation{1, x.light, 0}, ErrAmount},
		{"light undelegation of minimum-1", LightUndelegation{1, x.light, 99}, ErrMinimum},
		{"light undelegation that leaves minimum-1", LightUndelegation{1, x.light, 2*spec.ETH - 99}, ErrMinimum},
		{"light undelegation of all bits", LightUndelegation{1, x.light, top}, ErrAmount},
		{"light undelegation of a stranger", LightUndelegation{0, x.light, 100}, ErrOwner},
		{"light undelegation of an unknown position", LightUndelegation{1, unknown, 100}, ErrUnknownID},
		{"light redelegation to itself", LightRedelegation{1, x.light, x.a, 100}, ErrSelf},
		{"light redelegation to a jailed operator", LightRedelegation{1, x.light, x.b, 100}, ErrJailed},
		{"light redelegation to nobody", LightRedelegation{1, x.light, top, 100}, ErrUnknownID},
		{"light redelegation of nothing", LightRedelegation{1, x.light, x.b, 0}, ErrAmount},
		{"claim by nobody", LightClaim{top, x.light, false}, ErrUnknownID},
		{"claim of an unknown position", LightClaim{1, unknown, false}, ErrUnknownID},
		{"compounding by a stranger", LightClaim{0, x.light, true}, ErrOwner},
		{"pointer of a stranger", LotPointer{0, x.lot, x.a, false}, ErrOwner},
		{"pointer of an unknown lot", LotPointer{1, top, x.a, false}, ErrUnknownID},
		{"pointer to nobody", LotPointer{1, x.lot, top, false}, ErrUnknownID},
		{"pointer to a jailed operator", LotPointer{1, x.token, x.b, false}, ErrJailed},
		{"clearing no pointer", LotPointer{1, x.token, 0, true}, ErrNothing},
		{"wallet pointer of nobody", WalletPointer{top, x.a, false}, ErrUnknownID},
		{"wallet pointer to the same again", WalletPointer{1, x.a, false}, ErrSelf},
		{"clearing no wallet pointer", WalletPointer{0, x.a, true}, ErrNothing},
		{"tokenisation of a liened lot", Tokenisation{1, x.liened, 0, 0}, ErrLiened},
		{"tokenisation of a tokenised lot", Tokenisation{1, x.token, 0, 0}, ErrTokenised},
		{"tokenisation of the locked lot", Tokenisation{0, x.locked, 0, 0}, ErrLocked},
		{"tokenisation of all bits", Tokenisation{1, x.lot, top, 0}, ErrAmount},
		{"tokenisation of minimum-1", Tokenisation{1, x.lot, 0, 99}, ErrMinimum},
		{"tokenisation of an unknown lot", Tokenisation{1, unknown, 0, 0}, ErrUnknownID},
		{"redemption of a plain lot", Redemption{1, x.lot}, ErrNotTokenised},
		{"redemption of a stranger", Redemption{0, x.token}, ErrOwner},
		{"redemption of an unknown lot", Redemption{1, top}, ErrUnknownID},
		{"transfer of a plain lot", Transfer{1, x.lot, 0}, ErrNotTokenised},
		{"transfer to oneself", Transfer{1, x.token, 1}, ErrSelf},
		{"transfer to nobody", Transfer{1, x.token, top}, ErrUnknownID},
		{"transfer of a stranger", Transfer{0, x.token, 1}, ErrOwner},
		{"heavy reward of nothing", HeavyReward{x.a, 0}, ErrAmount},
		{"heavy reward beyond the supply", HeavyReward{x.a, 1 << 57}, ErrBound},
		{"heavy reward of all bits", HeavyReward{x.a, top}, ErrBound},
		{"heavy reward to nobody", HeavyReward{unknown, 1}, ErrUnknownID},
		{"light reward of all bits", LightReward{x.a, top}, ErrBound},
		{"light reward to nobody", LightReward{top, 1}, ErrUnknownID},
		{"pointer reward of nothing", PointerReward{x.a, 0}, ErrAmount},
		{"evidence against nobody", EvidenceSubmission{unknown, 0}, ErrUnknownID},
		{"evidence of the future", EvidenceSubmission{x.a, 3}, ErrEpoch},
		{"evidence of the far future", EvidenceSubmission{x.a, spec.FarFutureEpoch}, ErrEpoch},
		{"slash of the far future", slash(func(d *Slash) { d.Epoch = spec.FarFutureEpoch }), ErrEpoch},
		{"slash of nobody", slash(func(d *Slash) { d.Operator = top }), ErrUnknownID},
		{"slash of nothing", slash(func(d *Slash) { d.Amount = 0 }), ErrAmount},
		{"slash of 2^57", slash(func(d *Slash) { d.Amount = 1 << 57 }), ErrBound},
		{"slash of all bits", slash(func(d *Slash) { d.Amount = top }), ErrBound},
		{"slash of both kinds", slash(func(d *Slash) { d.Fraction = Ratio{1, 2} }), ErrAmount},
		{"slash above the whole", slash(func(d *Slash) { d.Amount, d.Fraction = 0, Ratio{3, 2} }), ErrAmount},
		{"slash of a fraction of nothing", slash(func(d *Slash) { d.Amount, d.Fraction = 0, Ratio{0, 2} }), ErrAmount},
		{"slash over zero", slash(func(d *Slash) { d.Fraction = Ratio{1, 0} }), ErrAmount},
		{"slash of an unknown rule", slash(func(d *Slash) { d.Rule = 3 }), spec.ErrInput},
		{"slash that closes unknown evidence", slash(func(d *Slash) { d.Closes, d.Evidence = true, top }), ErrUnknownID},
		{"slash that closes another's evidence", slash(func(d *Slash) { d.Closes, d.Evidence = true, x.evidence }), spec.ErrInput},
		{"slash that closes evidence of another epoch", slash(func(d *Slash) { d.Operator, d.Epoch, d.Closes, d.Evidence = x.b, 2, true, x.evidence }), spec.ErrInput},
		{"unjailing the free", Unjail{0, x.a}, ErrJailed},
		{"unjailing before the term", Unjail{0, x.b}, ErrJailed},
		{"unjailing by a stranger", Unjail{1, x.b}, ErrOwner},
		{"unjailing nobody", Unjail{0, top}, ErrUnknownID},
		{"tombstoning nobody", Tombstoning{top}, ErrUnknownID},
		{"exit of a stranger", Exit{1, x.a}, ErrOwner},
		{"exit of nobody", Exit{0, unknown}, ErrUnknownID},
		{"advance to the far future", Advance{top}, ErrBound},
		{"advance by one too many", Advance{uint64(MaxEpoch) - 1}, ErrBound},
	}
}

func TestBadInput(t *testing.T) {
	base, x := richLedger(t)
	state := encode(base)
	covered := map[string]bool{"EpochInput": true} // its items are those of rewards and slashes
	for _, c := range badInputs(x) {
		covered[reflect.TypeOf(c.op).Name()] = true
		t.Run(c.name, func(t *testing.T) {
			l := base.Clone()
			r, err := Process(l, c.op)
			if len(r.Skipped) > 0 {
				err = r.Skipped[0]
			}
			require.ErrorIs(t, err, c.err)
			require.True(t, bytes.Equal(state, encode(l)), "the state changed")
		})
	}
	for _, op := range Operations() {
		require.True(t, covered[reflect.TypeOf(op.New()).Elem().Name()], "%s has no row", op.Name)
	}
}

// Every number of every operation, one or two at a time, at every edge: nothing
// panics, errors are typed and change nothing, successes keep the invariants.
func TestEdgesOfEveryField(t *testing.T) {
	base, x := richLedger(t)
	state := encode(base)
	edges := []uint64{0, 1, 2, 99, 100, uint64(x.a), uint64(x.b), uint64(x.lot), uint64(x.liened), uint64(x.token), uint64(x.locked),
		uint64(x.unbonding), uint64(x.bond), uint64(x.light), unknown,
		million - 1, million, 1<<57 - 1, 1 << 57, 1 << 63, top}
	for _, good := range []any{
		Opening{1}, Payment{0, 1, 1}, Registration{0, spec.ETH, 0, 0}, BondDeposit{0, x.a, 1}, BondWithdrawal{0, x.a, 1},
		CommissionChange{0, x.a, 1}, Delegation{1, x.a, 100}, Undelegation{1, x.lot, 100, 0}, Redelegation{1, x.lot, x.b, 100, 0},
		Cancellation{1, x.unbonding, 100}, LightDelegation{1, x.a, 100}, LightUndelegation{1, x.light, 100},
		LightRedelegation{1, x.light, x.b, 100}, LightClaim{1, x.light, false}, LightClaim{1, x.light, true},
		LotPointer{1, x.token, x.a, false}, LotPointer{1, x.lot, x.a, true}, WalletPointer{0, x.a, false}, WalletPointer{1, x.a, true},
		Tokenisation{1, x.lot, 0, 100}, Redemption{1, x.token}, Transfer{1, x.token, 0}, HeavyReward{x.a, 1}, LightReward{x.a, 1},
		PointerReward{x.a, 1}, EvidenceSubmission{x.a, 1}, Unjail{0, x.b}, Tombstoning{x.a}, Exit{0, x.a}, Advance{1},
	} {
		kind := reflect.TypeOf(good)
		for i := range kind.NumField() {
			for j := range kind.NumField() {
				if kind.Field(i).Type.Kind() != reflect.Uint64 || kind.Field(j).Type.Kind() != reflect.Uint64 {
					continue
				}
				for _, u := range edges {
					for _, v := range edges {
						op := reflect.New(kind).Elem()
						op.Set(reflect.ValueOf(good))
						op.Field(i).SetUint(u)
						op.Field(j).SetUint(v)
						require.NoError(t, edge(base, state, op.Interface()))
						if i == j {
							break
						}
					}
				}
			}
		}
	}
	for _, amount := range edges {
		for _, num := range edges {
			d := Slash{ID: SlashID(num), Operator: x.b, Epoch: 1, Amount: spec.Gwei(amount), Rule: LossRule(num % 3)}
			e := Slash{ID: SlashID(amount + 1), Operator: x.a, Epoch: 1, Fraction: Ratio{num, amount}, Closes: num%2 == 0, Evidence: x.evidence}
			r := EpochReward{OperatorID(num), spec.Gwei(amount), spec.Gwei(num), spec.Gwei(amount)}
			require.NoError(t, edge(base, state, EpochInput{Rewards: []EpochReward{r, {x.a, spec.Gwei(num), 0, 0}}, Slashes: []Slash{d, e}}))
		}
	}
}

func edge(base *Ledger, state []byte, op any) error {
	l := base.Clone()
	r, err := Process(l, op)
	if err == nil {
		if a, far := op.(Advance); far && a.Epochs > 50 {
			return CheckInvariants(l)
		}
		err = checkStep(base, l, op, &r, settlements{})
		if err != nil {
			err = fmt.Errorf("%T%+v: %w", op, op, err)
		}
		return err
	}
	if !typed(err) {
		return fmt.Errorf("%T%+v: untyped error: %w", op, op, err)
	}
	if !bytes.Equal(state, encode(l)) {
		return fmt.Errorf("%T%+v changed the state: %w", op, op, err)
	}
	return nil
}

// What a batch of very many slashes asks in all may need more than 64 bits.
func TestSlashesBeyond64Bits(t *testing.T) {
	base, x := richLedger(t)
	for _, rule := range []LossRule{ProRata, OperatorFirst, BondOnly} {
		l := base.Clone()
		var slashes []Slash
		for i := range SlashID(300) {
			slashes = append(slashes, Slash{ID: i, Operator: x.a, Epoch: 1, Amount: 1<<57 - 1, Rule: rule})
		}
		op := Slashing{slashes}
		r, err := Process(l, op)
		require.NoError(t, err)
		require.Empty(t, r.Skipped)
		require.NoError(t, checkStep(base, l, op, &r, settlements{}))
		o, _ := l.Operator(x.a)
		require.Zero(t, o.Bond)
	}
}
