package ssz

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// MaxBuilt is the largest number of validators that [Build] takes.
const MaxBuilt = 1 << 20

// Extra is what a built state holds besides its registry and boundary.
type Extra struct {
	// Smoothed is the smoothed offline balance; zero for forks without one.
	Smoothed spec.Gwei
	// Seed decides the randao mixes, and with them the committees.
	Seed uint64
}

// Build returns the SSZ bytes of a BeaconState of the network and fork of p, with
// the fork version by which [Detect] knows them, that [State.Boundary]
// and [State.ReadRegistry] read back as b and r, at the last slot of b's
// current epoch. What a state does not hold is not kept: r.SlotOffset, which
// [State.AssignSlots] finds from the mixes of the seed, and r.FailedBefore. Equal
// arguments give equal bytes.
//
// Everything that the epoch accounting does not read is zero or empty, but for
// what tells blocks and validators apart: block roots of the slots of the
// previous and the current epoch, and public keys, in the sync committees too,
// which are numbers and no points of the curve. Justified checkpoints have the finalized epoch. The
// slashings are one entry.
//
// [spec.ErrUnknown] when the network has assigned no version to the fork,
// [spec.ErrInput] when the registry is unusable, has no rows or more than
// [MaxBuilt], or when no state can hold the boundary: finality after the previous
// epoch, a missing block behind the state's slot.
func Build(p *spec.Params, r *spec.Registry, b spec.Boundary, x Extra) ([]byte, error) {
	layout, fixed, err := layoutOf(p)
	if err != nil {
		return nil, err
	}
	c := &content{Extra: x, r: r, b: b, params: *p}
	if err := c.check(); err != nil {
		return nil, err
	}
	state := make([]byte, fixed, fixed+int64(r.Len())*(validatorSize+18)+1024)
	for _, f := range layout {
		if !f.variable() {
			c.fill(f.name, state[f.at:f.at+f.size])
			continue
		}
		binary.LittleEndian.PutUint32(state[f.at:], uint32(len(state)))
		state = c.list(state, f)
	}
	_, err = Open(Buffer(state), int64(len(state)), p)
	return state, err
}

// content is what a state is built from.
type content struct {
	Extra
	params spec.Params
	r      *spec.Registry
	b      spec.Boundary
}

func (c *content) check() error {
	if c.r == nil || c.r.Len() == 0 || c.r.Len() > MaxBuilt {
		return spec.Atf("validators", -1, spec.ErrInput, "a built state has 1 to %d", MaxBuilt)
	}
	if c.params.ForkVersion == (spec.ForkVersion{}) {
		return spec.Atf("fork.current_version", -1, spec.ErrUnknown, "%s has none of %v", c.params.Network, c.params.Fork)
	}
	if err := c.r.Validate(&c.params); err != nil {
		return err
	}
	if c.b.FinalizedEpoch > c.b.PreviousEpoch() {
		return spec.Atf("finalized_checkpoint.epoch", -1, spec.ErrInput, "%d after the previous epoch %d", c.b.FinalizedEpoch, c.b.PreviousEpoch())
	}
	next, ok := u64.Add(uint64(c.b.CurrentEpoch), 1)
	if ok {
		_, ok = u64.Mul(next, c.params.SlotsPerEpoch)
	}
	if !ok {
		return spec.Atf("slot", -1, spec.ErrOverflow, "epoch %d", c.b.CurrentEpoch)
	}
	slots := c.params.SlotsPerEpoch
	if c.b.CurrentEpoch == spec.GenesisEpoch {
		slots-- // the state's own slot is the last with a block
	}
	if missing := c.b.NextBlockMissing >> slots; missing != 0 {
		return spec.Atf("block_roots", -1, spec.ErrInput, "a missing block behind slot %d of the epoch", slots)
	}
	if c.Smoothed != 0 && c.params.Fork < spec.EIP7716 {
		return spec.Atf(smoothedField, -1, spec.ErrInput, "%v has no such field", c.params.Fork)
	}
	return nil
}

func (c *content) slot() uint64 {
	return uint64(c.b.CurrentEpoch)*c.params.SlotsPerEpoch + c.params.SlotsPerEpoch - 1
}

