package u64

import (
	"cmp"
	"math/bits"
	"slices"
)

// Apportion splits total by largest remainder of the weights, ties to the lower
// index, and adds the parts to dst, which is as long as weights. It returns what it
// cannot place: total when every weight is 0 or dst has another length, else 0. Weights whose sum needs more
// than 64 bits are halved, alike, until it fits. The parts must fit what they are
// added to.
func Apportion[T ~uint64](dst []T, total T, weights []T) (rest T) {
	if len(dst) != len(weights) {
		return total
	}
	var sum, hi uint64
	for _, w := range weights {
		var carry uint64
		sum, carry = bits.Add64(sum, uint64(w), 0)
		hi += carry
	}
	shift := bits.Len64(hi)
	if shift > 0 {
		sum = 0
		for _, w := range weights {
			sum += uint64(w) >> shift
		}
	}
	if sum == 0 {
		return total
	}
	left, remainders := total, make([]uint64, len(weights))
	for i, w := range weights {
		h, l := bits.Mul64(uint64(total), uint64(w)>>shift)
		q, r := bits.Div64(h, l, sum)
		dst[i] += T(q)
		remainders[i] = r
		left -= T(q)
	}
	if left == 0 {
		return 0
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		dst[i]++
	}
	return 0
}
