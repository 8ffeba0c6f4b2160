package scenario

import (
	"math/rand/v2"

	"github.com/stakesim/stakesim/spec"
)

// lapse is how a validator failed.
type lapse uint8

const (
	lapseOffline lapse = iota // neither flag
	lapseTarget               // source alone
	lapseHead                 // all but head
	lapseCount
)

var lapseFlags = [lapseCount]spec.Flags{
	0, 1 << spec.TimelySource, 1<<spec.TimelySource | 1<<spec.TimelyTarget,
}

// cell is so many validators of one operator that failed alike in one slot.
type cell struct {
	op, count uint32
	class     uint16 // of effective balance, of which there are at most 2017
	slot      uint8
	lapse     lapse
	before    bool // they failed in the epoch before as well
}

// failures are everything that went wrong in one epoch.
type failures struct {
	epoch   uint64
	cells   []cell
	heads   []cell   // that missed the head alone: nothing is taken for it
	failed  []uint64 // a bit for every validator without a timely target
	opDown  []uint32 // validators of every operator on machines that are down
	missing uint64   // slots whose next block is missing
	tallies [SlotsPerEpoch]spec.Tally
	offline spec.Gwei
	target  spec.Gwei // that reached the target
}

// fault is a [Fault] resolved for a world.
type fault struct {
	spec     Fault
	elements [][]uint32 // machines of every element that can fail
	gaps     *gaps
}

// draw makes the failures of one epoch after another.
type draw struct {
	s      *Scenario
	w      *world
	rngs   [streamCount]*rand.PCG
	faults []fault
	own    []*gaps // one for every segment
	late   []*gaps // one for every outage that makes late

	downUntil []uint32
	down      []uint32 // machines that are down, in the order in which they failed
	lateUntil [][]uint32
	slots     slotter
	previous  []uint64 // failed bits of the epoch before
}

func newDraw(s *Scenario, seed uint64, run int) *draw {
	d := &draw{s: s}
	for i := range d.rngs {
		d.rngs[i] = stream(seed, run, i)
	}
	d.w = newWorld(s, d.rngs[streamWorld])
	d.downUntil = make([]uint32, len(d.w.machines))
	d.previous = make([]uint64, (d.w.validators+63)/64)
	names := newElements(s.Population)
	for _, f := range s.Faults {
		r := fault{spec: f, gaps: newGaps(chance(f.PerDay, uint64(Whole)*EpochsPerDay))}
		for e, machines := range d.w.members[f.Layer] {
			if f.Name != "" && uint32(e) != names.ids[f.Layer][f.Name] {
				continue
			}
			if machines = d.w.inGroup(machines, f.Group); len(machines) > 0 {
				r.elements = append(r.elements, machines)
			}
		}
		d.faults = append(d.faults, r)
	}
	for i := range d.w.segments {
		d.own = append(d.own, newGaps(chance(d.w.segments[i].top, Billion)))
	}
	for i := range s.Outages {
		o := &s.Outages[i]
		d.late = append(d.late, newGaps(chance(o.LateTarget+o.LateHead, Billion)))
		d.lateUntil = append(d.lateUntil, nil)
	}
	return d
}

// fail takes a machine down until an epoch.
func (d *draw) fail(m uint32, now, until uint64) {
	if uint64(d.downUntil[m]) <= now {
		d.down = append(d.down, m)
	}
	d.downUntil[m] = max(d.downUntil[m], uint32(min(until, 1<<31)))
}

func (r Recovery) delay(rng *rand.PCG) uint64 {
	switch {
	case r.Epochs == 0 || r.Curve == Instant:
		return 0
	case r.Curve == Linear:
		return below(rng, r.Epochs+1)
	default:
		return geometric(rng, r.Epochs) - 1
	}
}

// next draws the failures of an epoch into f. Epochs count from zero with the
// warm-up; outages start after it.
func (d *draw) next(f *failures, epoch uint64) {
	f.reset(epoch, d.w)
	d.slots.reset(d.w.validators)
	kept := d.down[:0]
	for _, m := range d.down {
		if uint64(d.downUntil[m]) > epoch {
			kept = append(kept, m)
		}
	}
	d.down = kept
	d.startFaults(epoch)
	missing := d.startOutages(epoch)
	d.drop(f)
	d.ownMisses(f, epoch)
	d.lateMisses(f, epoch)
	d.blocks(f, epoch, missing)
	f.fill(d.w)
	copy(d.previous, f.failed)
}

func (d *draw) startFaults(epoch uint64) {
	rng := d.rngs[streamFaults]
	for i := range d.faults {
		f := &d.faults[i]
		f.gaps.run(rng, uint64(len(f.elements)), func(e uint64) {
			until := epoch + geometric(rng, f.spec.Duration)
			for _, m := range f.elements[e] {
				d.fail(m, epoch, until+f.spec.Recovery.delay(rng))
			}
		})
	}
}

