package xatu_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// result is everything that a run gives.
type result struct {
	list   []byte // as a file
	faults dataset.Faults
	counts xatu.Counts
}

func single(t testing.TB, dir string) (r result) {
	r.faults.Lenient = true
	tables, err := xatu.Open(dir, &r.faults)
	require.NoError(t, err)
	var b dataset.Builder
	file := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteList(file, tables.Failures(&b), &b.Duties))
	r.list, err = os.ReadFile(file)
	require.NoError(t, err)
	r.counts = tables.Counts
	return r
}

// memory is all rows of the tables.
type memory struct {
	committees   []xatu.Committee
	attestations []xatu.Attestation
	blocks       []xatu.Block
	balances     []xatu.Balance
	faults       dataset.Faults // of reading
	from, to     spec.Epoch     // epochs of which there is a row
}

// load reads every row group by itself, the last one first.
func load(t testing.TB, dir string) *memory {
	m := &memory{faults: dataset.Faults{Lenient: true}, from: 1 << 60}
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	for _, table := range xatu.AllTables() {
		var reached uint64
		var reads []func()
		for _, name := range tables.Files(table) {
			of, ok := xatu.TableOf(name)
			require.True(t, ok && of == table, name)
			b, err := os.ReadFile(name)
			require.NoError(t, err)
			f, err := xatu.OpenFile(table, name, bytes.NewReader(b), int64(len(b)))
			require.NoError(t, err)
			for g := range f.Groups() {
				before := reached
				reads = append(reads, func() { m.read(t, f, g, before) })
				reached = max(reached, f.Highest(g))
			}
		}
		for _, read := range slices.Backward(reads) {
			read()
		}
	}
	return m
}

func (m *memory) read(t testing.TB, f *xatu.File, g int, reached uint64) {
	keep := func(epoch spec.Epoch, err error) bool {
		if err != nil {
			require.ErrorIs(t, err, spec.ErrInput)
			require.NoError(t, m.faults.Report(err.(*dataset.Fault)))
			return false
		}
		m.from, m.to = min(m.from, epoch), max(m.to, epoch+1)
		return true
	}
	switch f.Table {
	case xatu.Committees:
		for r, err := range f.Committees(g, reached) {
			if keep(spec.Epoch(r.Slot/32), err) {
				r.Validators = slices.Clone(r.Validators)
				m.committees = append(m.committees, r)
			}
		}
	case xatu.Attestations:
		for r, err := range f.Attestations(g, reached) {
			if keep(spec.Epoch(r.Slot/32), err) {
				r.Validators = slices.Clone(r.Validators)
				m.attestations = append(m.attestations, r)
			}
		}
	case xatu.Blocks:
		for r, err := range f.Blocks(g, reached) {
			if keep(spec.Epoch(r.Slot/32), err) {
				m.blocks = append(m.blocks, r)
			}
		}
	case xatu.Validators:
		for r, err := range f.Balances(g, reached) {
			if keep(r.Epoch, err) {
				m.balances = append(m.balances, r)
			}
		}
	}
}

// window is what the epochs need of the rows and nothing else, in any order.
func (m *memory) window(rng *rand.Rand, from, to spec.Epoch) *xatu.Window {
	w := &xatu.Window{From: from, To: to, Timing: mainnet, Known: new(xatu.Balances)}
	in := func(s spec.Slot) bool { return spec.Epoch(s/32)+1 >= from && spec.Epoch(s/32) < to }
	w.Committees = pick(rng, m.committees, func(r xatu.Committee) bool { return in(r.Slot) })
	w.Attestations = pick(rng, m.attestations, func(r xatu.Attestation) bool { return in(r.Slot) })
	w.Balances = pick(rng, m.balances, func(r xatu.Balance) bool { return r.Epoch >= from && r.Epoch < to })
	var low, high spec.Slot = 0, 1 << 62
	for _, b := range m.blocks {
		if b.Slot <= spec.Slot(from-1)*32 {
			low = max(low, b.Slot)
		}
		if b.Slot >= spec.Slot(to)*32 {
			high = min(high, b.Slot)
		}
	}
	w.Blocks = pick(rng, m.blocks, func(r xatu.Block) bool { return r.Slot >= low && r.Slot <= high })
	known := slices.Clone(m.balances)
	slices.SortFunc(known, func(a, b xatu.Balance) int { return a.At.Compare(b.At) })
	for i := range known {
		if known[i].Epoch < from {
			_ = w.Known.Add(&known[i])
		}
	}
	return w
}

