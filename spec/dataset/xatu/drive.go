package xatu

import (
	"errors"
	"io"
	"os"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// source hands out the rows of a table in order.
type source[T any] interface {
	peek() (*T, error) // the next row, nil at the end
	drop()             // done with it
}

// sources are the four tables.
type sources struct {
	committees   source[Committee]
	attestations source[Attestation]
	blocks       source[Block]
	balances     source[Balance]
}

// drive feeds a join and yields its slots.
func (s *sources) drive(j *Join, yield func(Slot, error) bool) error {
	for {
		c, err := s.committees.peek()
		if err != nil {
			return err
		}
		if c == nil {
			break
		}
		epoch := j.Timing.EpochOf(c.Slot)
		if err := s.feed(j, epoch); err != nil {
			return err
		}
		for slot, err := range j.Slots() {
			if err != nil {
				return err
			}
			if !yield(slot, nil) {
				return nil
			}
		}
	}
	if err := j.End(); err != nil {
		return err
	}
	// What is left has no use, but may be bad input.
	return errors.Join(rest(s.attestations, j.Attestation), rest(s.blocks, j.Block), rest(s.balances, j.Balance))
}

// feed feeds what an epoch needs.
func (s *sources) feed(j *Join, epoch spec.Epoch) error {
	ends := j.Timing.FirstSlot(epoch + 2)
	if err := while(s.committees, func(c *Committee) bool { return j.Timing.EpochOf(c.Slot) == epoch }, j.Committee); err != nil {
		return err
	}
	if err := while(s.blocks, func(*Block) bool { return !j.chain.beyond(ends) }, j.Block); err != nil {
		return err
	}
	if err := while(s.attestations, func(a *Attestation) bool { return a.Slot < ends }, j.Attestation); err != nil {
		return err
	}
	return while(s.balances, func(b *Balance) bool { return b.Epoch <= epoch }, j.Balance)
}

// while feeds rows as long as they are wanted.
func while[T any](from source[T], wanted func(*T) bool, feed func(*T) error) error {
	for {
		row, err := from.peek()
		if err != nil || row == nil || !wanted(row) {
			return err
		}
		if err := feed(row); err != nil {
			return err
		}
		from.drop()
	}
}

// rest feeds rows to the end.
func rest[T any](from source[T], feed func(*T) error) error {
	return while(from, func(*T) bool { return true }, feed)
}

// inMemory hands out rows of a slice.
type inMemory[T any] struct{ rows []T }

func (m *inMemory[T]) peek() (*T, error) {
	if len(m.rows) == 0 {
		return nil, nil
	}
	return &m.rows[0], nil
}

func (m *inMemory[T]) drop() { m.rows = m.rows[1:] }

// inFiles reads the rows of a table through all its files.
type inFiles[T any] struct {
	fields []field
	files  []string // still to be read
	timing Timing
	faults *dataset.Faults
	told   func(int)
	decode func(*rows, *T) (bool, error)

	source *os.File
	file   *File
	next   int // row group
	rows   rows
	row    T
	ready  bool
}

// peek reads on as far as need be. What cannot be read is a fault; when faults
// are counted, the rest of its row group is left out, or the file when it cannot
// be opened.
func (f *inFiles[T]) peek() (*T, error) {
	for !f.ready {
		ok, err := f.rows.next()
		if ok {
			f.ready, err = f.decode(&f.rows, &f.row)
		} else if err == nil {
			if err = f.advance(); err == io.EOF {
				return nil, nil
			}
		}
		if err != nil {
			if err = f.lenient(err); err != nil {
				return nil, err
			}
		}
	}
	return &f.row, nil
}

func (f *inFiles[T]) drop() { f.ready = false }

// lenient returns what is no fault, or one when faults are not counted.
func (f *inFiles[T]) lenient(err error) error {
	if fault, ok := err.(*dataset.Fault); ok {
		return f.faults.Report(fault)
	}
	return err
}

// advance goes to the next row group, in the next file if need be; io.EOF after
// the last one.
func (f *inFiles[T]) advance() error {
	for f.file == nil || f.next == f.file.Groups() {
		f.close()
		if len(f.files) == 0 {
			return io.EOF
		}
		name := f.files[0]
		f.files = f.files[1:]
		if err := f.open(name); err != nil {
			f.close()
			return err
		}
	}
	f.next++
	f.rows.report, f.rows.slots = f.faults.Report, f.timing.Slots()
	return f.rows.open(f.file, f.next-1)
}

func (f *inFiles[T]) open(name string) error {
	source, size, err := file.OpenRegular(name)
	if err != nil {
		return err
	}
	f.source = source
	if f.told != nil {
		f.told(int(size))
	}
	if f.file, err = openColumns(f.fields, name, source, size); err != nil {
		return err
	}
	f.file.Timing = f.timing
	return f.file.CheckNetwork()
}

func (f *inFiles[T]) close() {
	f.rows.close()
	if f.source != nil {
		f.source.Close()
	}
	f.source, f.file, f.next = nil, nil, 0
}
