package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

const recordDir = "../../spec/dataset/sample/"

type vectorWant struct {
	Sum    uint64   `json:"sum_incl_sink"`
	Max    uint64   `json:"max"`
	Hash   string   `json:"sha256_i64le"`
	Values []uint64 `json:"values"`
	Hist   []int    `json:"factor_histogram_0_to_4"`
}

// expected reads the file that the published script's figures are kept in,
// and marks what a test looked at.
type expected struct {
	t    *testing.T
	raw  map[string]json.RawMessage
	seen map[string]bool
}

func readExpected(t *testing.T) *expected {
	data, err := os.ReadFile(recordDir + "expected.json")
	require.NoError(t, err)
	e := &expected{t: t, seen: map[string]bool{}}
	require.NoError(t, json.Unmarshal(data, &e.raw))
	return e
}

func (e *expected) get(key string, to any) {
	require.Contains(e.t, e.raw, key)
	e.seen[key] = true
	require.NoError(e.t, json.Unmarshal(e.raw[key], to), key)
}

func (e *expected) str(key string) (s string) { e.get(key, &s); return }
func (e *expected) num(key string) (n int)    { e.get(key, &n); return }

func hexOf(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func i64(values []uint64) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return hexOf(b)
}

func bools(b []byte, column []bool) []byte {
	for _, v := range column {
		b = append(b, map[bool]byte{true: 1}[v])
	}
	return b
}

func sampleRecord(t testing.TB) dataset.Record {
	open := func(name string) file.Input {
		in, err := file.Path(recordDir + name)
		require.NoError(t, err)
		return in
	}
	return dataset.Record{Committees: open("committees.txt.gz"), Attesters: open("attesters.txt.gz"), Immediate: open("immediate_attesters.txt.gz")}
}

func sampleLabels(t testing.TB) *dataset.Labels {
	in, err := file.Path(recordDir + "clusters.csv")
	require.NoError(t, err)
	l, err := dataset.ReadLabels(in, dataset.LabelOptions{Label: "cluster"}, nil, nil)
	require.NoError(t, err)
	return l
}

func published(t testing.TB, o cofailure.Options) *cofailure.Published {
	var lists iter.Seq2[cofailure.Lists, error] = asLists(sampleRecord(t))
	o.Cluster = sampleLabels(t).Label
	p, err := cofailure.AsPublished(lists, o)
	require.NoError(t, err)
	return p
}

func TestTheAnalysisGivesEveryNumberOfThePublishedScript(t *testing.T) {
	want := readExpected(t)
	var attended [2][]byte
	var slots []byte
	p := published(t, cofailure.Options{Row: func(r cofailure.Row) error {
		for d := range attended {
			attended[d] = bools(attended[d], r.Attended[d])
		}
		for _, s := range r.Slot {
			slots = binary.LittleEndian.AppendUint32(slots, uint32(s))
		}
		return nil
	}})

	require.Equal(t, want.num("epochs_in_matrix"), len(p.Epochs))
	require.Equal(t, want.num("columns_incl_sink"), p.Columns())
	require.Equal(t, want.str("attesters_sha256_bool_rowmajor"), hexOf(attended[0]))
	require.Equal(t, want.str("immediate_sha256_bool_rowmajor"), hexOf(attended[1]))
	require.Equal(t, want.str("slot_assignment_sha256_u32le_rowmajor"), hexOf(slots))
	var columns []byte
	for v := range p.MaxValidator + 1 {
		c, ok := p.Column(v)
		require.True(t, ok)
		columns = binary.LittleEndian.AppendUint32(columns, c)
	}
	require.Equal(t, want.str("validator_map_sha256_u32le"), hexOf(columns))

	sizes, wantSizes := map[string]int{}, map[string]int{}
	for _, c := range p.Clusters {
		if len(c.Columns) > 10 {
			sizes[c.Name] = len(c.Columns)
		}
	}
	want.get("clusters_over_10", &wantSizes)
	require.Equal(t, wantSizes, sizes)

	for k, got := range p.Counts {
		var c struct {
			Co   uint64 `json:"co"`
			Fake uint64 `json:"fake_stable"`
		}
		want.get(cofailure.Kind(k).String(), &c)
		require.Equal(t, cofailure.Count{Co: c.Co, Fake: c.Fake}, got, cofailure.Kind(k).String())
	}
	for d, name := range []string{"excess", "excess_ss"} {
		comparePenalties(t, want, p, d, name)
	}
	for scheme, name := range cofailure.Schemes {
		compareVector(t, want, "penalty_"+name, p.Penalty(scheme))
	}
	intended := published(t, cofailure.Options{Multiplier: cofailure.IntendedBy})
	for d, name := range []string{"excess", "excess_ss"} {
		key := "NOT_THE_SCRIPT_multiplier_32_" + name
		compareVector(t, want, key, intended.Excess[d])
		var v vectorWant
		want.get(key, &v)
		require.Equal(t, v.Hist, histogram(intended.Factors[d]))
	}

	// The script stops for want of a cluster of 10000, and these are words.
	require.Contains(t, want.str("table_error"), "need at least one array")
	require.Empty(t, p.Groups()[0].Members)
	want.str("numpy")
	want.str("first_epochs_rule")
	for key := range want.raw {
		require.True(t, want.seen[key], "nothing was compared with %q", key)
	}
}

