package vector_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/vector"
)

var somePath = vector.Path{Preset: "minimal", Fork: "electra", Runner: "rewards", Handler: "basic", Suite: "pyspec_tests", Case: "empty"}

const someDir = "tests/minimal/electra/rewards/basic/pyspec_tests/empty/"

// memory is a tree of one case with these files.
func memory(files map[string]string) *vector.Tree {
	m := fstest.MapFS{}
	for name, data := range files {
		m[someDir+name] = &fstest.MapFile{Data: []byte(data)}
	}
	return vector.New(m)
}

func bomb(declared uint64, body int) string {
	return string(binary.AppendUvarint(nil, declared)) + strings.Repeat("\x00", body)
}

const goodManifest = "preset: minimal\nfork: electra\nrunner: rewards\nhandler: basic\nsuite: pyspec_tests\ncase: empty\n"

func TestBadCasesAreErrorsThatNameTheFile(t *testing.T) {
	ssz := func(c *vector.Case) error { _, err := c.SSZ("pre"); return err }
	meta := func(c *vector.Case) error { _, err := c.Meta(); return err }
	for name, c := range map[string]struct {
		file, data string
		do         func(*vector.Case) error
		kind       error
		want       string
	}{
		"an object that is missing":         {"post.ssz_snappy", "", ssz, fs.ErrNotExist, someDir + "pre.ssz_snappy"},
		"a manifest that is missing":        {"x", "", (*vector.Case).CheckManifest, fs.ErrNotExist, someDir + "manifest.yaml"},
		"an empty object file":              {"pre.ssz_snappy", "", ssz, spec.ErrInput, "pre.ssz_snappy: invalid input: byte 0: declared size"},
		"a bomb above the limit":            {"pre.ssz_snappy", bomb(1<<30, 100), ssz, spec.ErrInput, "declared size 1073741824 above the limit of 1000"},
		"a bomb below the limit":            {"pre.ssz_snappy", bomb(999, 10), ssz, spec.ErrInput, "declared size 999, but 12 compressed bytes hold at most 264"},
		"a declared size of 10 bytes 0xff":  {"pre.ssz_snappy", strings.Repeat("\xff", 10), ssz, spec.ErrInput, "declared size"},
		"a truncated block":                 {"pre.ssz_snappy", string(vector.EncodeSnappy([]byte("hello hello hello"))[:5]), ssz, spec.ErrInput, "pre.ssz_snappy: invalid input"},
		"a file above the limit":            {"pre.ssz_snappy", strings.Repeat("x", 1001), ssz, spec.ErrInput, "more than 1000 bytes"},
		"an unknown key":                    {"meta.yaml", "mechanism: x\nfriend: 1\n", meta, spec.ErrInput, "meta.yaml: invalid input: yaml: unmarshal errors:\n  line 2: field friend not found"},
		"a key given twice":                 {"meta.yaml", "seed: 1\nseed: 2\n", meta, spec.ErrInput, "line 2"},
		"a second document":                 {"meta.yaml", "seed: 1\n---\nseed: 2\n", meta, spec.ErrInput, "a second document"},
		"a number that does not fit":        {"meta.yaml", "seed: 18446744073709551616\n", meta, spec.ErrInput, "line 1"},
		"a number with a fraction":          {"meta.yaml", "mechanism: x\nconstants:\n  A: 1.5\n", meta, spec.ErrInput, "line 3: 1.5"},
		"an empty meta":                     {"meta.yaml", "", meta, spec.ErrInput, "meta.yaml"},
		"bytes that are no YAML":            {"meta.yaml", "\x00\xff: [", meta, spec.ErrInput, "meta.yaml"},
		"a manifest of another case":        {"manifest.yaml", strings.Replace(goodManifest, "basic", "leak", 1), (*vector.Case).CheckManifest, spec.ErrInput, "rewards/leak"},
		"a manifest with an unknown key":    {"manifest.yaml", goodManifest + "author: me\n", (*vector.Case).CheckManifest, spec.ErrInput, "line 7: field author"},
		"a manifest that lacks a directory": {"manifest.yaml", "preset: minimal\n", (*vector.Case).CheckManifest, spec.ErrInput, "manifest.yaml"},
	} {
		tree := memory(map[string]string{c.file: c.data})
		tree.Limit = 1000
		err := c.do(tree.Case(somePath))
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), someDir) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAGoodCaseReads(t *testing.T) {
	tree := memory(map[string]string{
		"manifest.yaml":  goodManifest,
		"meta.yaml":      "mechanism: smoothed-2026\nconstants:\n  MAX: 18446744073709551615\n",
		"pre.ssz_snappy": string(vector.EncodeSnappy([]byte("hello"))),
	})
	c := tree.Case(somePath)
	if err := c.CheckManifest(); err != nil {
		t.Error(err)
	}
	m, err := c.Meta()
	if err != nil || m.Mechanism != "smoothed-2026" || m.Constants["MAX"] != 1<<64-1 {
		t.Error(m, err)
	}
	if b, err := c.SSZ("pre"); string(b) != "hello" || err != nil {
		t.Error(b, err)
	}
}

