package vector_test

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/vector"
)

// FuzzDecodeSnappy decompresses any bytes, as a block and as what follows the
// beginning of a frame: what comes out is within the limit and comes out again.
func FuzzDecodeSnappy(f *testing.F) {
	hello := []byte("hello hello hello hello")
	f.Add(vector.EncodeSnappy(hello))
	f.Add(framed(f, hello)[10:])
	f.Add([]byte(bomb(1<<40, 4)))
	f.Add(zipped(f))
	f.Add(append(framed(f, make([]byte, 1<<20))[10:], framed(f, hello)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			for _, compressed := range [][]byte{b, append([]byte("\xff\x06\x00\x00sNaPpY"), b...)} {
				const limit = 1 << 20
				out, err := vector.DecodeSnappy(compressed, limit)
				if err != nil {
					if !errors.Is(err, spec.ErrInput) {
						t.Fatal(err)
					}
					continue
				}
				again, err := vector.DecodeSnappy(vector.EncodeSnappy(out), limit)
				if err != nil || string(again) != string(out) || len(out) > limit {
					t.Fatal("encoded and decoded differently", err)
				}
			}
		})
	})
}

// FuzzCase reads a case of any texts and bytes: every fault is an error of input, and
// no file is passed over.
func FuzzCase(f *testing.F) {
	f.Add(goodManifest, "mechanism: x\n", vector.EncodeSnappy([]byte("hello")))
	f.Add("a: &a [*a]", "constants: {A: 1e9, <<: {}}", []byte{5, 16, 'h'})
	f.Add(goodManifest, keys(1000), framed(f, []byte("hello")))
	f.Add("\ufeff"+goodManifest, "description: &a [x]\nconstants: [*a, *a]\n", zipped(f))
	f.Add("? ? ?", "[[[[{{{{", gzipped(f))
	f.Fuzz(func(t *testing.T, manifest, meta string, object []byte) {
		tree := memory(map[string]string{"manifest.yaml": manifest, "meta.yaml": meta, "pre.ssz_snappy": string(object)})
		tree.Limit = 1 << 16
		budget.Run(t, budget.Limit{}, func() {
			c := tree.Case(somePath)
			_, metaErr := c.Meta()
			_, objectErr := c.SSZ("pre")
			for _, err := range []error{c.CheckManifest(), metaErr, objectErr} {
				if err != nil && !errors.Is(err, spec.ErrInput) {
					t.Fatal(err)
				}
			}
			if left, err := tree.Unopened(); len(left) != 0 || err != nil {
				t.Fatal(left, err)
			}
		})
	})
}

// FuzzFolders lists the cases of a tree of any names and kinds, one a line: every one
// of seven names is listed unless macOS made it, and what is no file is named.
func FuzzFolders(f *testing.F) {
	f.Add(someDir+"pre.ssz_snappy\n"+someDir+"._pre", false)
	f.Add("tests/a/b/c/d/e/.DS_Store\ntests/a/b/c/d/e/\x1b[31m/x\ntests/._a/b/c/d/e/f/g", false)
	f.Add("tests/a/b/c/d/e/f\ntests/g", true)
	f.Fuzz(func(t *testing.T, names string, special bool) {
		fsys, mode := fstest.MapFS{}, fs.FileMode(0)
		if special {
			mode = fs.ModeNamedPipe
		}
		for name := range strings.SplitSeq(names, "\n") {
			if fs.ValidPath(name) && len(fsys) < 100 {
				fsys[name] = &fstest.MapFile{Mode: mode}
			}
		}
		budget.Run(t, budget.Limit{}, func() {
			tree := vector.New(fsys)
			cases, err := tree.Cases(vector.Path{})
			if err != nil {
				if !errors.Is(err, spec.ErrInput) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
					t.Fatal(err)
				}
				return
			}
			for _, c := range cases {
				dir := path.Join("tests", c.String())
				if info, err := fs.Stat(fsys, dir); err != nil || !info.IsDir() || strings.Contains("/"+c.String(), "/._") {
					t.Fatal(c, err)
				}
				files, err := c.Files()
				for _, name := range files {
					if !c.Has(name) {
						t.Fatal(c, name)
					}
					info, err := fs.Stat(fsys, path.Join(dir, name))
					if _, bad := c.Read(name); err != nil || (bad == nil) != info.Mode().IsRegular() {
						t.Fatal(c, name, err, bad)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	})
}
