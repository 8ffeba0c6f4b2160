package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// Stdin is how a command line names the standard input.
const Stdin = "-"

// Input is a named stream that can be opened again and again, except for a FIFO or
// the standard input, which are read once.
type Input struct {
	Name string // for errors
	// Open starts at the beginning.
	Open func() (io.ReadCloser, error)
	// Size is the number of bytes that reading to the end takes from the source,
	// before decompression; 0 when not known.
	Size int64
	// Read is called with the number of bytes taken, when not nil.
	Read func(n int)
}

// Path is a file of the operating system or a FIFO. It must exist and be no folder.
// A FIFO can be opened once: what was read from it does not come again, and whoever
// waited for it would wait for ever.
func Path(name string) (Input, error) {
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("is a folder")}
	}
	if err != nil {
		return Input{}, err
	}
	in := Input{Name: name, Size: sizeOf(info), Open: func() (io.ReadCloser, error) { return os.Open(name) }}
	if info.Mode()&fs.ModeNamedPipe != 0 {
		in.Open = once(name, in.Open)
	}
	return in, nil
}

// once is an input's Open that works once.
func once(name string, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	var opened atomic.Bool
	return func() (io.ReadCloser, error) {
		if opened.Swap(true) {
			return nil, fmt.Errorf("%s: %w: it can be read once, and this reads it again", name, fs.ErrClosed)
		}
		return open()
	}
}

// Argument is what a command line names: [Stdin] is the reader, anything else a
// [Path].
func Argument(name string, stdin io.Reader) (Input, error) {
	if name == Stdin {
		return Once("standard input", stdin), nil
	}
	return Path(name)
}

// Once is what a reader holds; it can be opened once.
func Once(name string, r io.Reader) Input {
	return Input{Name: name, Open: once(name, func() (io.ReadCloser, error) {
		if r == nil {
			return nil, fmt.Errorf("%s: no input: %w", name, fs.ErrNotExist)
		}
		return io.NopCloser(r), nil
	})}
}

// InFS is a file of a file system, such as an embedded one. It must exist.
func InFS(fsys fs.FS, name string) (Input, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return Input{}, err
	}
	return Input{Name: name, Size: sizeOf(info), Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}, nil
}

// sizeOf is the size of a regular file; others have none that is known.
func sizeOf(info fs.FileInfo) int64 {
	if !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// start opens the input, counting what is read.
func (in Input) start() (io.ReadCloser, error) {
	if in.Open == nil {
		return nil, fmt.Errorf("%s: no input: %w", in.Name, fs.ErrNotExist)
	}
	source, err := in.Open()
	if err != nil || in.Read == nil {
		return source, err
	}
	return counted{source, in.Read}, nil
}

// counted tells how much was read.
type counted struct {
	io.ReadCloser
	told func(int)
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.told(n)
	return n, err
}
