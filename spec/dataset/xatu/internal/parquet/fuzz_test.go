package parquet

import (
	"bytes"
	"encoding/binary"
	"testing"

	library "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
)

// real is a small file that a library wrote, with a column of every common kind.
func real(t testing.TB) []byte {
	type row struct {
		C        uint32   `parquet:"c,snappy"`
		Balance  *uint64  `parquet:"balance,optional,zstd"`
		Root     string   `parquet:"root,dict,gzip"`
		List     []uint32 `parquet:"list,list,lz4raw"`
		Repeated []int64  `parquet:"repeated,brotli"`
		Delta    int64    `parquet:"delta,delta"`
		Lengths  string   `parquet:"lengths,delta"`
		Flag     bool     `parquet:"flag"`
	}
	var rows []row
	for i := range uint32(20) {
		r := row{C: i, Root: string(rune('a' + i/7)), Delta: int64(i * i), Lengths: "12345"[:i%6], Flag: i%3 == 0}
		if balance := uint64(32e9); i%4 > 0 {
			r.Balance = &balance
		}
		for k := range i % 5 {
			r.List, r.Repeated = append(r.List, k*i), append(r.Repeated, int64(k)-2)
		}
		rows = append(rows, r)
	}
	var b bytes.Buffer
	require.NoError(t, library.Write(&b, rows, library.MaxRowsPerRowGroup(8)))
	return b.Bytes()
}

// footerOf is the footer of a file.
func footerOf(b []byte) []byte {
	n := int(binary.LittleEndian.Uint32(b[len(b)-8:]))
	return b[len(b)-8-n : len(b)-8]
}

// sealed is a file of a body and a footer.
func sealed(body, foot []byte) []byte {
	b := append(append([]byte("PAR1"), body...), foot...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(foot))), "PAR1"...)
}

// readEach reads every column that can be read, and holds what it finds to what the
// footer says.
func readEach(t *testing.T, b []byte) {
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return
	}
	limit, rows := int64(freeValues+valuesPerByte*len(b)), int64(0)
	for g := range f.Groups() {
		rows += f.Rows(g)
		for _, leaf := range f.leaves {
			var c Column
			if c.Open(f, g, leaf) != nil {
				continue
			}
			n, values := int64(0), int64(0)
			for n < f.Rows(g) && c.Next() == nil {
				n, values = n+1, values+int64(len(c.Ints)+len(c.Texts))
				require.LessOrEqual(t, len(c.Ints), LongestList)
			}
			require.LessOrEqual(t, values, limit)
			if n == f.Rows(g) {
				_ = c.End()
			}
		}
	}
	require.LessOrEqual(t, rows, limit)
}

// A footer, of a file with the pages of another, ends with an error or says what
// the file can hold.
func FuzzFooter(f *testing.F) {
	whole := real(f)
	foot := footerOf(whole)
	body := whole[4 : len(whole)-8-len(foot)]
	f.Add(foot)
	f.Add(madeColumn{physical: Int32, rows: 1, values: 1}.footer(60))
	f.Add(madeColumn{physical: ByteArray, repetition: 2, groups: 9, rows: 1 << 40, values: 1 << 62}.footer(1 << 30))
	f.Fuzz(func(t *testing.T, foot []byte) {
		budget.Run(t, budget.Limit{}, func() { readEach(t, sealed(body, foot)) })
	})
}

// A header of a page ends with an error, or with sizes that its chunk can have.
func FuzzPageHeader(f *testing.F) {
	for _, p := range []madePage{{dataPage, plain, 1, 4, make([]byte, 4)}, {dictionaryPage, plain, 9, 36, make([]byte, 36)}, {dataPageV2, rle, 9, 3, make([]byte, 3)}} {
		f.Add(p.bytes(), int64(100), int64(100))
	}
	f.Add([]byte{thriftBinary, 20, 0xff, 0xff, 0xff, 0x7f}, int64(1), int64(1))
	f.Fuzz(func(t *testing.T, b []byte, left, values int64) {
		budget.Run(t, budget.Limit{}, func() {
			h, rest, _, err := parseHeader(b)
			if err != nil || h.check(left, values) != nil {
				return
			}
			require.Less(t, len(rest), len(b))
			require.True(t, h.compressed >= 0 && int64(h.compressed) <= left)
			if h.kind == indexPage {
				return
			}
			require.True(t, h.values >= 0 && int64(h.values) <= values)
			require.True(t, h.uncompressed >= 0 && h.uncompressed <= maxPage)
			if h.kind == dataPageV2 {
				require.True(t, h.rep >= 0 && h.def >= 0 && int64(h.rep)+int64(h.def) <= int64(min(h.compressed, h.uncompressed)))
			}
		})
	})
}

