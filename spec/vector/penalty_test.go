package vector_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// loaded is a pre-state with what the steps of an epoch read.
type loaded struct {
	bytes   ssz.Buffer
	state   *ssz.State
	params  spec.Params
	reg     spec.Registry
	summary spec.Summary
	rule    penalty.Rule
	factors []penalty.Factors // nil under the status quo
	memory  penalty.Memory    // after the epoch's slots
}

// load reads the pre-state of a case. eip7716 runs under E2, whose constants
// the fixtures were made with, the other forks under the status quo.
func load(c *vector.Case) (*loaded, error) {
	b, err := c.SSZ("pre")
	if err != nil {
		return nil, err
	}
	params, err := c.Params()
	if err != nil {
		return nil, err
	}
	l := &loaded{bytes: b, params: params}
	if l.state, err = ssz.Open(l.bytes, int64(len(b)), &params); err != nil {
		return nil, err
	}
	if err := l.state.ReadRegistry(&l.reg, 1); err != nil {
		return nil, err
	}
	if err := l.state.AssignSlots(&l.reg, new(spec.Committees), 1); err != nil {
		return nil, err
	}
	boundary, err := l.state.Boundary()
	if err != nil {
		return nil, err
	}
	if err := spec.Summarize(&l.summary, &l.params, &l.reg, boundary, 1); err != nil {
		return nil, err
	}
	smoothed, ok, err := l.state.Smoothed()
	if !ok || err != nil {
		return l, err
	}
	if l.rule, err = penalty.RuleNamed("smoothed-2026/E2"); err != nil {
		return nil, err
	}
	l.factors = make([]penalty.Factors, len(l.summary.Slots))
	l.memory, err = penalty.Walk(l.factors, &l.rule, penalty.Memory{uint64(smoothed)}, l.summary.Slots)
	return l, err
}

func TestPenaltiesReproduceEveryFixture(t *testing.T) {
	for _, tree := range trees(t) {
		cases := allCases(t, tree, vector.Path{})
		for _, c := range cases {
			if err := c.CheckManifest(); err != nil {
				t.Error(err)
			}
			l, err := load(c)
			if err != nil {
				t.Errorf("%v: %v", c, err)
				continue
			}
			check := checkStep
			if c.Runner == "rewards" {
				check = checkDeltas
			}
			if err := check(c, l); err != nil {
				t.Errorf("%v: %v", c, err)
			}
		}
		t.Logf("%d cases", len(cases))
		noneLeft(t, tree)
	}
}

func noneLeft(t *testing.T, tree *vector.Tree) {
	for _, file := range []string{"pre_epoch", "post_epoch"} {
		err := tree.Exclude("tests/*/*/epoch_processing/*/*/*/"+file+".ssz_snappy",
			"the whole transition: package zrnt checks it where it can, which is altair here")
		if err != nil {
			t.Error(err)
		}
	}
	if left, err := tree.Unopened(); err != nil || len(left) != 0 {
		t.Errorf("not opened: %v, %v", left, err)
	}
}

// checkStep applies the handler's step and compares whole states: nothing but
// the step's own columns may differ.
func checkStep(c *vector.Case, l *loaded) (err error) {
	switch c.Handler {
	case "inactivity_updates":
		err = epoch.ProcessInactivityUpdates(&l.params, &l.reg, &l.summary)
	case "rewards_and_penalties":
		err = epoch.ProcessRewardsAndPenalties(&l.params, &l.reg, &l.summary, l.factors, l.rule.Scope)
	case "slashings":
		err = epoch.ProcessSlashings(&l.params, &l.reg, &l.summary)
	case "effective_balance_updates":
		err = epoch.ProcessEffectiveBalanceUpdates(&l.params, &l.reg)
	case "smoothed_offline_balance":
		err = l.state.WriteSmoothed(l.bytes, spec.Gwei(l.memory[0]))
	default:
		err = fmt.Errorf("handler %q: %w", c.Handler, spec.ErrUnknown)
	}
	if err != nil {
		return err
	}
	if err := l.state.WriteBack(l.bytes, &l.reg, 1); err != nil {
		return err
	}
	post, err := c.SSZ("post")
	if err != nil {
		return err
	}
	if !bytes.Equal(l.bytes, post) {
		return fmt.Errorf("post state differs: %w", spec.ErrInput)
	}
	return nil
}

func checkDeltas(c *vector.Case, l *loaded) error {
	d := epoch.NewDeltas(l.reg.Len())
	for flag := range spec.Flag(spec.FlagCount) {
		if err := epoch.FlagDeltas(d, &l.reg, &l.summary, flag, l.factors, l.rule.Scope); err != nil {
			return err
		}
		if err := compareDeltas(c, flag.String()+"_deltas", d); err != nil {
			return err
		}
	}
	if err := epoch.InactivityDeltas(d, &l.params, &l.reg, &l.summary); err != nil {
		return err
	}
	return compareDeltas(c, "inactivity_penalty_deltas", d)
}

// compareDeltas decodes two lists of uint64 by hand: package container's
// library does not build on 32-bit machines, this test does.
func compareDeltas(c *vector.Case, name string, got epoch.Deltas) error {
	b, err := c.SSZ(name)
	if err != nil {
		return err
	}
	n := len(got.Rewards)
	if len(b) != 8+16*n || binary.LittleEndian.Uint32(b) != 8 || binary.LittleEndian.Uint32(b[4:]) != uint32(8+8*n) {
		return fmt.Errorf("%s: %w: %d bytes for %d validators", name, spec.ErrInput, len(b), n)
	}
	want := make([]spec.Gwei, 2*n)
	for i := range want {
		want[i] = spec.Gwei(binary.LittleEndian.Uint64(b[8+8*i:]))
	}
	for i, v := range slices.Concat(got.Rewards, got.Penalties) {
		if v != want[i] {
			return spec.Atf(name, i%n, spec.ErrInput, "got %d, want %d", v, want[i])
		}
	}
	return nil
}
