package wire

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func TestZigzagIsOneToOneAndShortNearZero(t *testing.T) {
	for i, v := range []int64{0, -1, 1, -2, 2, -3} {
		require.EqualValues(t, i, Zigzag(uint64(v)))
	}
	for _, v := range []uint64{0, 1, 1 << 62, 1 << 63, 1<<63 - 1, math.MaxUint64} {
		require.Equal(t, v, Unzigzag(Zigzag(v)))
		require.Equal(t, v, Zigzag(Unzigzag(v)))
	}
}

func TestOnlyTheWholeOfOneFormIsRead(t *testing.T) {
	good := append(binary.AppendUvarint(Header(nil, 'a', 3), 300), 2, 'h', 'i')
	read := func(data []byte) (n uint64, s string, err error) {
		r := NewReader("it", 'a', 3, data)
		n, s = r.Uint(300), string(r.Bytes(9))
		return n, s, r.Close()
	}
	n, s, err := read(good)
	require.NoError(t, err)
	require.EqualValues(t, 300, n)
	require.Equal(t, "hi", s)
	for name, data := range map[string][]byte{
		"another tag":            {'b', 3, 1, 0},
		"another version":        {'a', 4, 1, 0},
		"nothing":                {},
		"half a header":          {'a'},
		"half an integer":        {'a', 3, 0x80},
		"too many left":          append(good[:len(good):len(good)], 0),
		"too few left":           good[:len(good)-1],
		"above the limit":        {'a', 3, 0xad, 2, 0},
		"not the shortest":       {'a', 3, 0x81, 0, 0},
		"above 64 bits":          {'a', 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0},
		"more items than bytes":  {'a', 3, 1, 9, 'x'},
		"more items than may be": {'a', 3, 1, 10, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'},
	} {
		n, s, err := read(data)
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.LessOrEqual(t, n, uint64(300))
		require.LessOrEqual(t, len(s), 9)
	}
	r := NewReader("it", 'a', 3, []byte{'a', 3, 2, 0, 0, 0})
	require.Zero(t, r.Count(9, 2), "two items of two bytes in three")
	require.Zero(t, r.Byte(), "and nothing after")
	require.False(t, r.Ok())
}
