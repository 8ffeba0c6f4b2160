package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"
)

const benchIndices = 1_000_000

func BenchmarkShuffle(b *testing.B) {
	list, dst := make([]uint32, benchIndices), make([]uint32, benchIndices)
	for i := range list {
		list[i] = uint32(i)
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("n=%d/workers=%d", benchIndices, workers), func(b *testing.B) {
			var s Shuffler
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Shuffle(dst, list, [32]byte{1}, 90, workers); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkShuffleHashes is the yardstick of BenchmarkShuffle: one hash for
// every 256 positions of every round, and nothing else.
func BenchmarkShuffleHashes(b *testing.B) {
	b.Run(fmt.Sprintf("n=%d", benchIndices), func(b *testing.B) {
		var source [37]byte
		var sum byte
		for b.Loop() {
			for round := range 90 {
				source[32] = byte(round)
				for chunk := range (benchIndices + 255) / 256 {
					binary.LittleEndian.PutUint32(source[33:], uint32(chunk))
					h := sha256.Sum256(source[:])
					sum ^= h[0]
				}
			}
		}
		source[0] = sum
	})
}
