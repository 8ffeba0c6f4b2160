package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/exp/mmap"
)

// Mapped is a file in memory, of which pages that the system keeps serve again. It
// may be read by several goroutines at once.
type Mapped struct {
	name string
	m    *mmap.ReaderAt
	f    *os.File
}

// Map maps a file. It must end with [Mapped.Close].
func Map(name string) (*Mapped, error) {
	f, _, err := OpenRegular(name)
	if err != nil {
		return nil, err
	}
	m, err := mmap.Open(name)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Mapped{name, m, f}, nil
}

// Size is the number of bytes that were mapped.
func (m *Mapped) Size() int64 { return int64(m.m.Len()) }

// ReadAt implements [io.ReaderAt]. A file that was cut meanwhile gives an error that
// wraps [io.ErrUnexpectedEOF]: neither a fault of memory nor the zeros that stand
// behind its new end.
func (m *Mapped) ReadAt(p []byte, off int64) (int, error) {
	n, err := Guard(m.m).ReadAt(p, off)
	if err != nil && err != io.EOF {
		return n, At(m.name, 0, err)
	}
	info, e := m.f.Stat()
	if e != nil {
		return 0, e
	}
	if info.Size() < m.Size() {
		return 0, At(m.name, 0, fmt.Errorf("%w: cut from %d bytes to %d while it is read", io.ErrUnexpectedEOF, m.Size(), info.Size()))
	}
	return n, err
}

// Close unmaps the file.
func (m *Mapped) Close() error { return errors.Join(m.m.Close(), m.f.Close()) }

// Guard returns a reader of r for which a fault of memory is an error that wraps
// [io.ErrUnexpectedEOF], and not the end of the process: reading what is mapped
// from a file faults behind the end of a file that was cut. Bytes between that end
// and the end of its page read as zeros; [Mapped] notices them, too.
func Guard(r io.ReaderAt) io.ReaderAt { return guarded{r} }

type guarded struct{ r io.ReaderAt }

func (g guarded) ReadAt(p []byte, off int64) (n int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface {
			runtime.Error
			Addr() uintptr
		}:
			n, err = 0, fmt.Errorf("%w: %d bytes at %d cannot be read from memory: the file was cut", io.ErrUnexpectedEOF, len(p), off)
		default:
			panic(fault)
		}
	}()
	return g.r.ReadAt(p, off)
}
