package ssz_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/protolambda/ztyp/tree"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// known is a state whose root others have computed.
type known struct {
	File, Preset, Fork, Root, SHA256, Source string
	Validators                               int
}

// snappyFile reads a state.
func snappyFile(t testing.TB, name string) ssz.Buffer {
	t.Helper()
	compressed, err := os.ReadFile(name)
	require.NoError(t, err)
	b, err := vector.DecodeSnappy(compressed, vector.DefaultLimit)
	require.NoError(t, err)
	return b
}

// open opens a known state.
func (k known) open(t *testing.T, b ssz.Buffer) *ssz.State {
	t.Helper()
	digest := sha256.Sum256(b)
	require.Equal(t, k.SHA256, hex.EncodeToString(digest[:]), k.Source)
	preset, err := spec.ParsePreset(k.Preset)
	require.NoError(t, err)
	fork, err := spec.ParseFork(k.Fork)
	require.NoError(t, err)
	s, err := ssz.Open(b, int64(len(b)), paramsOf(preset, fork))
	require.NoError(t, err)
	return s
}

// check opens a known state and compares its root.
func (k known) check(t *testing.T, b ssz.Buffer) {
	t.Helper()
	s := k.open(t, b)
	require.Equal(t, k.Validators, s.Len())
	for _, workers := range []int{1, 2} {
		root, err := s.Root(workers)
		require.NoError(t, err)
		require.Equal(t, k.Root, hex.EncodeToString(root[:]), k.Source)
	}
	pieces := must(s.Pieces())
	root, err := pieces.Root(2)
	require.NoError(t, err)
	require.Equal(t, k.Root, hex.EncodeToString(root[:]), k.Source)
	var state spec.BeaconState
	require.NoError(t, s.ReadBeaconState(&state, 1))
	require.NoError(t, pieces.WriteBeaconState(&state, nil, 1))
	require.True(t, bytes.Equal(b, must(pieces.Bytes())), k.Source)
}

// knownStates are the states in testdata.
func knownStates(t *testing.T) (states []known) {
	raw, err := os.ReadFile("testdata/roots/roots.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &states))
	return states
}

// The executable specification wrote the roots: those of chains beside their
// states, those of sanity/slots into the state_roots of the post-state.
func TestRootsOfEveryForkAreThoseOfTheExecutableSpecification(t *testing.T) {
	forks := map[string]bool{}
	for _, k := range knownStates(t) {
		forks[k.Fork] = true
		k.check(t, snappyFile(t, "testdata/roots/"+k.File+".ssz_snappy"))
	}
	require.Len(t, forks, len(spec.Forks()))
}

func TestRootsAtBothEndsOfEveryChain(t *testing.T) {
	dir := os.Getenv("STAKESIM_CHAINS")
	if dir == "" {
		t.Log("STAKESIM_CHAINS is unset: ran only the states in testdata, no other ends of chains")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "chain.json.gz"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		var c struct {
			Name, Preset, Fork string
			Pre                known
			Epochs             []struct{ After known }
		}
		require.NoError(t, json.NewDecoder(z).Decode(&c))
		require.NoError(t, f.Close())
		require.NotEmpty(t, c.Epochs)
		for end, k := range map[string]known{"pre": c.Pre, "post": c.Epochs[len(c.Epochs)-1].After} {
			k.Preset, k.Fork, k.Source = c.Preset, c.Fork, c.Name+" "+end
			k.check(t, snappyFile(t, filepath.Join(filepath.Dir(name), end+".ssz_snappy")))
		}
	}
	t.Logf("chains: %d", len(files))
}

// The first slot writes the root of the pre-state into the post-state.
func TestThePostStatesOfSlotsHoldTheRootsOfTheirPreStates(t *testing.T) {
	cases := 0
	for _, dir := range trees(t) {
		tree, err := vector.Open(dir)
		require.NoError(t, err)
		all, err := tree.Cases(vector.Path{Runner: "sanity", Handler: "slots"})
		require.NoError(t, err)
		for _, c := range all {
			pre, err := c.SSZ("pre")
			require.NoError(t, err)
			post, err := c.SSZ("post")
			require.NoError(t, err)
			before, after := open(t, pre, c.Path), open(t, post, c.Path)
			slot, err := before.Slot()
			require.NoError(t, err)
			roots, err := after.Field("state_roots")
			require.NoError(t, err)
			root, err := before.Root(1)
			require.NoError(t, err)
			at := int(slot) % (len(roots) / 32) * 32
			require.Equal(t, roots[at:at+32], root[:], c.Path)
			cases++
		}
	}
	t.Logf("slots: %d cases", cases)
}

func TestRootsAreThoseOfTheLiteralRules(t *testing.T) {
	for _, preset := range []spec.Preset{spec.Minimal, spec.Mainnet, spec.Gnosis} {
		for _, fork := range spec.Forks() {
			if preset == spec.Gnosis && fork >= spec.Gloas {
				break // its constants are not published
			}
			rng := rand.New(rand.NewPCG(uint64(preset), uint64(fork)))
			for i := range 12 {
				if preset != spec.Minimal && i > 0 {
					break
				}
				b := randomState(rng, preset, fork, 1<<i)
				s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(preset, fork))
				require.NoError(t, err)
				want := beaconState(preset, fork).root(b)
				root, err := s.Root(1 + i%3)
				require.NoError(t, err)
				require.Equal(t, want, root, "%v %v of %d validators", preset, fork, s.Len())
				streamed, err := ssz.Open(struct{ readerAt }{readerAt{b}}, int64(len(b)), paramsOf(preset, fork))
				require.NoError(t, err)
				root, err = streamed.Root(2)
				require.NoError(t, err)
				require.Equal(t, want, root, "%v %v not in memory", preset, fork)
			}
		}
	}
}

