package merkle

import "math/bits"

// set is a set of nodes of one level, a bit each.
type set []uint64

// grow makes room for n nodes and drops those behind.
func (s *set) grow(n int) {
	words := (n + 63) / 64
	for len(*s) < words {
		*s = append(*s, 0)
	}
	*s = (*s)[:words]
	if words > 0 && n%64 != 0 {
		(*s)[words-1] &= 1<<(n%64) - 1
	}
}

// add adds the nodes from lo to hi.
func (s set) add(lo, hi int) {
	for lo < hi {
		to := min(hi, lo/64*64+64)
		s[lo/64] |= ^uint64(0) >> (64 - (to - lo)) << (lo % 64)
		lo = to
	}
}

// runs calls do for every range of nodes of the set within the words lo to hi.
func (s set) runs(lo, hi int, do func(lo, hi int) error) error {
	start := -1
	for w := lo; w < hi; w++ {
		word, at := s[w], w*64
		switch {
		case word == 0 && start < 0:
			continue
		case word == ^uint64(0) && start >= 0:
			continue
		}
		for bit := 0; bit < 64; {
			rest := word >> bit
			if start < 0 {
				if rest == 0 {
					break
				}
				bit += bits.TrailingZeros64(rest)
				start = at + bit
			}
			ones := bits.TrailingZeros64(^(word >> bit))
			if bit+ones >= 64 {
				break // goes on in the next word
			}
			bit += ones
			if err := do(start, at+bit); err != nil {
				return err
			}
			start = -1
		}
	}
	if start >= 0 {
		return do(start, hi*64)
	}
	return nil
}

// parents writes the set of the nodes above to dst.
func (s set) parents(dst set) {
	clear(dst)
	for w, x := range s {
		dst[w/2] |= pairsOf(x) << (w % 2 * 32)
	}
}

// pairsOf has bit i set when bit 2i or 2i+1 of x is.
func pairsOf(x uint64) uint64 {
	x = (x | x>>1) & 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return (x | x>>16) & 0x00000000ffffffff
}

// count is the number of nodes in the set.
func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// alone is how many nodes one worker hashes faster than several.
const alone = 256

// each calls do for ranges that hold every node of the set once, the last perhaps
// beyond the nodes there are, from so many goroutines.
func (s set) each(workers int, do func(lo, hi int) error) error {
	if workers > 1 && s.count() < alone {
		workers = 1
	}
	return Share(len(s), 1, workers, func(lo, hi int) error { return s.runs(lo, hi, do) })
}
