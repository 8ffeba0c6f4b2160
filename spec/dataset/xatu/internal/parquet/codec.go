package parquet

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/golang/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// The codecs, by their numbers in the format.
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecBrotli = 4
	codecZstd   = 6
	codecLZ4    = 7
)

var codecNames = []string{"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"}

var errMore = errors.New("more than its header says")

// decompress returns exactly size bytes, in dst where they fit. Room is made as
// far as what is there fills it: a page that only promises much takes little.
func decompress(codec int32, dst, src []byte, size int) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil { // of a library, at damaged bytes
			out, err = nil, fmt.Errorf("%s: %v", nameOf(codecNames, codec), r)
		}
		if err == nil && len(out) != size {
			err = fmt.Errorf("%d bytes after decompression, not %d: %w", len(out), size, ErrCut)
		}
	}()
	switch codec {
	case codecNone:
		return src, nil
	case codecSnappy:
		return unsnappy(dst, src, size)
	case codecGzip:
		r, _ := gzips.Get().(*gzip.Reader)
		if r == nil {
			r = new(gzip.Reader)
		}
		defer gzips.Put(r)
		if err := r.Reset(bytes.NewReader(src)); err != nil {
			return nil, err
		}
		return fill(dst, r, size, len(src))
	case codecBrotli:
		r, _ := brotlis.Get().(*brotli.Reader)
		if r == nil {
			r = new(brotli.Reader)
		}
		defer brotlis.Put(r)
		if err := r.Reset(bytes.NewReader(src)); err != nil {
			return nil, err
		}
		return fill(dst, r, size, len(src))
	case codecZstd:
		return inSteps(dst, size, len(src), func(dst []byte) ([]byte, error) { return zstds().DecodeAll(src, dst) })
	case codecLZ4:
		return inSteps(dst, size, len(src), func(dst []byte) ([]byte, error) {
			n, err := lz4.UncompressBlock(src, dst[:cap(dst)])
			return dst[:max(n, 0)], err
		})
	}
	return nil, fmt.Errorf("codec %s, which is not read", nameOf(codecNames, codec))
}

var gzips, brotlis sync.Pool

var zstds = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // of options that are constants
	}
	return d
})

func unsnappy(dst, src []byte, size int) ([]byte, error) {
	// Three bytes give 64 at most.
	if n, err := snappy.DecodedLen(src); err != nil || n != size || n > 64*len(src) {
		return nil, fmt.Errorf("snappy: %d bytes that decompress to %d, not to %d", len(src), n, size)
	}
	return snappy.Decode(dst[:cap(dst)], src)
}

// step is how much is made room for at first, and from one step to the next.
const step = 16

func first(size, compressed int) int { return min(size, 1<<16+step*compressed) }

// roomFor returns dst without content, with room for size bytes and no more.
func roomFor(dst []byte, size int) []byte {
	if cap(dst) < size {
		dst = make([]byte, size)
	}
	return dst[:0:size]
}

// fill reads a stream of size bytes to its end.
func fill(dst []byte, r io.Reader, size, compressed int) ([]byte, error) {
	out := roomFor(dst, first(size, compressed))
	if cap(dst) >= size {
		out = dst[:0:size]
	}
	for {
		n, err := io.ReadFull(r, out[len(out):cap(out)])
		out = out[:len(out)+n]
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return out, nil
		case err != nil:
			return nil, err
		case len(out) == size:
			if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 || err != io.EOF {
				return nil, errMore
			}
			return out, nil
		}
		out = append(make([]byte, 0, min(size, step*cap(out))), out...)
	}
}

// inSteps decodes into more and more room.
func inSteps(dst []byte, size, compressed int, decode func(dst []byte) ([]byte, error)) ([]byte, error) {
	n := first(size, compressed)
	if cap(dst) >= size {
		n = size
	}
	for ; ; n = min(size, step*n) {
		dst = roomFor(dst, n)
		out, err := decode(dst)
		if err == nil || n == size {
			return out, err
		}
	}
}