func TestUnopenedListsWhatNobodyRead(t *testing.T) {
	tree := memory(map[string]string{"manifest.yaml": goodManifest, "pre.ssz_snappy": "", "post.ssz_snappy": ""})
	if err := tree.Exclude("tests/*/*/rewards/*/*/*/post.ssz_snappy", "the test reads only pre-states"); err != nil {
		t.Fatal(err)
	}
	if err := tree.Exclude("tests/*/*/*/*/*/*/none", "a leftover"); err != nil {
		t.Fatal(err)
	}
	if err := tree.Case(somePath).CheckManifest(); err != nil {
		t.Fatal(err)
	}
	left, err := tree.Unopened()
	want := []string{someDir + "pre.ssz_snappy", `exclusion "tests/*/*/*/*/*/*/none" (a leftover): no such file`}
	if err != nil || len(left) != 2 || left[0] != want[0] || left[1] != want[1] {
		t.Errorf("%q, %v, want %q", left, err, want)
	}
	if opened := tree.Opened(); len(opened) != 1 || opened[0] != someDir+"manifest.yaml" {
		t.Errorf("opened %v", opened)
	}
	if err := tree.Exclude("x", ""); !errors.Is(err, spec.ErrInput) {
		t.Errorf("no reason: %v", err)
	}
	if err := tree.Exclude("[", "why"); !errors.Is(err, path.ErrBadPattern) {
		t.Errorf("bad pattern: %v", err)
	}
}

func TestOpeningWhatIsNoTreeIsAnError(t *testing.T) {
	dir := t.TempDir()
	if _, err := vector.Open(dir); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tests"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vector.Open(dir); !errors.Is(err, spec.ErrInput) {
		t.Error(err)
	}
	if _, err := vector.New(fstest.MapFS{}).Cases(vector.Path{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := memory(nil).Cases(vector.Path{Fork: "["}); !errors.Is(err, path.ErrBadPattern) {
		t.Error(err)
	}
}

func TestPathsThatLeaveTheTreeAreErrors(t *testing.T) {
	for _, s := range []string{"", "a/b/c/d/e", "a/b/c/d/e/f/g", "a/b/c/d/e/..", "a/b/c/d/e/.hidden", "a/b/c/d/e/f\\g", "a/b/c/d/e/\x00", "/b/c/d/e/f"} {
		if _, err := vector.ParsePath(s); !errors.Is(err, spec.ErrInput) {
			t.Errorf("%q: %v", s, err)
		}
	}
	p := somePath
	p.Fork = "phase0"
	if _, err := p.Params(); !errors.Is(err, spec.ErrUnknown) {
		t.Error(err)
	}
	p = somePath
	p.Preset = "general"
	if _, err := p.Params(); !errors.Is(err, spec.ErrUnknown) {
		t.Error(err)
	}
}

func TestWritingRefusesWhatItCannotWrite(t *testing.T) {
	dir := t.TempDir()
	w, err := vector.NewWriter(dir)
	if err != nil {
		t.Fatal(err)
	}
	bad := somePath
	bad.Case = "../../../escape"
	for name, err := range map[string]error{
		"a path that escapes": w.Write(bad, vector.Meta{}),
		"a file that escapes": w.Write(somePath, vector.Meta{}, vector.File{Name: "../x"}),
		"a file given twice":  w.Write(somePath, vector.Meta{}, vector.SSZ("a", nil), vector.SSZ("a", nil)),
		"a second manifest":   w.Write(somePath, vector.Meta{}, vector.File{Name: "manifest.yaml"}),
	} {
		if !errors.Is(err, spec.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Write(somePath, vector.Meta{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(somePath, vector.Meta{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a case that exists: %v", err)
	}
	if _, err := vector.YAML("x.yaml", make(chan int)); !errors.Is(err, spec.ErrInput) {
		t.Errorf("a channel: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if _, err := vector.NewWriter(filepath.Join(dir, someDir, "manifest.yaml")); err == nil {
		t.Error("a writer in a file")
	}
}

func TestAnUnwritableOutputLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	w, err := vector.NewWriter(dir)
	if err != nil {
		t.Fatal(err)
	}
	// A file where a directory is needed: as unwritable for root as for others.
	if err := os.WriteFile(filepath.Join(dir, "tests"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(somePath, vector.Meta{}); err == nil || !strings.Contains(err.Error(), somePath.String()) {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestTwoRunsAreIdenticalToTheByte(t *testing.T) {
	m := vector.Meta{Mechanism: "x", Constants: map[string]uint64{"B": 2, "A": 1, "C": 3}, Seed: 7}
	var runs [2]map[string]string
	for i := range runs {
		dir := t.TempDir()
		w, err := vector.NewWriter(dir)
		if err != nil {
			t.Fatal(err)
		}
		object := []byte(strings.Repeat("columns and columns and columns ", 1000))
		if err := w.Write(somePath, m, vector.SSZ("pre", object), vector.SSZ("post", object[1:])); err != nil {
			t.Fatal(err)
		}
		runs[i] = map[string]string{}
		err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				b, _ := os.ReadFile(name)
				runs[i][strings.TrimPrefix(name, dir)] = string(b)
			}
			return err
		})
		if err != nil || len(runs[i]) != 4 {
			t.Fatal(err, len(runs[i]))
		}
	}
	for name, b := range runs[0] {
		if runs[1][name] != b {
			t.Errorf("%s differs", name)
		}
	}
	if got := runs[0]["/"+someDir+"meta.yaml"]; got != "mechanism: x\nconstants:\n  A: 1\n  B: 2\n  C: 3\nseed: 7\n" {
		t.Errorf("meta.yaml: %q", got)
	}
}
