package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// MaxLine bounds the length of a line in bytes: a committee of 4 million.
const MaxLine = 1 << 25

// Lists reads one file of lines "slot<TAB>[id,id,...]", slots ascending.
// Close it when done. Source of the format: ethereum/research,
// correlation_analysis/new_analyze.py at b73b20c.
type Lists struct {
	name   string
	in     *stream
	faults *Faults
	line   int
	long   []byte
	ids    []uint32
	last   spec.Slot
	any    bool
}

// OpenLists opens a file. faults says what becomes of bad lines; nil is strict.
func OpenLists(in Input, faults *Faults) (*Lists, error) {
	s, err := in.open()
	if err != nil {
		return nil, err
	}
	return &Lists{name: in.Name, in: s, faults: faults}, nil
}

// Close closes the file.
func (l *Lists) Close() error { return l.in.Close() }

// Line is the number of the line that [Lists.Next] returned last.
func (l *Lists) Line() int { return l.line }

// Next returns the next slot and its validators in ascending order, each once.
// The slice is reused by the next call. At the end it returns [io.EOF]; any
// other error is a [Fault] or comes from reading.
func (l *Lists) Next() (spec.Slot, []uint32, error) {
	for {
		text, err := l.read()
		if err != nil {
			return 0, nil, err
		}
		if len(text) == 0 {
			continue
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

// report completes a fault with the place. A fault of a kind alone costs no
// formatting when it is only counted.
func (l *Lists) report(f *Fault) error {
	f.File, f.Line = l.name, l.line
	return l.faults.Report(f)
}

// read returns the next line without its end; the bytes live until the next
// call.
func (l *Lists) read() ([]byte, error) {
	text, err := l.in.ReadSlice('\n')
	if err != nil {
		if text, err = l.rest(text, err); err != nil {
			return nil, err
		}
	}
	l.line++
	return bytes.TrimRight(text, "\r\n"), nil
}

// rest completes a line that the buffer did not hold.
func (l *Lists) rest(text []byte, err error) ([]byte, error) {
	l.long = append(l.long[:0], text...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(l.long) > MaxLine {
			return nil, &Fault{File: l.name, Line: l.line + 1, Kind: Malformed, Detail: fmt.Sprintf("a line of more than %d bytes", MaxLine)}
		}
		text, err = l.in.ReadSlice('\n')
		l.long = append(l.long, text...)
	}
	switch {
	case err == nil:
		return l.long, nil
	case err == io.EOF:
		if len(l.long) == 0 {
			return nil, io.EOF
		}
		return l.long, nil
	}
	l.line++
	fault := l.report(&Fault{Kind: brokenStream(err), Err: err})
	if fault == nil {
		return nil, io.EOF
	}
	return nil, fault
}

func (l *Lists) order(slot spec.Slot) *Fault {
	switch {
	case !l.any || slot > l.last:
		return nil
	case slot == l.last:
		return &Fault{Kind: SlotTwice, Detail: fmt.Sprint(uint64(slot))}
	}
	return &Fault{Kind: SlotOrder, Detail: fmt.Sprintf("%d after %d", slot, l.last)}
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
			if err := l.report(&Fault{Kind: IDTwice, Detail: fmt.Sprint(id)}); err != nil {
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
