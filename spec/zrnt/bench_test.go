package zrnt_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// benchValidators is as large as the raw path's benchmarks.
const benchValidators = 1_000_000

// benchState is the Sepolia genesis as a deneb state at epoch 10,000, with its
// validators repeated up to a million, all active; 99 of 100 attested in the
// previous epoch.
func benchState(b *testing.B) (*common.Spec, common.BeaconState, *common.EpochsContext) {
	c := config(b, spec.Mainnet)
	genesis := must[common.BeaconState](b)(zrnt.UpgradePhase0(c, sepolia(b)))
	all := upgrades(b, "", spec.Mainnet, must[[]byte](b)(zrnt.Bytes(genesis)))
	raw := repeat(all[len(all)-1].bytes)
	state := must[common.BeaconState](b)(zrnt.Open(c, spec.Deneb, raw))
	return c, state, must[*common.EpochsContext](b)(common.NewEpochsContext(c, state))
}

// Places in the fixed part of a mainnet deneb state: of the slot and of those
// offsets that move when the registry grows.
const (
	slotAt          = 40
	validatorsAt    = 176 + 2*8192*32 + 4 + 72 + 4 + 8
	balancesAt      = validatorsAt + 4
	participationAt = balancesAt + 4 + 65536*32 + 8192*8
	scoresAt        = participationAt + 8 + 1 + 3*40
	headerAt        = scoresAt + 4 + 2*24624
	summariesAt     = headerAt + 4 + 16
)

// repeat rebuilds the variable part of a deneb state with more validators.
func repeat(b []byte) []byte {
	offset := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	out := clone(b[:offset(validatorsAt)])
	binary.LittleEndian.PutUint64(out[slotAt:], 32*10_000+31)
	start := func(at int) { binary.LittleEndian.PutUint32(out[at:], uint32(len(out))) }
	validators := b[offset(validatorsAt):offset(balancesAt)]
	start(validatorsAt)
	for i := range benchValidators {
		v := clone(validators[i*121%len(validators):][:121])
		if i*121 >= len(validators) { // zrnt needs different keys beyond the sync committee's
			binary.LittleEndian.PutUint64(v, uint64(i))
		}
		out = append(out, v...)
	}
	start(balancesAt)
	for range benchValidators {
		out = binary.LittleEndian.AppendUint64(out, uint64(32*spec.ETH))
	}
	for epoch := range 2 {
		start(participationAt + 4*epoch)
		for i := range benchValidators {
			out = append(out, 7*byte(min(i%100, 1)))
		}
	}
	start(scoresAt)
	out = append(out, make([]byte, 8*benchValidators)...)
	start(headerAt)
	out = append(out, b[offset(headerAt):offset(summariesAt)]...)
	start(summariesAt)
	return out
}

// BenchmarkBothPaths reads the columns of one state, and runs an epoch on it,
// on both paths: through zrnt the whole transition, on raw bytes the steps of
// this module; the hash tree root, which only zrnt has, apart.
func BenchmarkBothPaths(b *testing.B) {
	c, state, epc := benchState(b)
	p := params(b, spec.Mainnet, spec.Deneb)
	raw := ssz.Buffer(must[[]byte](b)(zrnt.Bytes(state)))
	s := must[*ssz.State](b)(ssz.Open(raw, int64(len(raw)), paramsOf(spec.Mainnet, spec.Deneb)))
	engine := must[*epoch.Engine](b)(epoch.NewEngine(p, penalty.StatusQuo(), 1))
	var r spec.Registry
	state.HashTreeRoot(tree.GetHashFn())
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"columns/raw", func() error { return s.ReadRegistry(&r, 1) }},
		{"columns/zrnt", func() error { return zrnt.ReadRegistry(&r, state, nil) }},
		{"epoch/raw", func() error { return rawEpoch(s, raw, &r, engine) }},
		{"epoch/zrnt", func() error { return zrntEpoch(c, epc, state, statusQuo(p), false) }},
		{"epoch/zrnt and root", func() error { return zrntEpoch(c, epc, state, statusQuo(p), true) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func rawEpoch(s *ssz.State, out ssz.Buffer, r *spec.Registry, engine *epoch.Engine) error {
	if err := s.ReadRegistry(r, 1); err != nil {
		return err
	}
	boundary, err := s.Boundary()
	if err != nil {
		return err
	}
	if _, err := engine.ProcessEpoch(r, boundary, penalty.Memory{}); err != nil {
		return err
	}
	return s.WriteBack(out, r, 1)
}

func zrntEpoch(c *common.Spec, epc *common.EpochsContext, state common.BeaconState, rewards zrnt.Rewards, root bool) error {
	copied, err := state.CopyState()
	if err != nil {
		return err
	}
	if err := zrnt.ProcessEpoch(context.Background(), c, epc, copied, rewards); err != nil {
		return err
	}
	if root {
		copied.HashTreeRoot(tree.GetHashFn())
	}
	return nil
}
