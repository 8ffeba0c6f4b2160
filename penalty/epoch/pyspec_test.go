package epoch_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// The files under testdata/pyspec were computed with the public executable
// consensus specification (consensus-specs a08d8a6 and pull request 5452).

type pyspecFile struct {
	Preset    string
	Constants map[string]json.RawMessage
	Cases     []pyspecCase
}

type pyspecCase struct {
	ID                     string
	CurrentEpoch           spec.Epoch `json:"current_epoch"`
	PreviousEpoch          spec.Epoch `json:"previous_epoch"`
	FinalizedEpoch         spec.Epoch `json:"finalized_epoch"`
	SlashingsSum           spec.Gwei  `json:"slashings_sum"`
	SmoothedOfflineBalance spec.Gwei  `json:"smoothed_offline_balance"`
	Validators             struct {
		EffectiveBalance  []spec.Gwei  `json:"effective_balance"`
		Balance           []spec.Gwei  `json:"balance"`
		Slashed           []uint64     `json:"slashed"`
		Compounding       []uint64     `json:"compounding"`
		ActivationEpoch   []spec.Epoch `json:"activation_epoch"`
		ExitEpoch         []spec.Epoch `json:"exit_epoch"`
		WithdrawableEpoch []spec.Epoch `json:"withdrawable_epoch"`
		PrevFlags         []uint64     `json:"prev_flags"`
		InactivityScore   []uint64     `json:"inactivity_score"`
		PrevSlotOffset    []int        `json:"prev_slot_offset"`
	}
	Outputs struct {
		Altair, Bellatrix, Electra *pyspecOutput
		EIP7716                    []pyspecOutput
	}
}

// pyspecOutput holds one fork's results; a field that the file leaves out is
// nil and equals electra's.
type pyspecOutput struct {
	InactivityScores       []uint64   `json:"inactivity_scores"`
	TotalActiveBalance     *spec.Gwei `json:"total_active_balance"`
	BaseRewardPerIncrement *uint64    `json:"base_reward_per_increment"`
	InLeak                 *bool      `json:"in_leak"`
	Eligible               []uint64   `json:"eligible"`

	Flag0Rewards   *[]spec.Gwei `json:"flag0_rewards"`
	Flag0Penalties *[]spec.Gwei `json:"flag0_penalties"`
	Flag1Rewards   *[]spec.Gwei `json:"flag1_rewards"`
	Flag1Penalties *[]spec.Gwei `json:"flag1_penalties"`
	Flag2Rewards   *[]spec.Gwei `json:"flag2_rewards"`
	Flag2Penalties *[]spec.Gwei `json:"flag2_penalties"`
	Inactivity     *[]spec.Gwei `json:"inactivity_penalties"`

	DRewards   []int64 `json:"d_balance_rewards_and_penalties"`
	DSlashings []int64 `json:"d_balance_slashings"`
	DEffective []int64 `json:"d_effective_balance"`
	Hash       string  `json:"balances_sha256"`

	MaxPenaltyFactor     uint64      `json:"max_penalty_factor"`
	PenaltySlope         uint64      `json:"penalty_slope"`
	SmoothingFactor      uint64      `json:"smoothing_factor"`
	SlotReferenceBalance spec.Gwei   `json:"slot_reference_balance"`
	SlotOfflineBalance   []spec.Gwei `json:"slot_offline_balance"`
	PenaltyFactors       []uint64    `json:"penalty_factors"`
	ForkSeed             spec.Gwei   `json:"fork_seed_smoothed_offline_balance"`
	SmoothedAfter        spec.Gwei   `json:"smoothed_offline_balance_after"`
}

func readPyspec(t testing.TB, path string) pyspecFile {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var file pyspecFile
	require.NoError(t, json.NewDecoder(z).Decode(&file))
	return file
}

// pyspecDir is the directory named by PYSPEC_VECTORS, or the subset kept here.
func pyspecDir() string {
	if dir := os.Getenv("PYSPEC_VECTORS"); dir != "" {
		return dir
	}
	return filepath.Join("testdata", "pyspec")
}

func (c *pyspecCase) registry() *spec.Registry {
	v := c.Validators
	r := spec.NewRegistry(len(v.Balance))
	copy(r.EffectiveBalance, v.EffectiveBalance)
	copy(r.Balance, v.Balance)
	copy(r.ActivationEpoch, v.ActivationEpoch)
	copy(r.ExitEpoch, v.ExitEpoch)
	copy(r.WithdrawableEpoch, v.WithdrawableEpoch)
	copy(r.InactivityScore, v.InactivityScore)
	for i := range v.Balance {
		r.Slashed[i], r.Compounding[i] = v.Slashed[i] != 0, v.Compounding[i] != 0
		r.PreviousFlags[i] = spec.Flags(v.PrevFlags[i])
		if v.PrevSlotOffset[i] >= 0 {
			r.SlotOffset[i] = uint8(v.PrevSlotOffset[i])
		}
	}
	return r
}

func (c *pyspecCase) boundary() spec.Boundary {
	return spec.Boundary{CurrentEpoch: c.CurrentEpoch, FinalizedEpoch: c.FinalizedEpoch, SlashingsSum: c.SlashingsSum}
}