func pick[T any](rng *rand.Rand, rows []T, wanted func(T) bool) (out []T) {
	for _, r := range rows {
		if wanted(r) {
			out = append(out, r)
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// windows joins the rows in windows of so many epochs.
func (m *memory) windows(t testing.TB, rng *rand.Rand, size spec.Epoch) (r result) {
	r.faults = m.faults
	var duties dataset.Duties
	list := func(yield func(dataset.SlotFailures, error) bool) {
		start := m.from - spec.Epoch(rng.Uint64N(uint64(size)))
		for from := start; from < m.to; from += size {
			w := m.window(rng, from, from+size)
			w.Faults = &dataset.Faults{Lenient: true}
			for s, err := range w.Failures() {
				if !yield(s, err) {
					return
				}
			}
			duties.Union(&w.Duties)
			r.counts.Add(w.Counts)
			r.faults.Add(w.Faults)
		}
	}
	file := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteList(file, list, &duties))
	var err error
	r.list, err = os.ReadFile(file)
	require.NoError(t, err)
	return r
}

// again writes the rows of a table of dir below another folder, cut into files
// and row groups in other places.
func again[T any](t testing.TB, rng *rand.Rand, dir, to string, table xatu.Table) {
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	var rows []T
	for _, name := range tables.Files(table) {
		more, err := parquet.ReadFile[T](name)
		require.NoError(t, err)
		rows = append(rows, more...)
	}
	for i := 0; len(rows) > 0; i++ {
		n := min(len(rows), 1+rng.IntN(len(rows)+1))
		path := filepath.Join(to, table.String(), fmt.Sprintf("%d.parquet", i))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, parquet.WriteFile(path, rows[:n], parquet.MaxRowsPerRowGroup(1+rng.Int64N(int64(n)))))
		rows = rows[n:]
	}
}

var periods = map[string]sample.Period{
	"by slot":             {Seed: 1, Validators: 320, From: 300_000, Epochs: 20, BalanceEvery: 3, GroupRows: 100},
	"by block":            {Seed: 2, Validators: 320, From: 300_000, Epochs: 37, ByBlock: true, BalanceEvery: 5, GroupRows: 77},
	"by block, a gap":     {Seed: 3, Validators: 100, From: 300_000, Epochs: 12, ByBlock: true, Gap: true, GroupRows: 31},
	"by slot, bad rows":   {Seed: 4, Validators: 320, From: 300_000, Epochs: 20, BalanceEvery: 1, BadEvery: 7, Gap: true, GroupRows: 50},
	"by block, bad rows":  {Seed: 5, Validators: 640, From: 300_000, Epochs: 20, BalanceEvery: 4, BadEvery: 5, ByBlock: true, Gap: true, GroupRows: 64},
	"before and in deneb": {Seed: 6, Validators: 64, From: 269568 - 3, Epochs: 7, ByBlock: true},
	"mostly bad":          {Seed: 7, Validators: 32, From: 300_000, Epochs: 9, BadEvery: 1, ByBlock: true, BalanceEvery: 2, GroupRows: 3},
}

func TestWindowsGiveWhatOneRunGives(t *testing.T) {
	for name, p := range periods {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, p.Write(dir))
			want := single(t, dir)
			require.NotZero(t, want.counts.LateRows)
			require.Equal(t, p.BadEvery > 0 || p.Gap, want.faults.Total() > 0)
			rng := rand.New(rand.NewPCG(p.Seed, 1))
			all := load(t, dir)
			for _, size := range []spec.Epoch{1, 2, 5, 32} {
				got := all.windows(t, rng, size)
				require.Equal(t, want.counts, got.counts, "windows of %d", size)
				require.Equal(t, want.faults.Summary(), got.faults.Summary(), "windows of %d", size)
				require.True(t, bytes.Equal(want.list, got.list), "windows of %d", size)
			}
			for range 3 {
				other := t.TempDir()
				again[committeeRow](t, rng, dir, other, xatu.Committees)
				again[attestationRow](t, rng, dir, other, xatu.Attestations)
				again[blockRow](t, rng, dir, other, xatu.Blocks)
				again[validatorRow](t, rng, dir, other, xatu.Validators)
				got := []result{single(t, other), load(t, other).windows(t, rng, 5)}
				require.Equal(t, got[0].counts, got[1].counts)
				for _, got := range got {
					// Which rows are in another file than the first is up to the files.
					got.counts.OtherFileRows = want.counts.OtherFileRows
					require.Equal(t, want.counts, got.counts)
					require.Equal(t, want.faults.Summary(), got.faults.Summary())
					require.True(t, bytes.Equal(want.list, got.list))
				}
			}
		})
	}
}
