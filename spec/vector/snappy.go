package vector

import (
	"bytes"
	"fmt"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// maxExpansion bounds how much longer a snappy block can get: three bytes copy
// at most 64.
const maxExpansion = 22

// DecodeSnappy decompresses a block of snappy's block format, which fixtures and
// networks use for whole SSZ objects, or snappy's framing format, which tools write:
// no block begins as a frame does. Nothing is allocated before the declared size has
// been compared with limit and with what so many compressed bytes can hold. Every
// fault gives [spec.ErrInput]; archives are named.
func DecodeSnappy(compressed []byte, limit int64) ([]byte, error) {
	if file.Framed(compressed) {
		return file.Unframe(compressed, limit)
	}
	if err := archive(compressed); err != nil {
		return nil, err
	}
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

// archive names what bytes are that begin as an archive does.
func archive(b []byte) error {
	err := file.Foreign(b)
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		err = fmt.Errorf("%w: %w: this is gzip", spec.ErrInput, file.ErrFormat)
	}
	if err != nil {
		return fmt.Errorf("%w; unpack it", err)
	}
	return nil
}
