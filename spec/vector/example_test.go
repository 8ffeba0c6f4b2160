package vector_test

import (
	"fmt"
	"os"
	"testing/fstest"

	"github.com/stakesim/stakesim/spec/vector"
)

// exampleCase is a case of the subset in testdata.
func exampleCase() *vector.Case {
	tree, err := vector.Open("testdata/consensus-spec-tests")
	if err != nil {
		panic(err)
	}
	p, err := vector.ParsePath("minimal/altair/rewards/basic/pyspec_tests/with_slashed_validators")
	if err != nil {
		panic(err)
	}
	return tree.Case(p)
}

func ExampleOpen() {
	tree, err := vector.Open("testdata/consensus-spec-tests")
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, err := tree.Cases(vector.Path{})
	fmt.Println(len(cases), err)
	_, err = vector.Open("testdata")
	fmt.Println(err)
	// Output:
	// 14 <nil>
	// test vectors in testdata: stat tests: no such file or directory
}

func ExampleNew() {
	tree := vector.New(fstest.MapFS{"tests/minimal/altair/rewards/basic/suite/one/manifest.yaml": {}})
	cases, err := tree.Cases(vector.Path{})
	fmt.Println(cases[0], err)
	// Output: minimal/altair/rewards/basic/suite/one <nil>
}

func ExampleTree_Cases() {
	tree, err := vector.Open("testdata/consensus-spec-tests")
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, err := tree.Cases(vector.Path{Runner: "rewards", Case: "*leak*"})
	for _, c := range cases {
		fmt.Println(c)
	}
	fmt.Println(err)
	// Output:
	// minimal/eip7716/rewards/anti_correlation/pyspec_tests/mixed_smoothed_990_leak
	// minimal/electra/rewards/inactivity_scores/pyspec_tests/random_high_inactivity_scores_leaking_8_epochs
	// minimal/electra/rewards/leak/pyspec_tests/full_random_ten_epoch_leak
	// <nil>
}

