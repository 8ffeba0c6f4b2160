package sample

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// A way to attest.
const (
	prompt    = iota // in the next slot, everything right
	wrongHead        // in the next slot
	wrongBoth        // head and target, in the next slot
	soon             // some slots later
	late             // in the epoch after
	ways
	never = ways
)

// way draws what a member does.
func (d *draw) way(v uint32, down *[clusters]bool) int {
	switch n := d.rng.Uint32() % 1000; {
	case down[d.cluster(v)] && n < 950, n < 8:
		return never
	case n < 20:
		return late
	case n < 45:
		return soon
	case n < 50:
		return wrongBoth
	case n < 70:
		return wrongHead
	}
	return prompt
}

// attestations writes the table. Rows by block wait until no attestation of a
// later epoch can be in the same block.
func (p Period) attestations(dir string) error {
	key := func(r *attestationRow) spec.Slot { return spec.Slot(r.Slot) }
	if p.ByBlock {
		key = func(r *attestationRow) spec.Slot { return spec.Slot(r.BlockSlot) }
	}
	w := files[attestationRow]{dir: filepath.Join(dir, "canonical_beacon_elaborated_attestation"), of: hourly, p: &p, spoil: (*attestationRow).spoil}
	d := p.draw()
	var waiting []attestationRow
	for e := p.From; e < p.From+spec.Epoch(p.Epochs); e++ {
		waiting = d.attest(e, waiting)
		slices.SortStableFunc(waiting, func(a, b attestationRow) int { return cmp.Compare(key(&a), key(&b)) })
		n := 0
		for n < len(waiting) && key(&waiting[n]) <= spec.Slot(e+1)*slotsPerEpoch {
			w.add(key(&waiting[n]), waiting[n])
			n++
		}
		if err := w.flush(); err != nil {
			return err
		}
		waiting = slices.Delete(waiting, 0, n)
	}
	for _, row := range waiting {
		w.add(key(&row), row)
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.close()
}

// attest appends the attestations of an epoch.
func (d *draw) attest(e spec.Epoch, to []attestationRow) []attestationRow {
	d.shuffle(e)
	down := d.down(e)
	first := spec.Slot(e) * slotsPerEpoch
	target, other := d.root(d.filled(first)), d.root(1)
	ids := make([]uint32, len(d.ids))
	for offset := range slotsPerEpoch {
		slot := first + spec.Slot(offset)
		head := d.root(d.filled(slot))
		for i, committee := range d.committees(offset) {
			var by [ways][]uint32
			row := attestationRow{Epoch: uint32(e), Slot: uint32(slot), Index: itoa(i), Target: target, Head: head}
			add := func(way int, after spec.Slot, who []uint32, change func(*attestationRow)) {
				if len(who) == 0 {
					return
				}
				r := row
				r.BlockSlot, r.Validators = uint32(d.next(after)), who
				if change != nil {
					change(&r)
				}
				to = append(to, r)
			}
			ids = d.sort(committee, &down, &by, ids)
			add(prompt, slot, by[prompt], nil)
			add(wrongHead, slot, by[wrongHead], func(r *attestationRow) { r.Head = other })
			add(wrongBoth, slot, by[wrongBoth], func(r *attestationRow) { r.Head, r.Target = other, other })
			add(soon, slot+1+spec.Slot(d.rng.Uint32()%8), by[soon], nil)
			add(late, first+slotsPerEpoch+spec.Slot(d.rng.Uint32()%uint32(offset+1))/2, by[late], nil)
			if n := len(by[prompt]); n > 0 && d.rng.Uint32()%4 == 0 { // some of them again
				add(prompt, slot+1+spec.Slot(d.rng.Uint32()%3), by[prompt][:1+n/4], nil)
			}
		}
	}
	return to
}

// next is the first slot with a block after a slot.
func (d *draw) next(slot spec.Slot) spec.Slot {
	for slot++; d.missed(slot); slot++ {
	}
	return slot
}

// sort deals the members of a committee by the way they attest. The lists lie in
// room, of which the rest is returned.
func (d *draw) sort(committee []uint32, down *[clusters]bool, by *[ways][]uint32, room []uint32) []uint32 {
	var n [ways + 1]int
	how := make([]uint8, len(committee))
	for i, v := range committee {
		how[i] = uint8(d.way(v, down))
		n[how[i]]++
	}
	for way := range by {
		by[way], room = room[:0:n[way]], room[n[way]:]
	}
	for i, v := range committee {
		if how[i] != never {
			by[how[i]] = append(by[how[i]], v)
		}
	}
	return room
}
