package delegation

import (
	"slices"

	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
)

// EpochReward is what the services pay for one operator's work in an epoch.
type EpochReward struct {
	Operator OperatorID `json:"operator"`
	Heavy    spec.Gwei  `json:"heavy"`    // as by ProcessHeavyReward
	Light    spec.Gwei  `json:"light"`    // as by ProcessLightReward
	Pointers spec.Gwei  `json:"pointers"` // as by ProcessPointerReward
}

// EpochInput is what an epoch brings from outside.
type EpochInput struct {
	Rewards []EpochReward `json:"rewards"`
	Slashes []Slash       `json:"slashes"`
	Options EpochOptions  `json:"-"`
}

// EpochOptions say what a receipt holds. They change nothing else.
type EpochOptions struct {
	// Brief leaves every [Rewarded] event out of the receipt, which is then short and
	// gives no balances by replay.
	Brief bool
	// Buffer is memory for the receipt's events, which overwrite it; none is needed.
	Buffer []Event
}

// ProcessEpoch ends the current epoch: rewards, then the batch of slashes; then it
// advances and, in the new epoch, takes the weight snapshot, pays the unbonding
// queue, releases liens, and makes announced changes and departures. A bad item
// is skipped and reported by its number; an item of three rewards is paid as far
// as each of them is good. It fails with [ErrBound], in the last epoch only.
func ProcessEpoch(l *Ledger, in EpochInput) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if l.epoch >= MaxEpoch {
		return Receipt{}, spec.About("epoch", l.epoch, ErrBound)
	}
	t := l.begin("epoch")
	t.brief, t.r.Events = in.Options.Brief, in.Options.Buffer[:0]
	if !t.brief {
		t.r.Events = slices.Grow(t.r.Events, eventsOf(in.Rewards)+eventsPerSlash*len(in.Slashes))
	}
	at := sorted.Finger[OperatorID, Operator]{Table: &l.operators}
	for i := range in.Rewards {
		t.epochReward(i, &in.Rewards[i], at.Get(in.Rewards[i].Operator))
	}
	if len(in.Slashes) > 0 {
		t.slash(in.Slashes)
	}
	t.advanceEpoch()
	return t.r, nil
}

// advanceEpoch begins the next epoch.
func (t *tx) advanceEpoch() {
	t.l.epoch++
	t.snapshot()
	t.payQueue()
	t.releaseLiens()
	t.changeCommissions()
	t.lapseEvidence()
	t.removeOperators()
}

// eventsPerSlash is room for the events of most slashes; a list that outgrows its room
// is copied.
const eventsPerSlash = 4

// eventsOf is the largest number of events that rewards make.
func eventsOf(rewards []EpochReward) (n int) {
	for i := range rewards {
		for _, amount := range [...]spec.Gwei{rewards[i].Heavy, rewards[i].Light, rewards[i].Pointers} {
			if amount > 0 {
				n += 2
			}
		}
	}
	return n
}

// epochReward pays up to three rewards of one operator, which is nil when there is
// none.
func (t *tx) epochReward(i int, r *EpochReward, o *Operator) {
	if r.Heavy == 0 && r.Light == 0 && r.Pointers == 0 {
		t.skipReward(i, spec.About("amount", r.Heavy, ErrAmount))
		return
	}
	if o == nil {
		for _, amount := range [...]spec.Gwei{r.Heavy, r.Light, r.Pointers} {
			if amount > 0 {
				t.skipReward(i, spec.About("operator", r.Operator, ErrUnknownID))
			}
		}
		return
	}
	if r.Heavy > 0 {
		if err := t.l.checkReward(o, r.Heavy); err != nil {
			t.skipReward(i, err)
		} else {
			t.heavyReward(o, r.Heavy)
		}
	}
	if r.Light > 0 {
		if err := t.l.checkIndexReward(o, r.Light); err != nil {
			t.skipReward(i, err)
		} else {
			t.indexReward(o, &o.Light, PotLightRewards, r.Light)
		}
	}
	if r.Pointers > 0 {
		if err := t.l.checkIndexReward(o, r.Pointers); err != nil {
			t.skipReward(i, err)
		} else {
			t.indexReward(o, &o.Pointers, PotPointerRewards, r.Pointers)
		}
	}
}

func (t *tx) skipReward(i int, err error) {
	t.r.Skipped = append(t.r.Skipped, ItemError{"rewards", i, err})
}

// Advance ends so many epochs without rewards or slashes.
type Advance struct {
	Epochs uint64 `json:"epochs"`
}

