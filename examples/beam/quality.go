package main

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
)

func init() {
	register.DoFn3x1[context.Context, []byte, func(int, []byte), error](new(qualify))
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func([]byte), error](new(mergeQuality))
	register.DoFn4x1[context.Context, []byte, func(*[]byte) bool, func([]byte), error](new(countFake))
}

// qualify counts the failures of every validator, list by list.
type qualify struct{ Study studyOf }

// ProcessElement reads a failure list.
func (q *qualify) ProcessElement(ctx context.Context, entry []byte, emit func(int, []byte)) error {
	study, err := q.Study.study(ctx)
	if err != nil {
		return err
	}
	of := cofailure.NewQuality(study.Population.Limit())
	if _, err = q.Study.eachEpoch(ctx, entry, func(slots []backtest.Slot) error {
		backtest.Known(slots, of.Slot)
		return nil
	}); err != nil {
		return err
	}
	b, err := of.MarshalBinary()
	emit(0, b)
	return err
}

// mergeQuality adds up the counts of all lists.
type mergeQuality struct{ Study studyOf }

// ProcessElement runs once.
func (m *mergeQuality) ProcessElement(ctx context.Context, _ int, parts func(*[]byte) bool, emit func([]byte)) error {
	study, err := m.Study.study(ctx)
	if err != nil {
		return err
	}
	all := cofailure.NewQuality(study.Population.Limit())
	for b := []byte(nil); parts(&b); b = nil {
		var q cofailure.Quality
		if err := q.UnmarshalBinary(b); err != nil {
			return err
		}
		if err := all.Merge(&q); err != nil {
			return err
		}
	}
	b, err := all.MarshalBinary()
	emit(b)
	return err
}

// countFake counts the co-failures of fake clusters, list by list.
type countFake struct{ Study studyOf }

// ProcessElement reads a failure list once more.
func (c *countFake) ProcessElement(ctx context.Context, entry []byte, quality func(*[]byte) bool, emit func([]byte)) error {
	study, err := c.Study.study(ctx)
	if err != nil {
		return err
	}
	var b []byte
	var q cofailure.Quality
	quality(&b)
	if err := q.UnmarshalBinary(b); err != nil {
		return err
	}
	fake, err := q.Fake(&study.Population.Clusters, study.Population.Has)
	if err != nil {
		return err
	}
	if _, err = c.Study.eachEpoch(ctx, entry, func(slots []backtest.Slot) error {
		backtest.Known(slots, fake.Slot)
		return nil
	}); err != nil {
		return err
	}
	out, err := fake.MarshalBinary()
	emit(out)
	return err
}
