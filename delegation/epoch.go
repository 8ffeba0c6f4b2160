package delegation

import (
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// EpochReward is what the services pay for one operator's work in an epoch.
type EpochReward struct {
	Operator uint64    `json:"operator"`
	Heavy    spec.Gwei `json:"heavy"`    // as by ProcessHeavyReward
	Light    spec.Gwei `json:"light"`    // as by ProcessLightReward
	Pointers spec.Gwei `json:"pointers"` // as by ProcessPointerReward
}

// EpochInput is what an epoch brings from outside.
type EpochInput struct {
	Rewards []EpochReward `json:"rewards"`
	Slashes []Slash       `json:"slashes"`
	// Brief leaves every [Rewarded] event out of the receipt, which is then short
	// and gives no balances by replay; the ledger and all else are the same.
	Brief bool `json:"brief,omitempty"`
	// Room is memory for the receipt's events, which overwrite it; none is needed.
	Room []Event `json:"-"`
}

// ProcessEpoch ends the current epoch: rewards, then the batch of slashes; then it
// advances and, in the new epoch, takes the weight snapshot, pays the unbonding
// queue, releases liens, and makes announced changes and departures. A bad item
// is skipped and reported by its number; an item of three rewards is paid as far
// as each is good. It fails with [ErrBound] in the last epoch only.
func ProcessEpoch(l *Ledger, in EpochInput) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if l.epoch >= MaxEpoch {
		return Receipt{}, about("epoch", uint64(l.epoch), ErrBound)
	}
	t := l.begin("epoch")
	t.brief, t.r.Events = in.Brief, in.Room[:0]
	if !in.Brief {
		t.r.Events = slices.Grow(t.r.Events, eventsOf(in.Rewards)+eventsPerSlash*len(in.Slashes))
	}
	at := finger[Operator]{table: &l.operators}
	for i := range in.Rewards {
		t.epochReward(i, &in.Rewards[i], at.get(in.Rewards[i].Operator))
	}
	if len(in.Slashes) > 0 {
		t.slash(in.Slashes)
	}
	l.epoch++
	t.snapshot()
	t.payQueue()
	t.releaseLiens()
	t.changeCommissions()
	t.lapseEvidence()
	t.dropRecords()
	return t.r, nil
}

// eventsPerSlash is room for the events of most slashes; a list that outgrows its room
// is copied.
const eventsPerSlash = 4

// eventsOf is the most events that rewards make.
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

