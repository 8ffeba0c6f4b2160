package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// output runs the program with a small economy.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	small := []string{"-years", "1", "-solos", "20", "-professionals", "2", "-pools", "1", "-delegators", "30"}
	require.NoError(t, run(append(small, args...), nil, &out))
	return out.String()
}

func TestOutputIsAsKept(t *testing.T) {
	path := filepath.Join("testdata", "small.txt")
	got := output(t, "-question", "all")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// rows reads a CSV answer without its header.
func rows(t *testing.T, question string) (cells [][]string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(output(t, "-question", question, "-format", "csv")), "\n")[1:] {
		cells = append(cells, strings.Split(line, ","))
	}
	return cells
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err, s)
	return v
}

// Bob's holder gets 95 parts where David's gets 90; Bob's advantage is gone when he
// performs 90/95 of the days.
func TestBobAndDavidByHand(t *testing.T) {
	list := rows(t, "liquid")
	gain := func(cell string) float64 { return number(t, cell) - 1000 }
	require.InDelta(t, 95.0/90, gain(list[0][1])/gain(list[0][2]), 1e-6)
	for _, r := range list {
		require.InDelta(t, number(t, r[0])/100, gain(r[1])/gain(list[0][1]), 1e-4, "a missed day earns nothing and changes nothing else")
		require.Equal(t, list[0][2], r[2], "David does not gain by Bob's misses")
	}
	// A year of 365 days issues 365 * 14400 * sqrt(30M ETH in Gwei); heavy rewards
	// compound, so that light issuance grows by up to half their yield.
	light := 365 * 14400 * 173205080.75 / 1e9 / 20
	weight := 1_002_000.0
	require.InEpsilon(t, light*0.95*1000/weight, gain(list[0][1]), 0.01)
}

// What is wanted is paid or not collected, and light principal pays nothing.
func TestFaultsByHand(t *testing.T) {
	for _, r := range rows(t, "fault") {
		require.Equal(t, "0", r[6], r)
	}
	list := rows(t, "fault")
	require.InDelta(t, 100.0*32/352, number(t, list[1][3]), 1e-6)
	require.InDelta(t, 100.0*320/352, number(t, list[1][4]), 1e-6)
	require.Equal(t, []string{"32", "68"}, list[5][3:5]) // operator first
	require.Equal(t, []string{"32", "0", "0", "0", "68"}, list[9][3:8])
}

func TestRevenueGrowsWithAlpha(t *testing.T) {
	list := rows(t, "revenue")
	for i, r := range list {
		if i > 0 && list[i-1][0] == r[0] {
			require.Greater(t, number(t, r[2]), number(t, list[i-1][2]))
		}
	}
}

// In a year of an economy, everything issued for performance is somebody's income.
func TestIncomeIsWhatWasMinted(t *testing.T) {
	p := defaultPlan()
	p.Solos, p.Professionals, p.Pools, p.Delegators = 20, 2, 1, 30
	e, err := newEconomy(p, rainbow.SeparateLight, rainbow.EqualParts)
	require.NoError(t, err)
	require.NoError(t, e.year())
	sum := spec.Gwei(0)
	for _, in := range e.income {
		sum += in.operators + in.holders
	}
	require.Equal(t, e.state.Ledger.State().Minted, sum)
	require.Equal(t, e.state.Totals.Paid, sum)
	require.Positive(t, e.income[solo].light)
}

func TestEveryFormatAndThePage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.html")
	for _, format := range []string{"text", "csv", "markdown"} {
		require.Contains(t, output(t, "-question", "all", "-format", format), "33.3")
	}
	var doc struct {
		Plan    plan
		Answers map[string][]map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(output(t, "-question", "all", "-format", "json", "-html", path)), &doc))
	require.Len(t, doc.Answers, len(questions))
	require.Equal(t, 20, doc.Plan.Solos)
	html, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(html)
	for _, want := range []string{"LightETH-Bob", "<svg", "not collected", "Revenue of permissionless operators"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "src=")
	for _, a := range doc.Answers {
		require.NotEmpty(t, a)
	}
}

func TestWrongCommandLinesAreUsageErrors(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag":       {"-nothing"},
		"an argument":           {"x"},
		"an unknown question":   {"-question", "x"},
		"an unknown format":     {"-format", "xml"},
		"an unknown curve":      {"-curve", "x"},
		"no years":              {"-years", "0"},
		"an alpha above 100":    {"-alpha", "101"},
		"an alpha of no number": {"-alpha", "NaN"},
		"a negative inertia":    {"-inertia", "-0.1"},
		"faults beyond daily":   {"-faults", "366"},
		"no solos":              {"-solos", "0"},
		"too many delegators":   {"-delegators", "2001"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.ErrorIs(t, run(args, nil, &out), cli.ErrUsage)
			require.Empty(t, out.String())
		})
	}
	var out bytes.Buffer
	require.Error(t, run([]string{"-question", "stall", "-html", filepath.Join(t.TempDir(), "no", "x.html")}, nil, &out))
	require.NoError(t, run([]string{"-h"}, nil, &out))
	require.Contains(t, out.String(), "-inertia")
}

func TestEveryCurveRuns(t *testing.T) {
	for name := range curves {
		require.Contains(t, output(t, "-curve", name, "-alpha-is-ratio"), "professional")
	}
}
