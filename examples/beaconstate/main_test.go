package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang/snappy"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func execute(args ...string) (string, error) {
	var out bytes.Buffer
	err := run(args, nil, &out)
	return out.String(), err
}

// simulated parses a command line and runs it.
func simulated(t *testing.T, args ...string) *result {
	o, err := parse(args, nil)
	require.NoError(t, err)
	src, err := open(o)
	require.NoError(t, err)
	res, err := simulate(src, o)
	require.NoError(t, err)
	return res
}

// The account takes the epoch apart; the engine does it in one pass.
func TestTheAccountEndsWhereTheEngineDoes(t *testing.T) {
	rules := penalty.Rules()
	if testing.Short() {
		t.Logf("-short: ran %s only, not the %d rules", rules[1].FullName(), len(rules))
		rules = rules[1:2]
	}
	for _, rule := range rules {
		name := rule.FullName()
		args := []string{"-mechanism", name, "-offline", "25%", "-epochs", "4", "-finality-delay", "8", "-preset", "minimal", "-seed", "3"}
		if rule.Name == "status-quo" {
			args = append(args, "-fork", "deneb")
		}
		res := simulated(t, args...)
		engine, err := epoch.NewEngine(res.params, rule, 1)
		require.NoError(t, err)
		o, err := parse(args, nil)
		require.NoError(t, err)
		again := &result{source: res.source, params: res.params, start: res.start}
		r := res.start.Clone()
		b, err := res.source.state.Boundary()
		require.NoError(t, err)
		var committees spec.Committees
		var memory penalty.Memory
		last := b.CurrentEpoch + 1
		for k := range spec.Epoch(4) {
			b.CurrentEpoch = last - 1 + k
			b.FinalizedEpoch = b.CurrentEpoch - 8
			require.NoError(t, again.assign(&committees, b.PreviousEpoch(), last, o.seed))
			r.SlotOffset = again.slots
			if k == 0 {
				var s spec.Summary
				require.NoError(t, spec.Summarize(&s, &res.params, r, b, 1))
				memory, err = memoryOf(&rule, res.source.state, &s, o)
				require.NoError(t, err)
			}
			memory, err = engine.ProcessEpoch(r, b, memory)
			require.NoError(t, err)
			b.NextBlockMissing = 0
			r.FailedBefore = make([]bool, r.Len())
			for i, flags := range r.PreviousFlags {
				r.FailedBefore[i] = !spec.TimelyTarget.In(flags)
			}
		}
		a := res.runs[1]
		require.Equal(t, r.Balance, a.reg.Balance, name)
		require.Equal(t, r.EffectiveBalance, a.reg.EffectiveBalance, name)
		require.Equal(t, r.InactivityScore, a.reg.InactivityScore, name)
		require.Equal(t, memory, a.memory, name)
		for i := range r.Balance { // every Gwei is accounted
			require.Equal(t, r.Balance[i]+a.penalties[i]+a.slashed[i], res.start.Balance[i]+a.rewards[i], name)
		}
	}
}

// One epoch's rewards and penalties of every validator as penalty/ref has them.
func TestOneEpochIsThatOfTheOracle(t *testing.T) {
	res := simulated(t, "-mechanism", "smoothed-2026/E1", "-preset", "minimal", "-offline", "0.3", "-calm", "0.01")
	b, err := res.source.state.Boundary()
	require.NoError(t, err)
	r := res.start.Clone()
	r.SlotOffset = res.slots
	s := ref.State{Params: res.params, Boundary: b, Registry: r}
	total, err := ref.GetTotalActiveBalance(s)
	require.NoError(t, err)
	slot := spec.Gwei(total.Uint64()) / spec.Gwei(res.params.SlotsPerEpoch)
	memory := ref.Memory{Smoothed: new(big.Int).SetUint64(uint64(share(0.01).of(slot)))}
	s, err = ref.ProcessInactivityUpdates(s)
	require.NoError(t, err)
	factors, _, err := ref.E1().Walk(s, memory)
	require.NoError(t, err)
	all, err := ref.GetDeltas(s, factors)
	require.NoError(t, err)
	for i := range r.Len() {
		var rewards, penalties spec.Gwei
		for _, d := range all {
			rewards += spec.Gwei(d.Rewards[i].Uint64())
			penalties += spec.Gwei(d.Penalties[i].Uint64())
		}
		require.Equal(t, rewards, res.runs[1].rewards[i])
		require.Equal(t, penalties, res.runs[1].penalties[i])
	}
}

