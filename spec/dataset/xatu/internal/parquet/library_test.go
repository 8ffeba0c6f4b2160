package parquet_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	library "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset/xatu/internal/parquet"
)

// row has a column of every kind that is read, in every encoding that the
// library writes.
type row struct {
	Plain32  uint32   `parquet:"plain32"`
	Int32    int32    `parquet:"int32"`
	Int64    int64    `parquet:"int64"`
	Optional *uint64  `parquet:"optional,optional"`
	Delta32  int32    `parquet:"delta32,delta"`
	Delta64  uint64   `parquet:"delta64,delta"`
	Dict32   uint32   `parquet:"dict32,dict"`
	DictOpt  *int64   `parquet:"dictopt,dict,optional"`
	Bool     bool     `parquet:"bool"`
	BoolOpt  *bool    `parquet:"boolopt,optional"`
	Text     string   `parquet:"text"`
	DictText string   `parquet:"dicttext,dict"`
	Lengths  string   `parquet:"lengths,delta"`
	TextOpt  *string  `parquet:"textopt,optional,dict"`
	Fixed    [32]byte `parquet:"fixed"`
	Repeated []uint32 `parquet:"repeated"`
	List     []uint32 `parquet:"list,list"`
	DictList []uint64 `parquet:"dictlist,list,dict"`
	LongList []int64  `parquet:"longlist,list"`
}

var columns = []string{
	"plain32", "int32", "int64", "optional", "delta32", "delta64", "dict32", "dictopt", "bool", "boolopt",
	"text", "dicttext", "lengths", "textopt", "fixed", "repeated", "list", "dictlist", "longlist",
}

// drawn are rows with extremes, runs and holes.
func drawn(rng *rand.Rand, n int) []row {
	maybe := func() bool { return rng.IntN(3) > 0 }
	rows := make([]row, n)
	for i := range rows {
		r := &rows[i]
		if i > 0 && rng.IntN(3) == 0 {
			*r = rows[i-1] // a run
			continue
		}
		r.Plain32, r.Int32, r.Int64 = rng.Uint32(), int32(rng.Uint32()), int64(rng.Uint64())
		r.Delta32, r.Delta64 = int32(rng.Uint32()), rng.Uint64()>>rng.UintN(64)
		r.Dict32, r.Bool = rng.Uint32N(300), rng.IntN(2) == 0
		if maybe() {
			v, w, b, t := rng.Uint64(), int64(rng.IntN(5)), rng.IntN(2) == 0, fmt.Sprint(rng.IntN(9))
			r.Optional, r.DictOpt, r.BoolOpt, r.TextOpt = &v, &w, &b, &t
		}
		r.Text, r.DictText, r.Lengths = fmt.Sprintf("%x", rng.Uint64()), fmt.Sprint(rng.IntN(40)), fmt.Sprint(rng.Uint32()>>rng.UintN(32))
		for k := range r.Fixed {
			r.Fixed[k] = byte(rng.Uint32())
		}
		for range rng.IntN(4) * rng.IntN(40) {
			r.Repeated = append(r.Repeated, rng.Uint32())
			r.List = append(r.List, rng.Uint32N(1<<20))
			r.DictList = append(r.DictList, uint64(rng.IntN(30)))
			r.LongList = append(r.LongList, int64(rng.Uint64()))
		}
	}
	return rows
}

// of is what a column of the row holds, as this package shows it.
func (r *row) of(column string) (ints []int64, texts []string) {
	number := func(v int64) ([]int64, []string) { return []int64{v}, nil }
	boolean := func(b bool) ([]int64, []string) {
		if b {
			return number(1)
		}
		return number(0)
	}
	switch column {
	case "plain32":
		return number(int64(r.Plain32))
	case "int32":
		return number(int64(r.Int32))
	case "int64":
		return number(r.Int64)
	case "optional":
		if r.Optional != nil {
			return number(int64(*r.Optional))
		}
	case "delta32":
		return number(int64(r.Delta32))
	case "delta64":
		return number(int64(r.Delta64))
	case "dict32":
		return number(int64(r.Dict32))
	case "dictopt":
		if r.DictOpt != nil {
			return number(*r.DictOpt)
		}
	case "bool":
		return boolean(r.Bool)
	case "boolopt":
		if r.BoolOpt != nil {
			return boolean(*r.BoolOpt)
		}
	case "text":
		return nil, []string{r.Text}
	case "dicttext":
		return nil, []string{r.DictText}
	case "lengths":
		return nil, []string{r.Lengths}
	case "textopt":
		if r.TextOpt != nil {
			return nil, []string{*r.TextOpt}
		}
	case "fixed":
		return nil, []string{string(r.Fixed[:])}
	case "repeated":
		return widened(r.Repeated), nil
	case "list":
		return widened(r.List), nil
	case "dictlist":
		return widened(r.DictList), nil
	case "longlist":
		return widened(r.LongList), nil
	}
	return nil, nil
}

