package epoch_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// stakeTown is a registry with the total active balance of the published
// figures, all online: two validators of 32 ETH and the rest of up to 2048.
func stakeTown(total spec.Gwei) (spec.Params, *spec.Registry, spec.Boundary) {
	const large = 2048 * spec.ETH
	rest := total - 64*spec.ETH
	p, err := spec.ParamsFor(spec.Mainnet, spec.EIP7716)
	if err != nil {
		panic(err)
	}
	r := spec.NewRegistry(2 + int((rest+large-1)/large))
	for i := range r.Len() {
		eb := min(rest, large)
		if i < 2 {
			eb = 32 * spec.ETH
		} else {
			rest -= eb
		}
		r.EffectiveBalance[i], r.Balance[i], r.Compounding[i] = eb, eb, i >= 2
		r.PreviousFlags[i], r.SlotOffset[i] = spec.AllFlags, uint8(i%32)
	}
	return p, r, spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}
}

func TestAThirtyTwoETHValidatorEarnsAndLosesThePublishedFigures(t *testing.T) {
	p, r, b := stakeTown(twin.Stake407)
	s := summarize(t, p, r, b)
	require.Equal(t, twin.Stake407, s.TotalActive)
	require.EqualValues(t, 317, s.BaseRewardPerIncrement)
	base, ok := epoch.BaseReward(32*spec.ETH, s)
	require.True(t, ok)
	require.EqualValues(t, 10144, base)

	var ideal spec.Gwei
	for _, d := range deltasOf(t, r, s, nil, penalty.Scope{}) {
		ideal += d.Rewards[0]
	}
	require.EqualValues(t, 8559, ideal)

	r.PreviousFlags[0] = 0
	s = summarize(t, p, r, b)
	rule := penalty.SmoothedE3.Rule()
	f, _ := walk(t, rule, penalty.Memory{}, s.Slots)
	d := deltasOf(t, r, s, f, rule.Scope)
	require.Equal(t, penalty.One, f[0].Target, "a lone validator of 32 ETH")
	require.EqualValues(t, 2219, d[spec.TimelySource].Penalties[0])
	require.EqualValues(t, 4121, d[spec.TimelyTarget].Penalties[0])
	require.EqualValues(t, 0, d[spec.TimelyHead].Penalties[0])
	require.EqualValues(t, 6340, d[spec.TimelySource].Penalties[0]+d[spec.TimelyTarget].Penalties[0])

	quo := r.Clone()
	statusQuo := penalty.StatusQuo()
	_, err := epoch.ProcessEpoch(&p, &statusQuo, quo, b, penalty.Memory{})
	require.NoError(t, err)
	require.EqualValues(t, 6340, r.Balance[0]-quo.Balance[0])
	require.EqualValues(t, 8559-3, quo.Balance[1]-r.Balance[1], "less a floor for each flag, as one is missing")
}

// A cohort that fails together for a day: sums of the factors are those of the
// integer model, in which 32 ETH lose (8559 + 2219) * 225 + 4121 * sum / 32 Gwei.
func TestADayOfflineInACohortCostsThePublishedTable(t *testing.T) {
	const reference = twin.Stake407 / 32
	for _, c := range []struct {
		permille spec.Gwei
		dollars  [3]float64 // E1, E2, E3, integer model
	}{
		{0, [3]float64{6.17, 6.17, 6.17}},
		{10, [3]float64{11.29, 18.11, 17.78}},
		{50, [3]float64{36.96, 68.82, 67.11}},
		{100, [3]float64{68.58, 132.31, 128.92}},
		{200, [3]float64{131.82, 259.29, 252.52}},
	} {
		for k, rule := range []penalty.Smoothed2026{penalty.SmoothedE1, penalty.SmoothedE2, penalty.SmoothedE3} {
			o := twin.SmoothedObs(reference*(3+c.permille)/1000, reference)
			s, sum := reference*3/1000, uint64(0)
			for range 225 * 32 {
				f, next, err := rule.Step(s, o)
				require.NoError(t, err)
				s, sum = next, sum+f.Num
			}
			gwei := (8559+2219)*225 + 4121*float64(sum)/32
			require.InDelta(t, c.dollars[k], gwei*1840/1e9, 0.00501, "E%d, %d permille", k+1, c.permille)
		}
	}
}