func TestOutputIsAsKept(t *testing.T) {
	for _, format := range []string{"text", "csv", "json", "markdown"} {
		out, err := execute("-offline", "10%", "-epochs", "3", "-compare", "slot-relative", "-format", format)
		require.NoError(t, err)
		path := filepath.Join("testdata", "built."+format)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(out), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), out)
	}
}

func rows(t *testing.T, out string) (all []map[string]any) {
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	return all
}

func TestTheTotalIsTheSumOfTheClasses(t *testing.T) {
	out, err := execute("-offline", "0.2", "-format", "json", "-compare", "status-quo")
	require.NoError(t, err)
	all := rows(t, out)
	require.Len(t, all, 7) // no class below 32 ETH
	sums := map[string]float64{}
	for _, row := range all[:6] {
		for k, v := range row {
			if n, ok := v.(float64); ok {
				sums[k] += n
			}
		}
	}
	for k, v := range all[6] {
		if n, ok := v.(float64); ok && !strings.Contains(k, "ratio") && !strings.Contains(k, "per_validator") {
			require.InDelta(t, sums[k], n, 0, k)
		}
	}
	require.EqualValues(t, 1, all[6]["compare_ratio"])
	require.Equal(t, all[6]["status_quo_penalties_gwei"], all[6]["compare_penalties_gwei"])
	require.Greater(t, all[6]["ratio"], 1.0)
}

// written builds a state and writes it in every form that the program reads.
func written(t *testing.T, args ...string) (names []string, raw []byte) {
	o, err := parse(args, nil)
	require.NoError(t, err)
	src, err := open(o)
	require.NoError(t, err)
	dir := t.TempDir()
	name := filepath.Join(dir, "state.ssz")
	require.NoError(t, src.state.SaveAs(name, nil))
	raw, err = os.ReadFile(name)
	require.NoError(t, err)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err = w.Write(raw)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(name+".gz", zipped.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(name+"_snappy", vector.EncodeSnappy(raw), 0o644))
	var framed bytes.Buffer
	s := snappy.NewBufferedWriter(&framed)
	_, err = s.Write(raw)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, os.WriteFile(name+"_framed", framed.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(name+"_misnamed", zipped.Bytes(), 0o644))
	return []string{name, name + ".gz", name + "_snappy", name + "_framed", name + "_misnamed"}, raw
}

func TestStatesAreDetectedInEveryFileForm(t *testing.T) {
	for _, fork := range spec.Forks() {
		names, _ := written(t, "-preset", "minimal", "-fork", fork.String())
		want := ""
		for _, name := range names {
			out, err := execute("-offline", "5%", "-format", "csv", name)
			require.NoError(t, err)
			if want == "" {
				want = out
			}
			require.Equal(t, want, out)
			given, err := execute("-offline", "5%", "-format", "csv", "-fork", fork.String(), "-preset", "minimal", name)
			require.NoError(t, err)
			require.Equal(t, want, given)
		}
	}
}

