package dataset

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// MaxLine bounds the length of a line in bytes: a million validators, where a slot
// has committees of at most 131,072.
const MaxLine = 1 << 23

// Lists reads one file of lines "slot<TAB>[id,id,...]", slots ascending.
// Close it when done. Source of the format: ethereum/research,
// correlation_analysis/new_analyze.py at b73b20c.
type Lists struct {
	name   string
	in     *file.Text
	faults *Faults
	ids    []uint32
	last   spec.Slot
	any    bool
	spare  Fault // of what is only counted
}

// OpenLists opens a file. faults says what becomes of bad lines; nil is strict.
func OpenLists(in file.Input, faults *Faults) (*Lists, error) {
	t, err := in.Text(file.Limit{Bytes: file.Endless, Line: MaxLine})
	if err != nil {
		return nil, asFault(err)
	}
	return &Lists{name: in.Name, in: t, faults: faults}, nil
}

// Close closes the file.
func (l *Lists) Close() error { return l.in.Close() }

// Line is the number of the line that [Lists.Next] returned last.
func (l *Lists) Line() int { return l.in.Number() }

// Next returns the next slot and its validators in ascending order, each once.
// The slice is reused by the next call. At the end it returns [io.EOF]; any
// other error is a [Fault] or comes from reading.
func (l *Lists) Next() (spec.Slot, []uint32, error) {
	for {
		text, err := l.in.Line()
		if err != nil {
			return 0, nil, l.broken(err)
		}
		slot, fault := l.parse(text)
		if fault == nil {
			fault = l.order(slot)
		}
		if fault != nil {
			if err := l.report(fault); err != nil {
				return 0, nil, err
			}
			continue
		}
		if err := l.sort(); err != nil {
			return 0, nil, err
		}
		l.last, l.any = slot, true
		return slot, l.ids, nil
	}
}

// fault is a new fault of a kind. One that is only counted costs nothing: a file of
// millions of bad lines is read as quickly as one of good ones.
func (l *Lists) fault(kind Kind, format string, args ...any) *Fault {
	if l.faults.quiet() {
		l.spare = Fault{Kind: kind}
		return &l.spare
	}
	return &Fault{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// report completes a fault with the place.
func (l *Lists) report(f *Fault) error {
	f.File, f.Line = l.name, l.in.Number()
	return l.faults.Report(f)
}

// broken reports a text that ends too early or is damaged; where faults are counted
// that is its end. What is above a limit cannot be read on.
func (l *Lists) broken(err error) error {
	fault := new(Fault)
	if err = asFault(err); !errors.As(err, &fault) || errors.Is(err, file.ErrLimit) {
		return err
	}
	if err := l.faults.Report(fault); err != nil {
		return err
	}
	return io.EOF
}

func (l *Lists) order(slot spec.Slot) *Fault {
	switch {
	case !l.any || slot > l.last:
		return nil
	case slot == l.last:
		return l.fault(SlotTwice, "%d", slot)
	}
	return l.fault(SlotOrder, "%d after %d", slot, l.last)
}

// sort puts the list in ascending order and leaves repetitions out.
func (l *Lists) sort() error {
	if ascending(l.ids) {
		return nil
	}
	slices.Sort(l.ids)
	kept := 0
	for i, id := range l.ids {
		if i > 0 && id == l.ids[i-1] {
			if err := l.report(l.fault(IDTwice, "%d", id)); err != nil {
				return err
			}
			continue
		}
		l.ids[kept] = id
		kept++
	}
	l.ids = l.ids[:kept]
	return nil
}

func ascending(ids []uint32) bool {
	for i := 1; i < len(ids); i++ {
		if ids[i] <= ids[i-1] {
			return false
		}
	}
	return true
}
