package vector

import (
	"fmt"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
)

// maxExpansion bounds how much longer a snappy block can get: three bytes copy
// at most 64.
const maxExpansion = 22

// DecodeSnappy decompresses a block of snappy's block format, which fixtures
// and networks use for whole SSZ objects (not the framing format). Nothing is
// allocated before the declared size has been compared with limit and with
// what so many compressed bytes can hold. Every fault gives [spec.ErrInput].
func DecodeSnappy(compressed []byte, limit int64) ([]byte, error) {
	declared, err := snappy.DecodedLen(compressed)
	if err != nil {
		return nil, fmt.Errorf("%w: byte 0: declared size: %v", spec.ErrInput, err)
	}
	if int64(declared) > limit {
		return nil, fmt.Errorf("%w: byte 0: declared size %d above the limit of %d", spec.ErrInput, declared, limit)
	}
	if int64(declared) > maxExpansion*int64(len(compressed)) {
		return nil, fmt.Errorf("%w: byte 0: declared size %d, but %d compressed bytes hold at most %d",
			spec.ErrInput, declared, len(compressed), maxExpansion*int64(len(compressed)))
	}
	b, err := snappy.Decode(nil, compressed)
	if err != nil {
		return nil, fmt.Errorf("%w: %d compressed bytes: %v", spec.ErrInput, len(compressed), err)
	}
	return b, nil
}

// EncodeSnappy compresses b into one block. The result depends on b only.
func EncodeSnappy(b []byte) []byte { return snappy.Encode(nil, b) }
