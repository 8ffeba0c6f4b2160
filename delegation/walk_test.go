package delegation

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/u64"
)

// source is where a walk takes its choices from: a seeded generator, or the
// bytes of a fuzzer.
type source interface {
	n(limit uint64) uint64 // 0 to limit-1
}

type dice struct{ *rand.Rand }

func (d dice) n(limit uint64) uint64 { return d.Uint64N(limit) }

// tape reads choices from bytes and gives zeros when they are used up.
type tape struct {
	data []byte
}

func (b *tape) n(limit uint64) uint64 {
	v := uint64(0)
	for reach := uint64(1); reach < limit && reach < 1<<56; reach <<= 8 {
		v <<= 8
		if len(b.data) > 0 {
			v |= uint64(b.data[0])
			b.data = b.data[1:]
		}
	}
	return v % limit
}

// walker makes operations that are mostly plausible.
type walker struct {
	l *Ledger
	source
	nextSlash SlashID
}

// walkConfig makes a configuration of a mix of caps and defences.
func walkConfig(s source) Config {
	c := plainConfig()
	c.UnbondingEpochs = 1 + s.n(8)
	c.CommissionDelay = c.UnbondingEpochs + s.n(3)
	c.LeverageCap = []Parts{Off, 3 * One, One / 2, 50 * One}[s.n(4)]
	c.LeverageMode = LeverageMode(s.n(2))
	c.MinBond = spec.Gwei(s.n(2) * 100)
	c.MinDelegation = spec.Gwei([]uint64{1, 10, 1000}[s.n(3)])
	c.MinLockedShares = []uint64{0, 1, million}[s.n(3)]
	c.ShareRateCap = []uint64{1, 2, 64}[s.n(3)]
	c.MaxUnbondingEntries = []uint64{2, 7, Off}[s.n(3)]
	if s.n(2) == 0 {
		c.LiquidCap, c.LiquidOperatorCap, c.LiquidBondFactor = One/4, One/2, 250
	}
	c.SlashedToTreasury = s.n(2) == 0
	return c
}

func newWalker(s source) *walker {
	balances := make([]spec.Gwei, 6)
	for i := range balances {
		balances[i] = spec.Gwei(1) << (10 + 6*uint(i) + uint(s.n(10)))
	}
	l, err := New(walkConfig(s), balances...)
	if err != nil {
		panic(err)
	}
	return &walker{l, s, 0}
}

func pick[ID ~uint64, T any](w *walker, rows *sorted.Table[ID, T]) (v T) {
	if rows.Len() == 0 || w.n(40) == 0 {
		return v // id 0: an account, or nothing
	}
	i := w.n(uint64(rows.Len()))
	for row := range rows.All() {
		if i == 0 {
			return *row
		}
		i--
	}
	return v
}

// amount is a part of limit, or a number at an edge.
func (w *walker) amount(limit spec.Gwei) spec.Gwei {
	edge := []spec.Gwei{0, 1, 2, w.l.config.MinDelegation - 1, w.l.config.MinDelegation, limit - 1, limit + 1, 1 << 57, 1<<64 - 1}
	switch w.n(8) {
	case 0:
		return edge[w.n(uint64(len(edge)))]
	case 1, 2:
		return limit
	case 3:
		return limit / 2
	}
	return spec.Gwei(w.n(uint64(limit)+1)) >> w.n(8)
}

func (w *walker) epoch() spec.Epoch {
	if w.n(20) == 0 {
		return spec.FarFutureEpoch - spec.Epoch(w.n(2))
	}
	return u64.SubSat(w.l.epoch, spec.Epoch(w.n(w.l.config.UnbondingEpochs+2)))
}

