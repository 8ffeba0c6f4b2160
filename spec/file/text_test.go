package file_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/golang/snappy"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
)

func zip(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// repeat yields a pattern for ever.
type repeat struct {
	pattern string
	at      int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.pattern[r.at:])
		n, r.at = n+k, (r.at+k)%len(r.pattern)
	}
	return n, nil
}

// zipped yields the gzip form of what a reader yields.
func zipped(r io.Reader) io.Reader {
	in, out := io.Pipe()
	go func() {
		z, _ := gzip.NewWriterLevel(out, gzip.BestSpeed)
		_, err := io.Copy(z, r)
		out.CloseWithError(errors.Join(err, z.Close()))
	}()
	return in
}

// lines reads all lines of an input.
func lines(in file.Input, limit file.Limit) (got []string, err error) {
	t, err := in.Text(limit)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	for {
		line, err := t.Line()
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = append(got, string(line))
	}
}

func TestMarksAndCompressionChangeNothing(t *testing.T) {
	const text = "slot,name\r\n1,\u00e9\n\n2,b"
	for name, b := range map[string][]byte{
		"plain":                        []byte(text),
		"with a mark":                  []byte("\ufeff" + text),
		"gzip":                         zip([]byte(text)),
		"gzip with a mark":             zip([]byte("\ufeff" + text)),
		"gzip in two members":          append(zip([]byte(text[:7])), zip([]byte(text[7:]))...),
		"gzip with an empty member":    append(zip(nil), zip([]byte(text))...),
		"a mark alone in a first part": append(zip([]byte("\ufeff")), zip([]byte(text))...),
	} {
		got, err := lines(file.Once(name, bytes.NewReader(b)), file.Limit{})
		require.NoError(t, err, name)
		require.Equal(t, []string{"slot,name", "1,\u00e9", "2,b"}, got, name)
		whole, err := file.Once(name, iotest.OneByteReader(bytes.NewReader(b))).ReadText(file.Limit{})
		require.NoError(t, err, name)
		require.Equal(t, text, string(whole), name)
	}
	for _, empty := range []string{"", "\ufeff", string(zip(nil))} {
		got, err := lines(file.Once("x", strings.NewReader(empty)), file.Limit{})
		require.NoError(t, err)
		require.Empty(t, got)
	}
}

func TestOtherFormatsAreNamed(t *testing.T) {
	var framed bytes.Buffer
	w := snappy.NewBufferedWriter(&framed)
	_, _ = w.Write([]byte("x"))
	_ = w.Close()
	for name, b := range map[string][]byte{
		"zip": []byte("PK\x03\x04..."), "zstd": []byte("\x28\xb5\x2f\xfd..."), "xz": []byte("\xfd7zXZ\x00..."), "bzip2": []byte("BZh91AY"),
		"UTF-16": []byte("\xff\xfea\x00"), "UTF-8": []byte("\x00a\x00b"), "Parquet": []byte("PAR1..."),
		"framing": framed.Bytes(), "gzip within gzip": zip(zip([]byte("x"))),
	} {
		for _, b := range [][]byte{b, zip(b)} {
			_, err := file.Once("f.csv", bytes.NewReader(b)).ReadText(file.Limit{})
			require.ErrorIs(t, err, file.ErrFormat, name)
			require.ErrorIs(t, err, spec.ErrInput, name)
			require.ErrorContains(t, err, "f.csv: ", name)
			if name != "gzip within gzip" {
				require.ErrorContains(t, err, name)
			}
		}
	}
}

func TestInputWithoutAnEndIsAnErrorInTime(t *testing.T) {
	for name, short := range map[string]string{"zeros": "\x00", "one line": "x", "empty lines": "\n", "empty lines of Windows": "\r\n", "lines": "1,2\n"} {
		pattern := strings.Repeat(short, 1<<10)
		for _, c := range []struct {
			name string
			r    io.Reader
		}{{"plain", &repeat{pattern: pattern}}, {"gzip", zipped(&repeat{pattern: pattern})}} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				budget.Run(t, budget.Limit{}, func() {
					_, err := lines(file.Once("endless", c.r), file.Limit{Bytes: 1 << 20})
					require.ErrorIs(t, err, spec.ErrInput)
					require.ErrorContains(t, err, "endless:")
				})
			})
		}
	}
	budget.Run(t, budget.Limit{}, func() {
		_, err := lines(file.Once("members", &repeat{pattern: string(zip(nil))}), file.Limit{})
		require.ErrorIs(t, err, file.ErrLimit, "members that hold nothing")
	})
	budget.Run(t, budget.Limit{}, func() {
		_, err := file.Once("state", &repeat{pattern: string(make([]byte, 1<<10))}).ReadBinary(16<<20, 0, nil)
		require.ErrorIs(t, err, file.ErrLimit)
	})
	refused := errors.New("no state")
	budget.Run(t, budget.Limit{}, func() {
		_, err := file.Once("state", &repeat{pattern: string(make([]byte, 1<<10))}).ReadBinary(1<<30, 100, func(first []byte) error {
			require.Len(t, first, 100)
			return refused
		})
		require.ErrorIs(t, err, refused)
	})
}

