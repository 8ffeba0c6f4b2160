package xatu

import (
	"cmp"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/u64"
)

// Timing is what the network of the tables decides about them: how long its epochs
// are, and when an attestation is timely. The zero value is that of a network like
// the main one that begins with deneb.
type Timing struct {
	// Network is the name that the column meta_network_name of the tables has,
	// where they have it; empty for any.
	Network string
	// Deneb is the first epoch of that fork: a block from then on makes a target
	// timely however late it is, an earlier one within an epoch's slots only.
	Deneb spec.Epoch
	// SlotsPerEpoch is 1 to [spec.MaxSlotsPerEpoch]; 0 means 32.
	SlotsPerEpoch uint64
}

// TimingOf is the timing of a network. No network, and constants that no epoch can
// have, give what [spec.Network.Params] says.
func TimingOf(n *spec.Network) (Timing, error) {
	p, err := n.Params(spec.Altair) // whose slots are those of every fork
	if err != nil {
		return Timing{}, err
	}
	return Timing{Network: n.Name, Deneb: n.ForkEpoch(spec.Deneb), SlotsPerEpoch: p.SlotsPerEpoch}, nil
}

func (t *Timing) check() error {
	if t.SlotsPerEpoch > spec.MaxSlotsPerEpoch {
		return spec.Atf("SLOTS_PER_EPOCH", -1, spec.ErrInput, "%d above %d", t.SlotsPerEpoch, spec.MaxSlotsPerEpoch)
	}
	return nil
}

// Slots is the length of an epoch.
func (t *Timing) Slots() uint64 { return cmp.Or(t.SlotsPerEpoch, dataset.SlotsPerEpoch) }

// EpochOf is the epoch of a slot.
func (t *Timing) EpochOf(s spec.Slot) spec.Epoch { return spec.Epoch(uint64(s) / t.Slots()) }

// FirstSlot is the first slot of an epoch, below 2^64 divided by the slots.
func (t *Timing) FirstSlot(e spec.Epoch) spec.Slot { return spec.Slot(uint64(e) * t.Slots()) }

// flags are what one inclusion earns: source within the square root of an epoch's
// slots; target for the right root, before deneb within an epoch's slots; head for
// both roots in the next slot (consensus-specs a08d8a6,
// get_attestation_participation_flag_indices of altair and of deneb, which go by the
// fork of the block).
func (t *Timing) flags(r *Attestation, target, head bool) uint8 {
	delay := uint64(r.Block - r.Slot)
	bits := uint8(included)
	if delay <= u64.Sqrt(t.Slots()) {
		bits |= 1 << spec.TimelySource
	}
	if target && (t.EpochOf(r.Block) >= t.Deneb || delay <= t.Slots()) {
		bits |= 1 << spec.TimelyTarget
	}
	if delay == 1 {
		bits |= immediate
		if target && head {
			bits |= 1 << spec.TimelyHead
		}
	}
	return bits
}
