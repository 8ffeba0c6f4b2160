package ssz

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stakesim/stakesim/spec"
)

// empty is the smallest state of a fork: no list has an element.
func empty(t testing.TB, preset spec.Preset, fork spec.Fork) Buffer {
	layout, fixed, err := layoutOf(preset, fork)
	if err != nil {
		t.Fatal(err)
	}
	b := make(Buffer, fixed)
	for _, f := range layout {
		if !f.variable() {
			continue
		}
		binary.LittleEndian.PutUint32(b[f.at:], uint32(len(b)))
		if f.inner != nil {
			size := f.inner.fixedAt(fork)
			container := make([]byte, size)
			binary.LittleEndian.PutUint32(container[f.inner.at:], uint32(size))
			b = append(b, container...)
		}
	}
	return b
}

func TestEveryLayoutFitsItsOwnStateAndNoOther(t *testing.T) {
	for _, preset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
		for _, fork := range spec.Forks() {
			b := empty(t, preset, fork)
			s, err := Detect(b, int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			if p := s.Params(); p.Preset != preset || p.Fork != fork {
				t.Errorf("%v %v taken for %v %v", preset, fork, p.Preset, p.Fork)
			}
			fits := 0
			for _, otherPreset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
				for _, other := range spec.Forks() {
					if _, err := Open(b, int64(len(b)), otherPreset, other); err == nil {
						fits++
					}
				}
			}
			if fits != 1 {
				t.Errorf("%v %v fits %d layouts", preset, fork, fits)
			}
			var r spec.Registry
			if err := s.ReadRegistry(&r, 4); err != nil || s.Len() != 0 {
				t.Errorf("%v %v: %v", preset, fork, err)
			}
			if err := s.WriteBack(b, &r, 4); err != nil {
				t.Error(err)
			}
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
	} {
		if _, fixed, err := layoutOf(c.preset, c.fork); fixed != c.want || err != nil {
			t.Errorf("%v %v: %d, want %d (%v)", c.preset, c.fork, fixed, c.want, err)
		}
	}
}

func TestDecodingMatchesAByteByByteReading(t *testing.T) {
	for _, native := range []bool{littleEndian, false} { // the portable path as well
		saved := littleEndian
		littleEndian = native
		b := empty(t, spec.Minimal, spec.Altair)
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
