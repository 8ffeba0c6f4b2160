package scenario

import (
	"math/bits"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

// prices are what one validator of a class pays and forgoes in an epoch.
type prices struct {
	forgone [lapseCount]uint64
	head    uint64 // reward of a head vote
	short   uint64 // by how much a full attestation earns less than the ideal
	// penalty of a lapse in a slot, apart for those that failed before.
	penalty [lapseCount][2][SlotsPerEpoch]uint64
}

// account is one mechanism in a run.
type account struct {
	rule    penalty.Rule
	memory  penalty.Memory
	factors [SlotsPerEpoch]penalty.Factors
	classes []prices
	paid    []uint64 // penalties of every operator, Gwei
	series  Series
}

// observe makes the slots that mechanisms see of an epoch's failures.
func observe(dst []spec.SlotObs, f *failures, w *world) {
	for i := range dst {
		dst[i] = spec.SlotObs{
			Total: w.total, Reference: w.total / SlotsPerEpoch, Tally: f.tallies[i],
			SlotsPerEpoch: SlotsPerEpoch, NextBlockMissing: f.missing>>i&1 != 0,
		}
	}
}

// price fills the tables that every mechanism shares: what is forgone.
func (p *prices) price(v EpochValues, sums *spec.Summary) {
	var parts [spec.FlagCount]uint64
	for flag := range parts {
		part, _ := epoch.FlagReward(v.BaseReward, spec.Flag(flag), sums) // the bounds of stake and balance keep it below 2^60
		parts[flag] = uint64(part)
	}
	p.head = parts[spec.TimelyHead]
	p.forgone[lapseHead] = p.head
	p.forgone[lapseTarget] = p.head + parts[spec.TimelyTarget]
	p.forgone[lapseOffline] = p.forgone[lapseTarget] + parts[spec.TimelySource]
	p.short = uint64(v.Ideal) - min(uint64(v.Ideal), p.forgone[lapseOffline])
}

// charge walks the mechanism over the epoch and books every cell's penalty.
func (a *account) charge(slots []spec.SlotObs, f *failures, values []EpochValues) error {
	next, err := penalty.Walk(a.factors[:], &a.rule, a.memory, slots)
	if err != nil {
		return err
	}
	a.memory = next
	if err := a.fill(values); err != nil {
		return err
	}
	var carries uint64
	for i := range f.cells {
		c := &f.cells[i]
		before := 0
		if c.before {
			before = 1
		}
		carries |= book(&a.paid[c.op], uint64(c.count), a.classes[c.class].penalty[c.lapse][before][c.slot])
	}
	return fits(carries, a.rule.FullName())
}

// book adds so many times an amount; what comes back is not zero when that does
// not fit.
func book(sum *uint64, times, amount uint64) (carries uint64) {
	hi, lo := bits.Mul64(times, amount)
	total, carry := bits.Add64(*sum, lo, 0)
	*sum = total
	return hi | carry
}

// fits is the error of sums of which one did not.
func fits(carries uint64, what string) error {
	if carries != 0 {
		return spec.Atf(what, -1, spec.ErrOverflow, "what an operator loses")
	}
	return nil
}

// fill is what each lapse costs in each slot.
func (a *account) fill(values []EpochValues) error {
	for class := range a.classes {
		base := values[class].BaseReward
		for kind := range lapseCount {
			for before := range 2 {
				at := spec.ConductOf(lapseFlags[kind], false, before == 1)
				for slot := range a.factors {
					sum, err := a.rule.Penalties(base, at, a.factors[slot])
					if err != nil {
						return spec.At("slot", slot, err)
					}
					a.classes[class].penalty[kind][before][slot] = uint64(sum)
				}
			}
		}
	}
	return nil
}

// scores are the inactivity scores of every validator, kept only while a leak or
// its aftermath lasts: outside they are all zero.
type scores struct {
	of     []uint32
	active bool
}

// update moves every score by an epoch and books the inactivity penalties.
func (s *scores) update(p *spec.Params, w *world, f *failures, inLeak bool, leak []uint64) (carries uint64) {
	if !s.active {
		if !inLeak {
			return 0 // a missed epoch adds less than the recovery takes
		}
		if s.of == nil {
			s.of = make([]uint32, w.validators)
		}
		s.active = true
	}
	var left uint32
	for i := range w.machines {
		m := &w.machines[i]
		eb := w.classes[m.class]
		for v := m.lo; v < m.hi; v++ {
			failed := f.failed[v/64]>>(v%64)&1 != 0
			score, _ := epoch.NextInactivityScore(uint64(s.of[v]), !failed, inLeak, p) // below 4 times the epochs of a run
			if failed {
				penalty, _ := epoch.InactivityPenalty(eb, score, p)
				carries |= book(&leak[m.op], 1, uint64(penalty))
			}
			s.of[v] = uint32(score)
			left |= s.of[v]
		}
	}
	s.active = inLeak || left != 0
	return carries
}
