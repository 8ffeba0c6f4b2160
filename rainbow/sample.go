package rainbow

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"sort"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// draw is the i-th 64-bit number of a seed: the first 8 bytes, little endian, of
// SHA-256(seed, i as 8 bytes).
func draw(seed [32]byte, i uint64) uint64 {
	var b [40]byte
	copy(b[:], seed[:])
	binary.LittleEndian.PutUint64(b[32:], i)
	h := sha256.Sum256(b[:])
	return binary.LittleEndian.Uint64(h[:])
}

// SampleCommittee fills dst with row numbers of weights, drawn with replacement in
// proportion to weight, from a seed: draw i is the row that holds Gwei number
// floor(x total / 2^64). A row's probability is its part of the weight to within
// 2^-64; rows of weight 0 are never drawn, and the same arguments give the same
// committee on every machine. No weight at all gives [ErrWeights], weights of
// more than 64 bits together [spec.ErrOverflow]; dst is then untouched.
func SampleCommittee(dst []int, weights []spec.Gwei, seed [32]byte) error {
	ends := make([]spec.Gwei, len(weights))
	total := spec.Gwei(0)
	for i, w := range weights {
		var ok bool
		if total, ok = u64.Add(total, w); !ok {
			return spec.At("weight", i, spec.ErrOverflow)
		}
		ends[i] = total
	}
	if total == 0 && len(dst) > 0 {
		return spec.About("total weight", total, ErrWeights)
	}
	for i := range dst {
		at, _ := bits.Mul64(draw(seed, uint64(i)), uint64(total))
		dst[i] = sort.Search(len(ends), func(j int) bool { return ends[j] > spec.Gwei(at) })
	}
	return nil
}

// LightCommittee draws the committee of a light service for the epoch of a
// snapshot, as operators: those with light weight that are registered with it
// since before the snapshot, by that weight. Draw from [State].Set for the next
// epoch. An unknown service gives [delegation.ErrUnknownID], a heavy one [ErrClass], no weight
// [ErrWeights], a committee above [MaxCommittee] [spec.ErrInput].
func LightCommittee(s *State, shot *Snapshot, service ServiceID, seed [32]byte) ([]delegation.OperatorID, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	if shot == nil {
		return nil, spec.Atf("snapshot", -1, spec.ErrInput, "nil")
	}
	v, err := s.findService(service)
	if err != nil {
		return nil, err
	}
	if v.Class == Heavy {
		return nil, spec.Aboutf("service", service, ErrClass, "%v", v.Class)
	}
	if v.CommitteeSize > MaxCommittee {
		return nil, spec.Aboutf("committee size", v.CommitteeSize, spec.ErrInput, "%d at most are drawn", MaxCommittee)
	}
	var operators []delegation.OperatorID
	var weights []spec.Gwei
	for i := range shot.Rows {
		r, ok := s.Registration(shot.Rows[i].Operator, service)
		if ok && r.Active && r.Start < shot.Epoch {
			operators = append(operators, r.Operator)
			weights = append(weights, shot.Rows[i].Light())
		}
	}
	seats := make([]int, v.CommitteeSize)
	if err := SampleCommittee(seats, weights, seed); err != nil {
		return nil, err
	}
	members := make([]delegation.OperatorID, len(seats))
	for i, at := range seats {
		members[i] = operators[at]
	}
	return members, nil
}

// OrbitIncluded says whether the validator of an index is in the committee of a
// seed: draw number index is below stake/threshold. A threshold of 0 includes
// everybody, a stake of 0 nobody else.
func OrbitIncluded(seed [32]byte, index uint64, stake, threshold spec.Gwei) bool {
	if stake >= threshold {
		return true
	}
	hi, _ := bits.Mul64(draw(seed, index), uint64(threshold))
	return hi < uint64(stake)
}
