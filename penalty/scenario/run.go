package scenario

import (
	"fmt"
	"math/bits"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// ledger is a run under way.
type ledger struct {
	s        *Scenario
	w        *world
	draw     *draw
	params   spec.Params
	values   []EpochValues // of every class
	shared   []prices      // of every class: what is forgone
	accounts []account
	scores   scores
	slots    []spec.SlotObs
	forgone  []uint64 // Gwei, of every operator
	leak     []uint64
	out      RunResult

	justified [2]bool // the epoch accounted, and the one before it
	finalized uint64  // epoch, counted from finalityBase
}

// finalityBase shifts the epochs of a run so that it can begin finalized.
const finalityBase = 8

// Run runs one repetition of a scenario, which must be valid, and returns what
// it cost whom. The result depends on the scenario, the seed and the number of
// the run alone.
func Run(s *Scenario, seed uint64, run int) (*RunResult, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	l, err := newLedger(s, seed, run)
	if err != nil {
		return nil, err
	}
	return l.run()
}

func newLedger(s *Scenario, seed uint64, run int) (*ledger, error) {
	p, err := Params()
	if err != nil {
		return nil, err
	}
	d := newDraw(s, seed, run)
	l := &ledger{
		s: s, w: d.w, draw: d, params: p, shared: make([]prices, len(d.w.classes)),
		slots: make([]spec.SlotObs, SlotsPerEpoch), forgone: make([]uint64, len(d.w.ops)), leak: make([]uint64, len(d.w.ops)),
		justified: [2]bool{true, true}, finalized: finalityBase - 1,
	}
	for _, eb := range d.w.classes {
		v, err := s.Economics.Epoch(eb)
		if err != nil {
			return nil, err
		}
		l.values = append(l.values, v)
	}
	calm, err := spec.ObsOfOffline(l.expectedOffline(), d.w.total, SlotsPerEpoch)
	if err != nil {
		return nil, err
	}
	for i := range s.Mechanisms {
		a := account{rule: s.Mechanisms[i].Rule, classes: make([]prices, len(d.w.classes)), paid: make([]uint64, len(d.w.ops))}
		if a.memory, err = a.rule.Settled(&calm); err != nil {
			return nil, err
		}
		a.series = newSeries(s.Epochs)
		l.accounts = append(l.accounts, a)
	}
	l.out.Offline = newSeries(s.Epochs)
	return l, nil
}

// expectedOffline is the offline balance of an ordinary slot as misses and
// faults make it on average: rate times duration, not more than all.
func (l *ledger) expectedOffline() spec.Gwei {
	parts := uint64(0) // of 10^9, weighted by stake in units of 2^-20
	total := uint64(l.w.total)
	for i := range l.w.machines {
		m := &l.w.machines[i]
		seg := l.s.missOf(l.s.Population[m.kind].Group, "")
		share := uint64(l.w.stake(uint32(i))) / (total>>20 + 1)
		parts += seg.Offline * share >> 20
	}
	for i := range l.draw.faults {
		f := &l.draw.faults[i]
		var stake uint64
		for _, e := range f.elements {
			for _, m := range e {
				stake += uint64(l.w.stake(m))
			}
		}
		length := f.spec.Duration + f.spec.Recovery.Epochs/2
		down := float64(f.spec.PerDay) / float64(Whole) / EpochsPerDay * float64(length)
		parts += uint64(min(1, float64(down*(float64(stake)/float64(total)))) * Billion)
	}
	share := float64(min(parts, Billion)) / Billion
	return spec.Gwei(float64(total/SlotsPerEpoch) * share)
}

func (l *ledger) run() (*RunResult, error) {
	var now, next failures
	l.draw.next(&now, 0)
	epochs := l.s.Warmup + l.s.Epochs
	for e := range epochs {
		l.draw.next(&next, e+1)
		if err := l.epoch(&now, &next); err != nil {
			return nil, fmt.Errorf("epoch %d: %w", e, err)
		}
		if e+1 == l.s.Warmup {
			l.forget()
		}
		now, next = next, now
	}
	return l.result(), nil
}

// forget drops what the warm-up cost.
func (l *ledger) forget() {
	clear(l.forgone)
	clear(l.leak)
	l.out = RunResult{Offline: newSeries(l.s.Epochs)}
	for i := range l.accounts {
		clear(l.accounts[i].paid)
		l.accounts[i].series = newSeries(l.s.Epochs)
	}
}

// epoch accounts one epoch. The next one's participation decides with it what
// is final at that moment.
func (l *ledger) epoch(f, next *failures) error {
	observe(l.slots, f, l.w)
	inLeak := l.finality(f, next)
	sums := spec.Summary{InLeak: inLeak, TotalActive: l.w.total}
	for i := range l.slots {
		t := &l.slots[i].Tally
		for flag := range sums.Participating {
			sums.Participating[flag] += t.Balance(spec.Participated(spec.Flag(flag)))
		}
	}
	for flag, sum := range sums.Participating {
		sums.Participating[flag] = max(min(sum, l.w.total), spec.EffectiveBalanceIncrement)
	}
	for class := range l.shared {
		l.shared[class].price(l.values[class], &sums)
	}
	carries := l.forgo(f) | l.scores.update(&l.params, l.w, f, inLeak, l.leak)
	if err := fits(carries, "rewards and leak"); err != nil {
		return err
	}
	for i := range l.accounts {
		a := &l.accounts[i]
		if err := a.charge(l.slots, f, l.values); err != nil {
			return err
		}
		a.series.addFactors(a.factors[:])
	}
	l.out.Offline.add(float64(f.offline)/float64(l.w.total), float64(f.offline)/float64(l.w.total))
	if inLeak {
		l.out.LeakEpochs++
	}
	l.out.Epochs++
	return nil
}

// finality moves justification on by an epoch and reports whether the epoch is
// accounted in a leak (altair is_in_inactivity_leak): an epoch is justified by
// two thirds of the stake, final when the next one is too.
func (l *ledger) finality(f, next *failures) bool {
	at := f.epoch + finalityBase
	justified := next.target/2 >= (l.w.total-min(l.w.total, next.target)) && next.target > 0
	if l.justified[1] = l.justified[0]; l.epochJustified(f) {
		l.justified[0] = true
		if justified {
			l.finalized = at
		} else if l.justified[1] {
			l.finalized = max(l.finalized, at-1)
		}
	} else {
		l.justified[0] = false
	}
	return at-min(at, l.finalized) > l.params.MinEpochsToInactivityPenalty
}

func (l *ledger) epochJustified(f *failures) bool {
	return f.target/2 >= l.w.total-min(l.w.total, f.target)
}

// forgo books the rewards that those who failed did not get, and those who did
// not fail but whose head votes no block carried.
func (l *ledger) forgo(f *failures) (carries uint64) {
	for _, cells := range [...][]cell{f.cells, f.heads} {
		for i := range cells {
			c := &cells[i]
			carries |= book(&l.forgone[c.op], uint64(c.count), l.shared[c.class].forgone[c.lapse])
		}
	}
	slots := uint64(0)
	for i := range SlotsPerEpoch {
		slots += f.missing >> i & 1
	}
	if slots > 0 {
		for op := range l.w.ops {
			o := &l.w.ops[op]
			hi, lost := bits.Mul64(o.validators-uint64(f.opDown[op]), l.shared[o.class].head*slots)
			carries |= hi | book(&l.forgone[op], 1, lost/SlotsPerEpoch)
		}
	}
	for i := range l.values {
		// what all the others lost per 32 ETH, in the first class
		if i == 0 && l.w.classes[0] > 0 {
			l.out.Diluted += l.shared[0].short * uint64(Validator/spec.ETH) / uint64(l.w.classes[0]/spec.ETH)
		}
	}
	return carries
}

// walkers are the mechanisms' memories at the end of a run.
func (l *ledger) memories() []penalty.Memory {
	m := make([]penalty.Memory, len(l.accounts))
	for i := range m {
		m[i] = l.accounts[i].memory
	}
	return m
}
