package zrnt_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/altair"
	"github.com/protolambda/zrnt/eth2/beacon/bellatrix"
	"github.com/protolambda/zrnt/eth2/beacon/capella"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/beacon/deneb"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/vector"
	"github.com/stakesim/stakesim/spec/zrnt"
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// cached are the samples: upgrading states takes longer than the tests do.
var cached []sample

// sample is one state that the tests run on.
type sample struct {
	name   string
	preset spec.Preset
	fork   spec.Fork
	bytes  []byte
}

// samples are the altair states of the fixtures, the same upgraded by zrnt up
// to deneb (it has no upgrade to electra), the fixtures' electra states, and a
// real network's genesis (mainnet preset) up to deneb.
func samples(t testing.TB) (all []sample) {
	if cached != nil {
		return cached
	}
	defer func() { cached = all }()
	for _, tree := range trees(t) {
		for _, c := range must[[]*vector.Case](t)(tree.Cases(vector.Path{Fork: "altair"})) {
			all = append(all, upgrades(t, c.String(), spec.Minimal, must[[]byte](t)(c.SSZ("pre")))...)
		}
		for _, c := range must[[]*vector.Case](t)(tree.Cases(vector.Path{Fork: "electra"})) {
			all = append(all, sample{c.String(), spec.Minimal, spec.Electra, must[[]byte](t)(c.SSZ("pre"))})
		}
	}
	genesis := must[[]byte](t)(zrnt.Bytes(must[common.BeaconState](t)(zrnt.UpgradePhase0(config(t, spec.Mainnet), sepolia(t)))))
	return append(all, upgrades(t, "sepolia genesis", spec.Mainnet, genesis)...)
}

// trees are the fixtures in testdata and, when the environment variable names
// their directory, all of them.
func trees(t testing.TB) []*vector.Tree {
	all := []*vector.Tree{must[*vector.Tree](t)(vector.Open("../vector/testdata/consensus-spec-tests"))}
	dir := os.Getenv("CONSENSUS_SPEC_TESTS")
	if dir == "" {
		t.Log("CONSENSUS_SPEC_TESTS is unset: ran only the subset in testdata, not the 260 cases")
		return all
	}
	return append(all, must[*vector.Tree](t)(vector.Open(dir)))
}

func sepolia(t testing.TB) []byte {
	f := must[*os.File](t)(os.Open(filepath.Join("testdata", "sepolia-genesis.ssz.gz")))
	defer f.Close()
	return must[[]byte](t)(io.ReadAll(must[*gzip.Reader](t)(gzip.NewReader(f))))
}

func config(t testing.TB, preset spec.Preset) *common.Spec {
	return must[*common.Spec](t)(zrnt.Config(must[*spec.Network](t)(spec.NetworkNamed(preset.String()))))
}

func paramsOf(preset spec.Preset, fork spec.Fork) *spec.Params {
	p, err := spec.ParamsFor(preset, fork)
	if err != nil {
		panic(err)
	}
	return &p
}

// upgrades returns the altair state and what zrnt's fork upgrades make of it.
func upgrades(t testing.TB, name string, preset spec.Preset, b []byte) []sample {
	c := config(t, preset)
	all := []sample{{name, preset, spec.Altair, b}}
	state := must[common.BeaconState](t)(zrnt.Open(c, spec.Altair, b))
	epc := must[*common.EpochsContext](t)(common.NewEpochsContext(c, state))
	for fork := spec.Bellatrix; fork <= spec.Deneb; fork++ {
		state = upgrade(t, c, epc, fork, state)
		all = append(all, sample{name, preset, fork, must[[]byte](t)(zrnt.Bytes(state))})
	}
	return all
}

func upgrade(t testing.TB, c *common.Spec, epc *common.EpochsContext, to spec.Fork, s common.BeaconState) common.BeaconState {
	switch to {
	case spec.Bellatrix:
		return must[*bellatrix.BeaconStateView](t)(bellatrix.UpgradeToBellatrix(c, epc, s.(*altair.BeaconStateView)))
	case spec.Capella:
		return must[*capella.BeaconStateView](t)(capella.UpgradeToCapella(c, epc, s.(*bellatrix.BeaconStateView)))
	}
	return must[*deneb.BeaconStateView](t)(deneb.UpgradeToDeneb(c, epc, s.(*capella.BeaconStateView)))
}

func clone(b []byte) []byte { return bytes.Clone(b) }
