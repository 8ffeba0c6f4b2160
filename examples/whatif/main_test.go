package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/scenario"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// small keeps a scenario quick.
var small = []string{"-set", "population.stake_eth=64000", "-set", "duration=2d", "-set", "warmup=4", "-set", "runs=3"}

func whatif(t testing.TB, args ...string) string {
	var out bytes.Buffer
	require.NoError(t, run(args, nil, &out))
	return out.String()
}

// The golden file holds layout; its figures are held to the published ones in
// package scenario.
func TestTheHeadlineIsAsKept(t *testing.T) {
	path := filepath.Join("testdata", "headline.txt")
	got := whatif(t)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
	for _, figure := range []string{"68.58", "132.31", "128.92", "259.29", "11.29", "800.70"} {
		require.Contains(t, got, figure)
	}
}

func TestTheSameSeedGivesTheSameBytesOnAnyNumberOfWorkers(t *testing.T) {
	for _, name := range []string{"cloud-10pct-24h", "advantage", "slope-cap-sweep"} {
		args := append([]string{"-scenario", name, "-format", "json", "-set", "sweep=[]", "-seed", "5"}, small...)
		one, three := whatif(t, append(args, "-workers", "1")...), whatif(t, append(args, "-workers", "3")...)
		require.Equal(t, one, three, name)
		require.NotEqual(t, one, whatif(t, append(args, "-seed", "6")...), name)
	}
}

func TestEveryBuiltInScenarioIsValidAndNamed(t *testing.T) {
	list := whatif(t, "-list")
	for _, name := range builtinNames() {
		require.Contains(t, list, name)
		_, err := prepare(&options{scenario: name}, nil)
		require.NoError(t, err, name)
		require.Contains(t, whatif(t, "-scenario", name, "-print"), "scenario: "+name)
	}
	for _, name := range []string{"cloud-10pct-24h", "client-bug-30pct", "finality-loss-40pct-3d", "solo-vs-pool-year", "maxeb-consolidation", "advantage", "ordinary-participation", "attacks"} {
		require.Contains(t, builtinNames(), name)
	}
}

func TestEveryFormatHoldsTheSameRows(t *testing.T) {
	args := append([]string{"-scenario", "cloud-10pct-24h"}, small...)
	var r struct {
		Seed   uint64
		Config string
		Tables map[string][]map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(whatif(t, append(args, "-format", "json")...)), &r))
	require.EqualValues(t, 1, r.Seed)
	require.Contains(t, r.Config, "stake_eth: 64000")
	require.Len(t, r.Tables["mechanisms"], 6)
	for _, key := range []string{"groups", "operators", "sizes", "time"} {
		require.NotEmpty(t, r.Tables[key], key)
	}
	rows := 0
	for _, table := range r.Tables {
		rows += len(table)
	}
	csv := whatif(t, append(args, "-format", "csv")...)
	require.Equal(t, rows+3*len(r.Tables)-1, strings.Count(csv, "\n"), "a name, a header, rows and a blank line for each table")
	require.Contains(t, whatif(t, append(args, "-format", "markdown")...), "| smoothed-2026/E3 |")
}