// slash makes a slash of any rule; half of the amounts are near the operator's stake.
func (w *walker) slash() Slash {
	o := pick(w, &w.l.operators)
	d := Slash{ID: w.nextSlash, Operator: o.ID, Epoch: w.epoch(), Rule: LossRule(w.n(3)), Tombstone: w.n(100) == 0}
	w.nextSlash += SlashID(w.n(8)) // sometimes the same again
	if w.n(8) > 0 {
		w.nextSlash++
	}
	if w.n(2) == 0 {
		d.Amount = w.amount((o.Bond + o.PoolTokens) / 4)
	} else {
		den := 1 + w.n(1000)
		d.Fraction = Ratio{w.n(den)>>w.n(8) + 1, den}
	}
	if e := pick(w, &w.l.evidence); w.n(2) == 0 && w.l.evidence.Len() > 0 {
		d.Closes, d.Evidence, d.Operator, d.Epoch = true, e.ID, e.Operator, e.Epoch
	}
	return d
}

func (w *walker) slashes(limit uint64) (list []Slash) {
	for range w.n(limit) {
		list = append(list, w.slash())
	}
	return list
}

func (w *walker) rewards() (list []EpochReward) {
	for range w.n(4) {
		o := pick(w, &w.l.operators)
		r := EpochReward{Operator: o.ID, Heavy: w.amount(o.PoolTokens/8 + 100), Light: w.amount(o.Light.Weight/8 + 100)}
		if w.n(2) == 0 {
			r.Pointers = w.amount(o.Pointers.Weight/8 + 100)
		}
		list = append(list, r)
	}
	return list
}

// lotAmount says how much of a lot: by amount, by shares, or both by mistake.
func (w *walker) lotAmount(p *Lot) (amount spec.Gwei, shares uint64) {
	if o := w.l.operators.Get(p.Operator); o != nil && w.n(2) == 0 {
		return w.amount(o.value(p.Shares)), 0
	}
	shares = uint64(w.amount(spec.Gwei(p.Shares)))
	if w.n(50) == 0 {
		amount = 1
	}
	return amount, shares
}

// next makes the next operation.
func (w *walker) next() any {
	l := w.l
	a, b, o := pick(w, &l.accounts), pick(w, &l.accounts), pick(w, &l.operators)
	p, u, q := pick(w, &l.lots), pick(w, &l.unbondings), pick(w, &l.lights)
	amount, shares := w.lotAmount(&p)
	caller := p.Owner
	if w.n(30) == 0 {
		caller = a.ID
	}
	switch w.n(40) {
	case 0:
		return Opening{w.amount(1 << 40)}
	case 1:
		return Payment{a.ID, b.ID, w.amount(a.Free)}
	case 2:
		return Registration{a.ID, w.amount(a.Free / 4), Parts(w.n(uint64(One))), 0}
	case 3:
		return BondDeposit{o.Owner, o.ID, w.amount(10_000)}
	case 4, 5:
		return BondWithdrawal{o.Owner, o.ID, w.amount(o.Bond)}
	case 6:
		return CommissionChange{o.Owner, o.ID, Parts(w.n(uint64(One)))}
	case 7, 8, 9, 10:
		return Delegation{a.ID, o.ID, w.amount(a.Free)}
	case 11, 12, 13:
		return Undelegation{caller, p.ID, amount, shares}
	case 14, 15, 16, 17:
		return Redelegation{caller, p.ID, o.ID, amount, shares}
	case 18:
		return Cancellation{u.Owner, u.ID, w.amount(u.Balance)}
	case 19, 20:
		return LightDelegation{a.ID, o.ID, w.amount(a.Free)}
	case 21:
		return LightUndelegation{q.Owner, q.ID, w.amount(q.Total())}
	case 22:
		return LightRedelegation{q.Owner, q.ID, o.ID, w.amount(q.Total())}
	case 23:
		return LightClaim{b.ID, q.ID, false}
	case 24:
		return LightClaim{q.Owner, q.ID, true}
	case 25:
		return LotPointer{caller, p.ID, o.ID, w.n(5) == 0}
	case 26:
		return WalletPointer{a.ID, o.ID, w.n(5) == 0}
	case 27:
		return Tokenisation{caller, p.ID, amount, shares}
	case 28:
		return Redemption{caller, p.ID}
	case 29:
		return Transfer{caller, p.ID, b.ID}
	case 30:
		return HeavyReward{o.ID, w.amount(o.PoolTokens/8 + 100)}
	case 31:
		return LightReward{o.ID, w.amount(o.Light.Weight/8 + 100)}
	case 32:
		return PointerReward{o.ID, w.amount(o.Pointers.Weight/8 + 100)}
	case 33:
		if w.n(2) == 0 {
			return EvidenceSubmission{o.ID, w.epoch()}
		}
		return Unjail{o.Owner, o.ID}
	case 34, 35:
		return Slashing{w.slashes(5)}
	case 36:
		switch w.n(16) {
		case 0, 1:
			return Exit{o.Owner, o.ID}
		case 2:
			return Tombstoning{o.ID}
		}
		return Unjail{o.Owner, o.ID}
	case 37:
		return Advance{w.n(4)}
	}
	return EpochInput{Rewards: w.rewards(), Slashes: w.slashes(2)}
}

