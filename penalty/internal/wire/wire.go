// Package wire writes and reads the binary forms in which parts of a
// computation travel between machines: a tag that says what it is, a version,
// then unsigned integers in the variable-length form of encoding/binary, each
// as short as can be. So every value has one form only.
//
// The forms carry no checksum: they pass between processes whose transport has
// one. Who keeps one in a file adds it, as examples/beam does by the SHA-256 in its
// manifest.
package wire

import (
	"encoding/binary"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// Header appends a tag and a version.
func Header(b []byte, tag, version byte) []byte { return append(b, tag, version) }

// Zigzag makes small numbers of those near zero on either side, of differences
// modulo 2^64.
func Zigzag(difference uint64) uint64 { return difference<<1 ^ uint64(int64(difference)>>63) }

// Unzigzag is the inverse of [Zigzag].
func Unzigzag(v uint64) uint64 { return v>>1 ^ -(v & 1) }

// Reader reads one form. The first thing that is wrong ends it: from then on it
// returns zeros, and [Reader.Close] the error, which wraps [spec.ErrInput].
type Reader struct {
	what string
	data []byte
	at   int
	err  error
}

// NewReader begins with the tag and the version, which must be these.
func NewReader(what string, tag, version byte, data []byte) *Reader {
	r := &Reader{what: what, data: data}
	if t, v := r.Byte(), r.Byte(); r.err == nil && t != tag {
		r.Failf("tag %d, not %d", t, tag)
	} else if r.err == nil && v != version {
		r.Failf("version %d, not %d", v, version)
	}
	return r
}

// Failf ends the reading with what is wrong.
func (r *Reader) Failf(format string, args ...any) {
	if r.err == nil {
		r.err = spec.Atf(r.what, -1, spec.ErrInput, "at byte %d: %s", r.at, fmt.Sprintf(format, args...))
	}
}

// Ok says that nothing has been wrong so far.
func (r *Reader) Ok() bool { return r.err == nil }

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if r.err == nil && r.at == len(r.data) {
		r.Failf("it ends too early")
	}
	if r.err != nil {
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

// Uint reads an integer of at most limit.
func (r *Reader) Uint(limit uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.data[r.at:])
	switch {
	case n == 0:
		r.Failf("it ends too early")
	case n < 0 || n > 1 && r.data[r.at+n-1] == 0:
		r.Failf("not the shortest form of an integer")
	case v > limit:
		r.Failf("%d, above %d", v, limit)
	default:
		r.at += n
		return v
	}
	return 0
}

// Count reads how many items follow, of at least so many bytes each, so that
// what is allocated for them is bounded by what is there.
func (r *Reader) Count(limit, bytes int) int {
	n := r.Uint(uint64(limit))
	if n*uint64(bytes) > uint64(len(r.data)-r.at) {
		r.Failf("%d items in %d bytes", n, len(r.data)-r.at)
		return 0
	}
	return int(n)
}

// Bytes reads so many bytes, at most; it is not a copy.
func (r *Reader) Bytes(limit int) []byte {
	n := r.Count(limit, 1)
	if r.err != nil {
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

// Close returns what was wrong; bytes that are left over are.
func (r *Reader) Close() error {
	if r.err == nil && r.at < len(r.data) {
		r.Failf("%d bytes too many", len(r.data)-r.at)
	}
	return r.err
}