// missing reports that the slot has no block.
func (c *content) missing(slot uint64) bool {
	first := uint64(c.b.PreviousEpoch()) * c.params.SlotsPerEpoch
	return slot > first && slot-first <= c.params.SlotsPerEpoch && c.b.NextBlockMissing>>(slot-first-1)&1 != 0
}

// fill writes a field of fixed size; dst is zero.
func (c *content) fill(name string, dst []byte) {
	put := binary.LittleEndian.PutUint64
	switch name {
	case "slot":
		put(dst, c.slot())
	case "fork":
		copy(dst[len(spec.ForkVersion{}):], c.params.ForkVersion[:])
	case "latest_block_header":
		put(dst, c.latestBlock(c.slot()))
	case "block_roots":
		for slot := uint64(c.b.PreviousEpoch()) * c.params.SlotsPerEpoch; slot < c.slot(); slot++ {
			root := c.hash("block", c.latestBlock(slot))
			copy(dst[slot%uint64(len(dst)/32)*32:], root[:])
		}
	case "randao_mixes":
		for _, e := range []spec.Epoch{c.b.PreviousEpoch(), c.b.CurrentEpoch, c.b.CurrentEpoch + 1} {
			at := spec.SeedMixIndex(&c.params, e)
			mix := c.hash("mix", at)
			copy(dst[at*32:], mix[:])
		}
	case "slashings":
		put(dst[uint64(c.b.CurrentEpoch)%uint64(len(dst)/8)*8:], uint64(c.b.SlashingsSum))
	case "previous_justified_checkpoint", "current_justified_checkpoint", "finalized_checkpoint":
		put(dst, uint64(c.b.FinalizedEpoch))
	case "current_sync_committee", "next_sync_committee":
		for k := 0; k < len(dst)/publicKeySize-1; k++ { // the last is the aggregate
			put(dst[k*publicKeySize:], publicKey(k%c.r.Len()))
		}
	case smoothedField:
		put(dst, uint64(c.Smoothed))
	}
}

const publicKeySize = 48

// publicKey is the number that stands for validator i's key.
func publicKey(i int) uint64 { return uint64(i) + 1 }

// latestBlock is the slot of the last block up to a slot.
func (c *content) latestBlock(slot uint64) uint64 {
	for c.missing(slot) {
		slot--
	}
	return slot
}

func (c *content) hash(what string, n uint64) [32]byte {
	b := binary.LittleEndian.AppendUint64([]byte(what), c.Seed)
	return sha256.Sum256(binary.LittleEndian.AppendUint64(b, n))
}

// list appends a variable field.
func (c *content) list(state []byte, f placed) []byte {
	if f.inner != nil {
		at := len(state)
		state = append(state, make([]byte, f.inner.fixedAt(c.params.Fork))...)
		binary.LittleEndian.PutUint32(state[int64(at)+f.inner.at:], uint32(len(state)-at))
		return state
	}
	for i := 0; f.rows && i < c.r.Len(); i++ {
		switch f.name {
		case "validators":
			state = c.validator(state, i)
		case "balances":
			state = binary.LittleEndian.AppendUint64(state, uint64(c.r.Balance[i]))
		case "inactivity_scores":
			state = binary.LittleEndian.AppendUint64(state, c.r.InactivityScore[i])
		case "previous_epoch_participation":
			state = append(state, byte(c.r.PreviousFlags[i]))
		default: // current_epoch_participation
			flags := spec.Flags(0)
			if c.r.CurrentFlags != nil {
				flags = c.r.CurrentFlags[i]
			}
			state = append(state, byte(flags))
		}
	}
	return state
}

func (c *content) validator(state []byte, i int) []byte {
	var v [validatorSize]byte
	put := binary.LittleEndian.PutUint64
	put(v[:], publicKey(i))
	if c.r.Compounding != nil && c.r.Compounding[i] {
		v[credentialsAt] = compoundingPrefix
	}
	put(v[effectiveBalanceAt:], uint64(c.r.EffectiveBalance[i]))
	if c.r.Slashed[i] {
		v[slashedAt] = 1
	}
	put(v[activationEpochAt:], uint64(c.r.ActivationEpoch[i]))
	put(v[exitEpochAt:], uint64(c.r.ExitEpoch[i]))
	put(v[withdrawableEpochAt:], uint64(c.r.WithdrawableEpoch[i]))
	return append(state, v[:]...)
}