func TestThePostStateHasTheColumnsAndTheClock(t *testing.T) {
	names, raw := written(t, "-preset", "minimal", "-fork", "eip7716")
	out := filepath.Join(t.TempDir(), "post.ssz")
	_, err := execute("-offline", "30%", "-epochs", "5", "-finality-delay", "3", "-out", out, names[0])
	require.NoError(t, err)
	post, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Len(t, post, len(raw))
	before, err := ssz.Detect(ssz.Buffer(raw), int64(len(raw)))
	require.NoError(t, err)
	after, err := ssz.Detect(ssz.Buffer(post), int64(len(post)))
	require.NoError(t, err)
	slot, err := after.Slot()
	require.NoError(t, err)
	require.EqualValues(t, 300_005*8, slot) // the first slot after epoch 300,004
	b, err := after.Boundary()
	require.NoError(t, err)
	require.EqualValues(t, 300_001, b.FinalizedEpoch)
	changed := map[string]bool{}
	for at := range raw {
		if raw[at] != post[at] {
			field, _ := before.FieldAt(int64(at))
			changed[field] = true
		}
	}
	delete(changed, "validators") // effective balances, where they moved
	delete(changed, "inactivity_scores")
	require.Equal(t, map[string]bool{"slot": true, "balances": true, "finalized_checkpoint": true, "smoothed_offline_balance": true}, changed)
}

func TestAFileSaysWhoIsOffline(t *testing.T) {
	name := filepath.Join(t.TempDir(), "offline.csv")
	require.NoError(t, os.WriteFile(name, []byte("validator\n7\n0\n"), 0o644))
	res := simulated(t, "-preset", "minimal", "-offline", name, "-mechanism", "status-quo")
	for i, p := range res.runs[0].penalties {
		require.Equal(t, i == 0 || i == 7, p > 0, i)
	}
	for text, want := range map[string]string{
		"":                     ": invalid input: an empty file",
		"who\n1\n":             `:1: invalid input: header "who"`,
		"validator\n1\nx\n":    `:3: invalid input: validator "x"`,
		"validator\n4096\n":    ":2: invalid input: validator 4096: the state has 4096",
		"validator\n5\n6\n5\n": ":4: invalid input: validator 5: named twice",
		"validator\n-1\n":      `:2: invalid input: validator "-1"`,
		"validator\n1" + strings.Repeat("0", 1<<20): ":2: invalid input: above the limit: a line of more than",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		out, err := execute("-preset", "minimal", "-offline", name)
		require.ErrorContains(t, err, name+want)
		require.NotErrorIs(t, err, cli.ErrUsage)
		require.Empty(t, out)
	}
}

func TestBadStatesAreNamedByFileAndField(t *testing.T) {
	names, raw := written(t, "-preset", "minimal")
	dir := t.TempDir()
	put := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, b, 0o644))
		return name
	}
	zipped, err := os.ReadFile(names[1])
	require.NoError(t, err)
	bomb := vector.EncodeSnappy(make([]byte, 100))
	bomb = append([]byte{0x80, 0x80, 0x80, 0x80, 0x04}, bomb[1:]...)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a missing file":      {[]string{filepath.Join(dir, "nosuch.ssz")}, "nosuch.ssz"},
		"an empty file":       {[]string{put("empty.ssz", nil)}, "empty.ssz: fork.current_version: invalid input: byte 0: EOF"},
		"a truncated state":   {[]string{"-fork", "electra", "-preset", "minimal", put("cut.ssz", raw[:len(raw)-7])}, "cut.ssz: "},
		"another fork":        {[]string{"-fork", "altair", "-preset", "minimal", names[0]}, "state.ssz: minimal altair state: historical_roots"},
		"another preset":      {[]string{"-fork", "electra", "-preset", "mainnet", names[0]}, "state.ssz: state: invalid input: "},
		"not phase0":          {[]string{"-fork", "phase0", "-preset", "minimal", names[0]}, "state.ssz: minimal phase0 state"},
		"a zip":               {[]string{put("zip.gz", []byte("PK\x03\x04"))}, "zip.gz: invalid input: wrong format: this is a zip archive"},
		"cut gzip":            {[]string{put("cut.gz", zipped[:len(zipped)/2])}, "cut.gz: invalid input: after "},
		"a snappy bomb":       {[]string{put("bomb.ssz_snappy", bomb)}, "bomb.ssz_snappy: invalid input: byte 0: declared size 1073741824 above the limit"},
		"snappy of no snappy": {[]string{put("no.ssz_snappy", raw)}, "no.ssz_snappy: invalid input"},
		"an offset elsewhere": {[]string{"-fork", "electra", "-preset", "minimal", put("off.ssz", wrongOffset(raw))}, "off.ssz: minimal electra state: "},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := execute(c.args...)
			require.ErrorContains(t, err, c.want)
			require.NotErrorIs(t, err, cli.ErrUsage)
			require.Empty(t, out)
		})
	}
}

