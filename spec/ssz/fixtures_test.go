package ssz_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// stateFiles are the files of a case that hold a whole state.
var stateFiles = []string{"pre", "post", "pre_epoch", "post_epoch"}

// trees are the fixtures in testdata and, when the environment variables name their
// directories, those of the accounting and those of the whole epoch.
func trees(t *testing.T) []string {
	dirs := []string{filepath.FromSlash("../vector/testdata/consensus-spec-tests")}
	if dir := os.Getenv("CONSENSUS_SPEC_TESTS"); dir != "" {
		dirs = append(dirs, dir)
	} else {
		t.Log("CONSENSUS_SPEC_TESTS is unset: ran only the subset in testdata, not the 260 cases")
	}
	if dir := os.Getenv("STAKESIM_WHOLE_EPOCH"); dir != "" {
		return append(dirs, filepath.Join(dir, "consensus-spec-tests"), filepath.Join(dir, "own-edges"))
	}
	t.Log("STAKESIM_WHOLE_EPOCH is unset: ran no case of the whole epoch and of slots")
	return dirs
}

// eachState calls do with every state of the fixtures.
func eachState(t *testing.T, do func(t *testing.T, p vector.Path, name string, b ssz.Buffer)) {
	states := 0
	for _, dir := range trees(t) {
		tree, err := vector.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := tree.Cases(vector.Path{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for _, name := range stateFiles {
				if !c.Has(name + ".ssz_snappy") {
					continue
				}
				b, err := c.SSZ(name)
				if err != nil {
					t.Fatal(err)
				}
				states++
				do(t, c.Path, name, b)
			}
		}
	}
	if states == 0 {
		t.Fatal("no state found")
	}
	t.Logf("%d states", states)
}

func open(t testing.TB, b ssz.Buffer, p vector.Path) *ssz.State {
	t.Helper()
	params, err := p.Params()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssz.Open(b, int64(len(b)), &params)
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	return s
}

func TestColumnsReadAndWrittenBackLeaveEveryFixtureIdentical(t *testing.T) {
	var r spec.Registry
	eachState(t, func(t *testing.T, p vector.Path, name string, b ssz.Buffer) {
		s := open(t, b, p)
		if err := s.ReadRegistry(&r, 1); err != nil {
			t.Fatalf("%v %s: %v", p, name, err)
		}
		params := s.Params()
		if err := r.Validate(&params); err != nil {
			t.Errorf("%v %s: %v", p, name, err)
		}
		// Through a copy that lacks the columns: they must come back.
		out := blank(t, s, b, &r)
		if err := s.WriteBack(out, &r, 1); err != nil {
			t.Fatal(err)
		}
		if v, ok, err := s.Smoothed(); err != nil {
			t.Fatal(err)
		} else if ok {
			if err := s.WriteSmoothed(out, v); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(out, b) {
			t.Errorf("%v %s: columns read and written back differ", p, name)
		}
		if _, err := s.Boundary(); err != nil {
			t.Errorf("%v %s: %v", p, name, err)
		}
	})
}

// blank is a copy of the state whose changeable columns are overwritten with
// others, effective balances left alone: WriteBack writes only differences
// from its source.
func blank(t *testing.T, s *ssz.State, b ssz.Buffer, r *spec.Registry) ssz.Buffer {
	out := bytes.Clone(b)
	other := r.Clone()
	for i := range other.Balance {
		other.Balance[i] = ^other.Balance[i]
		other.InactivityScore[i] = ^other.InactivityScore[i]
	}
	if err := s.WriteBack(ssz.Buffer(out), other, 2); err != nil {
		t.Fatal(err)
	}
	if s.Len() > 0 && bytes.Equal(out, b) {
		t.Error("the columns were not overwritten")
	}
	return out
}

func TestDetectFindsForkAndPresetOfEveryFixture(t *testing.T) {
	eachState(t, func(t *testing.T, p vector.Path, name string, b ssz.Buffer) {
		s, err := ssz.Detect(b, int64(len(b)))
		if id, _ := ssz.ReadIdentity(b); id.ForkVersion == (spec.ForkVersion{0x12, 0x34, 0xab, 0xcd}) {
			// A case of deposits whose state has the version of no network.
			if !errors.Is(err, spec.ErrUnknown) {
				t.Errorf("%v %s: %v", p, name, err)
			}
			s, err = ssz.DetectIn(b, int64(len(b)), must(spec.NetworkNamed(p.Preset)))
		}
		if err != nil {
			t.Fatalf("%v %s: %v", p, name, err)
		}
		params := s.Params()
		if params.Fork.String() != p.Fork || params.Network != p.Preset {
			t.Errorf("%v %s: detected %v %v", p, name, params.Network, params.Fork)
		}
	})
}