func comparePenalties(t *testing.T, want *expected, p *cofailure.Published, d int, name string) {
	for what, got := range map[string][][32]uint32{"absences": p.Absences[d], "factors": p.Factors[d]} {
		var bySlot [][]uint32
		want.get(name+"_"+what, &bySlot)
		require.Len(t, bySlot, 32)
		for slot, row := range bySlot {
			require.Len(t, row, len(got))
			for epoch, n := range row {
				require.Equal(t, n, got[epoch][slot], "%s %s of slot %d, row %d", name, what, slot, epoch)
			}
		}
	}
	var flat []uint64
	for slot := range 32 {
		for _, row := range p.Absences[d] {
			flat = append(flat, uint64(row[slot]))
		}
	}
	require.Equal(t, want.str(name+"_absences_by_slot_epoch_sha256_i64le"), i64(flat))
	var hist []int
	want.get(name+"_factor_histogram_0_to_4", &hist)
	require.Equal(t, hist, histogram(p.Factors[d]))
}

func histogram(factors [][32]uint32) []int {
	h := make([]int, 5)
	for _, row := range factors {
		for _, f := range row {
			h[f]++
		}
	}
	return h
}

func compareVector(t *testing.T, want *expected, key string, got []uint64) {
	var v vectorWant
	want.get(key, &v)
	var sum, highest uint64
	for _, p := range got {
		sum += p
		highest = max(highest, p)
	}
	require.Equal(t, v.Sum, sum, key)
	require.Equal(t, v.Hash, i64(got), key)
	if v.Values != nil {
		require.Equal(t, v.Values, got, key)
		require.Equal(t, v.Max, highest, key)
	}
}

func TestClustersBeyondTheRecordAreSkippedAsByTheScriptAndCounted(t *testing.T) {
	stderr := new(bytes.Buffer)
	errStream = stderr
	defer func() { errStream = os.Stderr }()
	clusters, err := os.ReadFile(recordDir + "clusters.csv")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "clusters.csv")
	beyond := "640000,solo\n16777216,solo\n4294967296,\n99999999999999999999999,solo\n"
	require.NoError(t, os.WriteFile(name, append(bytes.TrimRight(clusters, "\n"), "\n"+beyond...), 0o644))
	args := files(t, "", nil)
	args[len(args)-1] = name
	want := output(t, "-as-published")
	require.Empty(t, stderr.String())
	require.Equal(t, want, output(t, append(args, "-as-published")...))
	require.Equal(t, "backtest: 4 validators of "+name+" are beyond the record and left out, as by the script\n", stderr.String())
	var got struct {
		Beyond int `json:"clusters_beyond_record"`
	}
	require.NoError(t, json.Unmarshal([]byte(output(t, append(args, "-as-published", "-format", "json")...)), &got))
	require.Equal(t, 4, got.Beyond)
	require.ErrorIs(t, run(args, nil, new(bytes.Buffer)), spec.ErrInput, "it is a fault of any other run")
}
