package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/ssz"
)

// maxBytes bounds a state, compressed or not: above any mainnet state.
const maxBytes = 512 << 20

// source is the state that a run starts from.
type source struct {
	name  string
	state *ssz.State
	notes []string // on how its network was told
}

// open reads the state of the command line, or builds one.
func open(o *options) (*source, error) {
	if o.file == "" {
		return build(o)
	}
	raw, err := readState(o)
	if err != nil {
		return nil, err
	}
	state, notes, err := detect(raw, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.file, cli.WhichNetwork(err))
	}
	if state.Len() == 0 {
		return nil, fmt.Errorf("%s: %w", o.file, spec.Atf("validators", -1, spec.ErrInput, "none"))
	}
	return &source{filepath.Base(o.file), state, notes}, nil
}

// readState returns the bytes of a state, decompressed.
func readState(o *options) ([]byte, error) {
	in, err := file.Argument(o.file, o.stdin)
	if err != nil {
		return nil, err
	}
	slots := historicalSlots(o.network)
	sniff := firstOffsetAt(slices.Max(slots)) + 4
	return in.ReadBinary(maxBytes, sniff, func(first []byte) error { return plausible(first, slots) })
}

// historicalSlots are how many block roots a state may have: that of the public
// networks, of the minimal preset, and of the network that was named.
func historicalSlots(n *spec.Network) []int {
	slots := []int{8192, 64}
	if n != nil {
		if p, err := n.Params(spec.Altair); err == nil {
			slots = append(slots, int(min(p.SlotsPerHistoricalRoot, 1<<18)))
		}
	}
	return slots
}

// firstOffsetAt is where a state says where its historical_roots are: behind 176
// bytes, the block roots and the state roots.
func firstOffsetAt(slots int) int { return 176 + 2*32*slots }

// plausible refuses what cannot be the beginning of a state, so that it is not read
// to its end: the first offset of a state lies behind its place and within what a
// fixed part can be.
func plausible(first []byte, slots []int) error {
	const maxFixed = 1 << 25
	complete := true
	for _, n := range slots {
		at := firstOffsetAt(n)
		if len(first) < at+4 {
			complete = false
			continue
		}
		if offset := int64(binary.LittleEndian.Uint32(first[at:])); offset > int64(at) && offset < maxFixed {
			return nil
		}
	}
	if !complete {
		return nil // short enough to say what does not fit
	}
	return fmt.Errorf("%w: not the beginning of a state: no offset where historical_roots has its own", spec.ErrInput)
}

// build draws a small state: mostly 32 ETH, from electra on some of more, one in
// fifty offline.
func build(o *options) (*source, error) {
	network, fork := o.network, spec.Electra
	if network == nil {
		var err error
		if network, err = spec.NetworkNamed(spec.Mainnet.String()); err != nil {
			return nil, err
		}
	}
	if o.fork != "" {
		fork, _ = spec.ParseFork(o.fork) // checked with the command line
	}
	p, err := network.Params(fork)
	if err != nil {
		return nil, err
	}
	const validators, epoch = 4096, 300_000
	rng := rand.New(rand.NewPCG(o.seed, 1))
	r := spec.NewRegistry(validators)
	var total spec.Gwei
	for i := range validators {
		r.EffectiveBalance[i] = 32 * spec.ETH
		if r.Compounding[i] = fork >= spec.Electra && rng.IntN(4) == 0; r.Compounding[i] {
			eth := 33 + rng.Uint64N(1<<(6+rng.Uint64N(6))) // as many small as large
			r.EffectiveBalance[i] = min(spec.Gwei(eth)*spec.ETH, p.MaxEffectiveBalanceCompounding)
		}
		total += r.EffectiveBalance[i]
		r.Balance[i] = r.EffectiveBalance[i] + spec.Gwei(rng.Uint64N(1e9))
		if rng.IntN(50) != 0 {
			r.PreviousFlags[i], r.CurrentFlags[i] = spec.AllFlags, spec.AllFlags
		}
	}
	x := ssz.Extra{Seed: o.seed}
	if fork >= spec.EIP7716 {
		x.Smoothed = total / 50 / spec.Gwei(p.SlotsPerEpoch) // as many as are offline
	}
	raw, err := ssz.Build(&p, r, spec.Boundary{CurrentEpoch: epoch, FinalizedEpoch: epoch - 2}, x)
	if err != nil {
		return nil, err
	}
	s, err := ssz.Open(ssz.Buffer(raw), int64(len(raw)), &p)
	return &source{name: "a state built here", state: s}, err
}
