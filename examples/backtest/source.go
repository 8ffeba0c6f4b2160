package main

import (
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/sample"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// options is the command line and the inputs that it names.
type options struct {
	record                                      [len(recordFlags)]string
	clusters, failures, xatu, convert           string
	groups, deadline                            string
	mapped, counted, fake, asPublished, lenient bool
	top, draws, workers                         int
	seed, multiplier                            uint64
	format                                      table.Format
	rules                                       []penalty.Rule

	network   cli.NetworkFlags
	of        *spec.Network  // of the input, once it is open
	origin    dataset.Origin // that a list made of it says
	progress  *progress
	faults    dataset.Faults
	again     dataset.Faults // of later passes, which count the same ones
	files     dataset.Record
	labels    file.Input
	labelling dataset.LabelOptions
	duties    dataset.Duties
	unknown   uint64 // duties of validators without a known balance
	list      func() iter.Seq2[dataset.SlotFailures, error]
}

// open finds the inputs, or takes the embedded record.
func (o *options) open() (err error) {
	o.faults.Lenient = o.lenient
	if err = o.openNetwork(); err != nil {
		return err
	}
	switch {
	case o.failures != "":
		err = o.openList()
	case o.xatu != "":
		err = o.openXatu()
	default:
		err = o.openRecord()
	}
	if err != nil || o.labels.Open != nil || o.clusters == "" {
		return err
	}
	o.labels, err = file.Path(o.clusters)
	return err
}

// openNetwork finds the network. Texts are not of the main one unless that was said.
func (o *options) openNetwork() (err error) {
	if o.of, err = o.network.Network(); err != nil {
		return err
	}
	if o.of != nil {
		o.origin = cli.OriginOf(o.of)
		return nil
	}
	o.of, err = spec.NetworkNamed(spec.Mainnet.String())
	return err
}

func (o *options) openRecord() error {
	find := file.Path
	names := o.record
	if names[0] == "" {
		find = func(name string) (file.Input, error) { return file.InFS(sample.Files, name) }
		names = [3]string{"committees.txt.gz", "attesters.txt.gz", "immediate_attesters.txt.gz"}
		var err error
		if o.labels, err = find("clusters.csv"); err != nil {
			return err
		}
	}
	for i, to := range []*file.Input{&o.files.Committees, &o.files.Attesters, &o.files.Immediate} {
		in, err := find(names[i])
		if err != nil {
			return err
		}
		in.Read = o.progress.add
		*to = in
	}
	o.files.Faults = &o.faults
	return nil
}

// bytes is how much one pass over the record reads.
func (o *options) bytes() int64 {
	return o.files.Committees.Size + o.files.Attesters.Size + o.files.Immediate.Size
}

// asLists hands the record to the analysis: formats and formulas do not know each
// other.
func asLists(r dataset.Record) iter.Seq2[cofailure.Lists, error] {
	return func(yield func(cofailure.Lists, error) bool) {
		for s, err := range r.Slots() {
			if !yield(cofailure.Lists(s), err) {
				return
			}
		}
	}
}

// slots is the failure list of whatever the input is. Faults are counted in
// its first pass only.
func (o *options) slots() iter.Seq2[dataset.SlotFailures, error] {
	if o.list != nil {
		return o.list()
	}
	o.progress.start("reading the record", o.bytes())
	r := o.files
	if o.duties.Count() > 0 {
		o.again.Lenient = o.lenient
		r.Faults = &o.again
	}
	b := &dataset.Builder{Duties: o.duties, SlotsPerEpoch: cli.OriginOf(o.of).SlotsPerEpoch}
	return func(yield func(dataset.SlotFailures, error) bool) {
		for s, err := range r.Failures(b) {
			if !yield(s, err) {
				return
			}
		}
		o.duties = b.Duties
	}
}

// readLabels reads the clusters; labels of validators without a duty are faults.
func (o *options) readLabels(known func(uint32) bool) (*dataset.Labels, error) {
	return dataset.ReadLabels(o.labels, o.labelling, known, &o.faults)
}

// reportFaults says on the error stream what was left out.
func (o *options) reportFaults(w io.Writer) {
	if o.unknown > 0 {
		fmt.Fprintf(w, "backtest: %d duties of validators whose effective balance is not known count 32 ETH\n", o.unknown)
	}
	if n := o.faults.Total(); n > 0 {
		fmt.Fprintf(w, "backtest: left out %d pieces of bad input: %s\n", n, o.faults.Summary())
	}
}

var errStream io.Writer = os.Stderr
