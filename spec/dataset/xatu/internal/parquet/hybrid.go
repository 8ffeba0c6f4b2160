package parquet

import "encoding/binary"

// hybrid reads numbers of up to 32 bits in runs: of one number that repeats, or
// of numbers packed bit by bit.
type hybrid struct {
	rest   []byte
	width  uint
	left   uint64 // numbers of the run
	repeat bool
	value  uint32 // that repeats
	packed []byte // the numbers of the run
	at     uint   // bit in packed
}

func newHybrid(b []byte, width uint) hybrid { return hybrid{rest: b, width: width} }

// run reads the head of a run; false at the end.
func (h *hybrid) run() bool {
	head, size := binary.Uvarint(h.rest)
	if size <= 0 {
		return false
	}
	h.rest = h.rest[size:]
	h.left, h.repeat = head>>1, head&1 == 0
	if h.repeat {
		n := int(h.width+7) / 8
		if len(h.rest) < n {
			return false
		}
		h.value = 0
		for i, b := range h.rest[:n] {
			h.value |= uint32(b) << (8 * i)
		}
		h.rest = h.rest[n:]
		return true
	}
	if h.left > 1<<32 {
		return false
	}
	// The last run may lack what pads it to eight numbers.
	h.left *= 8
	n := min(h.left/8*uint64(h.width), uint64(len(h.rest)))
	if h.width > 0 {
		h.left = min(h.left, 8*n/uint64(h.width))
	}
	h.packed, h.rest, h.at = h.rest[:n], h.rest[n:], 0
	return true
}

// next fills dst; false when there are not so many numbers.
func next[T uint8 | uint32](h *hybrid, dst []T) bool {
	for len(dst) > 0 {
		if h.left == 0 {
			if !h.run() {
				return false
			}
			continue
		}
		n := int(min(h.left, uint64(len(dst))))
		part := dst[:n]
		if h.repeat {
			for i := range part {
				part[i] = T(h.value)
			}
		} else {
			for i := range part {
				part[i] = T(unpack(h.packed, h.at, h.width))
				h.at += h.width
			}
		}
		dst = dst[n:]
		h.left -= uint64(n)
	}
	return true
}

// unpack is the number of width bits, 64 at most, from a bit on; zeros follow
// the last byte.
func unpack(b []byte, at, width uint) uint64 {
	mask := ^uint64(0) >> (64 - width)
	from, shift := at/8, at%8
	if int(from)+8 <= len(b) {
		n := binary.LittleEndian.Uint64(b[from:]) >> shift
		if shift+width > 64 && int(from)+8 < len(b) {
			n |= uint64(b[from+8]) << (64 - shift)
		}
		return n & mask
	}
	var n uint64
	for i := uint(0); i < 8 && int(from+i) < len(b); i++ {
		n |= uint64(b[from+i]) << (8 * i)
	}
	return n >> shift & mask
}
