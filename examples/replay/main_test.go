package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestFiguresOfTheIncidents holds the replay to the figures that the design
// states for these series: sum or mean of the factors, maximum, memory.
func TestFiguresOfTheIncidents(t *testing.T) {
	for _, c := range []struct {
		incident, rule string
		slots          int
		sum, mean      float64
		max            float64
		memory         spec.Gwei
	}{
		{"fusaka-2025-12", "smoothed-2026/E1", 1344, 76_380, 56.83, 90, 5_207_081_723_306},
		{"fusaka-2025-12", "smoothed-2026/E2", 1344, 152_829, 0, 180, 5_207_081_723_306},
		{"fusaka-2025-12", "smoothed-2026/E3", 1344, 151_800, 0, 180, 6_874_082_539_954},
		{"besu-2024-01", "smoothed-2026/E1", 4000, 0, 3.84225, 11, 0},
		{"besu-2024-01", "smoothed-2026/E2", 4000, 0, 7.171, 22, 0},
		{"besu-2024-01", "smoothed-2026/E3", 4000, 0, 7.077, 22, 0},
	} {
		t.Run(c.incident+" "+c.rule, func(t *testing.T) {
			inc, err := embedded(c.incident)
			require.NoError(t, err)
			require.Len(t, inc.offline, c.slots)
			rule, err := penalty.RuleNamed(c.rule)
			require.NoError(t, err)
			got, err := replay(&inc, rule)
			require.NoError(t, err)
			require.Equal(t, c.max, got.max)
			if c.sum != 0 {
				require.Equal(t, c.sum, got.sum)
			}
			if c.mean != 0 {
				require.InDelta(t, c.mean, got.sum/float64(c.slots), 0.0006*c.mean)
			}
			if c.memory != 0 {
				require.Equal(t, c.memory, spec.Gwei(got.memory[0]))
			}
		})
	}
}

// At 40.7M ETH the design states every figure of a 32 ETH validator's epoch.
func TestEconomicsOfAnEpoch(t *testing.T) {
	p := mainnet()
	e, err := newEconomy(&p, 40_700_000*spec.ETH)
	require.NoError(t, err)
	require.Equal(t, spec.Gwei(10144), e.base)
	full, ok := e.reward(40_700_000*spec.ETH, 40_700_000*spec.ETH)
	require.True(t, ok)
	require.Equal(t, spec.Gwei(8559), full)
	require.Equal(t, spec.Gwei(6340), e.ordinary)
	require.InDelta(t, 12274.24, float64(e.base)*1.21, 0.001)
	require.InDelta(t, 1, e.recoup(spec.Gwei(2_761_704)), 1e-6) // 12274.24 * 225
}

// An outage of every slot of one epoch, by hand: R = 10^15, s = 0, E2's slope
// 765 and cap 256, o = R/100 gives floor(7.65) + 1 = 8 in every slot.
func TestReplayOfASeriesByHand(t *testing.T) {
	text := "epoch,offline_gwei\n7,320000000000000\n"
	inc, err := readIncident(file.Once("hand.csv", strings.NewReader(text)), incident{params: mainnet(), total: 32_000_000_000_000_000})
	require.NoError(t, err)
	require.Len(t, inc.offline, 32)
	require.Equal(t, spec.Gwei(10_000_000_000_000), inc.offline[31])
	got, err := replay(&inc, penalty.SmoothedE2.Rule())
	require.NoError(t, err)
	require.Equal(t, 32*8.0, got.sum)
	// base reward per increment 10^9*64/isqrt(32*10^15) = 357; base 11424;
	// forgone, 99 % of 2499+4641+2499: 2474+4594+2474; source 2499; target 8*11424*26/64 = 37128
	require.Equal(t, spec.Gwei(9542+2499+37128), got.loss)
	// each slot: 10^13 Gwei are 312.5 validators of 7*4641 Gwei more
	quo := int64(312.5 * (2499 + 4641))
	scaled := int64(2499+37128) * 3125 / 10
	require.Equal(t, 32*(scaled-quo), got.extraBurn)
}

