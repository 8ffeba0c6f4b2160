package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// result is a run: the status quo, the mechanism, and what it is compared with.
type result struct {
	source *source
	params spec.Params
	epochs uint64
	first  spec.Epoch // current epoch of the first transition
	final  spec.Epoch // finalized epoch of the last
	how    string     // who was offline
	start  *spec.Registry
	slots  []uint8 // offset of each validator's committee, this epoch
	runs   []*account
}

// simulate runs the epochs under every rule with the same committees and the
// same participation.
func simulate(src *source, o *options) (*result, error) {
	res := &result{source: src, params: src.state.Params(), epochs: o.epochs, start: new(spec.Registry)}
	if err := src.state.ReadRegistry(res.start, 1); err != nil {
		return nil, err
	}
	boundary, err := src.state.Boundary()
	if err != nil {
		return nil, err
	}
	if boundary.CurrentEpoch > 1<<56 {
		return nil, spec.Atf("slot", -1, spec.ErrInput, "epoch %d", boundary.CurrentEpoch)
	}
	last := boundary.CurrentEpoch + 1 // whose committees the state knows
	if boundary.CurrentEpoch == spec.GenesisEpoch {
		boundary.CurrentEpoch++
	}
	res.first = boundary.CurrentEpoch
	offline, how, err := participation(o, res.start.Len())
	if err != nil {
		return nil, err
	}
	res.how = how
	behave(res.start, offline)
	for _, rule := range append([]penalty.Rule{penalty.StatusQuo()}, o.rules...) {
		res.runs = append(res.runs, newAccount(rule, res.start))
	}
	var committees spec.Committees
	for epoch := range o.epochs {
		boundary.CurrentEpoch = res.first + spec.Epoch(epoch)
		boundary.FinalizedEpoch = boundary.CurrentEpoch - min(boundary.CurrentEpoch, spec.Epoch(o.delay))
		if err := res.assign(&committees, boundary.PreviousEpoch(), last, o.seed); err != nil {
			return nil, err
		}
		for _, a := range res.runs {
			if epoch == 0 {
				if err := a.begin(src.state, &res.params, boundary, res.slots, o); err != nil {
					return nil, err
				}
			}
			if err := a.epoch(&res.params, boundary, res.slots); err != nil {
				return nil, fmt.Errorf("epoch %d: %s: %w", boundary.CurrentEpoch, a.rule.FullName(), err)
			}
		}
		boundary.NextBlockMissing = 0 // known of the state's own epochs only
	}
	res.final = boundary.FinalizedEpoch
	return res, nil
}

// behave sets the participation that holds in every epoch.
func behave(r *spec.Registry, offline []bool) {
	for i, absent := range offline {
		r.PreviousFlags[i] = spec.AllFlags
		if absent {
			r.PreviousFlags[i] = 0
		}
	}
}

// assign finds the slots of an epoch's committees.
func (res *result) assign(c *spec.Committees, epoch, known spec.Epoch, seed uint64) error {
	var mix [32]byte
	shuffle, err := res.source.state.AttesterSeed(epoch)
	if err != nil {
		return err
	}
	if epoch > known {
		binary.LittleEndian.PutUint64(mix[:], seed)
		binary.LittleEndian.PutUint64(mix[8:], uint64(epoch))
		shuffle = spec.Seed(epoch, sha256.Sum256(mix[:]))
	}
	if err := c.Assign(&res.params, res.start.ActiveIndices(nil, epoch), shuffle, runtime.GOMAXPROCS(0)); err != nil {
		return err
	}
	if res.slots == nil {
		res.slots = make([]uint8, res.start.Len())
	}
	return c.SlotOffsets(res.slots)
}

// save writes the state after the last epoch under the mechanism.
func (res *result) save(name string) error {
	s, a := res.source.state, res.runs[1]
	slot := spec.Slot((uint64(res.first) + res.epochs) * res.params.SlotsPerEpoch)
	return s.SaveAs(name, func(w io.WriterAt) error {
		if err := s.WriteBack(w, a.reg, 1); err != nil {
			return err
		}
		if average, ok := a.rule.Word(&a.memory, penalty.SmoothedOfflineBalance); ok && epoch.InState(&res.params, &a.rule) {
			if err := s.WriteSmoothed(w, spec.Gwei(average)); err != nil {
				return err
			}
		}
		return s.WriteClock(w, slot, res.final)
	})
}

// memoryOf is what the rule carries into the first epoch: the state's own
// average where it has one, else what a calm past leaves behind.
func memoryOf(rule *penalty.Rule, s *ssz.State, sum *spec.Summary, o *options) (penalty.Memory, error) {
	own, ok, err := s.Smoothed()
	if err != nil {
		return penalty.Memory{}, err
	}
	var m penalty.Memory
	if ok && !o.calmGiven && rule.SetWord(&m, penalty.SmoothedOfflineBalance, uint64(own)) {
		return m, nil
	}
	slots := uint64(len(sum.Slots))
	calm, err := spec.ObsOfOffline(o.calm.of(sum.TotalActive/spec.Gwei(slots)), sum.TotalActive, slots)
	if err != nil {
		return penalty.Memory{}, err
	}
	return rule.Settled(&calm)
}
