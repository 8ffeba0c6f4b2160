package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"sync"
	"sync/atomic"
)

// MaxShuffled bounds the list of a shuffle, so that its indices fit 32 bits.
const MaxShuffled = 1 << 32

// ShuffledIndex returns the position to which the swap-or-not shuffle of n
// indices sends position i (compute_shuffled_index, consensus-specs a08d8a6,
// phase0). An i that is not below n, an n above [MaxShuffled] and more than 255
// rounds give [ErrInput].
func ShuffledIndex(i, n uint64, seed [32]byte, rounds uint64) (uint64, error) {
	if err := checkShuffle(n, rounds); err != nil {
		return 0, err
	}
	if i >= n {
		return 0, Atf("index", -1, ErrInput, "%d of %d", i, n)
	}
	source := newShuffleSource(seed)
	for round := range rounds {
		flip := (source.pivot(byte(round), n) + n - i) % n
		p := max(i, flip)
		words := source.chunk(byte(round), uint32(p/chunkBits))
		if words[p%chunkBits/64]>>(p%64)&1 != 0 {
			i = flip
		}
	}
	return i, nil
}

func checkShuffle(n, rounds uint64) error {
	if n > MaxShuffled {
		return Atf("index_count", -1, ErrInput, "%d above %d", n, uint64(MaxShuffled))
	}
	if rounds > 255 {
		return Atf("SHUFFLE_ROUND_COUNT", -1, ErrInput, "%d does not fit one byte", rounds)
	}
	return nil
}

// chunkBits is the number of positions that one hash decides.
const chunkBits = 256

// shuffleSource makes the hashes of a shuffle: the seed, the round, the chunk.
type shuffleSource [37]byte

func newShuffleSource(seed [32]byte) (s shuffleSource) {
	copy(s[:], seed[:])
	return s
}

// pivot is the sum, modulo n, of the two positions of every pair of a round.
func (s *shuffleSource) pivot(round byte, n uint64) uint64 {
	s[32] = round
	h := sha256.Sum256(s[:33])
	return binary.LittleEndian.Uint64(h[:8]) % n
}

// chunk is the decision for 256 positions; position 0 is the lowest bit of the
// first word.
func (s *shuffleSource) chunk(round byte, number uint32) (words [4]uint64) {
	s[32] = round
	binary.LittleEndian.PutUint32(s[33:], number)
	h := sha256.Sum256(s[:])
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(h[8*i:])
	}
	return words
}

// Shuffler shuffles whole lists. The zero value is ready; using it again for as
// many workers allocates nothing. It must not be used by two goroutines at once.
type Shuffler struct {
	list    []uint32
	source  shuffleSource
	rounds  int
	workers int
	others  sync.WaitGroup
	arrived atomic.Uint32
	wake    []chan struct{} // one per worker
	run     []func()        // one per worker, so that go allocates nothing
}

// Shuffle writes to dst the list in the order in which committees are cut from
// it: dst[i] = list[j], j the [ShuffledIndex] of i. It shuffles with so many
// goroutines (fewer than two: the caller's own); the result does not depend on their
// number. dst may be the list itself, but must not overlap it otherwise. Different
// lengths, more than [MaxShuffled] indices and more than 255 rounds give [ErrInput] and
// leave dst as it was.
func (s *Shuffler) Shuffle(dst, list []uint32, seed [32]byte, rounds uint64, workers int) error {
	if s == nil {
		return Atf("shuffler", -1, ErrInput, "none")
	}
	if len(dst) != len(list) {
		return Atf("shuffled", -1, ErrInput, "room for %d of %d indices", len(dst), len(list))
	}
	if err := checkShuffle(uint64(len(list)), rounds); err != nil {
		return err
	}
	copy(dst, list)
	if len(dst) < 2 {
		return nil
	}
	s.list, s.source, s.rounds = dst, newShuffleSource(seed), int(rounds)
	s.start(min(workers, len(dst)/minShare))
	s.list = nil
	return nil
}

// minShare is the smallest part of a list that is worth a goroutine.
const minShare = 1 << 15

// start runs the rounds on so many goroutines, the caller's among them, and
// returns when all are done.
func (s *Shuffler) start(workers int) {
	s.workers = max(workers, 1)
	for w := len(s.run); w < s.workers; w++ {
		s.wake = append(s.wake, make(chan struct{}, 1))
		s.run = append(s.run, func() {
			defer s.others.Done()
			s.work(w)
		})
	}
	s.arrived.Store(0)
	s.others.Add(s.workers - 1)
	for _, run := range s.run[1:s.workers] {
		go run()
	}
	s.work(0)
	s.others.Wait()
}

// work does worker w's share of every round, the last round first: a swap
// changes the list before those of earlier rounds read it.
func (s *Shuffler) work(w int) {
	source, n := s.source, len(s.list)
	for round := s.rounds - 1; round >= 0; round-- {
		pivot := int(source.pivot(byte(round), uint64(n)))
		// Pairs mirror about pivot/2 up to the pivot, and about the middle of
		// the rest beyond it; equal shares of both count as one range.
		low, high := (pivot+1)/2, (n-pivot-1)/2
		from, to := share(low+high, w, s.workers), share(low+high, w+1, s.workers)
		if a, b := min(from, low), min(to, low); a < b {
			source.swap(s.list, byte(round), a, pivot-a, b-a)
		}
		if a, b := max(from-low, 0), max(to-low, 0); a < b {
			source.swap(s.list, byte(round), pivot+1+a, n-1-a, b-a)
		}
		s.meet(w)
	}
}

// meet returns when every worker has come. Shares are equal, so that a short spin
// mostly saves the wait from putting the goroutine to sleep.
func (s *Shuffler) meet(w int) {
	if s.workers == 1 {
		return
	}
	if s.arrived.Add(1)%uint32(s.workers) != 0 {
		for spin := 0; spin < spins && len(s.wake[w]) == 0; spin++ {
		}
		<-s.wake[w]
		return
	}
	for other, wake := range s.wake[:s.workers] {
		if other != w {
			wake <- struct{}{}
		}
	}
}

// spins is how often a waiting worker looks before it sleeps, some 50 microseconds:
// waking a sleeping thread takes as long.
const spins = 1 << 16

// swap exchanges the pairs (i, j), (i+1, j-1) and so on, as many as given, where the
// round's bit of the higher position is set.
func (s *shuffleSource) swap(list []uint32, round byte, i, j, pairs int) {
	for pairs > 0 {
		words := s.chunk(round, uint32(uint(j)/chunkBits))
		for k := j % chunkBits / 64; k >= 0 && pairs > 0; k-- {
			count := min(j%64+1, pairs)
			swapWord(list[i:i+count], list[j+1-count:j+1], words[k]<<(63-j%64)>>(64-count))
			i, j, pairs = i+count, j-count, pairs-count
		}
	}
}

// swapWord exchanges up[len-1-b] and down[b] for every bit b of the word.
func swapWord(up, down []uint32, word uint64) {
	if len(up) == 64 && len(down) == 64 {
		swap64((*[64]uint32)(up), (*[64]uint32)(down), word)
		return
	}
	for word != 0 {
		b := bits.TrailingZeros64(word)
		word &= word - 1
		u := len(up) - 1 - b
		up[u], down[b] = down[b], up[u]
	}
}

func swap64(up, down *[64]uint32, word uint64) {
	for word != 0 {
		b := bits.TrailingZeros64(word) & 63
		word &= word - 1
		up[63-b], down[b] = down[b], up[63-b]
	}
}
