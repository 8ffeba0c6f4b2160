package xatu

import (
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// Tables are the four tables of a period. The rows of every table must ascend
// by epoch, as published; attestations may ascend by their own slot or by that
// of the block that includes them. All files are read to their end. A row group
// that cannot be read on is one fault; the others of its file are read.
type Tables struct {
	Timing Timing          // of their network; [Open] sets the main one's
	Faults *dataset.Faults // what becomes of bad input; nil is strict
	Size   int64           // bytes of all files
	// Read is called with the size of every file that is opened, when not nil.
	Read func(n int)
	// UnknownBalances counts duties of validators of which no effective balance
	// is known; they count 32 ETH.
	UnknownBalances uint64
	Counts          Counts // of the last range over the slots

	files [tableCount][]string
}

// Open finds the files below a folder. A table without any is a fault; with
// faults counted, it counts as empty.
func Open(dir string, faults *dataset.Faults) (*Tables, error) {
	files, size, err := find(dir)
	if err != nil {
		return nil, err
	}
	for i := range files {
		if len(files[i]) == 0 {
			if err := missing(dir, i, faults); err != nil {
				return nil, err
			}
		}
	}
	mainnet, err := spec.NetworkNamed(spec.Mainnet.String())
	if err != nil {
		return nil, err
	}
	timing, err := TimingOf(mainnet)
	if err != nil {
		return nil, err
	}
	return &Tables{Timing: timing, Faults: faults, Size: size, files: files}, nil
}

// Files are the names of a table's files in the order in which they are read.
func (t *Tables) Files(table Table) []string {
	if table >= tableCount {
		return nil
	}
	return append([]string(nil), t.files[table]...)
}

// Slots ranges over the slots that have committees. The members are reused by
// the next slot. An error ends the range.
func (t *Tables) Slots() iter.Seq2[Slot, error] {
	return func(yield func(Slot, error) bool) {
		j := Join{Timing: t.Timing, Faults: t.Faults}
		c, a := reading(t, Committees, (*rows).committee), reading(t, Attestations, (*rows).attestation)
		b, v := reading(t, Blocks, (*rows).block), reading(t, Validators, (*rows).balance)
		defer func() {
			c.close()
			a.close()
			b.close()
			v.close()
			t.Counts, t.UnknownBalances = j.Counts, j.Counts.UnknownBalances
		}()
		s := sources{c, a, b, v}
		if err := s.drive(&j, yield); err != nil {
			yield(Slot{}, err)
		}
	}
}

func reading[T any](t *Tables, table Table, decode func(*rows, *T) (bool, error)) *inFiles[T] {
	return &inFiles[T]{fields: tableColumns[table], files: t.files[table], timing: t.Timing, faults: t.Faults, told: t.Read, decode: decode}
}
