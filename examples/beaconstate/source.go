package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
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
	raw, err := readState(o.file)
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

// readState returns the bytes in a file, decompressed as its name says.
func readState(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w: %v", name, spec.ErrInput, err)
		}
	}
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: byte %d: %w: %v", name, len(b), spec.ErrInput, err)
	case len(b) > maxBytes:
		return nil, fmt.Errorf("%s: %w: more than %d bytes", name, spec.ErrInput, maxBytes)
	case strings.HasSuffix(name, "_snappy"):
		if b, err = vector.DecodeSnappy(b, maxBytes); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return b, nil
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
