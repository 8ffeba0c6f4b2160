package ref_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// vectorDir names the environment variable with the directory of the vectors
// computed by the executable specification (consensus-specs a08d8a6).
const vectorDir = "PYSPEC_VECTORS"

// Where the project keeps a part of them, beside their other readers.
const (
	pyspecKept    = "../epoch/testdata/pyspec"
	shufflingKept = "../../spec/testdata"
)

// vectors lists the files of a kind in that directory, or in the one given,
// where a part of them is kept; none fail the test.
func vectors(t *testing.T, kept, pattern string) []string {
	t.Helper()
	dir := os.Getenv(vectorDir)
	if dir == "" {
		dir = kept
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no %s in %s", pattern, dir)
	return files
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		r, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	require.NoError(t, json.NewDecoder(r).Decode(into))
}

type epochFile struct {
	Preset string
	Cases  []epochCase
}

type epochCase struct {
	ID             string     `json:"id"`
	CurrentEpoch   spec.Epoch `json:"current_epoch"`
	PreviousEpoch  spec.Epoch `json:"previous_epoch"`
	FinalizedEpoch spec.Epoch `json:"finalized_epoch"`
	Mix            string     `json:"prev_epoch_randao_mix"`
	Seed           string     `json:"prev_epoch_attester_seed"`
	PerSlot        uint64     `json:"committees_per_slot"`
	SlashingsSum   spec.Gwei  `json:"slashings_sum"`
	Smoothed       uint64     `json:"smoothed_offline_balance"`
	Validators     struct {
		EffectiveBalance  []spec.Gwei  `json:"effective_balance"`
		Balance           []spec.Gwei  `json:"balance"`
		Slashed           []uint8      `json:"slashed"`
		Compounding       []uint8      `json:"compounding"`
		ActivationEpoch   []spec.Epoch `json:"activation_epoch"`
		ExitEpoch         []spec.Epoch `json:"exit_epoch"`
		WithdrawableEpoch []spec.Epoch `json:"withdrawable_epoch"`
		PrevFlags         []uint16     `json:"prev_flags"`
		InactivityScore   []uint64     `json:"inactivity_score"`
		PrevSlotOffset    []int        `json:"prev_slot_offset"`
	}
	Outputs struct {
		Altair, Bellatrix, Electra *epochOutput
		EIP7716                    []epochOutput
	}
}

type epochOutput struct {
	InactivityScores    []uint64 `json:"inactivity_scores"`
	Total               uint64   `json:"total_active_balance"`
	PerIncrement        uint64   `json:"base_reward_per_increment"`
	InLeak              bool     `json:"in_leak"`
	Eligible            []uint64 `json:"eligible"`
	SourceRewards       []uint64 `json:"flag0_rewards"`
	SourcePenalties     []uint64 `json:"flag0_penalties"`
	TargetRewards       []uint64 `json:"flag1_rewards"`
	TargetPenalties     []uint64 `json:"flag1_penalties"`
	HeadRewards         []uint64 `json:"flag2_rewards"`
	HeadPenalties       []uint64 `json:"flag2_penalties"`
	InactivityPenalties []uint64 `json:"inactivity_penalties"`
	DRewards            []int64  `json:"d_balance_rewards_and_penalties"`
	DSlashings          []int64  `json:"d_balance_slashings"`
	DEffective          []int64  `json:"d_effective_balance"`
	BalancesHash        string   `json:"balances_sha256"`

	Cap           uint64   `json:"max_penalty_factor"`
	Slope         uint64   `json:"penalty_slope"`
	Window        uint64   `json:"smoothing_factor"`
	Reference     uint64   `json:"slot_reference_balance"`
	SlotOffline   []uint64 `json:"slot_offline_balance"`
	Factors       []uint64 `json:"penalty_factors"`
	SmoothedAfter uint64   `json:"smoothed_offline_balance_after"`
	ForkSeed      uint64   `json:"fork_seed_smoothed_offline_balance"`
}

func (c epochCase) state(t *testing.T, preset string, fork spec.Fork) ref.State {
	t.Helper()
	p, err := spec.ParsePreset(preset)
	require.NoError(t, err)
	params, err := spec.ParamsFor(p, fork)
	require.NoError(t, err)
	v := c.Validators
	r := spec.NewRegistry(len(v.Balance))
	r.EffectiveBalance, r.Balance = v.EffectiveBalance, v.Balance
	r.ActivationEpoch, r.ExitEpoch, r.WithdrawableEpoch = v.ActivationEpoch, v.ExitEpoch, v.WithdrawableEpoch
	r.InactivityScore = v.InactivityScore
	for i := range v.Balance {
		r.Slashed[i], r.Compounding[i] = v.Slashed[i] != 0, v.Compounding[i] != 0
		r.PreviousFlags[i] = spec.Flags(v.PrevFlags[i])
		if v.PrevSlotOffset[i] >= 0 {
			r.SlotOffset[i] = uint8(v.PrevSlotOffset[i])
		}
	}
	s := ref.State{Params: params, Registry: r, Boundary: spec.Boundary{
		CurrentEpoch: c.CurrentEpoch, FinalizedEpoch: c.FinalizedEpoch, SlashingsSum: c.SlashingsSum,
	}}
	require.Equal(t, c.PreviousEpoch, ref.GetPreviousEpoch(s))
	return s
}

func TestEveryEpochVectorIsReproduced(t *testing.T) {
	cases := 0
	for _, file := range vectors(t, pyspecKept, "epoch_*.json.gz") {
		var f epochFile
		decode(t, file, &f)
		for _, c := range f.Cases {
			cases++
			t.Run(c.ID, func(t *testing.T) { c.run(t, f.Preset) })
		}
	}
	t.Logf("%d cases", cases)
}

func (c epochCase) run(t *testing.T, preset string) {
	c.checkCommittees(t, c.state(t, preset, spec.Electra))
	electra := c.Outputs.Electra
	require.NotNil(t, electra)
	c.checkGetters(t, c.state(t, preset, spec.Electra), electra)
	c.checkSteps(t, c.state(t, preset, spec.Electra), ref.StatusQuo, electra)
	for fork, out := range map[spec.Fork]*epochOutput{spec.Altair: c.Outputs.Altair, spec.Bellatrix: c.Outputs.Bellatrix} {
		if out == nil {
			continue
		}
		s := c.state(t, preset, fork)
		updated, err := ref.ProcessInactivityUpdates(s)
		require.NoError(t, err)
		requireColumn(t, updated.Registry.InactivityScore, electra.InactivityScores, fork, "scores")
		requirePenalties(t, updated, out.InactivityPenalties)
		c.checkSteps(t, s, ref.StatusQuo, out)
	}
	require.Len(t, c.Outputs.EIP7716, 3)
	for _, out := range c.Outputs.EIP7716 {
		c.checkSmoothed(t, c.state(t, preset, spec.EIP7716), out)
	}
}

func (c epochCase) checkCommittees(t *testing.T, s ref.State) {
	previous := ref.GetPreviousEpoch(s)
	seed := ref.GetSeed(previous, hash(t, c.Mix))
	require.Equal(t, c.Seed, hex.EncodeToString(seed[:]))
	require.Equal(t, c.PerSlot, ref.GetCommitteeCountPerSlot(s, previous))
	offsets := make([]int, s.Registry.Len())
	for i := range offsets {
		offsets[i] = -1
	}
	for slot := range s.Params.SlotsPerEpoch {
		for index := range c.PerSlot {
			committee, err := ref.GetBeaconCommittee(s, previous, seed, slot, index)
			require.NoError(t, err)
			for _, i := range committee {
				offsets[i] = int(slot)
			}
		}
	}
	require.Equal(t, c.Validators.PrevSlotOffset, offsets)
}

func (c epochCase) checkGetters(t *testing.T, s ref.State, out *epochOutput) {
	s, err := ref.ProcessInactivityUpdates(s)
	require.NoError(t, err)
	requireColumn(t, s.Registry.InactivityScore, out.InactivityScores, "scores")
	requireNumber(t, out.Total, must(ref.GetTotalActiveBalance(s))(t))
	requireNumber(t, out.PerIncrement, must(ref.GetBaseRewardPerIncrement(s))(t))
	require.Equal(t, out.InLeak, must(ref.IsInInactivityLeak(s))(t))
	eligible := make([]uint64, s.Registry.Len())
	for _, i := range ref.GetEligibleValidatorIndices(s) {
		eligible[i] = 1
	}
	requireColumn(t, eligible, out.Eligible, "eligible")
	all := must(ref.GetDeltas(s, ref.Factors{}))(t)
	for k, want := range [][2][]uint64{
		{out.SourceRewards, out.SourcePenalties},
		{out.TargetRewards, out.TargetPenalties},
		{out.HeadRewards, out.HeadPenalties},
		{nil, out.InactivityPenalties},
	} {
		requireBigs(t, all[k].Rewards, want[0], "rewards", k)
		requireBigs(t, all[k].Penalties, want[1], "penalties", k)
	}
}

// checkSteps runs the transition step by step, then as one, and compares the
// balances after each.
func (c epochCase) checkSteps(t *testing.T, s ref.State, mechanism ref.Mechanism, out *epochOutput) {
	m := ref.Memory{Smoothed: new(big.Int).SetUint64(c.Smoothed)}
	before := s.Registry.Clone()
	scored, err := ref.ProcessInactivityUpdates(s)
	require.NoError(t, err)
	factors, after, err := mechanism(scored, m)
	require.NoError(t, err)
	paid, err := ref.ProcessRewardsAndPenalties(scored, factors)
	require.NoError(t, err)
	slashed, err := ref.ProcessSlashings(paid)
	require.NoError(t, err)
	final, err := ref.ProcessEffectiveBalanceUpdates(slashed)
	require.NoError(t, err)
	requireDifference(t, scored.Registry.Balance, paid.Registry.Balance, out.DRewards, "rewards and penalties")
	requireDifference(t, paid.Registry.Balance, slashed.Registry.Balance, out.DSlashings, "slashings")
	requireDifference(t, s.Registry.EffectiveBalance, final.Registry.EffectiveBalance, out.DEffective, "effective balances")
	require.Equal(t, out.BalancesHash, balancesHash(final.Registry.Balance))

	whole, memory, err := ref.ProcessEpoch(s, mechanism, m)
	require.NoError(t, err)
	require.Equal(t, final, whole)
	require.Equal(t, after, memory)
	require.Equal(t, before, s.Registry, "an argument changed")
	require.True(t, m.Smoothed.IsUint64() && m.Smoothed.Uint64() == c.Smoothed, "the memory changed")
}

func (c epochCase) checkSmoothed(t *testing.T, s ref.State, out epochOutput) {
	rule := ref.Smoothed{Slope: out.Slope, Cap: out.Cap, Window: out.Window}
	requireNumber(t, out.Reference, must(ref.GetSlotReferenceBalance(s))(t))
	requireNumber(t, out.ForkSeed, must(ref.ForkSeed(s))(t))
	factors, after, err := rule.Walk(s, ref.Memory{Smoothed: new(big.Int).SetUint64(c.Smoothed)})
	require.NoError(t, err)
	requireNumber(t, out.SmoothedAfter, after.Smoothed)
	for offset := range s.Params.SlotsPerEpoch {
		o := must(ref.GetSlotOfflineBalance(s, uint8(offset)))(t)
		requireNumber(t, at(out.SlotOffline, int(offset)), o)
		requireFactor(t, out.Factors[offset], factors.Slots[spec.TimelyTarget][offset])
	}
	scored, err := ref.ProcessInactivityUpdates(s)
	require.NoError(t, err)
	target := must(ref.GetFlagIndexDeltas(scored, spec.TimelyTarget, factors))(t)
	requireBigs(t, target.Penalties, out.TargetPenalties, "target penalties")
	c.checkSteps(t, s, rule.Walk, &out)
}

func TestEverySmoothingVectorIsReproduced(t *testing.T) {
	var f struct {
		Sequences []struct {
			Mode      string
			Reference uint64   `json:"reference_balance"`
			Start     uint64   `json:"smoothed_start"`
			Offline   []uint64 `json:"offline_balance"`
			Runs      []struct {
				Cap     uint64   `json:"max_penalty_factor"`
				Slope   uint64   `json:"penalty_slope"`
				Window  uint64   `json:"smoothing_factor"`
				Factors []uint64 `json:"penalty_factors"`
				After   []uint64 `json:"smoothed_after_slot"`
			}
		}
	}
	decode(t, vectors(t, pyspecKept, "smoothing.json")[0], &f)
	require.NotEmpty(t, f.Sequences)
	for k, q := range f.Sequences {
		require.Len(t, q.Runs, 3)
		for _, run := range q.Runs {
			rule := ref.Smoothed{Slope: run.Slope, Cap: run.Cap, Window: run.Window}
			s := gwei(q.Start)
			for i, o := range q.Offline {
				var f *big.Rat
				var err error
				f, s, err = rule.Step(s, gwei(o), gwei(q.Reference))
				require.NoError(t, err, "sequence %d, slot %d", k, i)
				requireFactor(t, run.Factors[i], f)
				requireNumber(t, run.After[i], s)
			}
		}
	}
}

func TestEveryShufflingVectorIsReproduced(t *testing.T) {
	var f struct {
		Mapping []struct {
			Seed      string
			N, Rounds uint64
			Mapping   []uint64
			Hash      string `json:"mapping_sha256_u64le"`
		}
		Committees []struct {
			Preset   string
			N        int
			Epoch    spec.Epoch
			Inactive []int
			Mix      string `json:"randao_mix"`
			MixIndex uint64 `json:"randao_mix_index"`
			Seed     string `json:"attester_seed"`
			PerSlot  uint64 `json:"committees_per_slot"`

			Committees [][][]spec.ValidatorIndex
			Sizes      [][]int `json:"committee_sizes"`
			Hash       string  `json:"committees_sha256_u64le"`
		}
	}
	decode(t, vectors(t, shufflingKept, "shuffling.json")[0], &f)
	require.NotEmpty(t, f.Mapping)
	require.NotEmpty(t, f.Committees)
	for _, m := range f.Mapping {
		h := sha256.New()
		for i := range m.N {
			j, err := ref.ComputeShuffledIndex(i, m.N, hash(t, m.Seed), m.Rounds)
			require.NoError(t, err)
			h.Write(binary.LittleEndian.AppendUint64(nil, j))
			if m.Hash == "" {
				require.Equal(t, m.Mapping[i], j)
			}
		}
		if m.Hash != "" {
			require.Equal(t, m.Hash, hex.EncodeToString(h.Sum(nil)))
		}
	}
	for _, c := range f.Committees {
		preset, err := spec.ParsePreset(c.Preset)
		require.NoError(t, err)
		params, err := spec.ParamsFor(preset, spec.Electra)
		require.NoError(t, err)
		s := ref.State{Params: params, Registry: spec.NewRegistry(c.N), Boundary: spec.Boundary{CurrentEpoch: c.Epoch + 1}}
		for _, i := range c.Inactive {
			s.Registry.ExitEpoch[i] = 0
		}
		require.Equal(t, c.MixIndex, must(ref.GetRandaoMixIndex(params, c.Epoch))(t))
		seed := ref.GetSeed(c.Epoch, hash(t, c.Mix))
		require.Equal(t, c.Seed, hex.EncodeToString(seed[:]))
		require.Equal(t, c.PerSlot, ref.GetCommitteeCountPerSlot(s, c.Epoch))
		h := sha256.New()
		for slot := range params.SlotsPerEpoch {
			for index := range c.PerSlot {
				got := must(ref.GetBeaconCommittee(s, c.Epoch, seed, slot, index))(t)
				for _, i := range got {
					h.Write(binary.LittleEndian.AppendUint64(nil, uint64(i)))
				}
				if c.Committees != nil {
					require.Equal(t, c.Committees[slot][index], append([]spec.ValidatorIndex{}, got...))
				} else {
					require.Len(t, got, c.Sizes[slot][index])
				}
			}
		}
		if c.Hash != "" {
			require.Equal(t, c.Hash, hex.EncodeToString(h.Sum(nil)))
		}
	}
}

func gwei(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
