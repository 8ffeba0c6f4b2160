package file_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// folder is a new one for an example.
func folder() (dir string, done func()) {
	dir, err := os.MkdirTemp("", "example-*")
	if err != nil {
		panic(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleInput_Text() {
	in := file.Once("labels.csv", strings.NewReader("\ufeffone\r\n\r\ntwo"))
	t, err := in.Text(file.Limit{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	for {
		line, err := t.Line()
		if err == io.EOF {
			return
		}
		fmt.Printf("%d %q\n", t.Number(), line)
	}
	// Output:
	// 1 "one"
	// 3 "two"
}

func ExampleInput_ReadText() {
	_, err := file.Once("plan.yaml", strings.NewReader("a: 1\nb: 222222\n")).ReadText(file.Limit{Line: 5})
	fmt.Println(err)
	_, err = file.Once("plan.yaml", strings.NewReader("PK\x03\x04")).ReadText(file.Limit{})
	fmt.Println(err, errors.Is(err, file.ErrFormat))
	// Output:
	// plan.yaml:2: invalid input: above the limit: a line of more than 5 bytes
	// plan.yaml: invalid input: wrong format: this is a zip archive true
}

func ExampleInput_ReadBinary() {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	s := snappy.NewBufferedWriter(z)
	fmt.Fprint(s, "a state")
	s.Close()
	z.Close()
	state, err := file.Once("state.gz", &b).ReadBinary(100, 0, nil)
	fmt.Printf("%s %v\n", state, err)
	_, err = file.Once("state", strings.NewReader("more")).ReadBinary(3, 0, nil)
	fmt.Println(err)
	// Output:
	// a state <nil>
	// state: invalid input: above the limit: more than 3 bytes
}

func ExampleDecodeSnappy() {
	var b bytes.Buffer
	w := snappy.NewBufferedWriter(&b)
	fmt.Fprint(w, "text")
	w.Close()
	framed, err := file.DecodeSnappy(b.Bytes(), 4)
	fmt.Printf("%s %v\n", framed, err)
	block, err := file.DecodeSnappy(snappy.Encode(nil, []byte("text")), 4)
	fmt.Printf("%s %v\n", block, err)
	// Output:
	// text <nil>
	// text <nil>
}

func ExampleForeign() {
	fmt.Println(file.Foreign([]byte("PK\x03\x04")))
	fmt.Println(file.Foreign([]byte("slot,validator")))
	// Output:
	// invalid input: wrong format: this is a zip archive
	// <nil>
}

func ExamplePath() {
	dir, done := folder()
	defer done()
	_, err := file.Path(dir)
	fmt.Println(strings.HasSuffix(err.Error(), "is a folder"))
	// Output: true
}

func ExampleArgument() {
	in, err := file.Argument("-", strings.NewReader("x"))
	fmt.Println(in.Name, err)
	// Output: standard input <nil>
}

func ExampleOnce() {
	in := file.Once("pipe", strings.NewReader("x"))
	_, err := in.Open()
	fmt.Println(err)
	_, err = in.Open()
	fmt.Println(err)
	// Output:
	// <nil>
	// pipe: file already closed: it can be read once, and this reads it again
}

func ExampleInFS() {
	in, err := file.InFS(fstest.MapFS{"a.csv": {Data: []byte("x")}}, "a.csv")
	fmt.Println(in.Name, in.Size, err)
	// Output: a.csv 1 <nil>
}

func ExampleCreate() {
	dir, done := folder()
	defer done()
	name := filepath.Join(dir, "report.csv")
	w, err := file.Create(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Discard()
	fmt.Fprintln(w, "slot,penalty")
	_, err = os.Stat(name)
	fmt.Println(errors.Is(err, os.ErrNotExist))
	fmt.Println(w.Commit())
	text, err := os.ReadFile(name)
	fmt.Printf("%q %v\n", text, err)
	// Output:
	// true
	// <nil>
	// "slot,penalty\n" <nil>
}

func ExampleWriter_WriteAt() {
	dir, done := folder()
	defer done()
	name := filepath.Join(dir, "list")
	err := file.Write(name, func(w *file.Writer) error {
		fmt.Fprint(w, "0 rows")
		_, err := w.WriteAt([]byte("7"), 0)
		return err
	})
	text, _ := os.ReadFile(name)
	fmt.Printf("%s %v\n", text, err)
	// Output: 7 rows <nil>
}

func ExampleWriter_CopyAll() {
	dir, done := folder()
	defer done()
	err := file.Write(filepath.Join(dir, "copy"), func(w *file.Writer) error {
		return w.CopyAll(strings.NewReader("half"), 8)
	})
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output: true
}

func ExampleWrite() {
	dir, done := folder()
	defer done()
	err := file.Write(filepath.Join(dir, "no", "such", "folder"), nil)
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output: true
}

func ExampleCreateFolder() {
	dir, done := folder()
	defer done()
	name := filepath.Join(dir, "tests", "case_0")
	f, err := file.CreateFolder(name, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Discard()
	fmt.Println(f.Write("meta.yaml", []byte("seed: 7\n")), f.Commit())
	_, err = file.CreateFolder(name, dir)
	fmt.Println(errors.Is(err, os.ErrExist))
	// Output:
	// <nil> <nil>
	// true
}

func ExampleAt() {
	err := file.At("a.csv", 3, io.ErrUnexpectedEOF)
	fmt.Println(err)
	fmt.Println(file.At("b.csv", 9, err))
	// Output:
	// a.csv:3: unexpected EOF
	// a.csv:3: unexpected EOF
}

func ExampleErrorf() {
	fmt.Println(file.Errorf("a.csv", 3, "slot %d twice", 7))
	// Output: a.csv:3: invalid input: slot 7 twice
}

func ExampleInput_Rows() {
	r, err := file.Once("balances.csv", strings.NewReader("slot,gwei\n7,36e15\n")).Rows(file.Limit{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	header, _ := r.Next()
	column, err := file.Column(header, "gwei")
	fmt.Println(column, err)
	row, _ := r.Next()
	fmt.Println(r.Line(), row[column], r.Errorf("slot %s is missing", "6"))
	// Output:
	// 1 <nil>
	// 2 36e15 balances.csv:2: invalid input: slot 6 is missing
}

func ExampleColumn() {
	_, err := file.Column([]string{"validator_id", "client"}, "cleint")
	fmt.Println(err)
	// Output: column "cleint": unknown name (one of validator_id, client; did you mean "client"?)
}

func ExampleWanted() {
	fmt.Println(file.Wanted([]string{"7;5"}, []string{"slot", "offline_gwei"}))
	// Output: 1 field where 2 are wanted (slot,offline_gwei; fields are separated by commas, not by semicolons)
}

func ExampleError_Detail() {
	err := file.Errorf("a.csv", 3, "slot %d twice", 7)
	place := new(file.Error)
	fmt.Println(errors.As(err, &place), place.Line, place.Detail())
	// Output: true 3 slot 7 twice
}

func ExampleUntilSignal() {
	ctx, stop := file.UntilSignal(context.Background())
	fmt.Println(ctx.Err())
	stop()
	fmt.Println(ctx.Err())
	// Output:
	// <nil>
	// context canceled
}

func ExampleWalk() {
	dir, done := folder()
	defer done()
	_ = os.WriteFile(filepath.Join(dir, "a.csv"), nil, 0o644)
	_ = os.WriteFile(filepath.Join(dir, "._a.csv"), nil, 0o644)
	err := file.Walk(dir, func(name string) bool { return name[0] == '.' }, func(path string, _ fs.FileInfo) error {
		fmt.Println(filepath.Base(path))
		return nil
	})
	fmt.Println(err)
	// Output:
	// a.csv
	// <nil>
}

func ExampleOpenRegular() {
	_, _, err := file.OpenRegular(os.DevNull)
	fmt.Println(errors.Is(err, spec.ErrInput))
	// Output: true
}