// A validator forgoes what the epoch paid those who took part, which falls with
// the stake that did: the figures are of Python's integers over the same files,
// floor(base * weight * (total - offline) // ETH / (total // ETH * 64)) for each flag.
func TestRewardsForgoneFallWithTheShareThatTookPart(t *testing.T) {
	for incident, c := range map[string]struct{ loss, full spec.Gwei }{
		"fusaka-2025-12": {610_700, 669_186},
		"besu-2024-01":   {2_192_889, 2_209_000},
	} {
		inc, err := embedded(incident)
		require.NoError(t, err)
		got, err := replay(&inc, penalty.StatusQuo())
		require.NoError(t, err)
		require.Equal(t, c.loss, got.loss, incident)
		e, err := newEconomy(&inc.params, inc.total)
		require.NoError(t, err)
		full, ok := e.reward(inc.total, inc.total)
		require.True(t, ok)
		require.Equal(t, c.full, (full+e.ordinary)*spec.Gwei(inc.epochs()))
	}
}

// Slots 30 to 33 lie in two epochs. R = 10^15, base 11424: at an eighth and at
// nothing offline the flags pay 2186+4060+2186 and 2499+4641+2499.
func TestASlotSeriesIsCutAtTheEpochsOfItsSlotNumbers(t *testing.T) {
	const series = "slot,offline_gwei\n30,0\n31,250000000000000\n32,0\n33,0\n"
	inc, err := readIncident(file.Once("hand.csv", strings.NewReader(series)), incident{params: mainnet(), total: 32_000_000_000_000_000})
	require.NoError(t, err)
	require.Equal(t, []spec.Gwei{28_000_000_000_000_000, 32_000_000_000_000_000}, inc.online())
	got, err := replay(&inc, penalty.StatusQuo())
	require.NoError(t, err)
	require.Equal(t, spec.Gwei((2*8432+2*9639+4*7140)/32), got.loss)
}

// A series in which finality may be lost says so.
func TestALeakThatIsLeftOutIsNamed(t *testing.T) {
	out := func(offline string) string {
		var out bytes.Buffer
		args := []string{"-csv", "-", "-total-active-gwei", "32000000000000000", "-seed-gwei", "0"}
		require.NoError(t, run(args, strings.NewReader("epoch,offline_gwei\n1,0\n2,"+offline+"\n"), &out))
		return out.String()
	}
	require.Contains(t, out("10666666666666666"), "no leak: two thirds took part in every epoch")
	require.Contains(t, out("10666666666666688"), "in 1 of 2 epochs less than two thirds took part")
}

// The README shows what the program prints.
func TestTheREADMEShowsThisOutput(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "<!-- output of: go run ./examples/replay -->\n```\n")
	require.True(t, found)
	block, _, found := strings.Cut(rest, "```\n")
	require.True(t, found)
	var out bytes.Buffer
	require.NoError(t, run(nil, nil, &out))
	require.Equal(t, out.String(), block)
}