// badScenarios are refused before anything runs, by file, line and key.
var badScenarios = map[string]struct{ text, want string }{
	"an empty file":              {"", "standard input"},
	"a list":                     {"- 1\n", "standard input:1"},
	"no YAML":                    {"a: [\n", "standard input"},
	"two documents":              {"runs: 1\n---\nruns: 2\n", "more than one document"},
	"an unknown key":             {"runs: 1\nwat: 2\n", "standard input:2: wat: invalid input: unknown key"},
	"a key twice":                {"runs: 1\nruns: 2\n", "runs"},
	"an unknown key deeper":      {"population: {preset: one-pool}\noutages:\n  - share: 0.1\n    size: 3\n", "standard input:4: outages.0.size: invalid input: unknown key"},
	"a share above one":          {"population: {preset: one-pool}\noutages:\n  - {share: 1.5, duration: 1h}\n", "standard input:3: outages.0.share: invalid input: 1.5 is more than 1"},
	"a negative share":           {"population: {preset: one-pool}\noutages:\n  - {share: -0.5, duration: 1h}\n", "standard input:3: outages.0.share: invalid input: -0.5 is negative"},
	"a negative duration":        {"population: {preset: one-pool}\nduration: -3d\n", `standard input:2: duration: invalid input: "-3d": negative`},
	"a duration that is no time": {"duration: soon\n", "standard input:1: duration"},
	"no duration of an outage":   {"population: {preset: one-pool}\nmechanisms: [status-quo]\noutages:\n  - {share: 0.5}\n", "standard input:4: outages.0.duration"},
	"no population":              {"mechanisms: [status-quo]\n", "population"},
	"zero validators":            {"mechanisms: [status-quo]\npopulation:\n  operators:\n    - {name: solo, group: small, validators: 0}\n", "standard input:4: population.0.validators: invalid input: 0, not between 1"},
	"more than memory":           {"mechanisms: [status-quo]\npopulation:\n  operators:\n    - {name: solo, group: small, validators: 4000000}\n    - {name: other, group: small, validators: 4000000}\n", "standard input:5: population.1.validators: invalid input: 8000000 validators"},
	"shares of a layer":          {"mechanisms: [status-quo]\npopulation:\n  operators:\n    - {name: solo, group: small, validators: 9, clients: {a: 0.7, b: 0.5}}\n", "standard input:4: population.0.clients: invalid input: the shares add up to 1.2"},
	"overlapping outages":        {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\noutages:\n  - {share: 0.6, duration: 5h}\n  - {share: 0.6, duration: 5h, start: 2h}\n", "standard input:5: outages.1.share: invalid input: with the outages that overlap it the shares add up to 1.2"},
	"misses above one":           {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\nmisses:\n  - {offline: 0.6}\n  - {group: small, offline: 0.6}\n", "standard input:3: misses"},
	"an unknown mechanism":       {"mechanisms:\n  - status-quo\n  - what\n", "standard input:3: mechanisms.1"},
	"an unknown constant":        {"mechanisms:\n  - {rule: status-quo, slope: 3}\n", "standard input:2: mechanisms.0"},
	"a constant of zero":         {"mechanisms:\n  - {rule: smoothed-2026/E3, window: 0}\n", "standard input:2: mechanisms.0"},
	"a constant with a slip":     {"mechanisms:\n  - {rule: smoothed-2026/E3, slop: 9}\n", `standard input:2: mechanisms.0.slop: invalid input: unknown key (one of cap, floor, label, rule, slope, window; did you mean "slope"?)`},
	"a constant's old name":      {"mechanisms:\n  - {rule: smoothed-2026/E0, floor_divisor: 9}\n", `did you mean "floor"?`},
	"a constant of another rule": {"mechanisms:\n  - {rule: net-excess-2024, slope: 9}\n", "mechanisms.0.slope: invalid input: unknown key (one of adjustment, cap, label, rule)"},
	"a constant without a value": {"mechanisms:\n  - {rule: net-excess-2024, cap}\n", `standard input:2: mechanisms.0: mechanism "net-excess-2024/cap"`},
	"a word of no rule":          {"mechanisms:\n  - {rule: slot-relative/sum,cubed}\n", "standard input:2: mechanisms.0: mechanism \"slot-relative/sum,cubed\""},
	"a mechanism that is a list": {"mechanisms:\n  - [status-quo]\n", "standard input:2: mechanisms.0: invalid input: neither a name nor a mapping"},
	"an unknown layer":           {"mechanisms: [status-quo]\nfaults:\n  - {layer: moon, per_day: 1, duration: 1h}\n", "standard input:3: faults.0.layer"},
	"an unknown element":         {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\nfaults:\n  - {layer: client, name: x, per_day: 1, duration: 1h}\n", "standard input:4: faults.0.name"},
	"an unknown group":           {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\ncompare: {small: tiny}\n", "standard input:3: compare.small"},
	"an unknown preset":          {"population: {preset: x}\n", "standard input:1: population.preset"},
	"an unknown metric":          {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\nmetric: x\n", "standard input:3: metric"},
	"an unknown kind":            {"kind: x\n", "standard input:1: kind"},
	"a number that is none":      {"runs: many\n", `standard input:1: runs: invalid input: "many" is not a number`},
	"a share too fine":           {"population: {preset: one-pool}\noutages:\n  - {share: 0.00000001, duration: 1h}\n", "standard input:3: outages.0.share"},
	"three axes":                 {"sweep:\n  - {key: runs, values: [1]}\n  - {key: seed, values: [1]}\n  - {key: warmup, values: [1]}\n", "standard input:4: sweep.2"},
	"a run of years of years":    {"mechanisms: [status-quo]\npopulation: {preset: one-pool}\nduration: 4000d\nruns: 1000\n", "standard input:3: duration"},
}

func TestBadScenariosAreNamedByFileLineAndKey(t *testing.T) {
	for name, c := range badScenarios {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := run([]string{"-scenario", "-"}, strings.NewReader(c.text), &out)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, out.String(), "nothing that looks like a result")
		})
	}
}

// What a scenario runs is the rule that its name says, however it is written: its
// rows are those of the same rule under its own name.
func TestAMechanismIsTheOneThatItsNameAndConstantsSay(t *testing.T) {
	const scenario = `{population: {preset: one-pool, stake_eth: 64000}, duration: 1d, runs: 1,
misses: [{offline: 0.01}], outages: [{share: 0.1, duration: 4h, start: 2h}], mechanisms: [status-quo, %s]}`
	rows := func(mechanism string) map[string]any {
		var out bytes.Buffer
		require.NoError(t, run([]string{"-scenario", "-", "-format", "json"}, strings.NewReader(fmt.Sprintf(scenario, mechanism)), &out), mechanism)
		var r struct{ Tables map[string][]map[string]any }
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		return r.Tables["mechanisms"][1]
	}
	for written, name := range map[string]string{
		`{rule: "slot-relative/sum,squared", cap: 4}`:                   "slot-relative/sum,squared",
		`{rule: slot-relative/sum,squared, cap: 4}`:                     "slot-relative/sum,squared",
		`{rule: slot-relative/sum,squared, cap: 3}`:                     "slot-relative/sum,squared,cap=3",
		`{rule: slot-relative/sum,squared,cap=3}`:                       "slot-relative/sum,squared,cap=3",
		`{rule: slot-relative/previous-epoch, multiplier: 322}`:         "slot-relative/previous-epoch",
		`{rule: "smoothed-2026/E1,window=65536", cap: 64}`:              "smoothed-2026/E1,cap=64,window=65536",
		`{rule: smoothed-2026, E1, window: 65536}`:                      "smoothed-2026/E1,window=65536",
		`{rule: smoothed-2026/E0, floor: 1024}`:                         "smoothed-2026/E0,floor=1024",
		`{rule: "net-excess-2024/offline,cap=3", adjustment: 64}`:       "net-excess-2024/offline,adjustment=64,cap=3",
		`{rule: net-excess-per-flag, adjustment: 18446744073709551615}`: "net-excess-per-flag/adjustment=18446744073709551615",
	} {
		got, want := rows(written), rows(`"`+name+`"`)
		require.Equal(t, name, want["mechanism"])
		require.Equal(t, want, got, written)
		require.NotEqual(t, rows("slot-relative/average")["penalties_eth"], got["penalties_eth"])
	}
}

func TestABadPointOfASweepIsRefusedBeforeAnythingRuns(t *testing.T) {
	start := time.Now()
	err := run([]string{"-scenario", "slope-cap-sweep", "-set", "sweep.0.values.9=x"}, nil, &bytes.Buffer{})
	require.ErrorContains(t, err, "mechanisms.1.slope")
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestWrongCommandLinesAreUsageErrors(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag":       {"-nothing"},
		"an argument":           {"x"},
		"an unknown scenario":   {"-scenario", "x"},
		"an unknown format":     {"-format", "xml"},
		"no workers":            {"-workers", "0"},
		"a set without a value": {"-set", "x"},
		"a set of no entry":     {"-scenario", "cloud-10pct-24h", "-set", "outages.7.share=1"},
		"a negative seed":       {"-seed", "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.ErrorIs(t, run(args, nil, &out), cli.ErrUsage)
			require.Empty(t, out.String())
		})
	}
	require.ErrorContains(t, run([]string{"-set", "price=3"}, nil, &bytes.Buffer{}), "-set price=3: price: invalid input: unknown key")
	require.Error(t, run([]string{"-scenario", "no-such-file.yaml"}, nil, &bytes.Buffer{}))
}

func TestAnUnwritableReportIsAnErrorBeforeAnythingRuns(t *testing.T) {
	var out bytes.Buffer
	start := time.Now()
	err := run([]string{"-scenario", "solo-vs-pool-year", "-html", filepath.Join(t.TempDir(), "no", "out.html")}, nil, &out)
	require.ErrorContains(t, err, "out.html")
	require.Empty(t, out.String())
	require.Less(t, time.Since(start), 10*time.Second)
}

func TestTheCommandShownMakesTheReportAgain(t *testing.T) {
	require.Equal(t, []string{"-scenario", "a", "-set", "'x=[1, 2]'", "-seed=3"},
		quoted([]string{"-scenario", "a", "-workers", "2", "--html=o", "-set", "x=[1, 2]", "-format", "json", "-seed=3"}))
}

func TestTheBarShowsTheTimeLeft(t *testing.T) {
	require.Equal(t, "[###############...............] 5/10, 7s left", bar(5, 10, 7*time.Second))
}

func TestHelpShowsExamples(t *testing.T) {
	require.Contains(t, whatif(t, "-h"), "whatif -scenario cloud-10pct-24h -html cloud.html")
}

// BenchmarkSweep runs a sweep of 100 points on one and on two workers.
func BenchmarkSweep(b *testing.B) {
	for _, workers := range []string{"1", "2"} {
		b.Run("points=100/workers="+workers, func(b *testing.B) {
			for range b.N {
				whatif(b, "-scenario", "slope-cap-sweep", "-format", "json", "-workers", workers, "-set", "population.stake_eth=640000")
			}
		})
	}
}

func TestDurationsAreEpochs(t *testing.T) {
	for text, want := range map[string]uint64{"24h": 225, "3d": 675, "1.5d": 338, "384s": 1, "90m": 14, "40": 40, "0": 0} {
		got, err := parseEpochs(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	require.EqualValues(t, 225, scenario.EpochsPerDay)
}