// epochReward pays up to three rewards of one operator, nil when there is none.
func (t *tx) epochReward(i int, r *EpochReward, o *Operator) {
	if r.Heavy == 0 && r.Light == 0 && r.Pointers == 0 {
		t.skipReward(i, about("amount", 0, ErrAmount))
		return
	}
	if o == nil {
		for _, amount := range [...]spec.Gwei{r.Heavy, r.Light, r.Pointers} {
			if amount > 0 {
				t.skipReward(i, about("operator", r.Operator, ErrUnknownID))
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
		if err := t.l.checkLightReward(o, r.Light); err != nil {
			t.skipReward(i, err)
		} else {
			t.streamReward(o, &o.Light, PotLightRewards, r.Light)
		}
	}
	if r.Pointers > 0 {
		if err := t.l.checkLightReward(o, r.Pointers); err != nil {
			t.skipReward(i, err)
		} else {
			t.streamReward(o, &o.Pointers, PotPointerRewards, r.Pointers)
		}
	}
}

func (t *tx) skipReward(i int, err error) {
	t.r.Skipped = append(t.r.Skipped, ItemError{"rewards", i, err})
}

// ProcessEpochs ends n epochs without rewards or slashes; it equals n calls of
// [ProcessEpoch] and takes time by what falls due, not by n. Its receipt lists the
// events of all of them. It fails with [ErrBound], and does nothing, when n would
// pass [MaxEpoch].
func ProcessEpochs(l *Ledger, n uint64) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if n > uint64(MaxEpoch-l.epoch) {
		return Receipt{}, aboutf("epochs", n, ErrBound, "epoch %d", l.epoch)
	}
	r := Receipt{Operation: "epochs", Epoch: l.epoch}
	for end := l.epoch + spec.Epoch(n); l.epoch < end; {
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

// nextEvent is the first epoch after the current one in which something falls
// due.
func (l *Ledger) nextEvent() spec.Epoch {
	next := spec.FarFutureEpoch
	for _, s := range []*set{&l.index.lienEnds, &l.index.commissions} {
		for k := range s.all() {
			next = min(next, spec.Epoch(k[0]))
			break
		}
	}
	for u := range l.unbondings.all() {
		next = min(next, u.Complete)
		break
	}
	for e := range l.evidence.all() {
		next = min(next, e.Epoch+spec.Epoch(l.config.UnbondingEpochs)+1)
	}
	return next
}

// ProcessWeightSnapshot takes the weight snapshot of the current epoch: pending
// light principal begins to earn; pointers are paid what they earned and get the
// weight of their lots and wallets. [ProcessEpoch] calls it; a second one in an epoch gives [ErrStage], or
// a late deposit could earn at once.
func ProcessWeightSnapshot(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if l.snapshotEpoch >= l.epoch {
		return Receipt{}, aboutf("epoch", uint64(l.epoch), ErrStage, "the snapshot is taken")
	}
	t := l.begin("weight snapshot")
	t.snapshot()
	return t.r, nil
}

func (t *tx) snapshot() {
	l := t.l
	l.snapshotEpoch = l.epoch
	for _, id := range l.index.pending.ids(0) {
		p := l.lights.get(id)
		o := l.operators.get(p.Operator)
		l.index.pending.remove(key{id})
		p.Accrued += o.Light.settle(&p.Index, p.Principal)
		t.emit(Event{Kind: PrincipalActivated, Operator: o.ID, Lot: id, Amount: p.Pending})
		o.Light.Weight += p.Pending
		o.LightPending -= p.Pending
		p.Principal, p.Pending = p.Principal+p.Pending, 0
	}
	t.reweighLots()
	for k := range l.index.walletPointers.all() {
		a := l.accounts.get(k[1])
		t.reweigh(a, a.Free, a.Pointer.Weight) // pays
		t.reweigh(a, a.Free, a.Free)
	}
}

// reweighLots gives every lot pointer the weight of its lot, by target and lot. The
// rows lie all over memory: each step is taken for a chunk of the index at once, so
// that the processor need not wait for one row before it asks for the next.
func (t *tx) reweighLots() {
	l := t.l
	var lots [keysPerChunk]*Lot
	var owners [keysPerChunk]*Account
	var weights [keysPerChunk]spec.Gwei
	for _, keys := range l.index.lotPointers.chunks {
		for i, k := range keys {
			lots[i] = l.lots.get(k[1])
		}
		for i, p := range lots[:len(keys)] {
			weights[i] = l.operators.get(p.Operator).value(p.Shares)
		}
		for i, p := range lots[:len(keys)] {
			owners[i] = l.accounts.get(p.Owner)
		}
		for i, p := range lots[:len(keys)] {
			t.reweighLot(p, owners[i], weights[i])
		}
	}
}

// ProcessUnbondingQueue pays every entry that is complete in the current epoch to
// its owner. [ProcessEpoch] calls it.
func ProcessUnbondingQueue(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("unbonding queue")
	t.payQueue()
	return t.r, nil
}

func (t *tx) payQueue() {
	var complete []Unbonding
	for u := range t.l.unbondings.all() {
		if u.Complete > t.l.epoch { // ids and completions ascend together
			break
		}
		complete = append(complete, *u)
	}
	for _, u := range complete {
		t.l.index.entry(&u, false)
		t.l.unbondings.remove(u.ID)
		t.emit(Event{Kind: Moved, From: Pot{PotUnbonding, u.ID}, To: Pot{PotFree, u.Owner}, Operator: u.Operator, Lot: u.ID, Amount: u.Balance})
		t.credit(u.Owner, u.Balance)
	}
}

// ProcessLienExpiry releases every lien that has ended in the current epoch.
// [ProcessEpoch] calls it.
func ProcessLienExpiry(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("lien expiry")
	t.releaseLiens()
	return t.r, nil
}

func (t *tx) releaseLiens() {
	l := t.l
	for _, id := range l.index.lienEnds.due(uint64(l.epoch)) {
		lien := (*Lien)(nil)
		if p := l.lots.get(id); p != nil {
			lien = &p.Lien
		} else {
			lien = &l.unbondings.get(id).Lien
		}
		l.index.lien(lien, id, false)
		t.emit(Event{Kind: LienReleased, Operator: lien.Source, Lot: id, Amount: lien.Initial})
		*lien = Lien{}
	}
}

// changeCommissions makes the changes that were announced for the current epoch.
func (t *tx) changeCommissions() {
	for _, id := range t.l.index.commissions.due(uint64(t.l.epoch)) {
		o := t.l.operators.get(id)
		t.l.index.operator(o, false)
		o.Commission = o.PendingCommission
		o.CommissionPending, o.PendingCommission, o.PendingCommissionEpoch = false, 0, 0
		t.l.index.operator(o, true)
		t.emit(Event{Kind: CommissionChanged, Operator: id, Shares: uint64(o.Commission)})
	}
}

// lapseEvidence drops evidence that no slash can answer any more.
func (t *tx) lapseEvidence() {
	var old []Evidence
	for e := range t.l.evidence.all() {
		if t.l.checkInfraction(e.Epoch) != nil {
			old = append(old, *e)
		}
	}
	for _, e := range old {
		t.l.index.evidence(&e, false)
		t.l.evidence.remove(e.ID)
		t.emit(Event{Kind: EvidenceLapsed, Operator: e.Operator, Lot: e.ID})
	}
}
