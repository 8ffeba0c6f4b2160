package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// many repeats an entry of a list, numbered.
func many(n int, entry string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  - "+entry+"\n", i)
	}
	return b.String()
}

// Every limit is stated by -h and by the error beyond it, which comes before anything
// runs, and soon.
func TestTheLimitsAreStatedInHelpAndErrors(t *testing.T) {
	const preset = "mechanisms: [status-quo]\npopulation: {preset: one-pool}\n"
	help := whatif(t, "-h")
	operators := func(n int) string {
		return "mechanisms: [status-quo]\npopulation:\n  operators:\n" +
			many(n, "{name: o%[1]d, group: g%[1]d, validators: 1, regions: {r%[1]d: 1}}")
	}
	for name, c := range map[string]struct{ text, help, says string }{
		"a line of a file":   {strings.Repeat("#", maxFile+1), "1 MiB", "1048576 bytes"},
		"a file":             {strings.Repeat("# a scenario\n", maxFile/12), "1 MiB", "1048576 bytes"},
		"runs":               {preset + "runs: 1025\n", "1024\nruns", "1025 is more than 1024"},
		"epochs":             {preset + "duration: 524289\n", "524288 epochs", "duration: invalid input: 524289, not between 1 and 524288"},
		"epochs of warm-up":  {preset + "warmup: 524289\n", "524288 epochs", "warmup: invalid input: 524289, not between 0 and 524288"},
		"validators":         {"mechanisms: [status-quo]\npopulation:\n  operators:\n    - {name: a, group: g, count: 2, validators: 4000000}\n", "4194304 validators", "a run holds 4194304"},
		"machines":           {"mechanisms: [status-quo]\npopulation:\n  operators:\n    - {name: a, group: g, count: 600000, validators: 1}\n", "524288 machines", "a run holds 524288"},
		"mechanisms":         {"population: {preset: one-pool}\nmechanisms:\n" + many(17, "{rule: status-quo, label: m%d}"), "16 mechanisms", "17, not between 1 and 16"},
		"misses":             {preset + "misses:\n" + many(1025, "{offline: 0.0000%d}"), "1024 entries", "1025, not between 0 and 1024"},
		"faults":             {preset + "faults:\n" + many(1025, "{layer: machine, per_day: 0.%d, duration: 1h}"), "1024 entries", "1025, not between 0 and 1024"},
		"outages":            {preset + "outages:\n" + many(15_000, "{share: 0, layer: client, duration: 1h, start: %d}"), "1024 entries", "15000, not between 0 and 1024"},
		"misses by region":   {operators(9000) + "misses:\n" + many(1000, "{offline: 0.00000%d}"), "", "1000 entries of 9000 operators in 9000 regions, more than 67108864 together"},
		"variants":           {preset + "variants:\n" + many(201, "{label: v%d}"), "200 variants", "at most 200 variants"},
		"axes":               {preset + "sweep:\n" + many(3, "{key: seed, values: [%d]}"), "2 axes", "at most 2 axes"},
		"values of an axis":  {preset + "sweep:\n  - key: seed\n    values: [" + strings.Repeat("1, ", 200) + "1]\n", "200 values", "1 to 200 values"},
		"points of a sweep":  {preset + "sweep:\n" + strings.Repeat("  - key: seed\n    values: ["+strings.Repeat("1, ", 149)+"1]\n", 2), "10000 points", "22500 points, not 1 to 10000"},
		"points of variants": {preset + "variants:\n" + many(101, "{label: v%d}") + "sweep:\n  - key: seed\n    values: [" + strings.Repeat("1, ", 99) + "1]\n", "10000 points", "101 of them at 100 points of the sweep make 10100, more than 10000"},
		"bytes to read":      {preset + strings.Repeat("# a long comment\n", 50_000) + "variants:\n" + many(100, "{label: v%d}"), "64 MiB", "more than 67108864"},
		"changes":            {preset + "variants:\n  - label: a\n    set:\n" + many(1001, "%d: 1"), "", "up to 1000 paths"},
		"work":               {preset + "duration: 500000\nruns: 1024\n", "1.76e+13 validator-epochs", "validator-epochs in all; at most 1.76e+13"},
	} {
		t.Run(name, func(t *testing.T) {
			budget.Run(t, budget.Limit{}, func() {
				var out bytes.Buffer
				err := run([]string{"-scenario", "-"}, strings.NewReader(c.text), &out)
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, c.says)
				require.Empty(t, out.String())
			})
			require.Contains(t, help, c.help)
		})
	}
	require.EqualValues(t, 1024, scenario.MaxRuns)
}
