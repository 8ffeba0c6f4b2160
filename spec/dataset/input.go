package dataset

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Input is a named stream that can be opened again and again, plain or gzip.
type Input struct {
	Name string
	// Open starts at the beginning; gzip is recognised by its first bytes.
	Open func() (io.ReadCloser, error)
	// Size is the number of bytes that reading to the end takes from the
	// source, before decompression; 0 when not known.
	Size int64
	// Read is called with the number of bytes taken, when not nil.
	Read func(n int)
}

// Path is a file of the operating system. It must exist.
func Path(name string) (Input, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Input{}, err
	}
	return Input{Name: name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(name) }}, nil
}

// InFS is a file of a file system, such as an embedded one. It must exist.
func InFS(fsys fs.FS, name string) (Input, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return Input{}, err
	}
	return Input{Name: name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}, nil
}

// stream is an opened input, decompressed.
type stream struct {
	*bufio.Reader
	source io.Closer
}

func (s *stream) Close() error { return s.source.Close() }

// counted tells how much was read.
type counted struct {
	io.Reader
	told func(int)
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.told(n)
	return n, err
}

const bufferSize = 1 << 18

func (in Input) open() (*stream, error) {
	if in.Open == nil {
		return nil, fmt.Errorf("%s: no input: %w", in.Name, fs.ErrNotExist)
	}
	source, err := in.Open()
	if err != nil {
		return nil, err
	}
	var raw io.Reader = source
	if in.Read != nil {
		raw = counted{source, in.Read}
	}
	plain := bufio.NewReaderSize(raw, bufferSize)
	if magic, err := plain.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return &stream{plain, source}, nil
	}
	z, err := gzip.NewReader(plain)
	if err != nil {
		source.Close()
		return nil, &Fault{File: in.Name, Kind: brokenStream(err), Err: err}
	}
	return &stream{bufio.NewReaderSize(z, bufferSize), source}, nil
}

// brokenStream tells a file that ends too early from one that is damaged.
func brokenStream(err error) Kind {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return Truncated
	}
	return Malformed
}
