package main

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	specfile "github.com/stakesim/stakesim/spec/file"
)

func init() {
	register.DoFn6x1[context.Context, []byte, func(*[]byte) bool, func(*[]byte) bool, func(*[]byte) bool, func(*[]byte) bool, error](new(conclude))
}

// conclude puts the parts of a back-test together.
type conclude struct {
	Study   studyOf
	Attempt attempt
}

// ProcessElement runs once, behind everything else. Quality and fakes are
// missing when they were not asked for.
func (c *conclude) ProcessElement(ctx context.Context, _ []byte, totals, counted, quality, fakes func(*[]byte) bool) error {
	var all backtest.Totals
	for b := []byte(nil); totals(&b); b = nil {
		var t backtest.Totals
		if err := errors.Join(t.UnmarshalBinary(b), all.Merge(&t)); err != nil {
			return err
		}
	}
	var counts *cofailure.Counts
	incomplete := 0
	for b := []byte(nil); counted(&b); b = nil {
		part, n, err := unpackCounts(b)
		if err != nil {
			return err
		}
		if incomplete += n; counts == nil {
			counts = part
		} else if err := counts.Merge(part); err != nil {
			return err
		}
	}
	var fake cofailure.Fake
	for b := []byte(nil); fakes(&b); b = nil {
		if len(b) == 0 {
			continue // not asked for
		}
		var f cofailure.Fake
		if err := errors.Join(f.UnmarshalBinary(b), fake.Merge(&f)); err != nil {
			return err
		}
	}
	var p packer
	p.uint(uint64(incomplete))
	err := errors.Join(p.value(counts), p.value(&all), p.value(&fake))
	var q []byte
	quality(&q)
	p.bytes(q)
	if err != nil {
		return err
	}
	f := file{Kind: outcomeFile}
	if err := c.Attempt.write(ctx, &f, "outcome", ".bin", func(local string) error {
		return specfile.Write(local, func(w *specfile.Writer) error {
			_, err := w.Write(p)
			return err
		})
	}); err != nil {
		return err
	}
	return c.Attempt.leave(ctx, []file{f})
}

// outcome reads what [conclude] wrote.
func outcome(b []byte, clusters *cofailure.Clusters) (*backtest.Outcome, error) {
	o := &backtest.Outcome{Counts: new(cofailure.Counts), Totals: new(backtest.Totals)}
	u := unpacker{b: b}
	o.Incomplete = int(u.uint())
	u.value(o.Counts)
	u.value(o.Totals)
	fake := new(cofailure.Fake)
	if u.value(fake); u.err != nil || len(u.b) == 0 {
		return o, u.err
	}
	var q cofailure.Quality
	if err := q.UnmarshalBinary(u.b); err != nil {
		return nil, err
	}
	redistributed, err := q.Redistributed(clusters)
	o.Redistributed, o.Fake = &redistributed, fake
	return o, err
}
