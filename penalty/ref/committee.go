package ref

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// MaxShuffled bounds the length of a shuffled list: the position over 256 is
// hashed as four bytes.
const MaxShuffled = 1 << 40

// ComputeShuffledIndex is where position index of a list of count entries
// comes from under swap-or-not with so many rounds. An index outside the list,
// a list above [MaxShuffled] and more than 255 rounds are [spec.ErrInput]
// (consensus-specs a08d8a6, compute_shuffled_index).
func ComputeShuffledIndex(index, count uint64, seed [32]byte, rounds uint64) (uint64, error) {
	if index >= count || count > MaxShuffled || rounds > 255 {
		return 0, fmt.Errorf("%w: position %d of %d in %d rounds", spec.ErrInput, index, count, rounds)
	}
	for round := range uint8(rounds) {
		head := sha256.Sum256(append(seed[:], round))
		pivot := binary.LittleEndian.Uint64(head[:8]) % count
		flip := (pivot + count - index) % count
		position := max(index, flip)
		block := binary.LittleEndian.AppendUint32(append(seed[:], round), uint32(position/256))
		source := sha256.Sum256(block)
		if source[position%256/8]>>(position%8)&1 != 0 {
			index = flip
		}
	}
	return index, nil
}

// GetRandaoMixIndex is the index into the historical vector of the mix that
// seeds an epoch's committees; [spec.ErrOverflow] at the end of time
// (consensus-specs a08d8a6, get_seed).
func GetRandaoMixIndex(p spec.Params, e spec.Epoch) (uint64, error) {
	var c checked
	vector := num(p.EpochsPerHistoricalVector)
	index := c.add(num(e), vector)
	index = c.sub(c.sub(index, num(p.MinSeedLookahead)), big.NewInt(1))
	if c.div(index, vector); c.err != nil { // a zero vector
		return 0, fmt.Errorf("randao mix of epoch %d: %w", e, c.err)
	}
	return index.Mod(index, vector).Uint64(), nil
}

// GetSeed is the seed of an epoch's attester committees, given the randao mix
// at [GetRandaoMixIndex] (consensus-specs a08d8a6, get_seed with
// DOMAIN_BEACON_ATTESTER).
func GetSeed(e spec.Epoch, mix [32]byte) [32]byte {
	preimage := binary.LittleEndian.AppendUint64([]byte{1, 0, 0, 0}, uint64(e))
	return sha256.Sum256(append(preimage, mix[:]...))
}

// GetCommitteeCountPerSlot is the number of committees in each slot of epoch e
// (consensus-specs a08d8a6, get_committee_count_per_slot). Constants of zero count
// as one.
func GetCommitteeCountPerSlot(s State, e spec.Epoch) uint64 {
	active := uint64(len(GetActiveValidatorIndices(s, e)))
	perSlot := active / max(s.Params.SlotsPerEpoch, 1) / max(s.Params.TargetCommitteeSize, 1)
	return max(1, min(s.Params.MaxCommitteesPerSlot, perSlot))
}

// ComputeCommittee lists committee index of count in the shuffled list of
// indices, in the committee's order; an index outside is [spec.ErrInput]
// (consensus-specs a08d8a6, compute_committee).
func ComputeCommittee(indices []spec.ValidatorIndex, seed [32]byte, index, count, rounds uint64) ([]spec.ValidatorIndex, error) {
	if index >= count || uint64(len(indices)) > MaxShuffled {
		return nil, fmt.Errorf("%w: committee %d of %d over %d validators", spec.ErrInput, index, count, len(indices))
	}
	n := num(uint64(len(indices)))
	bound := func(q uint64) uint64 {
		v := new(big.Int).Mul(n, num(q))
		return v.Div(v, num(count)).Uint64()
	}
	var committee []spec.ValidatorIndex
	for i := bound(index); i < bound(index+1); i++ {
		j, err := ComputeShuffledIndex(i, uint64(len(indices)), seed, rounds)
		if err != nil {
			return nil, err
		}
		committee = append(committee, indices[j])
	}
	return committee, nil
}

// GetBeaconCommittee lists committee index of the slot at an offset of epoch
// e, given the epoch's seed; an offset or index outside is [spec.ErrInput]
// (consensus-specs a08d8a6, get_beacon_committee).
func GetBeaconCommittee(s State, e spec.Epoch, seed [32]byte, offset, index uint64) ([]spec.ValidatorIndex, error) {
	if err := s.Params.Validate(); err != nil {
		return nil, err
	}
	perSlot := GetCommitteeCountPerSlot(s, e)
	if offset >= s.Params.SlotsPerEpoch || index >= perSlot {
		return nil, fmt.Errorf("%w: committee %d of %d, slot offset %d", spec.ErrInput, index, perSlot, offset)
	}
	active := GetActiveValidatorIndices(s, e)
	count := perSlot * s.Params.SlotsPerEpoch
	return ComputeCommittee(active, seed, offset*perSlot+index, count, s.Params.ShuffleRoundCount)
}
