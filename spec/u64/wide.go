package u64

import "math/bits"

// Wide is an unsigned 256-bit integer, least significant word first: room for
// exact products of up to four words.
type Wide [4]uint64

// Mul multiplies w by a word. The caller knows that the product fits; what does
// not is cut off at the top.
func (w *Wide) Mul(x uint64) {
	var carry uint64
	for i := range w {
		hi, lo := bits.Mul64(w[i], x)
		var c uint64
		w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
}

// Div divides w by a word, flooring. Dividing by zero sets every word.
func (w *Wide) Div(x uint64) {
	if x == 0 {
		*w = Wide{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
		return
	}
	var rem uint64
	for i := len(w) - 1; i >= 0; i-- {
		w[i], rem = bits.Div64(rem, w[i], x)
	}
}

// Less reports whether w is below o.
func (w *Wide) Less(o *Wide) bool {
	for i := len(w) - 1; i >= 0; i-- {
		if w[i] != o[i] {
			return w[i] < o[i]
		}
	}
	return false
}
