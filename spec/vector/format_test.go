package vector_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang/snappy"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/vector"
)

func framed(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := snappy.NewBufferedWriter(&out)
	_, err := w.Write(b)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zipped(t testing.TB) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("pre.ssz")
	require.NoError(t, err)
	_, err = f.Write([]byte("state"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func gzipped(t testing.TB) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte("state"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestFramesReadAsBlocksDo(t *testing.T) {
	for _, n := range []int{0, 1, 5, 65536, 65537, 300_000} {
		object := bytes.Repeat([]byte("a state and "), n/12+1)[:n]
		for name, b := range map[string][]byte{"block": vector.EncodeSnappy(object), "frames": framed(t, object)} {
			if n == 0 && name == "frames" {
				b = []byte("\xff\x06\x00\x00sNaPpY") // the library writes nothing at all
			}
			c := memory(map[string]string{"pre.ssz_snappy": string(b)}).Case(somePath)
			got, err := c.SSZ("pre")
			require.NoError(t, err, "%s of %d", name, n)
			require.True(t, bytes.Equal(object, got), "%s of %d", name, n)
		}
	}
}

func TestBrokenFramesAreErrorsThatNameTheFile(t *testing.T) {
	good := framed(t, bytes.Repeat([]byte("a state and "), 20_000))
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{
		"cut":               good[:len(good)-3],
		"a bit flipped":     flipped,
		"a chunk too large": append(bytes.Clone(good), 0, 0xff, 0xff, 0xff),
		"an unknown chunk":  append(bytes.Clone(good), 0x02, 1, 0, 0, 0),
		"a header cut":      append(bytes.Clone(good), 0),
	} {
		_, err := memory(map[string]string{"pre.ssz_snappy": string(b)}).Case(somePath).SSZ("pre")
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.ErrorContains(t, err, someDir+"pre.ssz_snappy", name)
	}
	tree := memory(map[string]string{"pre.ssz_snappy": string(good)})
	tree.Limit = 240_000
	_, err := tree.Case(somePath).SSZ("pre")
	require.NoError(t, err)
	tree.Limit--
	_, err = tree.Case(somePath).SSZ("pre")
	require.ErrorIs(t, err, file.ErrLimit)
}

func TestAnArchiveIsNamedWithWhatToDo(t *testing.T) {
	for name, b := range map[string][]byte{"a zip archive": zipped(t), "gzip": gzipped(t)} {
		_, err := memory(map[string]string{"pre.ssz_snappy": string(b)}).Case(somePath).SSZ("pre")
		require.ErrorIs(t, err, file.ErrFormat)
		require.ErrorContains(t, err, "pre.ssz_snappy: invalid input: ")
		require.ErrorContains(t, err, "this is "+name+"; unpack it")
		at := filepath.Join(t.TempDir(), "tests.zip")
		require.NoError(t, os.WriteFile(at, b, 0o600))
		_, err = vector.Open(at)
		require.ErrorIs(t, err, file.ErrFormat)
		require.ErrorContains(t, err, "this is "+name+"; unpack it")
	}
	_, err := memory(map[string]string{"meta.yaml": string(zipped(t))}).Case(somePath).Meta()
	require.ErrorContains(t, err, "meta.yaml: invalid input: wrong format: this is a zip archive")
}

func TestAByteOrderMarkChangesNothing(t *testing.T) {
	c := memory(map[string]string{"meta.yaml": "\ufeffseed: 7\r\nmechanism: x\r\n"}).Case(somePath)
	m, err := c.Meta()
	require.NoError(t, err)
	require.Equal(t, vector.Meta{Seed: 7, Mechanism: "x"}, m)
}

// keys is meta.yaml with so many constants.
func keys(n int) string {
	var b strings.Builder
	b.WriteString("constants:\n")
	for i := range n {
		fmt.Fprintf(&b, "  a%d: 1\n", i)
	}
	return b.String()
}

func TestYAMLThatWouldTakeLongIsRefusedEarly(t *testing.T) {
	const size = 250_000
	fill := func(part string) string { return strings.Repeat(part, size/len(part)) }
	for name, c := range map[string]struct{ text, want string }{
		"80,000 keys":               {keys(80_000), "more than 262144 bytes"},
		"20,000 keys":               {keys(20_000), "line 2: 20000 keys, at most 1024"},
		"a key 20,000 times":        {"constants:\n" + strings.Repeat("  a: 1\n", 20_000), "20000 keys, at most 1024"},
		"a key 1024 times":          {"constants:\n" + strings.Repeat("  a: 1\n", 1024), `line 3: key "a" already given in line 2`},
		"keys of a list":            {"constants: [" + fill("{a: 1},") + "]", "cannot unmarshal !!seq"},
		"a list of numbers":         {"constants: [" + fill("1,") + "]", "cannot unmarshal !!seq"},
		"a list of notes":           {"constants:\n" + fill("- 1 # x\n"), "cannot unmarshal !!seq"},
		"a list of anchors":         {"constants: [" + fill("&a 1,") + "]", "cannot unmarshal !!seq"},
		"a list of aliases":         {"description: &a [x]\nconstants: [" + fill("*a,") + "]", "meta.yaml"},
		"brackets":                  {fill("["), "exceeded max depth"},
		"brackets that close":       {strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "cannot unmarshal"},
		"question marks":            {fill("? "), "exceeded max depth"},
		"a zip bomb of nothing":     {strings.Repeat("\n", 300_000), "above the limit"},
		"values of the wrong types": {"constants:\n" + strings.ReplaceAll(keys(1000)[11:], " 1\n", " x\n"), "and 990 more"},
		"aliases of aliases": {"constants:\n  a: &a [x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: [*c,*c,*c,*c,*c,*c,*c]\n",
			"meta.yaml"},
	} {
		budget.Run(t, budget.Limit{}, func() {
			_, err := memory(map[string]string{"meta.yaml": c.text}).Case(somePath).Meta()
			require.ErrorIs(t, err, spec.ErrInput, name)
			require.ErrorContains(t, err, c.want, name)
			require.Less(t, len(err.Error()), 100_000, name)
		})
	}
	m, err := memory(map[string]string{"meta.yaml": keys(vector.MaxKeys)}).Case(somePath).Meta()
	require.NoError(t, err)
	require.Len(t, m.Constants, vector.MaxKeys)
}
