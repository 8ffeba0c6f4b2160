package ssz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stakesim/stakesim/spec"
)

// empty is the smallest state of a fork, with its version: no list has an element.
func empty(t testing.TB, p *spec.Params) Buffer {
	layout, size, err := layoutOf(p)
	if err != nil {
		t.Fatal(err)
	}
	b := make(Buffer, size)
	copy(b[versionAt:], p.ForkVersion[:])
	for _, f := range layout {
		if !f.variable() {
			continue
		}
		binary.LittleEndian.PutUint32(b[f.at:], uint32(len(b)))
		if f.inner != nil {
			size := f.inner.fixedAt(p.Fork)
			container := make([]byte, size)
			binary.LittleEndian.PutUint32(container[f.inner.at:], uint32(size))
			b = append(b, container...)
		}
	}
	return b
}

// paramsOf are the constants of a preset's own network.
func paramsOf(t testing.TB, preset spec.Preset, fork spec.Fork) *spec.Params {
	p, err := spec.ParamsFor(preset, fork)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// ofNetworks are the constants of every fork of networks, as far as they are
// published.
func ofNetworks(t testing.TB, names ...string) (all []spec.Params) {
	for _, name := range names {
		n, err := spec.NetworkNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, fork := range spec.Forks() {
			switch p, err := n.Params(fork); {
			case err == nil:
				all = append(all, p)
			case !errors.Is(err, spec.ErrUnknown) || n.Preset != "gnosis" || fork < spec.Gloas:
				t.Fatal(err)
			}
		}
	}
	return all
}

func TestEveryLayoutFitsItsOwnStateAndNoOther(t *testing.T) {
	all := ofNetworks(t, "mainnet", "minimal")
	for _, p := range all {
		b := empty(t, &p)
		s, err := Detect(b, int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if s.Params() != p {
			t.Errorf("%s %v taken for %s %v", p.Network, p.Fork, s.Params().Network, s.Params().Fork)
		}
		fits := 0
		for _, other := range all {
			if _, err := Open(b, int64(len(b)), &other); err == nil {
				fits++
			}
		}
		if fits != 1 {
			t.Errorf("%s %v fits %d layouts", p.Network, p.Fork, fits)
		}
		var r spec.Registry
		if err := s.ReadRegistry(&r, 4); err != nil || s.Len() != 0 {
			t.Errorf("%s %v: %v", p.Network, p.Fork, err)
		}
		if err := s.WriteBack(b, &r, 4); err != nil {
			t.Error(err)
		}
	}
}

// The sizes of the fixed parts, as the official fixtures and mainnet have them.
func TestFixedPartsHaveTheirKnownSizes(t *testing.T) {
	for _, c := range []struct {
		preset spec.Preset
		fork   spec.Fork
		want   int64
	}{
		{spec.Mainnet, spec.Altair, 2736629},
		{spec.Mainnet, spec.Bellatrix, 2736633},
		{spec.Mainnet, spec.Capella, 2736653},
		{spec.Mainnet, spec.Deneb, 2736653},
		{spec.Mainnet, spec.Electra, 2736713},
		{spec.Mainnet, spec.Fulu, 2737225},
		{spec.Minimal, spec.Altair, 10229},
		{spec.Minimal, spec.Electra, 10313},
		{spec.Minimal, spec.EIP7716, 14413},
		// Gnosis: 16 slots in an epoch, so 32 entries of proposer_lookahead and not 64.
		{spec.Gnosis, spec.Altair, 2736629},
		{spec.Gnosis, spec.Electra, 2736713},
		{spec.Gnosis, spec.Fulu, 2737225 - 32*8},
	} {
		if _, size, err := layoutOf(paramsOf(t, c.preset, c.fork)); size != c.want || err != nil {
			t.Errorf("%v %v: %d, want %d (%v)", c.preset, c.fork, size, c.want, err)
		}
	}
}

func TestDecodingMatchesAByteByByteReading(t *testing.T) {
	for _, native := range []bool{littleEndian, false} { // the portable path as well
		saved := littleEndian
		littleEndian = native
		b := make(Buffer, 10229)
		s := &State{r: b, mem: b, size: int64(len(b)), spans: map[string]span{"balances": {0, 80}}}
		column := make([]uint64, 10)
		if err := s.readUints("balances", column, 0); err != nil {
			t.Fatal(err)
		}
		for i, v := range column {
			if want := binary.LittleEndian.Uint64(b[8*i:]); v != want {
				t.Errorf("element %d: %d, want %d", i, v, want)
			}
		}
		out := make(Buffer, 80)
		if err := s.writeUints(out, "balances", column, 0); err != nil || !bytes.Equal(out, b[:80]) {
			t.Error("written differently", err)
		}
		littleEndian = saved
	}
}