func ExampleTree_Unopened() {
	tree := vector.New(fstest.MapFS{
		"tests/minimal/altair/rewards/basic/suite/one/manifest.yaml":   {},
		"tests/minimal/altair/rewards/basic/suite/one/pre.ssz_snappy":  {},
		"tests/minimal/altair/rewards/basic/suite/one/post.ssz_snappy": {},
	})
	if err := tree.Exclude("tests/*/*/*/*/*/*/manifest.yaml", "the directories say the same"); err != nil {
		fmt.Println(err)
		return
	}
	cases, err := tree.Cases(vector.Path{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := cases[0].Read("pre.ssz_snappy"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.Unopened())
	// Output: [tests/minimal/altair/rewards/basic/suite/one/post.ssz_snappy] <nil>
}

func ExampleTree_Exclude() {
	tree := vector.New(fstest.MapFS{"tests/notes.txt": {}})
	fmt.Println(tree.Exclude("tests/notes.txt", ""))
	fmt.Println(tree.Exclude("tests/notes.txt", "prose for people"))
	fmt.Println(tree.Unopened())
	// Output:
	// exclude "tests/notes.txt": invalid input: no reason
	// <nil>
	// [] <nil>
}

func ExampleTree_Opened() {
	c := exampleCase()
	tree, err := vector.Open("testdata/consensus-spec-tests")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := tree.Case(c.Path).CheckManifest(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.Opened())
	// Output: [tests/minimal/altair/rewards/basic/pyspec_tests/with_slashed_validators/manifest.yaml]
}

func ExampleTree_Case() {
	tree := vector.New(fstest.MapFS{})
	c := tree.Case(vector.Path{Preset: "minimal", Fork: "altair", Runner: "rewards", Handler: "basic", Suite: "suite", Case: "none"})
	_, err := c.SSZ("pre")
	fmt.Println(err)
	// Output: tests/minimal/altair/rewards/basic/suite/none/pre.ssz_snappy: file does not exist
}

func ExampleCase_SSZ() {
	b, err := exampleCase().SSZ("pre")
	fmt.Println(len(b), err)
	// Output: 19125 <nil>
}

func ExampleCase_Files() {
	files, err := exampleCase().Files()
	fmt.Println(files, err)
	// Output: [head_deltas.ssz_snappy inactivity_penalty_deltas.ssz_snappy manifest.yaml pre.ssz_snappy source_deltas.ssz_snappy target_deltas.ssz_snappy] <nil>
}

func ExampleCase_Has() {
	c := exampleCase()
	fmt.Println(c.Has("pre.ssz_snappy"), c.Has("post.ssz_snappy"))
	// Output: true false
}

func ExampleCase_Read() {
	b, err := exampleCase().Read("pre.ssz_snappy")
	fmt.Println(len(b) < 19157, err)
	// Output: true <nil>
}

func ExampleCase_YAML() {
	var manifest vector.Path
	err := exampleCase().YAML("manifest.yaml", &manifest)
	fmt.Println(manifest.Fork, err)
	// Output: altair <nil>
}

func ExampleCase_CheckManifest() {
	fmt.Println(exampleCase().CheckManifest())
	// Output: <nil>
}

func ExampleCase_Meta() {
	m, err := exampleCase().Meta()
	fmt.Println(m.Constants == nil, err)
	// Output: true <nil>
}

func ExampleParsePath() {
	p, err := vector.ParsePath("minimal/altair/rewards/basic/pyspec_tests/empty")
	fmt.Println(p.Handler, err)
	// Output: basic <nil>
}

func ExamplePath_String() {
	fmt.Println(exampleCase().Path.String())
	// Output: minimal/altair/rewards/basic/pyspec_tests/with_slashed_validators
}

func ExamplePath_Validate() {
	fmt.Println(vector.Path{"minimal", "altair", "rewards", "basic", "suite", ".."}.Validate())
	// Output: case "minimal/altair/rewards/basic/suite/..": invalid input: name ".."
}

func ExamplePath_Params() {
	p, err := exampleCase().Params()
	fmt.Println(p.SlotsPerEpoch, err)
	// Output: 8 <nil>
}

func ExampleDecodeSnappy() {
	b, err := vector.DecodeSnappy(vector.EncodeSnappy([]byte("hello")), 100)
	fmt.Println(string(b), err)
	_, err = vector.DecodeSnappy([]byte{0xff, 0xff, 0xff, 0x7f}, 100)
	fmt.Println(err)
	// Output:
	// hello <nil>
	// invalid input: byte 0: declared size 268435455 above the limit of 100
}

func ExampleEncodeSnappy() {
	fmt.Println(len(vector.EncodeSnappy(make([]byte, 10_000))))
	// Output: 475
}

func ExampleWriter_Write() {
	dir, err := os.MkdirTemp("", "vectors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	w, err := vector.NewWriter(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := exampleCase().Path
	meta := vector.Meta{Mechanism: "smoothed-2026", Constants: map[string]uint64{"PENALTY_SLOPE": 765}}
	err = w.Write(p, meta, vector.SSZ("pre", []byte{1, 2, 3}))
	fmt.Println(err)
	tree, err := vector.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.Case(p).Files())
	fmt.Println(tree.Case(p).SSZ("pre"))
	// Output:
	// <nil>
	// [manifest.yaml meta.yaml pre.ssz_snappy] <nil>
	// [1 2 3] <nil>
}

func ExampleNewWriter() {
	_, err := vector.NewWriter("example_test.go")
	fmt.Println(err)
	// Output: test vectors: mkdir example_test.go: not a directory
}

func ExampleSSZ() {
	f := vector.SSZ("pre", []byte{1, 2, 3})
	fmt.Println(f.Name, f.Data)
	// Output: pre.ssz_snappy [3 8 1 2 3]
}

func ExampleYAML() {
	f, err := vector.YAML("factors.yaml", map[string]uint64{"slot_1": 4, "slot_0": 1})
	fmt.Printf("%s\n%s%v\n", f.Name, f.Data, err)
	// Output:
	// factors.yaml
	// slot_0: 1
	// slot_1: 4
	// <nil>
}
