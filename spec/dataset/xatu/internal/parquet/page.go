package parquet

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The types of pages.
const (
	dataPage       = 0
	indexPage      = 1
	dictionaryPage = 2
	dataPageV2     = 3
)

const (
	// maxHeader bounds the header of a page, which may hold two values of its
	// column as statistics.
	maxHeader = 1 << 20
	// maxPage is above what any common writer puts into a page.
	maxPage = 128 << 20
	// bytesPerValue and freeBytes bound the bytes of a page by its values:
	// integers take 8 bytes, roots as text 70, and levels a few.
	bytesPerValue = 128
	freeBytes     = 1 << 12
	// Above freePage a page decompresses to so many times its bytes at most.
	freePage = 16 << 20
	highest  = 64
)

// header is the header of a page.
type header struct {
	kind         int32
	uncompressed int32
	compressed   int32
	crc          uint32
	checked      bool // there is a crc

	described int32 // the kind of the more specific header
	values    int32
	encoding  int32
	levels    [2]int32 // encodings of repetition and definition levels, version 1

	rep, def int32 // bytes of levels, version 2
	plain    bool  // not compressed, version 2
}

// parseHeader reads the header of a page and returns what follows. short says
// that more bytes may help.
func parseHeader(b []byte) (h header, rest []byte, short bool, err error) {
	t := thrift{rest: b}
	h.kind, h.described = -1, -1
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			h.kind = t.int32(kind)
		case 2:
			h.uncompressed = t.int32(kind)
		case 3:
			h.compressed = t.int32(kind)
		case 4:
			h.crc, h.checked = uint32(t.int32(kind)), true
		case 5, 7, 8:
			if t.isStruct(kind) {
				t.pageHeader(&h, int32(id-5))
			}
		default:
			t.skip(kind)
		}
	}
	if t.bad {
		return h, nil, t.short, errors.New("a damaged header")
	}
	return h, t.rest, false, nil
}

// pageHeader reads the header of a type of page; their first two fields are the
// same.
func (t *thrift) pageHeader(h *header, described int32) {
	h.described = described
	fields := []*int32{&h.values, &h.encoding, &h.levels[1], &h.levels[0]}
	switch described {
	case dictionaryPage:
		fields = fields[:2]
	case dataPageV2:
		fields = []*int32{&h.values, nil, nil, &h.encoding, &h.def, &h.rep}
	}
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch {
		case id >= 1 && int(id) <= len(fields) && fields[id-1] != nil:
			*fields[id-1] = t.int32(kind)
		case described == dataPageV2 && id == 7:
			h.plain = kind == thriftFalse
			t.skip(kind)
		default:
			t.skip(kind)
		}
	}
}

// check holds a header against what is left of its chunk, bytes and values.
func (h *header) check(bytes, values int64) error {
	if h.compressed < 0 || int64(h.compressed) > bytes || h.compressed > maxPage {
		return fmt.Errorf("a page of %d bytes where %d are left of its chunk", h.compressed, bytes)
	}
	if h.kind == indexPage {
		return nil
	}
	if h.kind != dataPage && h.kind != dictionaryPage && h.kind != dataPageV2 || h.described != h.kind {
		return fmt.Errorf("type %d with a header of type %d", h.kind, h.described)
	}
	if h.values < 0 || int64(h.values) > values {
		return fmt.Errorf("%d values where %d are left of its chunk", h.values, values)
	}
	if h.uncompressed < 0 || h.uncompressed > maxPage || int64(h.uncompressed) > freeBytes+bytesPerValue*int64(h.values) {
		return fmt.Errorf("%d bytes after decompression for %d values", h.uncompressed, h.values)
	}
	if h.uncompressed > freePage && int64(h.uncompressed) > highest*int64(h.compressed) {
		return fmt.Errorf("%d bytes after decompression of %d", h.uncompressed, h.compressed)
	}
	if h.kind == dataPageV2 {
		levels := int64(h.rep) + int64(h.def)
		if h.rep < 0 || h.def < 0 || levels > int64(h.compressed) || levels > int64(h.uncompressed) {
			return fmt.Errorf("levels of %d and %d bytes in a page of %d", h.rep, h.def, h.compressed)
		}
	}
	return nil
}

// pages reads the pages of a chunk.
type pages struct {
	r       io.ReaderAt
	at, end int64  // what is not in the buffer yet
	buf     []byte // read ahead
	rest    []byte // of buf
	number  int    // of the page read last, from 0
}

const readAhead = 1 << 16

// peek makes n bytes available, or all that are left of the chunk.
func (p *pages) peek(n int) error {
	if n <= len(p.rest) || p.at == p.end {
		return nil
	}
	size := max(n, readAhead)
	if cap(p.buf) < size {
		p.buf = append(make([]byte, 0, size), p.rest...)
	} else {
		p.buf = p.buf[:copy(p.buf[:cap(p.buf)], p.rest)]
	}
	have := len(p.buf)
	more := int(min(int64(size-have), p.end-p.at))
	p.buf = p.buf[:have+more]
	if err := readAt(p.r, p.buf[have:], p.at); err != nil {
		p.rest = nil
		return err
	}
	p.at += int64(more)
	p.rest = p.buf
	return nil
}

func (p *pages) left() int64 { return p.end - p.at + int64(len(p.rest)) }

// next reads the next page, given how many values are left of the chunk, and of
// how many bytes a dictionary may be; io.EOF at the end of the chunk. The body
// lives until the next call.
func (p *pages) next(values, dictionary int64) (h header, body []byte, err error) {
	if p.left() == 0 {
		return h, nil, io.EOF
	}
	p.number++
	if h, err = p.header(); err != nil {
		return h, nil, err
	}
	if h.kind == dictionaryPage {
		values = dictionary
	}
	if err := h.check(p.left(), values); err != nil {
		return h, nil, err
	}
	n := int(h.compressed)
	if err := p.peek(n); err != nil {
		return h, nil, err
	}
	body, p.rest = p.rest[:n:n], p.rest[n:]
	if h.checked && crc32.ChecksumIEEE(body) != h.crc {
		return h, nil, errors.New("a wrong checksum: damaged")
	}
	return h, body, nil
}

func (p *pages) header() (header, error) {
	for size := 1 << 8; ; size *= 8 {
		if err := p.peek(size); err != nil {
			return header{}, err
		}
		h, rest, short, err := parseHeader(p.rest)
		switch {
		case err == nil:
			p.rest = rest
			return h, nil
		case !short:
			return h, err
		case p.at == p.end:
			return h, fmt.Errorf("%w that goes on beyond its chunk", err)
		case size >= maxHeader:
			return h, fmt.Errorf("%w, or one above %d bytes", err, maxHeader)
		}
	}
}
