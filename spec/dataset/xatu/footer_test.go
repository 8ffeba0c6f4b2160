package xatu_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// Footers that promise gigabytes are refused before there is room for them.
func TestAFooterThatPromisesTooMuchTakesNoMemory(t *testing.T) {
	huge := binary.AppendUvarint(nil, 1<<31-2)
	for name, footer := range map[string][]byte{
		"a list":                   append([]byte{0x15, 4, 0x19, 0xfc}, huge...),
		"a list of bools":          append([]byte{0x15, 4, 0x19, 0xf1}, huge...),
		"a text":                   append([]byte{0x15, 4, 0x68}, huge...),
		"a map":                    append([]byte{0x15, 4, 0x1b}, huge...),
		"a list in a struct":       append([]byte{0x15, 4, 0x1c, 0x19, 0xfc}, huge...),
		"structs without an end":   bytes.Repeat([]byte{0x1c}, 1000),
		"lists without an end":     bytes.Repeat([]byte{0x19}, 1000),
		"a kind that nobody knows": {0x1e, 0},
		"a varint without an end":  bytes.Repeat([]byte{0x95}, 40),
	} {
		b := append([]byte("PAR1"), footer...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(footer)))
		b = append(b, "PAR1"...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := xatu.OpenFile(xatu.Blocks, "x", bytes.NewReader(b), int64(len(b)))
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<24), name)
	}
	b := []byte("PAR1....\xff\xff\xff\xffPAR1")
	_, err := xatu.OpenFile(xatu.Blocks, "x", bytes.NewReader(b), int64(len(b)))
	require.ErrorContains(t, err, "a footer of 4294967295 bytes in a file of 16")
}
