package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/golang/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
)

// readAll reads a file's column c to its end or its first error.
func readAll(b []byte) (rows int, err error) {
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 0, err
	}
	leaf := f.Leaf("c")
	if leaf == nil {
		return 0, errSchema
	}
	var c Column
	for g := range f.Groups() {
		if err := c.Open(f, g, leaf); err != nil {
			return rows, err
		}
		for range f.Rows(g) {
			if err := c.Next(); err != nil {
				return rows, err
			}
			rows++
		}
		if err := c.End(); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func TestPagesMadeByHandAreRead(t *testing.T) {
	int32s := func(n ...int32) (b []byte) {
		for _, v := range n {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
		return b
	}
	read := func(c madeColumn, pages ...[]byte) (got [][]int64) {
		b := c.file(bytes.Join(pages, nil))
		f, err := Open(bytes.NewReader(b), int64(len(b)))
		require.NoError(t, err)
		var col Column
		require.NoError(t, col.Open(f, 0, f.Leaf("c")))
		for range f.Rows(0) {
			require.NoError(t, col.Next())
			got = append(got, append([]int64{}, col.Ints...))
		}
		require.NoError(t, col.End())
		return got
	}
	require.Equal(t, [][]int64{{7}, {-5}, {9}}, read(madeColumn{physical: Int32, rows: 3, values: 3},
		plainPage(2, int32s(7, -5)), plainPage(1, int32s(9))))
	require.Equal(t, [][]int64{{7}, {}, {9}}, read(madeColumn{physical: Int32, repetition: 1, rows: 3, values: 3},
		plainPage(3, withLevels([]byte{3, 0b101}, int32s(7, 9)))), "bit-packed levels")
	lists := withLevels([]byte{3, 0b0010}, withLevels(append(run(2, 1), run(2, 0)...), int32s(7, 8)))
	require.Equal(t, [][]int64{{7, 8}, {}, {}}, read(madeColumn{physical: Int32, repetition: 2, rows: 3, values: 4}, plainPage(4, lists)))
	going := withLevels(run(1, 1), withLevels(run(1, 1), int32s(9)))
	require.Equal(t, [][]int64{{7}, {8, 9}}, read(madeColumn{physical: Int32, repetition: 2, rows: 2, values: 3},
		plainPage(2, withLevels(run(2, 0), withLevels(run(2, 1), int32s(7, 8)))), plainPage(1, going)), "a list goes on in the next page")
	split := madePage{dataPage, byteStreamSplit, 2, 8, []byte{1, 2, 0, 0, 0, 0, 0, 0xff}}
	require.Equal(t, [][]int64{{1}, {-16777214}}, read(madeColumn{physical: Int32, rows: 2, values: 2}, split.bytes()))
	require.Equal(t, [][]int64{{1}}, read(madeColumn{physical: Boolean, rows: 1, values: 1}, plainPage(0, nil), plainPage(1, []byte{1})), "an empty page")
}

// TestWhatPromisesMoreThanThereIsEndsSoonWithAnError has one case for each number
// that a reader could trust.
func TestWhatPromisesMoreThanThereIsEndsSoonWithAnError(t *testing.T) {
	const most = 1<<31 - 1
	four := make([]byte, 4)
	page := madePage{dataPage, plain, 1, 4, four}
	with := func(change func(*madePage)) []byte {
		p := page
		change(&p)
		return p.bytes()
	}
	int32s := madeColumn{physical: Int32, rows: 1, values: 1}
	delta := func(head ...uint64) (b []byte) {
		for _, n := range head {
			b = binary.AppendUvarint(b, n)
		}
		return b
	}
	for name, c := range map[string]struct {
		of    madeColumn
		pages []byte
		want  string
	}{
		"rows":                          {madeColumn{physical: Int32, rows: 1 << 40, values: 1 << 40}, page.bytes(), "1099511627776 rows, too many for a file of"},
		"values of a chunk":             {madeColumn{physical: Int32, repetition: 2, rows: 1, values: 1 << 40}, page.bytes(), "1099511627776 values, too many for a file of"},
		"row groups that share a chunk": {madeColumn{physical: Int32, groups: 1000, rows: 1, values: 1}, page.bytes(), "where"},
		"values of a page":              {int32s, with(func(p *madePage) { p.values = most }), "2147483647 values where 1 are left of its chunk"},
		"negative values":               {int32s, with(func(p *madePage) { p.values = -1 }), "-1 values"},
		"bytes of a page":               {int32s, page.bytes()[:20], "left of its chunk"},
		"negative bytes":                {int32s, with(func(p *madePage) { p.uncompressed = -1 }), "-1 bytes after decompression"},
		"bytes after decompression":     {int32s, with(func(p *madePage) { p.uncompressed = most }), "2147483647 bytes after decompression for 1 values"},
		"megabytes of a few bytes": {madeColumn{physical: Int64, rows: 1 << 20, values: 1 << 20, codec: codecZstd},
			madePage{dataPage, plain, 1 << 20, 17 << 20, four}.bytes(), "17825792 bytes after decompression of 4"},
		"a type of page":            {int32s, with(func(p *madePage) { p.kind = 4 }), "type 4"},
		"a size beyond 32 bits":     {int32s, with(func(p *madePage) { p.uncompressed = 1 << 40 }), "a damaged header"},
		"values in dictionary":      {int32s, with(func(p *madePage) { p.kind, p.values = dictionaryPage, most }), "2147483647 values where"},
		"a dictionary's values":     {int32s, with(func(p *madePage) { p.kind, p.values = dictionaryPage, 9 }), "a dictionary of 9 values of INT32 in 4 bytes"},
		"numbers of no dictionary":  {int32s, with(func(p *madePage) { p.encoding = rleDictionary }), "a dictionary that is not there"},
		"a codec":                   {madeColumn{physical: Int32, rows: 1, values: 1, codec: 77}, page.bytes(), "codec annotation 77"},
		"an encoding":               {int32s, with(func(p *madePage) { p.encoding = 77 }), "encoding annotation 77"},
		"a run of levels":           {madeColumn{physical: Int32, repetition: 1, rows: 1, values: 1}, plainPage(1, withLevels(run(1<<62, 1), nil)), "fewer values"},
		"levels":                    {madeColumn{physical: Int32, repetition: 1, rows: 1, values: 1}, plainPage(1, []byte{0xff, 0xff, 0xff, 0x7f}), "levels that end too early"},
		"levels above the highest":  {madeColumn{physical: Int32, repetition: 1, rows: 1, values: 1}, plainPage(1, withLevels(run(1, 9), four)), "above the highest"},
		"a string":                  {madeColumn{physical: ByteArray, rows: 1, values: 1}, plainPage(1, []byte{0xff, 0xff, 0xff, 0xff}), "a string of a length"},
		"differences":               {int32s, madePage{dataPage, deltaPacked, 1, 30, append(delta(128, 4, most, 0), make([]byte, 21)...)}.bytes(), "differences that end too early"},
		"a block of differences":    {int32s, madePage{dataPage, deltaPacked, 1, 29, append(delta(1<<40, 4, 1, 0), make([]byte, 20)...)}.bytes(), "differences"},
		"a list of no row":          {madeColumn{physical: Int32, repetition: 2, rows: 1, values: 1}, plainPage(1, withLevels(run(1, 1), withLevels(run(1, 1), four))), "begins within a list of no row"},
		"rows that are not there":   {madeColumn{physical: Int32, repetition: 2, rows: 2, values: 2}, plainPage(2, withLevels(append(run(1, 0), run(1, 1)...), withLevels(run(2, 1), make([]byte, 8)))), "values end before the rows"},
		"values of no row":          {madeColumn{physical: Int32, repetition: 2, rows: 1, values: 2}, plainPage(2, withLevels(run(2, 0), withLevels(run(2, 1), make([]byte, 8)))), "values that belong to no row"},
		"fewer pages":               {madeColumn{physical: Int32, rows: 2, values: 2}, page.bytes(), "1 values are missing after page 0"},
		"more pages":                {int32s, append(page.bytes(), page.bytes()...), "1 values where 0 are left of its chunk"},
		"a second dictionary":       {int32s, append(with(func(p *madePage) { p.kind = dictionaryPage }), with(func(p *madePage) { p.kind = dictionaryPage })...), "a second dictionary"},
		"a header without an end":   {int32s, append([]byte{thriftBinary, 20, 0xff, 0xff, 0xff, 0x7f}, make([]byte, 1<<21)...), "above 1048576 bytes"},
		"a header beyond its chunk": {int32s, []byte{thriftBinary, 20, 0xff, 0xff, 0xff, 0x7f}, "goes on beyond its chunk"},
	} {
		budget.Run(t, budget.Limit{}, func() {
			b := c.of.file(c.pages)
			if name == "bytes of a page" { // its end is cut off
				b = c.of.file(page.bytes()[:len(page.bytes())-1])
			}
			_, err := readAll(b)
			require.ErrorContains(t, err, c.want, name)
		})
	}
}

// A small file that does have all the rows that one of its size may have is read.
func TestAsManyRowsAsASmallFileMayHaveAreReadSoon(t *testing.T) {
	const n = freeValues + 50_000
	body := append([]byte{1}, binary.AppendUvarint(nil, n<<1)...)
	body = append(body, 0)
	pages := madePage{dictionaryPage, plain, 1, 8, make([]byte, 8)}.bytes()
	pages = append(pages, madePage{dataPage, rleDictionary, n, int64(len(body)), body}.bytes()...)
	pages = append(pages, bytes.Repeat(plainPage(0, nil), 10)...)
	budget.Run(t, budget.Limit{}, func() {
		rows, err := readAll(madeColumn{physical: Int64, rows: n, values: n}.file(pages))
		require.NoError(t, err)
		require.Equal(t, n, rows)
	})
}

func TestManyEmptyPagesEnd(t *testing.T) {
	budget.Run(t, budget.Limit{}, func() {
		empty := bytes.Repeat(plainPage(0, nil), 100_000)
		rows, err := readAll(madeColumn{physical: Int32, rows: 1, values: 1}.file(append(empty, plainPage(1, make([]byte, 4))...)))
		require.NoError(t, err)
		require.Equal(t, 1, rows)
	})
}

func TestAListIsNotLongerThanItsLimit(t *testing.T) {
	const n = LongestList + 1
	for length, ok := range map[int]bool{n - 1: true, n: false} {
		budget.Run(t, budget.Limit{}, func() {
			levels := withLevels(append(run(1, 0), run(uint64(length-1), 1)...), withLevels(run(uint64(length), 1), []byte{0, 0}))
			levels[len(levels)-2] = 1 // numbers of one bit
			levels = append(levels[:len(levels)-1], run(uint64(length), 0)...)
			dictionary := madePage{dictionaryPage, plain, 1, 4, make([]byte, 4)}.bytes()
			pages := append(dictionary, madePage{dataPage, rleDictionary, int64(length), int64(len(levels)), levels}.bytes()...)
			pages = append(pages, bytes.Repeat(plainPage(0, withLevels(nil, withLevels(nil, nil))), 2000)...) // so that the file may hold so many values
			_, err := readAll(madeColumn{physical: Int32, repetition: 2, rows: 1, values: int64(length)}.file(pages))
			if ok {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "a list of more than 1048576 elements")
		})
	}
}

// Every codec holds back what decompresses to more than a header says, and what
// says that it decompresses to much takes no room for it.
func TestAPageThatDecompressesToMoreOrLessIsAnError(t *testing.T) {
	zeros := make([]byte, 16<<20)
	for codec, compress := range map[int64]func([]byte) []byte{
		codecSnappy: func(b []byte) []byte { return snappy.Encode(nil, b) },
		codecGzip: func(b []byte) []byte {
			return streamed(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
		},
		codecBrotli: func(b []byte) []byte {
			return streamed(b, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 1) })
		},
		codecZstd: func(b []byte) []byte {
			w, err := zstd.NewWriter(nil)
			require.NoError(t, err)
			return w.EncodeAll(b, nil)
		},
		codecLZ4: func(b []byte) []byte {
			out := make([]byte, lz4.CompressBlockBound(len(b)))
			n, err := new(lz4.Compressor).CompressBlock(b, out)
			require.NoError(t, err)
			if n == 0 { // it does not compress: literals alone
				n = copy(out, append([]byte{byte(len(b)) << 4}, b...))
			}
			return out[:n]
		},
	} {
		bomb, eight := compress(zeros), compress([]byte("12345678"))
		c := madeColumn{physical: Int32, rows: 2, values: 2, codec: codec}
		read := func(body []byte, uncompressed int64) (err error) {
			budget.Run(t, budget.Limit{}, func() {
				_, err = readAll(c.file(madePage{dataPage, plain, 2, uncompressed, body}.bytes()))
			})
			return err
		}
		name := nameOf(codecNames, int32(codec))
		require.NoError(t, read(eight, 8), name)
		require.Error(t, read(eight, 7), name)
		require.Error(t, read(eight, 9), name)
		require.Error(t, read(eight, 4000), name)
		require.Error(t, read(bomb, 8), name)
		require.Error(t, read(bomb, 4000), name)
		require.Error(t, read(nil, 8), name)
		require.Error(t, read(eight[:len(eight)/2], 8), name)
		for i := range eight { // whatever becomes of it, it ends
			changed := bytes.Clone(eight)
			changed[i] ^= 0xff
			_ = read(changed, 8)
		}
		// A promise of 100 MiB with nothing behind it.
		budget.Run(t, budget.Limit{Bytes: 16 << 20}, func() {
			_, err := decompress(int32(codec), nil, eight, 100<<20)
			require.Error(t, err, name)
		})
		budget.Run(t, budget.Limit{}, func() {
			out, err := decompress(int32(codec), nil, bomb, len(zeros))
			require.NoError(t, err, name)
			require.True(t, bytes.Equal(zeros, out), name)
		})
	}
}

func streamed(b []byte, to func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := to(&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