// ProcessAdvance ends epochs without rewards or slashes. It equals so many calls of
// [ProcessEpoch], and takes time by what happens in them, not by their number. Its
// receipt lists the events of all of them. It fails with [ErrBound], and does nothing,
// when that would pass [MaxEpoch].
func ProcessAdvance(l *Ledger, op Advance) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if op.Epochs > uint64(MaxEpoch-l.epoch) {
		return Receipt{}, spec.Aboutf("epochs", op.Epochs, ErrBound, "epoch %d", l.epoch)
	}
	r := Receipt{Operation: "epochs", Epoch: l.epoch}
	for end := l.epoch + spec.Epoch(op.Epochs); l.epoch < end; {
		quiet := l.nextEvent()
		one, err := ProcessEpoch(l, EpochInput{})
		if err != nil {
			return r, err
		}
		r.Events = append(r.Events, one.Events...)
		// When this epoch was as quiet as the ones before the next event will be,
		// they change nothing but the number.
		if len(one.Events) == 0 && quiet > l.epoch {
			l.epoch = min(end, quiet-1)
			l.snapshotEpoch = l.epoch
		}
	}
	return r, nil
}

// nextEvent is the first epoch after the current one for which something is set down.
func (l *Ledger) nextEvent() spec.Epoch {
	next := spec.FarFutureEpoch
	for _, s := range []*sorted.Set{&l.index.lienEnds, &l.index.commissions} {
		for k := range s.All() {
			next = min(next, spec.Epoch(k[0]))
			break
		}
	}
	for u := range l.unbondings.All() {
		next = min(next, u.Complete)
		break
	}
	for e := range l.evidence.All() {
		next = min(next, e.Epoch+spec.Epoch(l.config.UnbondingEpochs)+1)
	}
	return next
}

// ProcessWeightSnapshot takes the weight snapshot of the current epoch: pending light
// principal begins to earn; what pointers earned is paid, and they get the weight of
// their lots and wallets. [ProcessEpoch] calls it. A second one in an epoch gives
// [ErrStage], or else a late deposit could earn at once.
func ProcessWeightSnapshot(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if l.snapshotEpoch >= l.epoch {
		return Receipt{}, spec.Aboutf("epoch", l.epoch, ErrStage, "the snapshot is taken")
	}
	t := l.begin("weight snapshot")
	t.snapshot()
	return t.r, nil
}

func (t *tx) snapshot() {
	l := t.l
	l.snapshotEpoch = l.epoch
	for _, id := range sorted.Column[PositionID](&l.index.pending, 0) {
		p := l.lights.Get(id)
		o := l.operators.Get(p.Operator)
		l.index.pending.Remove(sorted.Key{uint64(id)})
		p.Accrued += o.Light.settle(&p.Index, p.Principal)
		t.emit(Event{Kind: PrincipalActivated, Row: LightRow, ID: uint64(id), Operator: o.ID, Amount: p.Pending})
		o.Light.Weight += p.Pending
		o.LightPending -= p.Pending
		p.Principal, p.Pending = p.Principal+p.Pending, 0
	}
	t.reweighLots()
	for k := range l.index.walletPointers.All() {
		a := l.accounts.Get(AccountID(k[1]))
		t.reweigh(a, a.Free, a.Pointer.Weight) // pays
		t.reweigh(a, a.Free, a.Free)
	}
}

// reweighLots gives the pointer of every lot the weight of its lot, by target and lot.
// The rows lie all over memory: each step is taken for a chunk of the index at once, so
// that the processor need not wait for one row before it asks for the next.
func (t *tx) reweighLots() {
	l := t.l
	var lots [sorted.ChunkLen]*Lot
	var owners [sorted.ChunkLen]*Account
	var weights [sorted.ChunkLen]spec.Gwei
	for _, keys := range l.index.lotPointers.Chunks() {
		for i, k := range keys {
			lots[i] = l.lots.Get(LotID(k[1]))
		}
		for i, p := range lots[:len(keys)] {
			weights[i] = l.operators.Get(p.Operator).value(p.Shares)
		}
		for i, p := range lots[:len(keys)] {
			owners[i] = l.accounts.Get(p.Owner)
		}
		for i, p := range lots[:len(keys)] {
			t.reweighLot(p, owners[i], weights[i])
		}
	}
}

// changeCommissions makes the changes that were announced for the current epoch.
func (t *tx) changeCommissions() {
	for _, id := range sorted.UpTo[OperatorID](&t.l.index.commissions, uint64(t.l.epoch)) {
		o := t.l.operators.Get(id)
		t.l.index.operator(o, false)
		commission := o.PendingCommission
		o.CommissionPending, o.PendingCommission, o.PendingCommissionEpoch = false, 0, 0
		t.setCommission(o, commission)
		t.l.index.operator(o, true)
	}
}
