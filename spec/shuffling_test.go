package spec_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

// oracle is testdata/shuffling.json: what the executable specification
// (consensus-specs a08d8a6) computes. Long lists are stored as the hash of their
// elements as 8 bytes, little-endian.
type oracle struct {
	Mapping []struct {
		Preset, Seed string
		N, Rounds    uint64
		Mapping      []uint64
		First        []uint64 `json:"mapping_first16"`
		Hash         string   `json:"mapping_sha256_u64le"`
	}
	Committees []struct {
		Preset     string
		N          uint64
		Epoch      spec.Epoch
		Inactive   []int
		Mix        string       `json:"randao_mix"`
		MixIndex   uint64       `json:"randao_mix_index"`
		Seed       string       `json:"attester_seed"`
		PerSlot    uint64       `json:"committees_per_slot"`
		Committees [][][]uint64 // by slot, by index
		Sizes      [][]int      `json:"committee_sizes"`
		Hash       string       `json:"committees_sha256_u64le"`
	}
}

// loadOracle reads shuffling.json of the directory named by PYSPEC_VECTORS, or
// the one kept here.
func loadOracle(t *testing.T) (o oracle) {
	dir := "testdata"
	if d := os.Getenv("PYSPEC_VECTORS"); d != "" {
		dir = d
	}
	data, err := os.ReadFile(filepath.Join(dir, "shuffling.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &o))
	require.NotEmpty(t, o.Mapping)
	require.NotEmpty(t, o.Committees)
	t.Logf("shuffling: %d mappings, %d sets of committees", len(o.Mapping), len(o.Committees))
	return o
}

func TestShuffling(t *testing.T) {
	o := loadOracle(t)
	for _, c := range o.Mapping {
		t.Run(fmt.Sprintf("%s maps %d indices as the specification does", c.Preset, c.N), func(t *testing.T) {
			preset, err := spec.ParsePreset(c.Preset)
			require.NoError(t, err)
			p, err := spec.ParamsFor(preset, spec.Electra)
			require.NoError(t, err)
			require.Equal(t, c.Rounds, p.ShuffleRoundCount)
			single, whole := bothForms(t, c.N, bytes32(t, c.Seed), c.Rounds)
			require.Equal(t, single, whole)
			if c.Hash != "" {
				require.Equal(t, c.First, single[:16])
				require.Equal(t, c.Hash, hashOf(single))
				return
			}
			require.Equal(t, c.Mapping, single)
		})
	}
	for i, c := range o.Committees {
		t.Run(fmt.Sprintf("%s cuts the committees of %d validators in epoch %d", c.Preset, c.N, c.Epoch), func(t *testing.T) {
			testCommittees(t, o, i)
		})
	}
}

func testCommittees(t *testing.T, o oracle, i int) {
	c := o.Committees[i]
	preset, err := spec.ParsePreset(c.Preset)
	require.NoError(t, err)
	p, err := spec.ParamsFor(preset, spec.Electra)
	require.NoError(t, err)
	r := spec.NewRegistry(int(c.N))
	for _, v := range c.Inactive {
		r.ExitEpoch[v] = c.Epoch
	}
	active := r.ActiveIndices(nil, c.Epoch)
	require.Equal(t, c.MixIndex, spec.SeedMixIndex(&p, c.Epoch))
	seed := spec.Seed(c.Epoch, bytes32(t, c.Mix))
	require.Equal(t, c.Seed, hex.EncodeToString(seed[:]))
	require.Equal(t, c.PerSlot, spec.CommitteesPerSlot(&p, uint64(len(active))))

	var got spec.Committees
	require.NoError(t, got.Assign(&p, active, seed, 1))
	require.Equal(t, c.PerSlot, got.PerSlot())
	require.Equal(t, p.SlotsPerEpoch, got.Slots())
	require.NoError(t, got.SlotOffsets(r.SlotOffset))
	offsets := make([]uint8, c.N)
	for v := range offsets {
		offsets[v] = spec.NoSlot
	}
	var flat []uint64
	for slot := range got.Slots() {
		var wholeSlot []uint32
		for index := range got.PerSlot() {
			members, err := got.Committee(slot, index)
			require.NoError(t, err)
			wholeSlot = append(wholeSlot, members...)
			wide := []uint64{}
			for _, v := range members {
				wide = append(wide, uint64(v))
				offsets[v] = uint8(slot)
			}
			flat = append(flat, wide...)
			if c.Hash == "" {
				require.Equal(t, c.Committees[slot][index], wide)
			} else {
				require.Len(t, members, c.Sizes[slot][index])
			}
		}
		together, err := got.Slot(slot)
		require.NoError(t, err)
		require.ElementsMatch(t, wholeSlot, together)
	}
	if c.Hash != "" {
		require.Equal(t, c.Hash, hashOf(flat))
	}
	require.Equal(t, offsets, r.SlotOffset)
}

// bothForms is the mapping of every index below n, one by one and as a whole.
func bothForms(t require.TestingT, n uint64, seed [32]byte, rounds uint64) (single, whole []uint64) {
	list := make([]uint32, n)
	single, whole = make([]uint64, n), make([]uint64, n)
	for i := range list {
		j, err := spec.ShuffledIndex(uint64(i), n, seed, rounds)
		if err != nil {
			require.NoError(t, err)
		}
		list[i], single[i] = uint32(i), j
	}
	var s spec.Shuffler
	require.NoError(t, s.Shuffle(list, list, seed, rounds, 1))
	for i, v := range list {
		whole[i] = uint64(v)
	}
	return single, whole
}

func hashOf(list []uint64) string {
	h := sha256.New()
	for _, v := range list {
		_ = binary.Write(h, binary.LittleEndian, v)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func bytes32(t *testing.T, s string) (b [32]byte) {
	raw, err := hex.DecodeString(s)
	require.NoError(t, err)
	require.Len(t, raw, 32)
	copy(b[:], raw)
	return b
}