// wrongOffset points the first list one byte further.
func wrongOffset(raw []byte) []byte {
	b := bytes.Clone(raw)
	at := 176 + 2*64*32 // behind two vectors of 64 roots
	b[at]++
	return b
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	out := filepath.Join(t.TempDir(), "nosuch", "post.ssz")
	text, err := execute("-offline", "5%", "-out", out)
	require.ErrorContains(t, err, filepath.Dir(out))
	require.Empty(t, text, "nothing that looks like a result")
}

func TestWrongCommandLinesAreUsageErrors(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag":        {"-nothing"},
		"two states":             {"a", "b"},
		"an unknown mechanism":   {"-mechanism", "x"},
		"an unknown comparison":  {"-compare", "x"},
		"a rule with itself":     {"-compare", "smoothed-2026/E3"},
		"an unknown fork":        {"-fork", "x"},
		"an unknown preset":      {"-preset", "x"},
		"an unknown format":      {"-format", "xml"},
		"no epochs":              {"-epochs", "0"},
		"too many epochs":        {"-epochs", "100001"},
		"a negative epoch":       {"-epochs", "-1"},
		"no finality delay":      {"-finality-delay", "0"},
		"a share above one":      {"-offline", "101%"},
		"a negative share":       {"-offline", "-0.1"},
		"a share that is no one": {"-offline", "NaN"},
		"a bad calm share":       {"-calm", "x"},
		"phase0 without a state": {"-fork", "phase0"},
		"a compressed output":    {"-out", "post.ssz_snappy"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := execute(args...)
			require.ErrorIs(t, err, cli.ErrUsage)
			require.Empty(t, out)
		})
	}
}

func TestHelpShowsExamplesAndLimits(t *testing.T) {
	out, err := execute("-h")
	require.NoError(t, err)
	require.Contains(t, out, "beaconstate -epochs 225 -offline 0.05 sepolia-genesis.ssz.gz")
	require.Contains(t, out, "There is no justification")
}

func TestARealNetworksGenesis(t *testing.T) {
	dir := os.Getenv("STAKESIM_STATES")
	if dir == "" {
		t.Log("STAKESIM_STATES is unset: did not run on sepolia-genesis.ssz.gz")
		return
	}
	post := filepath.Join(t.TempDir(), "post.ssz")
	out, err := execute("-epochs", "10", "-offline", "10%", "-compare", "status-quo", "-format", "json", "-out", post,
		filepath.Join(dir, "sepolia-genesis.ssz.gz"))
	require.NoError(t, err)
	all := rows(t, out)
	require.Len(t, all, 2, "a class of 32 ETH and the total")
	require.EqualValues(t, 1, all[1]["compare_ratio"])
	b, err := os.ReadFile(post)
	require.NoError(t, err)
	s, err := ssz.Detect(ssz.Buffer(b), int64(len(b)))
	require.NoError(t, err)
	require.Equal(t, "sepolia altair", s.Params().Network+" "+s.Params().Fork.String(), "upgraded to its own version")
	require.EqualValues(t, s.Len(), all[1]["validators"])
	slot, err := s.Slot()
	require.NoError(t, err)
	require.EqualValues(t, 11*32, slot) // epochs 1 to 10
	t.Log(out)
}