// The offline balances are those of the incidents that penalty/ref keeps, spread
// evenly over the slots of each epoch.
func TestIncidentsReplayToTheAcceptanceFigures(t *testing.T) {
	for _, c := range []struct {
		file        string
		total, seed spec.Gwei
		slots       int
		sums        []uint64
		means       []float64
		maxima      []uint64
		after       []spec.Gwei
	}{
		{
			"2025-12-04-fusaka.csv", 35_632_266_500_000_000, 3_518_727_050_781, 1344,
			[]uint64{76_380, 152_829, 151_800}, nil,
			[]uint64{90, 180, 180}, []spec.Gwei{5_207_081_723_306, 5_207_081_723_306, 6_874_082_539_954},
		},
		{
			"2024-01-06-besu.csv", 28_915_761_000_000_000, 3_301_601_562_500, 4000,
			nil, []float64{3.84225, 7.171, 7.077}, []uint64{11, 22, 22}, nil,
		},
	} {
		for k, rule := range []penalty.Smoothed2026{penalty.SmoothedE1, penalty.SmoothedE2, penalty.SmoothedE3} {
			s, slots, sum, highest := c.seed, 0, uint64(0), uint64(0)
			for _, offline := range incident(t, c.file) {
				o, err := spec.ObsOfOffline(offline/32, c.total, 32)
				require.NoError(t, err)
				for range 32 {
					f, next, err := rule.Step(s, &o)
					require.NoError(t, err)
					s, slots, sum, highest = next, slots+1, sum+f.Num, max(highest, f.Num)
				}
			}
			require.Equal(t, c.slots, slots)
			require.Equal(t, c.maxima[k], highest)
			if c.sums != nil {
				require.Equal(t, c.sums[k], sum)
				require.Equal(t, c.after[k], s)
			} else {
				require.InDelta(t, c.means[k], float64(sum)/float64(slots), 0.0005)
			}
		}
	}
}

// incident reads the offline balance of each epoch in Gwei.
func incident(t testing.TB, name string) (offline []spec.Gwei) {
	f, err := os.Open(filepath.Join("..", "ref", "testdata", name))
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, record := range records[1:] {
		v, err := strconv.ParseUint(record[1], 10, 64)
		require.NoError(t, err)
		offline = append(offline, spec.Gwei(v))
	}
	require.NotEmpty(t, offline)
	return offline
}

// The seed of a live fork counts the last committee as offline. The surplus of
// about R/32 halves in 12.6 or 6.3 days and mutes the factors until then.
func TestTheForkSeedMutesTheFactorsForTheStatedDays(t *testing.T) {
	const reference, baseline = twin.Stake407 / 32, twin.Stake407 / 32 * 3 / 1000
	slots := make([]spec.SlotObs, 32)
	for i := range slots {
		o, err := spec.ObsOfOffline(baseline, twin.Stake407, 32)
		require.NoError(t, err)
		slots[i] = o
	}
	seed, err := penalty.ForkSeed(slots)
	require.NoError(t, err)
	require.Equal(t, baseline, seed)
	live, err := penalty.ForkSeedUnflagged(slots)
	require.NoError(t, err)
	require.Equal(t, (reference-baseline)/32, live-seed, "the last committee's online balance over 32")

	for k, c := range []struct{ halving, tenth, hundredth float64 }{{12.6, 24, 49}, {12.6, 21, 66}, {6.3, 10.5, 33}} {
		rule := []penalty.Smoothed2026{penalty.SmoothedE1, penalty.SmoothedE2, penalty.SmoothedE3}[k]
		full := [2]uint64{factorOf(t, rule, baseline, baseline+reference/10), factorOf(t, rule, baseline, baseline+reference/100)}
		halved, reached := 0., [2]float64{}
		for s, slot := live, 0; halved == 0 || reached[0] == 0 || reached[1] == 0; slot++ {
			days := float64(slot) / 7200
			if halved == 0 && s-baseline <= (live-baseline)/2 {
				halved = days
			}
			if slot%60 == 0 {
				for j, cohort := range []spec.Gwei{reference / 10, reference / 100} {
					if f := factorOf(t, rule, s, baseline+cohort); reached[j] == 0 && 10*f >= 9*full[j] {
						reached[j] = days
					}
				}
			}
			_, s, err = rule.Step(s, &slots[0])
			require.NoError(t, err)
		}
		require.InDelta(t, c.halving, halved, 0.05, "E%d", k+1)
		require.InDelta(t, c.tenth, reached[0], 0.55, "E%d, 10 percent", k+1)
		require.InDelta(t, c.hundredth, reached[1], 0.55, "E%d, 1 percent", k+1)
	}
}

// factorOf is the factor of a slot at 40.7M ETH.
func factorOf(t testing.TB, r penalty.Smoothed2026, average, offline spec.Gwei) uint64 {
	f, _, err := r.Step(average, twin.SmoothedObs(offline, twin.Stake407/32))
	require.NoError(t, err)
	return f.Num
}
