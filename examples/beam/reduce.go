package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

func init() {
	register.DoFn3x0[int64, func(*int) bool, func(int64)](new(distinct))
	register.Iter1[int]()
	register.Emitter1[int64]()
}

// distinct emits every key once.
type distinct struct{}

// ProcessElement drops the values.
func (*distinct) ProcessElement(key int64, _ func(*int) bool, emit func(int64)) { emit(key) }

// reducePipeline turns the tables into failure lists.
func (o *options) reducePipeline(files []source, missing []dead, a attempt) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	side := func(c beam.PCollection) beam.SideInput { return beam.SideInput{Input: c} }
	window := int64(o.window)

	sources := beam.Reshuffle(s.Scope("find"), beam.CreateList(s.Scope("find"), files))
	rows, unopened := beam.ParDo2(s.Scope("survey"), &survey{o.timing}, sources)
	tasks := beam.ParDo(s.Scope("arrange"), new(arrange), beam.GroupByKey(s.Scope("arrange"), rows))
	tasks = beam.Reshuffle(s.Scope("read"), tasks)
	pieces, chain, balances, marks, unread := beam.ParDo5(s.Scope("read"), &readGroup{window, o.timing}, tasks)
	windows := beam.ParDo(s.Scope("windows"), new(distinct), beam.GroupByKey(s.Scope("windows"), marks))
	blocks := beam.ParDo(s.Scope("blocks"), &deal{window, o.timing}, beam.GroupByKey(s.Scope("blocks"), chain), side(windows))
	known := beam.ParDo(s.Scope("balances"), &carry{window}, beam.GroupByKey(s.Scope("balances"), balances), side(windows))
	all := beam.Flatten(s.Scope("join"), pieces, blocks, known)
	slots, duties, unjoined := beam.ParDo3(s.Scope("join"), &joinWindow{window, o.timing}, beam.GroupByKey(s.Scope("join"), all))
	sharded := beam.ParDo(s.Scope("shards"), &toShard{o.shards}, slots, side(beam.DropValue(s.Scope("shards"), slots)))
	everyone := beam.Combine(s.Scope("duties"), new(union), duties)
	entries := beam.ParDo(s.Scope("write"), &writeShard{a, o.shards, dataset.Origin{Network: o.timing.Network, SlotsPerEpoch: o.timing.Slots()}}, beam.GroupByKey(s.Scope("write"), sharded), side(everyone))

	letters := []beam.PCollection{unopened, unread, unjoined}
	if len(missing) > 0 {
		letters = append(letters, beam.CreateList(s.Scope("missing"), lines(missing)))
	}
	beam.ParDo0(s.Scope("finish"), &finish{a}, beam.Impulse(s.Scope("finish")), side(entries), side(beam.Flatten(s.Scope("dead letters"), letters...)))
	return p
}

// reduce runs the pipeline and commits what it wrote.
func (o *options) reduce(ctx context.Context) (*manifest, error) {
	files, err := find(ctx, o.tables)
	if err != nil {
		return nil, fmt.Errorf("-tables %s: %w", o.tables, err)
	}
	absent := missing(o.tables, files)
	if len(files) == 0 {
		return nil, fmt.Errorf("-tables: %v: %w", absent[0], spec.ErrInput)
	}
	a := newAttempt(o.out)
	c, err := o.execute(ctx, "reduce", o.reducePipeline(files, absent, a))
	if err != nil {
		return nil, errors.Join(err, a.abandon(ctx))
	}
	return o.commit(ctx, a, c)
}
