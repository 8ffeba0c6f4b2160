//go:build unix

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// cpu is the processor time of this process so far: on a busy machine, unlike
// the clock, it says what a program costs.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// benched is a day and a half of 20,000 validators.
var benched = sample.Period{Seed: 1, Validators: 20_000, Epochs: 320, BalanceEvery: 1, GroupRows: 100_000}

// stage runs a stage b.N times and reports its records for a second of
// processor time.
func stage(b *testing.B, name string, records int64, do func() error) {
	b.Run(name, func(b *testing.B) {
		began := cpu()
		for range b.N {
			require.NoError(b, do())
		}
		took := cpu() - began
		b.ReportMetric(float64(records)*float64(b.N)/took.Seconds(), "records/s/core")
		b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "cpu-ms")
	})
}

// bytes are those of all elements.
func (k kept[K]) bytes() (n int64) {
	for _, all := range k {
		for _, b := range all {
			n += int64(len(b))
		}
	}
	return n
}

func ignore([]byte) {}

// BenchmarkReduce calls the functions of the stages one after the other, without
// a runner, then the whole pipeline on embedded Prism and the same work on one
// machine.
func BenchmarkReduce(b *testing.B) {
	tables, _ := drawn(b, benched)
	files, err := find(b.Context(), tables)
	require.NoError(b, err)
	ctx, window := b.Context(), int64(16)

	byTable := map[int][]surveyed{}
	rows := int64(0)
	survey := func() error {
		clear(byTable)
		for _, s := range files {
			if err := (&survey{timing}).ProcessElement(ctx, s, func(t int, f surveyed) { byTable[t] = append(byTable[t], f) }, ignore); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(b, survey())
	var tasks []task
	for t, all := range byTable {
		new(arrange).ProcessElement(t, iterate(all), func(t task) { tasks = append(tasks, t) })
		for _, f := range all {
			for _, n := range f.Rows {
				rows += n
			}
		}
	}
	stage(b, "survey", rows, survey)

	pieces, chain, balances, marks := kept[int64]{}, kept[int]{}, kept[int64]{}, map[int64]bool{}
	readAll := func() error {
		clear(pieces)
		clear(chain)
		clear(balances)
		for _, t := range tasks {
			if err := (&readGroup{window, timing}).ProcessElement(ctx, t, pieces.emit, chain.emit, balances.emit, func(w int64, _ int) { marks[w] = true }, ignore); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(b, readAll())
	stage(b, "read", rows, readAll)
	b.Logf("%d rows, %d bytes to windows, %d of balances, %d of blocks", rows, pieces.bytes(), balances.bytes(), chain.bytes())

	var windows []int64
	for w := range marks {
		windows = append(windows, w)
	}
	carried := kept[int64]{}
	carryAll := func() error {
		clear(carried)
		for block, all := range balances {
			if err := (&carry{window}).ProcessElement(block, iterate(all), iterate(windows), carried.emit); err != nil {
				return err
			}
		}
		return (&deal{window, timing}).ProcessElement(chainKey, iterate(chain[chainKey]), iterate(windows), carried.emit)
	}
	require.NoError(b, carryAll())
	stage(b, "balances and blocks", rows, carryAll)

	slots, duties := kept[int64]{}, kept[int]{}
	joinAll := func() error {
		clear(slots)
		clear(duties)
		for _, w := range windows {
			all := append(append([][]byte(nil), pieces[w]...), carried[w]...)
			j := &joinWindow{window, timing}
			if err := j.ProcessElement(ctx, w, iterate(all), slots.emit, func(d []byte) { duties.emit(0, d) }, ignore); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(b, joinAll())
	stage(b, "join", rows, joinAll)

	dir := b.TempDir()
	stage(b, "write", rows, func() error {
		var all [][]byte
		for _, s := range slots {
			all = append(all, s...)
		}
		return (&writeShard{newAttempt(dir), 1, ours}).ProcessElement(ctx, 0, iterate(all), iterate(duties[0]), ignore)
	})
	stage(b, "pipeline on embedded Prism", rows, func() error {
		o := &options{runner: "prism", progress: new(progress), errs: errStream, tables: tables, out: b.TempDir(), shards: 4, window: int(window)}
		_, err := o.reduce(context.Background())
		return err
	})
	stage(b, "one machine", rows, func() error {
		t, err := xatu.Open(tables, nil)
		if err != nil {
			return err
		}
		var d dataset.Builder
		return dataset.WriteList(filepath.Join(b.TempDir(), "list"), t.Failures(&d), &d.Duties)
	})
}

// BenchmarkBacktest does the same for the back-test; a record is a slot's
// failure.
func BenchmarkBacktest(b *testing.B) {
	tables, clusters := drawn(b, benched)
	dir := b.TempDir()
	output(b, "reduce", "-tables", tables, "-out", dir, "-shards", "4")
	m, err := openManifest(b.Context(), dir)
	require.NoError(b, err)
	o, err := parse([]string{"backtest", "-failures", dir, "-clusters", clusters, "-fake=false", "-bootstrap", "0"}, os.Stdout)
	require.NoError(b, err)
	o.study.Dir, o.study.First = dir, m.Files[0]
	study, err := o.study.study(b.Context())
	require.NoError(b, err)
	failed := int64(0)
	for _, f := range m.Files {
		failed += f.Rows
	}
	ctx := b.Context()
	aggregates, failures, factors := kept[int]{}, kept[int64]{}, kept[int64]{}
	observeAll := func() error {
		clear(aggregates)
		clear(failures)
		for _, f := range m.Files {
			entry, err := json.Marshal(f)
			if err != nil {
				return err
			}
			if err := (&observe{o.study}).ProcessElement(ctx, entry, aggregates.emit, failures.emit, ignore); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(b, observeAll())
	stage(b, "observe", failed, observeAll)
	walkAll := func() error {
		clear(factors)
		return (&walk{o.study}).ProcessElement(ctx, 0, iterate(aggregates[0]), factors.emit)
	}
	require.NoError(b, walkAll())
	stage(b, "walk", failed, walkAll)
	stage(b, "punish", failed, func() error {
		p := &punish{Study: o.study}
		p.StartBundle(ignore)
		for k, all := range failures {
			if err := p.ProcessElement(ctx, k, iterate(all), iterate(factors[k]), ignore); err != nil {
				return err
			}
		}
		return p.FinishBundle(ignore)
	})
	b.Logf("%d failures in %d epochs, %d rules: %d bytes of aggregates, %d of failures, %d of factors", failed, benched.Epochs, len(o.study.Rules), aggregates.bytes(), failures.bytes(), factors.bytes())
	stage(b, "pipeline on embedded Prism", failed, func() error {
		o.out = b.TempDir()
		_, _, _, err := o.backtest(context.Background(), study, m.Files)
		return err
	})
	stage(b, "one machine", failed, func() error {
		shards, err := xatu.OpenShards(dir)
		if err != nil {
			return err
		}
		defer shards.Close()
		outcome, err := study.Run(asSlots(shards.All()), 1)
		if err == nil {
			_, err = study.Result(outcome, 0, 0)
		}
		return err
	})
}
