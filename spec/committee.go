package spec

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/stakesim/stakesim/spec/u64"
)

// Domain is the first byte of a DOMAIN_* constant of the specification, which
// keeps seeds for different purposes apart.
type Domain uint8

// The domains of what a state draws by lot.
const (
	DomainBeaconProposer Domain = 0x00
	DomainBeaconAttester Domain = 0x01
	DomainSyncCommittee  Domain = 0x07
	DomainPTCAttester    Domain = 0x0c
)

// SeedMixIndex is the index in the state's vector of randao mixes of the mix
// that seeds the committees of an epoch: (epoch + EPOCHS_PER_HISTORICAL_VECTOR -
// MIN_SEED_LOOKAHEAD - 1) modulo the vector, for every epoch (get_seed,
// consensus-specs a08d8a6, phase0). A vector of length zero has index 0, as have no
// constants.
func SeedMixIndex(p *Params, epoch Epoch) uint64 {
	if p == nil || p.EpochsPerHistoricalVector == 0 {
		return 0
	}
	vector := p.EpochsPerHistoricalVector
	at, back := uint64(epoch)%vector, p.MinSeedLookahead%vector+1
	if at >= back {
		return at - back
	}
	return vector - (back - at)
}

// Seed is the seed of an epoch's committees: [DomainSeed] for attesters.
func Seed(epoch Epoch, mix [32]byte) [32]byte { return DomainSeed(DomainBeaconAttester, epoch, mix) }

// DomainSeed is the seed of what is drawn for an epoch: the hash of the domain,
// the epoch and the randao mix at [SeedMixIndex] (get_seed, consensus-specs
// a08d8a6, phase0).
func DomainSeed(d Domain, epoch Epoch, mix [32]byte) [32]byte {
	b := [44]byte{byte(d)}
	binary.LittleEndian.PutUint64(b[4:12], uint64(epoch))
	copy(b[12:], mix[:])
	return sha256.Sum256(b[:])
}

// CommitteesPerSlot is the number of committees in every slot of an epoch with
// so many active validators, at least one (get_committee_count_per_slot,
// consensus-specs a08d8a6, phase0). A zero in p counts as one, and so does no p.
func CommitteesPerSlot(p *Params, active uint64) uint64 {
	if p == nil {
		return 1
	}
	full := active / max(p.SlotsPerEpoch, 1) / max(p.TargetCommitteeSize, 1)
	return max(min(p.MaxCommitteesPerSlot, full), 1)
}

// Committees is the assignment of one epoch's active validators to slots and
// committees. The zero value is ready for [Committees.Assign] and has no slots;
// assigning again allocates nothing unless more validators are active.
type Committees struct {
	shuffler Shuffler
	members  []uint32 // in shuffled order: committee after committee
	slots    uint64
	perSlot  uint64
	end      uint64 // above every member
}

// Assign computes the committees of an epoch from its active validators, as
// [Registry.ActiveIndices] returns them, and its [Seed], with so many goroutines
// (fewer than two: the caller's own). It keeps no reference to active. Unusable
// constants and indices that do not ascend below [MaxShuffled] give [ErrInput];
// c then has no slots.
func (c *Committees) Assign(p *Params, active []ValidatorIndex, seed [32]byte, workers int) error {
	if c == nil {
		return Atf("committees", -1, ErrInput, "none to assign to")
	}
	c.slots = 0
	if err := p.Validate(); err != nil {
		return err
	}
	if cap(c.members) < len(active) {
		c.members = make([]uint32, len(active))
	}
	c.members, c.end = c.members[:len(active)], 0
	for i, v := range active {
		if uint64(v) < c.end || v >= MaxShuffled {
			return Atf("active_indices", i, ErrInput, "%d does not ascend below %d", v, uint64(MaxShuffled))
		}
		c.members[i], c.end = uint32(v), uint64(v)+1
	}
	if err := c.shuffler.Shuffle(c.members, c.members, seed, p.ShuffleRoundCount, workers); err != nil {
		return err
	}
	c.slots, c.perSlot = p.SlotsPerEpoch, CommitteesPerSlot(p, uint64(len(active)))
	return nil
}

// Slots is the number of slots in the epoch.
func (c *Committees) Slots() uint64 {
	if c == nil {
		return 0
	}
	return c.slots
}

// PerSlot is the number of committees in every slot; none without slots.
func (c *Committees) PerSlot() uint64 {
	if c.Slots() == 0 {
		return 0
	}
	return c.perSlot
}

// Committee returns the validators of one committee, in the order of their
// attestation bits; a committee may be empty (get_beacon_committee,
// consensus-specs a08d8a6, phase0). The result shares memory with c, until the next
// Assign. An offset or index that the epoch does not have gives [ErrInput].
func (c *Committees) Committee(offset, index uint64) ([]uint32, error) {
	if offset >= c.Slots() {
		return nil, Atf("slot_offset", -1, ErrInput, "%d of %d slots", offset, c.Slots())
	}
	if index >= c.perSlot {
		return nil, Atf("committee_index", -1, ErrInput, "%d of %d committees", index, c.perSlot)
	}
	q := offset*c.perSlot + index
	return c.cut(q, q+1), nil
}

// Slot returns the validators of all committees of one slot, committee after
// committee. The result shares memory with c, until the next Assign. An offset outside
// the epoch gives [ErrInput].
func (c *Committees) Slot(offset uint64) ([]uint32, error) {
	if offset >= c.Slots() {
		return nil, Atf("slot_offset", -1, ErrInput, "%d of %d slots", offset, c.Slots())
	}
	return c.cut(offset*c.perSlot, (offset+1)*c.perSlot), nil
}

// cut returns committees from to to of the epoch. Neither count exceeds the
// validators or 64, whichever is more, so that no quotient overflows.
func (c *Committees) cut(from, to uint64) []uint32 {
	n, total := uint64(len(c.members)), c.slots*c.perSlot
	lo, _ := u64.MulDiv(n, from, total)
	hi, _ := u64.MulDiv(n, to, total)
	return c.members[lo:hi:hi]
}

// SlotOffsets fills a column like [Registry].SlotOffset: the slot of each
// validator's committee, counted from the epoch's start, and [NoSlot] for
// validators without one. A column too short for an assigned validator gives
// [ErrInput] and stays as it was.
func (c *Committees) SlotOffsets(dst []uint8) error {
	slots := c.Slots()
	if slots > 0 && uint64(len(dst)) < c.end {
		return Atf("slot_offset", -1, ErrInput, "%d rows for validator %d", len(dst), c.end-1)
	}
	for i := range dst {
		dst[i] = NoSlot
	}
	for offset := range slots {
		for _, v := range c.cut(offset*c.perSlot, (offset+1)*c.perSlot) {
			dst[v] = uint8(offset)
		}
	}
	return nil
}
