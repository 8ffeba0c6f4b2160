package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

func init() {
	register.DoFn4x0[int64, []byte, func(*int64) bool, func(int, []byte)](new(toShard))
	register.DoFn5x1[context.Context, int, func(*[]byte) bool, func(*[]byte) bool, func([]byte), error](new(writeShard))
	register.DoFn4x1[context.Context, []byte, func(*[]byte) bool, func(*[]byte) bool, error](new(finish))
	register.Combiner1[[]byte](new(union))
}

// toShard puts windows that follow each other into one shard.
type toShard struct{ Shards int }

// ProcessElement deals the windows out evenly.
func (t *toShard) ProcessElement(window int64, slots []byte, windows func(*int64) bool, emit func(int, []byte)) {
	all := sortedWindows(windows)
	i, _ := slices.BinarySearch(all, window)
	emit(i*t.Shards/len(all), slots)
}

// union unites sets of validators in their binary form.
type union struct{}

// MergeAccumulators returns the union.
func (*union) MergeAccumulators(a, b []byte) ([]byte, error) {
	var x, y dataset.Duties
	if err := errors.Join(x.UnmarshalBinary(a), y.UnmarshalBinary(b)); err != nil {
		return nil, err
	}
	x.Union(&y)
	return x.AppendBinary(nil)
}

// writeShard writes the slots of some windows as one failure list, which has
// the duties of all.
type writeShard struct {
	Attempt attempt
	Shards  int
	Origin  dataset.Origin
}

// ProcessElement emits the file for the manifest.
func (s *writeShard) ProcessElement(ctx context.Context, shard int, pieces, duties func(*[]byte) bool, emit func([]byte)) error {
	type run struct {
		first spec.Slot
		piece []byte
	}
	var all []run
	for p := []byte(nil); pieces(&p); p = nil {
		var s dataset.SlotFailures
		u := unpacker{b: p}
		if u.value(&s); u.err != nil {
			return u.err
		}
		all = append(all, run{s.Slot, p})
	}
	slices.SortFunc(all, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	var set []byte
	var d dataset.Duties
	if duties(&set); set != nil {
		if err := d.UnmarshalBinary(set); err != nil {
			return err
		}
	}
	f := file{Kind: failureList}
	err := s.Attempt.write(ctx, &f, fmt.Sprintf("failures-%05d-of-%05d", shard, s.Shards), ".list", func(local string) error {
		return dataset.WriteListOf(s.Origin, local, unpackSlots(func(yield func([]byte) bool) {
			for _, r := range all {
				if !yield(r.piece) {
					return
				}
			}
		}, &f), &d)
	})
	if err != nil {
		return err
	}
	b, err := json.Marshal(f)
	emit(b)
	return err
}

// unpackSlots ranges over the slots of pieces, and counts them.
func unpackSlots(pieces iter.Seq[[]byte], f *file) iter.Seq2[dataset.SlotFailures, error] {
	return func(yield func(dataset.SlotFailures, error) bool) {
		for p := range pieces {
			for u := (unpacker{b: p}); u.more(); {
				var s dataset.SlotFailures
				if u.value(&s); !yield(s, u.err) {
					return
				}
				if f.Slots == 0 {
					f.First = s.Slot
				}
				f.Slots, f.Rows, f.Last = f.Slots+1, f.Rows+int64(len(s.Failures)), s.Slot
			}
		}
	}
}

// finish writes the dead letters, and the list of all files, into the folder of
// the attempt.
type finish struct{ Attempt attempt }

// ProcessElement runs once, behind everything else.
func (f *finish) ProcessElement(ctx context.Context, _ []byte, entries, letters func(*[]byte) bool) error {
	var files []file
	for b := []byte(nil); entries(&b); b = nil {
		var e file
		if err := json.Unmarshal(b, &e); err != nil {
			return err
		}
		files = append(files, e)
	}
	var lines [][]byte
	for b := []byte(nil); letters(&b); b = nil {
		lines = append(lines, b)
	}
	deadLetters.Inc(ctx, int64(len(lines)))
	if len(lines) > 0 {
		slices.SortFunc(lines, bytes.Compare)
		e := file{Kind: deadLetter, Rows: int64(len(lines))}
		err := f.Attempt.write(ctx, &e, "_dead-letters", ".jsonl", func(local string) error {
			return write(ctx, local, append(bytes.Join(lines, []byte{'\n'}), '\n'))
		})
		if err != nil {
			return err
		}
		files = append(files, e)
	}
	return f.Attempt.leave(ctx, files)
}