func TestOutputIsAsKept(t *testing.T) {
	path := filepath.Join("testdata", "default.txt")
	var out bytes.Buffer
	require.NoError(t, run(nil, nil, &out))
	if *update {
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

func TestJSONHasTheNamedKeys(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run([]string{"-format", "json", "-mechanism", "smoothed-2026/E2", "-mechanism", "status-quo"}, nil, &out))
	var got struct {
		Incident string
		Slots    int
		Rows     []map[string]any
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	require.Equal(t, "fusaka-2025-12", got.Incident)
	require.Equal(t, 1344, got.Slots)
	require.Len(t, got.Rows, 2)
	for _, key := range []string{"mechanism", "preset", "factor_mean", "factor_max", "slots_at_cap", "loss_gwei", "ratio", "days_to_recoup", "extra_burn_gwei", "memory_end"} {
		require.Contains(t, got.Rows[0], key)
	}
	require.Equal(t, "E2", got.Rows[0]["preset"])
	require.Equal(t, "status-quo", got.Rows[1]["mechanism"])
	require.EqualValues(t, 1, got.Rows[1]["ratio"])
}

func TestSlotSeriesAndStandardInput(t *testing.T) {
	var out bytes.Buffer
	args := []string{"-csv", "-", "-total-active-gwei", "32000000000000000", "-seed-gwei", "0", "-mechanism", "smoothed-2026", "-format", "csv"}
	require.NoError(t, run(args, strings.NewReader("slot,offline_gwei\n5,0\n6,1000000000000000\n"), &out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], "smoothed-2026,E3,128.5,256,1,") // (1 + 256) / 2
}

func TestWrongCommandLinesAreUsageErrors(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag":               {"-nothing"},
		"an argument":                   {"x"},
		"an unknown mechanism":          {"-mechanism", "smoothed-2026/E9"},
		"an unknown incident":           {"-incident", "x"},
		"an unknown format":             {"-format", "xml"},
		"a file without a total":        {"-csv", "x", "-seed-gwei", "0"},
		"a file without a seed":         {"-csv", "x", "-total-active-gwei", "32000000000000000"},
		"a total without a file":        {"-total-active-gwei", "5"},
		"a negative total":              {"-csv", "x", "-total-active-gwei", "-5", "-seed-gwei", "0"},
		"a total of zero":               {"-csv", "x", "-total-active-gwei", "0", "-seed-gwei", "0"},
		"a total that would overflow":   {"-csv", "x", "-total-active-gwei", "18446744073709551615", "-seed-gwei", "0"},
		"a seed above a slot's balance": {"-csv", "x", "-total-active-gwei", "32000000000", "-seed-gwei", "1000000001"},
		"a file and an incident":        {"-csv", "x", "-incident", "besu-2024-01"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(args, nil, &out)
			require.ErrorIs(t, err, cli.ErrUsage)
			require.Empty(t, out.String())
		})
	}
}

func TestBadFilesAreNamedByLineAndField(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an empty file":            {"", "standard input: invalid input: an empty file"},
		"a header alone":           {"epoch,offline_gwei\n", "no rows"},
		"a wrong header":           {"when,offline_gwei\n1,2\n", `standard input:1: invalid input: header "when,offline_gwei"`},
		"a negative balance":       {"epoch,offline_gwei\n1,5\n2,-5\n", `standard input:3: invalid input: offline_gwei "-5": not a whole number`},
		"a balance above 64 bits":  {"slot,offline_gwei\n1,18446744073709551616\n", "standard input:2: invalid input: offline_gwei"},
		"a balance above the slot": {"slot,offline_gwei\n1,1000000000000001\n", "standard input:2: invalid input: offline_gwei 1000000000000001"},
		"a malformed epoch":        {"epoch,offline_gwei\n1e-3,5\n", `standard input:2: invalid input: epoch "1e-3"`},
		"a duplicate epoch":        {"epoch,offline_gwei\n1,5\n1,5\n", "standard input:3: invalid input: epoch 1 after 1"},
		"a decreasing epoch":       {"epoch,offline_gwei\n2,5\n1,5\n", "standard input:3: invalid input: epoch 1 after 2"},
		"a gap":                    {"epoch,offline_gwei\n2,5\n4,5\n", "standard input:3: invalid input: epoch 4 after 2"},
		"a third field":            {"epoch,offline_gwei\n2,5,6\n", "standard input:2: invalid input: 3 fields where 2 are wanted (epoch,offline_gwei)"},
		"semicolons":               {"epoch,offline_gwei\n2;6\n", "standard input:2: invalid input: 1 field where 2 are wanted (epoch,offline_gwei; fields are separated by commas, not by semicolons)"},
		"an open quote":            {"epoch,offline_gwei\n\"2,5\n", "standard input:2: invalid input: extraneous"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			args := []string{"-csv", "-", "-total-active-gwei", "32000000000000000", "-seed-gwei", "0"}
			err := run(args, strings.NewReader(c.text), &out)
			require.ErrorContains(t, err, c.want)
			require.False(t, errors.Is(err, cli.ErrUsage))
			require.Empty(t, out.String(), "nothing that looks like a result")
		})
	}
	require.Error(t, run([]string{"-csv", "no-such-file", "-total-active-gwei", "32000000000000000", "-seed-gwei", "0"}, nil, &bytes.Buffer{}))
}

func TestHelpShowsExamples(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run([]string{"-h"}, nil, &out))
	require.Contains(t, out.String(), "replay -incident besu-2024-01")
	require.Contains(t, out.String(), "-mechanism NAME")
}