func TestPyspec(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(pyspecDir(), "*.json.gz"))
	require.NoError(t, err)
	cases, older := 0, 0
	for _, path := range files {
		file := readPyspec(t, path)
		preset, err := spec.ParsePreset(file.Preset)
		require.NoError(t, err)
		for i := range file.Cases {
			c := &file.Cases[i]
			t.Run(c.ID, func(t *testing.T) { c.run(t, preset) })
			cases++
			if c.Outputs.Altair != nil && c.Outputs.Bellatrix != nil {
				older++
			}
		}
	}
	t.Logf("pyspec: %d cases, %d of them under altair and bellatrix too", cases, older)
	require.NotZero(t, cases, "no *.json.gz in %s", pyspecDir())
	require.NotZero(t, older, "none under altair and bellatrix")
}

func (c *pyspecCase) run(t *testing.T, preset spec.Preset) {
	base := c.Outputs.Electra
	require.NotNil(t, base)
	statusQuo := penalty.StatusQuo()
	for _, f := range []struct {
		fork spec.Fork
		out  *pyspecOutput
	}{{spec.Altair, c.Outputs.Altair}, {spec.Bellatrix, c.Outputs.Bellatrix}, {spec.Electra, base}} {
		if f.out != nil {
			c.check(t, preset, f.fork, statusQuo, penalty.Memory{}, *f.out, *base)
			c.checkRef(t, preset, f.fork, ref.StatusQuo, *f.out, *base)
		}
	}
	require.Len(t, c.Outputs.EIP7716, 3)
	for _, out := range c.Outputs.EIP7716 {
		m := penalty.Smoothed2026{Slope: out.PenaltySlope, Cap: out.MaxPenaltyFactor, Window: out.SmoothingFactor}
		memory := penalty.Memory{uint64(c.SmoothedOfflineBalance)}
		c.check(t, preset, spec.EIP7716, m.Rule(), memory, out, *base)
		c.checkRef(t, preset, spec.EIP7716, twin.Smoothed(m).Walk, out, *base)
	}
}

// check runs one fork and rule through the component form and the fused form;
// checkRef runs it through penalty/ref.
func (c *pyspecCase) check(t *testing.T, preset spec.Preset, fork spec.Fork, rule penalty.Rule, m penalty.Memory, out, base pyspecOutput) {
	p, err := spec.ParamsFor(preset, fork)
	require.NoError(t, err)
	r, b := c.registry(), c.boundary()
	require.Equal(t, c.PreviousEpoch, b.PreviousEpoch())

	var s spec.Summary
	require.NoError(t, spec.Summarize(&s, &p, r, b, 1))
	require.Equal(t, *base.TotalActiveBalance, s.TotalActive)
	require.Equal(t, *base.BaseRewardPerIncrement, s.BaseRewardPerIncrement)
	require.Equal(t, *base.InLeak, s.InLeak)
	for i, want := range base.Eligible {
		require.Equal(t, want != 0, r.IsEligible(i, s.PreviousEpoch()), "eligible %d", i)
	}

	factors := make([]penalty.Factors, len(s.Slots))
	after, err := penalty.Walk(factors, &rule, m, s.Slots)
	require.NoError(t, err)
	if fork == spec.EIP7716 {
		c.checkSlots(t, &s, factors, after, out)
	}
	c.checkComponents(t, &p, r, &s, factors, rule.Scope, out, base)

	fused := c.registry()
	e, err := epoch.NewEngine(p, rule, 1+len(fused.Balance)%3)
	require.NoError(t, err)
	fusedMemory, err := e.ProcessEpoch(fused, b, m)
	require.NoError(t, err)
	require.Equal(t, after, fusedMemory)
	require.Equal(t, r, fused, "fused form and components")
	whole := c.registry()
	wholeMemory, err := epoch.ProcessEpoch(&p, &rule, whole, b, m)
	require.NoError(t, err)
	require.Equal(t, after, wholeMemory)
	require.Equal(t, r, whole, "ProcessEpoch and its steps")
}

func (c *pyspecCase) checkSlots(t *testing.T, s *spec.Summary, factors []penalty.Factors, after penalty.Memory, out pyspecOutput) {
	for i := range s.Slots {
		require.Equal(t, out.SlotReferenceBalance, s.Slots[i].Reference)
		require.Equal(t, out.SlotOfflineBalance[i], s.Slots[i].Tally.Balance(spec.Offline), "slot %d", i)
		require.Equal(t, penalty.Integer(out.PenaltyFactors[i]), factors[i].Target, "slot %d", i)
		require.Equal(t, penalty.One, factors[i].Source)
	}
	require.Equal(t, out.SmoothedAfter, spec.Gwei(after[0]))
	seed, err := penalty.ForkSeed(s.Slots)
	require.NoError(t, err)
	require.Equal(t, out.ForkSeed, seed)
}