// startOutages begins what begins in this epoch and returns the share of slots
// without a block.
func (d *draw) startOutages(epoch uint64) (missing PPM) {
	if epoch < d.s.Warmup {
		return 0
	}
	now := epoch - d.s.Warmup
	for i := range d.s.Outages {
		o := &d.s.Outages[i]
		if o.Start <= now && now < o.Start+o.Duration {
			missing = min(missing+o.MissingBlocks, Whole)
		}
		if o.Start != now {
			continue
		}
		rng := d.rngs[streamFaults]
		if o.late() {
			d.lateUntil[i] = make([]uint32, len(d.w.hit[i]))
		}
		for k, m := range d.w.hit[i] {
			until := epoch + o.Duration + o.Recovery.delay(rng)
			if o.late() {
				d.lateUntil[i][k] = uint32(min(until, 1<<31))
			} else {
				d.fail(m, epoch, until)
			}
		}
	}
	return missing
}

// drop records every validator of the machines that are down.
func (d *draw) drop(f *failures) {
	rng := d.rngs[streamSlots]
	var counts [2][SlotsPerEpoch]uint32
	for k, m := range d.down {
		at := &d.w.machines[m]
		f.opDown[at.op] += at.hi - at.lo
		for v := at.lo; v < at.hi; v++ {
			before := d.previous[v/64] >> (v % 64) & 1
			counts[before][d.slots.deal(rng)]++
		}
		f.mark(at.lo, at.hi)
		if k+1 < len(d.down) {
			if n := &d.w.machines[d.down[k+1]]; n.op == at.op && n.class == at.class {
				continue
			}
		}
		for before := range counts {
			for slot, n := range counts[before] {
				if n > 0 {
					f.cells = append(f.cells, cell{at.op, n, uint16(at.class), uint8(slot), lapseOffline, before == 1})
					counts[before][slot] = 0
				}
			}
		}
	}
}

// one records a validator that failed on its own.
func (d *draw) one(f *failures, v uint32, kind lapse) {
	m := &d.w.machines[d.w.host[v]]
	before := d.previous[v/64]>>(v%64)&1 != 0
	c := cell{m.op, 1, uint16(m.class), d.slots.deal(d.rngs[streamSlots]), kind, before}
	if kind == lapseHead {
		f.heads = append(f.heads, c)
		return
	}
	f.mark(v, v+1)
	f.cells = append(f.cells, c)
}

func (d *draw) ownMisses(f *failures, epoch uint64) {
	rng := d.rngs[streamMisses]
	for i := range d.w.segments {
		seg := &d.w.segments[i]
		d.own[i].run(rng, uint64(seg.hi-seg.lo), func(at uint64) {
			v := seg.lo + uint32(at)
			u := below(rng, seg.top)
			m := d.w.host[v]
			if uint64(d.downUntil[m]) > epoch {
				return
			}
			miss := &seg.byRegion[d.w.machines[m].element[LayerRegion]]
			switch {
			case u < miss.Offline:
				d.one(f, v, lapseOffline)
			case u < miss.Offline+miss.Target:
				d.one(f, v, lapseTarget)
			case u < miss.Offline+miss.Target+miss.Head:
				d.one(f, v, lapseHead)
			}
		})
	}
}

// lateMisses records the validators that an outage makes late. Whoever already
// failed in the epoch is not counted twice.
func (d *draw) lateMisses(f *failures, epoch uint64) {
	rng := d.rngs[streamMisses]
	for i, until := range d.lateUntil {
		o := &d.s.Outages[i]
		for k := range until {
			m := &d.w.machines[d.w.hit[i][k]]
			if uint64(until[k]) <= epoch || uint64(d.downUntil[d.w.hit[i][k]]) > epoch {
				continue
			}
			d.late[i].run(rng, uint64(m.hi-m.lo), func(at uint64) {
				v := m.lo + uint32(at)
				kind := lapseHead
				if below(rng, o.LateTarget+o.LateHead) < o.LateTarget {
					kind = lapseTarget
				}
				if f.failed[v/64]>>(v%64)&1 == 0 {
					d.one(f, v, kind)
				}
			})
		}
	}
}

// blocks draws a proposer by stake for every slot and one after the epoch: a
// slot has no block when its proposer is offline, or by the outages' chance.
func (d *draw) blocks(f *failures, epoch uint64, missing PPM) {
	rng := d.rngs[streamBlocks]
	var top spec.Gwei
	for _, c := range d.w.classes {
		top = max(top, c)
	}
	for slot := range SlotsPerEpoch + 1 {
		gone := PPM(below(rng, uint64(Whole))) < missing
		for {
			v := below(rng, d.w.validators)
			m := d.w.host[v]
			if spec.Gwei(below(rng, uint64(top))) < d.w.classes[d.w.machines[m].class] {
				gone = gone || uint64(d.downUntil[m]) > epoch
				break
			}
		}
		if gone && slot > 0 {
			f.missing |= 1 << (slot - 1)
		}
	}
}
