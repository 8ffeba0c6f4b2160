// Package merkle computes the roots of binary and of progressive Merkle trees
// (EIP-7916) over chunks of 32 bytes, at once or with the nodes kept, so that only
// what stands over changed leaves is hashed again.
package merkle

// Size is the bytes of a node.
const Size = 32

// maxDepth is that of the deepest tree: a list of 2^40 roots.
const maxDepth = 64

// zeros[k] is the root of a tree of depth k whose leaves are all zero.
var zeros = func() (z [maxDepth + 1][Size]byte) {
	for k := range maxDepth {
		z[k+1] = Pair(z[k], z[k])
	}
	return z
}()

// Pair is the node over two nodes.
func Pair(left, right [Size]byte) (node [Size]byte) {
	var both [2 * Size]byte
	copy(both[:], left[:])
	copy(both[Size:], right[:])
	Pairs(node[:], both[:])
	return node
}

// WithLength is the root of a list: that of its elements and their number.
func WithLength(root [Size]byte, n int) [Size]byte {
	var length [Size]byte
	for i := range 8 {
		length[i] = byte(uint64(n) >> (8 * i))
	}
	return Pair(root, length)
}