func TestALineIsBoundedHoweverItIsRead(t *testing.T) {
	limit := file.Limit{Line: 10, Bytes: 1000}
	for _, c := range []struct {
		text string
		line int // of the error; 0 for none
	}{
		{"0123456789\n0123456789\r\n", 0},
		{"a\n0123456789a\n", 2},
		{"a\n\nb\n0123456789abc", 4},
		{strings.Repeat("x", 1<<19), 1},
		{strings.Repeat("abcdefghi\n", 101), 101},
	} {
		for how, err := range map[string]error{
			"by line": func() error { _, err := lines(file.Once("f", strings.NewReader(c.text)), limit); return err }(),
			"whole":   func() error { _, err := file.Once("f", strings.NewReader(c.text)).ReadText(limit); return err }(),
		} {
			if c.line == 0 && how == "whole" {
				continue // which counts a carriage return
			}
			if c.line == 0 {
				require.NoError(t, err)
				continue
			}
			placed := new(file.Error)
			require.ErrorAs(t, err, &placed, how)
			require.Equal(t, c.line, placed.Line, how)
			require.ErrorIs(t, err, file.ErrLimit)
		}
	}
}

func TestDamageIsPlacedAndInput(t *testing.T) {
	whole := zip([]byte(strings.Repeat("a line\n", 1000)))
	wrong := bytes.Clone(whole)
	wrong[len(wrong)-6] ^= 1 // of the checksum
	for name, b := range map[string][]byte{"cut": whole[:len(whole)-9], "cut in the header": whole[:5], "a wrong checksum": wrong} {
		_, err := lines(file.Once("f.gz", bytes.NewReader(b)), file.Limit{})
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.ErrorContains(t, err, "f.gz", name)
	}
	_, err := lines(file.Once("f", iotest.ErrReader(fs.ErrPermission)), file.Limit{})
	require.ErrorIs(t, err, fs.ErrPermission)
	require.NotErrorIs(t, err, spec.ErrInput, "the machine's fault")
}

func TestErrorsPassThroughACSVReader(t *testing.T) {
	in, err := file.Once("f.csv", strings.NewReader("a,b\n1,2\n"+strings.Repeat("x", 100))).Text(file.Limit{Line: 50})
	require.NoError(t, err)
	_, err = csv.NewReader(in).ReadAll()
	require.EqualError(t, err, "f.csv:3: invalid input: above the limit: a line of more than 50 bytes")
}

func TestReadingIsCounted(t *testing.T) {
	b := zip([]byte("a\nb\n"))
	in, err := file.InFS(fstest.MapFS{"x": {Data: b}}, "x")
	require.NoError(t, err)
	n := 0
	in.Read = func(k int) { n += k }
	_, err = lines(in, file.Limit{})
	require.NoError(t, err)
	require.EqualValues(t, in.Size, n)
	require.Len(t, b, n)
	_, err = file.Input{Name: "none"}.ReadText(file.Limit{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = file.Path(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	in, err = file.Path(os.DevNull)
	require.NoError(t, err)
	require.Zero(t, in.Size)
}

func TestBinaryInputIsDecompressedByItsFirstBytes(t *testing.T) {
	state := bytes.Repeat([]byte("a state"), 1000)
	var framed bytes.Buffer
	w := snappy.NewBufferedWriter(&framed)
	_, _ = w.Write(state)
	_ = w.Close()
	damaged := bytes.Clone(framed.Bytes())
	damaged[30] ^= 1
	for name, b := range map[string][]byte{"raw": state, "gzip": zip(state), "framed": framed.Bytes(), "framed in gzip": zip(framed.Bytes())} {
		got, err := file.Once(name, bytes.NewReader(b)).ReadBinary(7000, 8, func(first []byte) error {
			require.Equal(t, state[:8], first)
			return nil
		})
		require.NoError(t, err, name)
		require.Equal(t, state, got, name)
		_, err = file.Once(name, bytes.NewReader(b)).ReadBinary(6999, 0, nil)
		require.ErrorIs(t, err, file.ErrLimit, name)
	}
	_, err := file.Once("x", bytes.NewReader(damaged)).ReadBinary(7000, 0, nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = file.DecodeSnappy(damaged, 7000)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = file.DecodeSnappy(framed.Bytes(), 6999)
	require.ErrorIs(t, err, file.ErrLimit)
	_, err = file.Once("x", strings.NewReader("PK\x03\x04")).ReadBinary(7000, 0, nil)
	require.ErrorIs(t, err, file.ErrFormat)
}

func TestABlockOfSnappyIsKnownByItsName(t *testing.T) {
	state := bytes.Repeat([]byte("a state"), 1000)
	block := snappy.Encode(nil, state)
	for name, b := range map[string][]byte{"pre.ssz_snappy": block, "pre.ssz_snappy.gz": zip(block)} {
		got, err := file.Once(name, bytes.NewReader(b)).ReadBinary(7000, 8, nil)
		require.NoError(t, err, name)
		require.Equal(t, state, got, name)
		_, err = file.Once(name, bytes.NewReader(b)).ReadBinary(6999, 0, nil)
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
	for _, pattern := range []string{"\x00", "\xff", "\x7f"} {
		budget.Run(t, budget.Limit{}, func() {
			_, err := file.Once("x_snappy", &repeat{pattern: strings.Repeat(pattern, 1<<10)}).ReadBinary(1<<29, 0, nil)
			require.ErrorIs(t, err, spec.ErrInput)
		})
	}
}