// readerAt hides that the bytes are in memory.
type readerAt struct{ ssz.Buffer }

func TestARootOfBytesThatAreNoStateIsAnError(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	s := open(t, b, must(vector.ParsePath(altairCase)))
	validators := must(s.Field("validators"))
	validators[5*validatorSize+88] = 2
	_, err := s.Root(2)
	var field *spec.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, 5, field.Row)
	require.ErrorIs(t, err, spec.ErrInput)
	validators[5*validatorSize+88] = 1
	_, err = s.Root(1)
	require.NoError(t, err)
	must(s.Field("justification_bits"))[0] = 16
	_, err = s.Root(1)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "justification_bits")
}

func TestTheRootOfASourceThatFailsIsItsError(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	failing := broken{b, int64(len(b))}
	s, err := ssz.Open(&failing, int64(len(b)), paramsOf(spec.Minimal, spec.Altair))
	require.NoError(t, err)
	failing.at = int64(len(b)) - 9 // within the last list
	_, err = s.Root(2)
	require.True(t, errors.Is(err, errBroken), err)
}

func TestAFieldIsFoundByItsName(t *testing.T) {
	b := fixture(t, eipCase, "pre")
	s := open(t, b, must(vector.ParsePath(eipCase)))
	require.Len(t, s.Fields(), 47)
	sum := 0
	for _, name := range s.Fields() {
		field, err := s.Field(name)
		require.NoError(t, err)
		sum += len(field)
	}
	require.Equal(t, len(b)-4*15, sum, "all but the offsets")
	_, err := s.Field("latest_execution_payload_header")
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, "latest_execution_payload_bid")
}

func TestRootsOfRandomStatesAreThoseOfZtyp(t *testing.T) {
	for fork := spec.Altair; fork <= spec.Electra; fork++ { // zrnt knows no later states
		rng := rand.New(rand.NewPCG(7, uint64(fork)))
		for preset, count := range map[spec.Preset]int{spec.Minimal: 12, spec.Mainnet: 1, spec.Gnosis: 2} {
			c, err := zrnt.Config(must(spec.NetworkNamed(preset.String())))
			require.NoError(t, err)
			for i := range count {
				b := randomState(rng, preset, fork, 20*i*i)
				state, err := zrnt.Open(c, fork, b)
				require.NoError(t, err)
				s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(preset, fork))
				require.NoError(t, err)
				root, err := s.Root(2)
				require.NoError(t, err)
				require.EqualValues(t, state.HashTreeRoot(tree.GetHashFn()), root, "%v %v of %d validators", preset, fork, s.Len())
			}
		}
	}
}

func TestAStateOfAFeatureUnderTheVersionBeforeItIsDetected(t *testing.T) {
	for _, k := range knownStates(t) {
		b := snappyFile(t, "testdata/roots/"+k.File+".ssz_snappy")
		s, err := ssz.Detect(b, int64(len(b)))
		require.NoError(t, err, k.Source)
		require.Equal(t, k.Fork, s.Params().Fork.String(), k.Source)
	}
}
