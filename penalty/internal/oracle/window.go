package oracle

import (
	"math/big"
	"math/rand/v2"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/ref"
)

// WindowOf is the window after the given slots, the first of which began an epoch.
func WindowOf(past []*big.Int, windowSlots, slotsPerEpoch uint64) (w penalty.Window) {
	n := uint64(len(past))
	for i, m := range past {
		w.Slots[uint64(i)%windowSlots] = m.Uint64()
	}
	w.Next, w.Seen = n%windowSlots, min(n, windowSlots)
	complete := n - n%slotsPerEpoch
	for i, m := range past {
		switch at := uint64(i); {
		case at >= complete:
			w.EpochSum += m.Uint64()
			w.EpochSeen++
		case at+slotsPerEpoch >= complete:
			w.PreviousSum += m.Uint64()
			w.PreviousLen++
		}
	}
	return w
}

func window(m ref.Memory, v Values, slotsPerEpoch uint64) penalty.Memory {
	w := WindowOf(m.Past, v["WINDOW"], slotsPerEpoch)
	return w.Memory()
}

// past finds slots after which the window is as given: as many whole epochs as its
// position says, zeros but for those that the window holds, and the rest of the previous
// epoch's sum in that epoch's first slot.
func past(m penalty.Memory, v Values, slotsPerEpoch uint64) (ref.Memory, error) {
	w, slots := m.Window(), v["WINDOW"]
	if slots == 0 || slots > penalty.MaxWindowSlots || slotsPerEpoch == 0 {
		return ref.Memory{}, unreached("a window of %d slots", slots)
	}
	n := uint64(0)
	for n%slots != w.Next || min(n, slots) != w.Seen {
		if n += slotsPerEpoch; n > 2*slots*slotsPerEpoch {
			return ref.Memory{}, unreached("next %d after %d slots: no whole number of epochs of %d slots", w.Next, w.Seen, slotsPerEpoch)
		}
	}
	all := make([]*big.Int, n)
	for i := range all {
		all[i] = new(big.Int)
		if at := uint64(i); at+w.Seen >= n {
			all[i].SetUint64(w.Slots[at%slots])
		}
	}
	if n > w.Seen && slotsPerEpoch > w.Seen {
		rest := w.PreviousSum
		for _, one := range all[n-slotsPerEpoch:] {
			rest -= one.Uint64()
		}
		all[n-slotsPerEpoch].SetUint64(rest)
	}
	if WindowOf(all, slots, slotsPerEpoch) != w {
		return ref.Memory{}, unreached("the sums of the epochs are not those of the slots")
	}
	return ref.Memory{Past: all}, nil
}

func drawPast(d *rand.Rand, v Values, reference, slotsPerEpoch uint64) (m ref.Memory) {
	for range slotsPerEpoch * d.Uint64N(7) { // from none to more than the window
		most := reference/4 + 1
		if v.on("COUNTED") {
			most = 5
		}
		options := [...]uint64{0, d.Uint64N(most), d.Uint64N(most)}
		m.Past = append(m.Past, new(big.Int).SetUint64(options[d.IntN(len(options))]))
	}
	return m
}