// The bytes of a page in every type, encoding and codec, behind a dictionary, end
// with an error or with as many rows as were promised.
func FuzzPages(f *testing.F) {
	lists := withLevels(append(run(1, 0), run(3, 1)...), withLevels(run(4, 1), make([]byte, 16)))
	f.Add(uint8(Int32), uint8(0), uint8(plain), uint8(codecNone), uint16(3), uint16(3), make([]byte, 12), []byte(nil))
	f.Add(uint8(Int32), uint8(2), uint8(plain), uint8(codecNone), uint16(1), uint16(4), lists, []byte(nil))
	f.Add(uint8(Int64), uint8(1), uint8(rleDictionary), uint8(codecNone), uint16(4), uint16(4), withLevels(run(4, 1), append([]byte{1}, run(4, 1)...)), make([]byte, 16))
	f.Add(uint8(Int64), uint8(0), uint8(deltaPacked), uint8(codecNone), uint16(3), uint16(3), []byte{128, 1, 4, 3, 14, 2, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, []byte(nil))
	f.Add(uint8(ByteArray), uint8(0), uint8(deltaStrings), uint8(codecNone), uint16(1), uint16(1), []byte{128, 1, 4, 1, 0, 128, 1, 4, 1, 6, 'a', 'b', 'c'}, []byte(nil))
	f.Add(uint8(Boolean), uint8(0), uint8(rle), uint8(codecNone), uint16(9), uint16(9), withLevels(run(9, 1), nil), []byte(nil))
	f.Add(uint8(FixedLenByteArray), uint8(0), uint8(byteStreamSplit), uint8(codecNone), uint16(1), uint16(1), make([]byte, 32), []byte(nil))
	f.Add(uint8(Int32), uint8(0), uint8(plain), uint8(codecSnappy), uint16(1), uint16(1), []byte{4, 12, 1, 2, 3, 4}, []byte(nil))
	f.Fuzz(func(t *testing.T, physical, repetition, encoding, codec uint8, rows, values uint16, body, dictionary []byte) {
		c := madeColumn{
			physical: Physical(physical % 8), length: 32, repetition: int64(repetition % 3), codec: int64(codec % 8),
			rows: int64(rows), values: int64(values),
		}
		uncompressed := int64(len(body))
		if c.codec != codecNone {
			uncompressed = 4 * int64(values)
		}
		page := madePage{dataPage, int64(encoding % 10), int64(values), uncompressed, body}.bytes()
		if dictionary != nil && c.codec == codecNone {
			n := max(1, Type{Physical: c.physical, Length: 32}.width())
			page = append(madePage{dictionaryPage, plain, int64(len(dictionary) / n), int64(len(dictionary)), dictionary}.bytes(), page...)
		}
		budget.Run(t, budget.Limit{}, func() {
			got, err := readAll(c.file(page))
			if err == nil {
				require.Equal(t, int(rows), got)
			}
		})
	})
}

// Bytes of a real file that are changed at any place end with an error, or change
// a value.
func FuzzChangedFile(f *testing.F) {
	whole := real(f)
	f.Add(uint32(0), []byte(nil), uint32(0), []byte(nil))
	f.Add(uint32(4), []byte{0xff, 0xff, 0xff, 0x7f}, uint32(len(whole)-300), []byte{0xff})
	f.Fuzz(func(t *testing.T, at uint32, with []byte, again uint32, more []byte) {
		b := bytes.Clone(whole)
		copy(b[int(at)%len(b):], with)
		copy(b[int(again)%len(b):], more)
		budget.Run(t, budget.Limit{}, func() { readEach(t, b) })
	})
}