// checkComponents takes r through the transition step by step.
func (c *pyspecCase) checkComponents(t *testing.T, p *spec.Params, r *spec.Registry, s *spec.Summary, factors []penalty.Factors, scope penalty.Scope, out, base pyspecOutput) {
	d := epoch.NewDeltas(r.Len())
	require.NoError(t, epoch.ProcessInactivityUpdates(p, r, s))
	requireColumn(t, "inactivity_scores", base.InactivityScores, r.InactivityScore)
	for flag, want := range [][2]*[]spec.Gwei{
		{base.Flag0Rewards, either(out.Flag0Penalties, base.Flag0Penalties)},
		{base.Flag1Rewards, either(out.Flag1Penalties, base.Flag1Penalties)},
		{base.Flag2Rewards, base.Flag2Penalties},
	} {
		require.NoError(t, epoch.FlagDeltas(d, r, s, spec.Flag(flag), factors, scope))
		requireColumn(t, "flag rewards", *want[0], d.Rewards)
		requireColumn(t, "flag penalties", *want[1], d.Penalties)
	}
	require.NoError(t, epoch.InactivityDeltas(d, p, r, s))
	requireColumn(t, "inactivity_penalties", *either(out.Inactivity, base.Inactivity), d.Penalties)
	requireColumn(t, "inactivity rewards", nil, d.Rewards)

	before := append([]spec.Gwei(nil), r.Balance...)
	require.NoError(t, epoch.ProcessRewardsAndPenalties(p, r, s, factors, scope))
	requireDifference(t, "d_balance_rewards_and_penalties", out.DRewards, before, r.Balance)
	copy(before, r.Balance)
	require.NoError(t, epoch.ProcessSlashings(p, r, s))
	requireDifference(t, "d_balance_slashings", out.DSlashings, before, r.Balance)
	copy(before, r.EffectiveBalance)
	require.NoError(t, epoch.ProcessEffectiveBalanceUpdates(p, r))
	requireDifference(t, "d_effective_balance", out.DEffective, before, r.EffectiveBalance)
	require.Equal(t, out.Hash, hashBalances(r.Balance))
}

func either(a, b *[]spec.Gwei) *[]spec.Gwei {
	if a != nil {
		return a
	}
	return b
}

// requireColumn compares a stored column with a computed one; an empty stored
// column means zeros.
func requireColumn[T ~uint64](t testing.TB, name string, want, got []T) {
	t.Helper()
	if len(want) == 0 {
		want = make([]T, len(got))
	}
	require.Equal(t, want, got, name)
}

func requireDifference(t testing.TB, name string, want []int64, before, after []spec.Gwei) {
	t.Helper()
	got := make([]int64, len(after))
	for i := range after {
		got[i] = int64(after[i] - before[i])
	}
	if len(want) == 0 {
		want = make([]int64, len(got))
	}
	require.Equal(t, want, got, name)
}

func hashBalances(balances []spec.Gwei) string {
	buf := make([]byte, 8*len(balances))
	for i, b := range balances {
		binary.LittleEndian.PutUint64(buf[8*i:], uint64(b))
	}
	sum := sha256.Sum256(buf)
	return hex.EncodeToString(sum[:])
}

func TestSmoothing(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(pyspecDir(), "smoothing.json"))
	require.NoError(t, err)
	var file struct {
		Sequences []struct {
			Mode             string
			ReferenceBalance spec.Gwei   `json:"reference_balance"`
			SmoothedStart    spec.Gwei   `json:"smoothed_start"`
			OfflineBalance   []spec.Gwei `json:"offline_balance"`
			Runs             []struct {
				MaxPenaltyFactor  uint64      `json:"max_penalty_factor"`
				PenaltySlope      uint64      `json:"penalty_slope"`
				SmoothingFactor   uint64      `json:"smoothing_factor"`
				PenaltyFactors    []uint64    `json:"penalty_factors"`
				SmoothedAfterSlot []spec.Gwei `json:"smoothed_after_slot"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	slots := 0
	for _, q := range file.Sequences {
		for _, run := range q.Runs {
			m := penalty.Smoothed2026{Slope: run.PenaltySlope, Cap: run.MaxPenaltyFactor, Window: run.SmoothingFactor}
			average, oracled := q.SmoothedStart, twin.BigOf(q.SmoothedStart)
			for i, offline := range q.OfflineBalance {
				o := spec.SlotObs{Reference: q.ReferenceBalance}
				o.Tally.Add(0, offline)
				f, next, err := m.Step(average, &o)
				require.NoError(t, err)
				require.Equal(t, penalty.Integer(run.PenaltyFactors[i]), f, "%s slot %d", q.Mode, i)
				require.Equal(t, run.SmoothedAfterSlot[i], next, "%s slot %d", q.Mode, i)
				average = next
				expected, after, err := twin.Smoothed(m).Step(oracled, twin.BigOf(offline), twin.BigOf(q.ReferenceBalance))
				require.NoError(t, err)
				require.Equal(t, expected.RatString(), twin.Rat(f).RatString(), "%s slot %d", q.Mode, i)
				require.Equal(t, twin.GweiOf(after), next, "%s slot %d", q.Mode, i)
				oracled = after
				slots++
			}
		}
	}
	t.Logf("smoothing: %d slots of %d sequences", slots, len(file.Sequences))
	require.NotZero(t, slots)
}
