package file

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/golang/snappy"
)

// The first bytes of what is read.
var (
	gzipMagic   = []byte{0x1f, 0x8b}
	snappyMagic = []byte("\xff\x06\x00\x00sNaPpY")
	byteOrder   = []byte("\ufeff")
)

// foreign are the first bytes of what is not read, and its name.
var foreign = []struct{ magic, name string }{
	{"PK\x03\x04", "a zip archive"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\x28\xb5\x2f\xfd", "zstd"},
	{"\xfd7zXZ\x00", "xz"},
	{"BZh", "bzip2"},
	{"7z\xbc\xaf\x27\x1c", "7z"},
}

// notText are the first bytes of what is no text.
var notText = []struct{ magic, name string }{
	{"\xff\xfe", "UTF-16 text (save it as UTF-8)"},
	{"\xfe\xff", "UTF-16 text (save it as UTF-8)"},
	{string(snappyMagic), "snappy's framing format"},
	{"PAR1", "Parquet"},
}

// sniffed is how many bytes at the start are looked at.
const sniffed = 512

const bufferSize = 1 << 18

// stream is an opened input, decompressed.
type stream struct {
	*bufio.Reader
	name   string
	source io.Closer
}

func (s *stream) Close() error { return s.source.Close() }

// open starts reading and undoes gzip, once.
func (in Input) open() (*stream, error) {
	source, err := in.start()
	if err != nil {
		return nil, err
	}
	idle := &idleReader{r: source}
	s := &stream{bufio.NewReaderSize(idle, bufferSize), in.Name, source}
	head, err := s.head()
	if err == nil && bytes.HasPrefix(head, gzipMagic) {
		idle.limit = idleLimit
		var z *gzip.Reader
		if z, err = gzip.NewReader(s.Reader); err == nil {
			s.Reader = bufio.NewReaderSize(progress{z, idle}, bufferSize)
			if head, err = s.head(); err == nil && bytes.HasPrefix(head, gzipMagic) {
				err = wrongFormat("gzip within gzip")
			}
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	if err == nil {
		err = Foreign(head)
	}
	if err != nil {
		source.Close()
		return nil, broken(in.Name, 0, err)
	}
	return s, nil
}

// Foreign names the archive or compression that bytes begin with, of those that are
// not undone here: an error that wraps [ErrFormat]. It is nil for any other bytes.
func Foreign(b []byte) error {
	for _, f := range foreign {
		if bytes.HasPrefix(b, []byte(f.magic)) {
			return wrongFormat(f.name)
		}
	}
	return nil
}

// head is what there is of the first bytes, which remain to be read. An error behind
// some bytes comes again when they have been read.
func (s *stream) head() ([]byte, error) {
	head, err := s.Peek(sniffed)
	if err == io.EOF || len(head) > 0 {
		err = nil
	}
	return head, err
}

// wrongFormat is about input of another format.
func wrongFormat(name string) error { return bad(fmt.Errorf("%w: this is %s", ErrFormat, name)) }

// idleLimit is how many compressed bytes may hold nothing.
const idleLimit = 1 << 22

// idleReader ends input that decompresses to nothing, however long.
type idleReader struct {
	r           io.Reader
	limit, idle int // no limit when 0
}

func (r *idleReader) Read(p []byte) (int, error) {
	if r.limit != 0 && r.idle > r.limit {
		return 0, bad(fmt.Errorf("%w: %d compressed bytes that hold nothing", ErrLimit, r.idle))
	}
	n, err := r.r.Read(p)
	r.idle += n
	return n, err
}

// progress tells the reader below of every byte that came out above.
type progress struct {
	io.Reader
	below *idleReader
}

func (p progress) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if n > 0 {
		p.below.idle = 0
	}
	return n, err
}

// frames undoes snappy's framing format where the stream has it.
func (s *stream) frames() (framed bool, err error) {
	head, err := s.head()
	if err != nil || !bytes.HasPrefix(head, snappyMagic) {
		return false, err
	}
	s.Reader = bufio.NewReaderSize(snappy.NewReader(s.Reader), bufferSize)
	return true, nil
}