// sentinels are all errors that a transition may wrap.
var sentinels = []error{
	ErrUnknownID, ErrOwner, ErrAmount, ErrFunds, ErrMinimum, ErrZeroShares, ErrShareRate, ErrLeverage, ErrLiquidCap, ErrEntryLimit,
	ErrSelf, ErrLiened, ErrLocked, ErrTokenised, ErrNotTokenised, ErrJailed, ErrTombstoned, ErrExiting, ErrStage, ErrCommission,
	ErrEpoch, ErrDuplicate, ErrBound, ErrNothing, spec.ErrInput, spec.ErrOverflow,
}

func typed(err error) bool {
	return slices.ContainsFunc(sentinels, func(s error) bool { return errors.Is(err, s) })
}

// walkStats counts what a walk did.
type walkStats struct {
	done, refused map[string]int
}

// walk takes steps and checks every invariant after each.
func walk(s source, steps int, stats *walkStats) error {
	w := newWalker(s)
	settled := settlements{}
	for i := range steps {
		op := w.next()
		name := fmt.Sprintf("%T", op)
		before := w.l.Clone()
		r, err := Process(w.l, op)
		if err == nil {
			err = checkStep(before, w.l, op, &r, settled)
			stats.done[name]++
		} else {
			stats.refused[name]++
			switch {
			case !typed(err):
				err = fmt.Errorf("untyped error: %w", err)
			case !bytes.Equal(encode(before), encode(w.l)):
				err = fmt.Errorf("I22: an error changed the state: %w", err)
			default:
				err = nil
			}
		}
		if err != nil {
			return fmt.Errorf("step %d: %s%+v: %w", i, name, op, err)
		}
	}
	return nil
}

// longForm says whether the long walks are wanted, and logs when they are not run.
func longForm(t *testing.T, what string) bool {
	if os.Getenv("STAKESIM_LONG") != "" {
		return true
	}
	t.Logf("not run: %s; set STAKESIM_LONG=1", what)
	return false
}

// TestInvariantsOnRandomWalks checks I1, I2, I3, I4, I5, I8, I9, I13, I14, I15 and
// I22, and that receipts account for every Gwei, after every operation.
func TestInvariantsOnRandomWalks(t *testing.T) {
	seeds, steps := 24, 500
	if longForm(t, "200 seeds x 2000 operations") {
		seeds, steps = 200, 2000
	}
	stats := walkStats{map[string]int{}, map[string]int{}}
	for seed := range seeds {
		if err := walk(dice{rand.New(rand.NewPCG(uint64(seed), 7))}, steps, &stats); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for _, op := range Operations() {
		if kind := fmt.Sprintf("%T", op.New())[1:]; stats.done[kind] == 0 {
			t.Errorf("no %s succeeded (%d refused)", kind, stats.refused[kind])
		}
	}
	t.Logf("done %v", stats.done)
	t.Logf("refused %v", stats.refused)
}

// FuzzWalk decodes bytes into operations and checks the same invariants.
func FuzzWalk(f *testing.F) {
	f.Add([]byte("deposit, earn, redelegate, fault, slash, leave"))
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 3))
		data := make([]byte, 2000)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Run(t, budget.Limit{}, func() {
			b := &tape{data}
			stats := walkStats{map[string]int{}, map[string]int{}}
			if err := walk(b, min(200, len(data)/8), &stats); err != nil {
				t.Fatal(err)
			}
		})
	})
}
