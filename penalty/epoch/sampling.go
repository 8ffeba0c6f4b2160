package epoch

import (
	"encoding/binary"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
)

// candidates is a list from which validators are drawn with probabilities in
// proportion to their effective balances.
type candidates struct {
	params    *spec.Params
	effective []spec.Gwei // of the whole registry
	n         uint64
	at        func(i uint64) (spec.ValidatorIndex, error) // candidate i of n
	most      spec.Gwei                                   // no candidate has more
}

// lottery is how a fork turns a hash into random numbers: each of so many bytes,
// up to a highest one, against a highest effective balance.
type lottery struct {
	bytes   uint64
	highest uint64
	balance func(*spec.Params) spec.Gwei
}

var lotteries = perFork[lottery]{
	spec.Altair:  {1, 1<<8 - 1, func(p *spec.Params) spec.Gwei { return p.MaxEffectiveBalance }},
	spec.Electra: {2, 1<<16 - 1, func(p *spec.Params) spec.Gwei { return p.MaxEffectiveBalanceCompounding }},
}

// accepts is eff * highest >= balance * number.
func (l *lottery) accepts(p *spec.Params, effective spec.Gwei, number uint64) bool {
	ahi, alo := bits.Mul64(uint64(effective), l.highest)
	bhi, blo := bits.Mul64(uint64(l.balance(p)), number)
	return ahi > bhi || ahi == bhi && alo >= blo
}

// maxTries bounds one draw. A validator with an effective balance of zero passes
// once in 65,536 tries, so that only a registry without any balance comes near.
const maxTries = 1 << 28

// draw fills dst (compute_balance_weighted_selection, consensus-specs a08d8a6;
// before electra as in compute_proposer_index and get_next_sync_committee_indices).
// The numbers of all picks come from one seed. No candidate gives
// [spec.ErrInput].
func (c *candidates) draw(dst []spec.ValidatorIndex, seed [32]byte) error {
	l, ok := lotteries.at(c.params.Fork)
	if !ok || c.n == 0 {
		return spec.Atf("active_indices", -1, spec.ErrInput, "nobody to draw from")
	}
	perHash := 32 / l.bytes
	var source [40]byte
	copy(source[:], seed[:])
	var numbers spec.Root
	picked := 0
	for i := uint64(0); picked < len(dst); i++ {
		if i == maxTries {
			return spec.Atf("effective_balance", -1, spec.ErrInput, "no candidate drawn in %d tries", i)
		}
		if i%perHash == 0 {
			binary.LittleEndian.PutUint64(source[32:], i/perHash)
			numbers = hash(source[:])
		}
		var word [8]byte
		at := i % perHash * l.bytes
		copy(word[:], numbers[at:at+l.bytes])
		number := binary.LittleEndian.Uint64(word[:])
		if !l.accepts(c.params, c.most, number) {
			continue // whoever it is: the candidate need not be found
		}
		v, err := c.at(i % c.n)
		if err != nil {
			return err
		}
		if l.accepts(c.params, c.effective[v], number) {
			dst[picked] = v
			picked++
		}
	}
	return nil
}

// drawable makes candidates of a list of validators in the order of a shuffle
// that is done (nil seed) or looked up one by one.
func drawable(p *spec.Params, r *spec.Registry, list []spec.ValidatorIndex) *candidates {
	c := &candidates{params: p, effective: r.EffectiveBalance, n: uint64(len(list))}
	for _, v := range list {
		c.most = max(c.most, r.EffectiveBalance[v])
	}
	c.at = func(i uint64) (spec.ValidatorIndex, error) { return list[i], nil }
	return c
}

// shuffled looks every candidate up in the permutation of a seed.
func (c *candidates) shuffled(list []spec.ValidatorIndex, seed [32]byte) {
	c.at = func(i uint64) (spec.ValidatorIndex, error) {
		j, err := spec.ShuffledIndex(i, c.n, seed, c.params.ShuffleRoundCount)
		if err != nil {
			return 0, err
		}
		return list[j], nil
	}
}

// seedOf is get_seed.
func seedOf(p *spec.Params, s *spec.BeaconState, d spec.Domain, e spec.Epoch) ([32]byte, error) {
	at := spec.SeedMixIndex(p, e)
	if at >= uint64(len(s.RandaoMixes)) {
		return [32]byte{}, spec.Atf("randao_mixes", int(at), spec.ErrInput, "%d mixes", len(s.RandaoMixes))
	}
	return spec.DomainSeed(d, e, s.RandaoMixes[at]), nil
}

// withNumber is the hash of a seed and a number of 64 bits.
func withNumber(seed [32]byte, n uint64) [32]byte {
	return hash(binary.LittleEndian.AppendUint64(seed[:32:32], n))
}
