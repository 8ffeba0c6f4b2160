package main

import (
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/table"
)

// isParquet goes by the name, as the help says.
func isParquet(name string) bool { return filepath.Ext(name) == ".parquet" }

// openList opens a failure list, or several as one. They are open until the
// program ends.
func (o *options) openList() error {
	var l interface {
		OnRead(func(int))
		Size() int64
		All() iter.Seq2[dataset.SlotFailures, error]
	}
	var of dataset.Origin
	if o.mapped && !isParquet(o.failures) {
		m, err := dataset.MapList(o.failures)
		if err != nil {
			return err
		}
		l, of, o.duties = m, m.Origin, m.Duties
	} else {
		s, err := xatu.OpenShards(o.failures)
		if err != nil {
			return err
		}
		if of, err = s.Origin(); err != nil {
			return err
		}
		l, o.duties = s, s.Duties
	}
	var err error
	if o.of, err = o.network.OfList(of); err != nil {
		return fmt.Errorf("%s: %w", o.failures, err)
	}
	if o.origin, err = o.origin.Join(o.failures, of); err != nil {
		return err
	}
	l.OnRead(o.progress.add)
	o.list = func() iter.Seq2[dataset.SlotFailures, error] {
		o.progress.start("reading the list", l.Size())
		return l.All()
	}
	return nil
}

// openXatu finds the tables. Faults are counted in the first pass only.
func (o *options) openXatu() error {
	t, err := xatu.Open(o.xatu, &o.faults)
	if err != nil {
		return err
	}
	if t.Timing, err = xatu.TimingOf(o.of); err != nil {
		return err
	}
	t.Read, o.origin = o.progress.add, cli.OriginOf(o.of)
	o.list = func() iter.Seq2[dataset.SlotFailures, error] {
		o.progress.start("reading the tables", t.Size)
		if o.duties.Count() > 0 {
			o.again.Lenient = o.lenient
			t.Faults = &o.again
		}
		b := &dataset.Builder{Duties: o.duties}
		return func(yield func(dataset.SlotFailures, error) bool) {
			for s, err := range t.Failures(b) {
				if !yield(s, err) {
					return
				}
			}
			o.duties, o.unknown = b.Duties, t.UnknownBalances
		}
	}
	return nil
}

// writeList writes whatever the input is as a failure list.
func (o *options) writeList(out io.Writer) error {
	slots := 0
	list := func(yield func(dataset.SlotFailures, error) bool) {
		for s, err := range o.slots() {
			slots++
			if !yield(s, err) {
				return
			}
		}
	}
	write := dataset.WriteListOf
	if isParquet(o.convert) {
		write = xatu.WriteListOf
	}
	if err := write(o.origin, o.convert, list, &o.duties); err != nil {
		return err
	}
	o.progress.Done()
	o.reportFaults(errStream)
	_, err := fmt.Fprintf(out, "%s: %d slots, %d validators\n", table.Printable(o.convert), slots, o.duties.Count())
	return err
}
