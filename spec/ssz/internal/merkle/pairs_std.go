//go:build !amd64 && !arm64

package merkle

// Pairs writes the hash of every 64 bytes of src to dst, which has room for half
// as many bytes and does not overlap src.
func Pairs(dst, src []byte) { standardPairs(dst, src) }
