package scenario

import (
	"math/bits"
	"math/rand/v2"
	"sort"
)

// The streams of random numbers of a run, so that another number of draws in one
// does not move the others.
const (
	streamWorld = iota
	streamFaults
	streamMisses
	streamSlots
	streamBlocks
	streamCount
)

func stream(seed uint64, run, which int) *rand.PCG {
	return rand.NewPCG(seed, uint64(run)*streamCount+uint64(which)+0x7716)
}

// below is an even number below n, n above 0.
func below(r *rand.PCG, n uint64) uint64 {
	for {
		hi, lo := bits.Mul64(r.Uint64(), n)
		if lo >= n || lo >= -n%n {
			return hi
		}
	}
}

// chance is a probability as a threshold of 64 bits: parts of a whole.
func chance(parts, whole uint64) uint64 {
	if parts >= whole {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(parts, 0, whole)
	return q
}

// gapTable has the entries of a [gaps].
const gapTable = 1024

// gaps draws the positions at which independent events of one probability
// happen in a long row, with about one random number an event and integers only:
// survive[j] is the chance of no event in j+1 places, scaled to 64 bits.
type gaps struct {
	survive [gapTable]uint64
	never   bool
	left    uint64 // places before the next event
	drawn   bool
}

func newGaps(p uint64) *gaps {
	g := &gaps{never: p == 0}
	q := -p - 1 // 2^64 - 1 - p
	alive := uint64(1<<64 - 1)
	for j := range g.survive {
		alive, _ = bits.Mul64(alive, q)
		g.survive[j] = alive
	}
	return g
}

// next is the number of places before the next event.
func (g *gaps) next(r *rand.PCG) (n uint64) {
	for {
		u := r.Uint64()
		if u < g.survive[gapTable-1] {
			n += gapTable
			continue
		}
		return n + uint64(sort.Search(gapTable, func(j int) bool { return u >= g.survive[j] }))
	}
}

// run calls hit for every event among the next n places. What is left of a gap
// carries over to the next call.
func (g *gaps) run(r *rand.PCG, n uint64, hit func(at uint64)) {
	if g.never {
		return
	}
	if !g.drawn {
		g.left, g.drawn = g.next(r), true
	}
	at := uint64(0)
	for g.left < n-at {
		at += g.left
		hit(at)
		at++
		g.left = g.next(r)
	}
	g.left -= n - at
}

// geometric is a length of at least one with the given mean.
func geometric(r *rand.PCG, mean uint64) (n uint64) {
	if mean <= 1 {
		return 1
	}
	stop := chance(1, mean)
	for n = 1; r.Uint64() >= stop; n++ {
	}
	return n
}

// slotter deals validators to the slots of an epoch without replacement: any
// set of validators falls on the slots as it would after an even shuffle.
type slotter struct {
	room  [SlotsPerEpoch]uint32
	top   uint32
	dealt int
	spare uint64 // random bits of the draw before, not used yet
}

func (s *slotter) reset(validators uint64) {
	s.top, s.dealt, s.spare = 0, 0, 0
	for i := range uint64(SlotsPerEpoch) {
		s.room[i] = uint32(validators*(i+1)/SlotsPerEpoch - validators*i/SlotsPerEpoch)
		s.top = max(s.top, s.room[i])
	}
}

// deal is the slot of one more validator. At most as many may be dealt as there
// are.
func (s *slotter) deal(r *rand.PCG) uint8 {
	if s.dealt++; s.dealt%256 == 0 {
		s.top = 0
		for _, room := range s.room {
			s.top = max(s.top, room)
		}
	}
	for {
		u := s.spare
		if s.spare = 0; u == 0 {
			u = r.Uint64()
			s.spare = u >> 32
			u &= 1<<32 - 1
		}
		at := u % SlotsPerEpoch
		if uint32((u/SlotsPerEpoch)*uint64(s.top)>>27) < s.room[at] {
			s.room[at]--
			return uint8(at)
		}
	}
}
