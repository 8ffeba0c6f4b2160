package vector

import (
	"bytes"
	"fmt"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// DecodeSnappy is [file.DecodeSnappy] of an object of a case; archives are named.
func DecodeSnappy(compressed []byte, limit int64) ([]byte, error) {
	if err := archive(compressed); err != nil {
		return nil, err
	}
	return file.DecodeSnappy(compressed, limit)
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