// required says whether every row has a value in the column.
func (r *row) required(column string) bool {
	switch column {
	case "optional", "dictopt", "boolopt", "textopt":
		return false
	}
	return true
}

func widened[T uint32 | uint64 | int64](in []T) (out []int64) {
	for _, v := range in {
		out = append(out, int64(v))
	}
	return out
}

// written is a file of the library, with its options.
func written(t testing.TB, rows []row, options ...library.WriterOption) []byte {
	var b bytes.Buffer
	w := library.NewGenericWriter[row](&b, options...)
	for len(rows) > 0 {
		n := min(50, len(rows))
		_, err := w.Write(rows[:n])
		require.NoError(t, err)
		rows = rows[n:]
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestWhatALibraryWritesIsReadValueByValue(t *testing.T) {
	codecs := []library.WriterOption{
		library.Compression(&library.Uncompressed), library.Compression(&library.Snappy), library.Compression(&library.Gzip),
		library.Compression(&library.Brotli), library.Compression(&library.Zstd), library.Compression(&library.Lz4Raw),
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i, codec := range codecs {
		for version := 1; version <= 2; version++ {
			rows := drawn(rng, 1500)
			b := written(t, rows, codec, library.DataPageVersion(version), library.PageBufferSize(1<<(8+i)), library.MaxRowsPerRowGroup(700))
			f, err := parquet.Open(bytes.NewReader(b), int64(len(b)))
			require.NoError(t, err)
			require.Equal(t, 3, f.Groups())
			for _, name := range columns {
				// In version 1 the library cannot read its own optional columns.
				if leaf := f.Leaf(name); version == 2 || leaf.Repeated || rows[0].required(name) {
					requireColumn(t, f, name, rows)
				}
			}
		}
	}
}

// requireColumn holds a column to the rows.
func requireColumn(t *testing.T, f *parquet.File, name string, rows []row) {
	var c parquet.Column
	at := 0
	for g := range f.Groups() {
		require.NoError(t, c.Open(f, g, f.Leaf(name)), name)
		for range f.Rows(g) {
			err := c.Next()
			ints, texts := rows[at].of(name)
			got := make([]string, len(c.Texts))
			for i, text := range c.Texts {
				got[i] = string(text)
			}
			if err != nil || c.Hole || !slices.Equal(ints, c.Ints) || !slices.Equal(texts, got) {
				t.Fatalf("%s, row %d: %v %v, not %v %v: %v", name, at, c.Ints, got, ints, texts, err)
			}
			at++
		}
		require.NoError(t, c.End(), name)
		require.ErrorIs(t, c.Next(), io.ErrUnexpectedEOF)
	}
	require.Equal(t, len(rows), at)
}

// Encodings that the tags of a struct cannot ask for.
func TestRareEncodingsAreReadValueByValue(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	schema := library.NewSchema("rare", library.Group{
		"bool":  library.Encoded(library.Leaf(library.BooleanType), &library.RLE),
		"fixed": library.Encoded(library.Leaf(library.FixedLenByteArrayType(32)), &library.DeltaByteArray),
		"split": library.Encoded(library.Leaf(library.FixedLenByteArrayType(4)), &library.Plain),
		"text":  library.Encoded(library.String(), &library.DeltaByteArray),
	})
	for version := 1; version <= 2; version++ {
		var b bytes.Buffer
		w := library.NewWriter(&b, schema, library.DataPageVersion(version), library.PageBufferSize(4096))
		var rows []library.Row
		for i := range 3000 {
			fixed := bytes.Repeat([]byte{byte(i / 100)}, 32)
			fixed[31] = byte(rng.Uint32())
			text := fmt.Sprintf("0x%064x", i/7*rng.IntN(2))[:rng.IntN(67)]
			rows = append(rows, library.Row{
				library.BooleanValue(i/20%3 == 0 || rng.IntN(9) == 0).Level(0, 0, 0), library.FixedLenByteArrayValue(fixed).Level(0, 0, 1),
				library.FixedLenByteArrayValue(fixed[28:]).Level(0, 0, 2), library.ByteArrayValue([]byte(text)).Level(0, 0, 3),
			})
		}
		_, err := w.WriteRows(rows)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		f, err := parquet.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		for i, name := range []string{"bool", "fixed", "split", "text"} {
			var c parquet.Column
			require.NoError(t, c.Open(f, 0, f.Leaf(name)))
			for at, row := range rows {
				err := c.Next()
				if err != nil || i == 0 && row[0].Boolean() != (c.Ints[0] == 1) || i > 0 && !bytes.Equal(row[i].ByteArray(), c.Texts[0]) {
					t.Fatalf("%s, row %d: %v %q, not %v: %v", name, at, c.Ints, c.Texts, row[i], err)
				}
			}
			require.NoError(t, c.End())
		}
	}
}
