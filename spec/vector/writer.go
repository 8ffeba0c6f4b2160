package vector

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// File is one file of a case to be written.
type File struct {
	Name string
	Data []byte
}

// SSZ returns the file that holds an SSZ object, compressed: name.ssz_snappy.
func SSZ(name string, object []byte) File {
	return File{name + SSZSuffix, EncodeSnappy(object)}
}

// YAML returns a file that holds v in YAML, indented by two. Map keys are
// sorted, so equal values give equal bytes. A value that YAML cannot hold
// gives [spec.ErrInput].
func YAML(name string, v any) (f File, err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics on a channel or function
			err = fmt.Errorf("%s: %w: %v", name, spec.ErrInput, r)
		}
	}()
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v); err != nil {
		return File{}, fmt.Errorf("%s: %w: %v", name, spec.ErrInput, err)
	}
	return File{name, b.Bytes()}, e.Close()
}

// Writer writes cases below a directory.
type Writer struct{ root string }

// NewWriter creates the directory where it is missing.
func NewWriter(root string) (*Writer, error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, fmt.Errorf("test vectors: %w", err)
	}
	return &Writer{root}, nil
}

// Write writes one case with its manifest.yaml, and meta.yaml unless m is the
// zero Meta. The case is built in a temporary directory and renamed ([file.Folder]):
// it appears whole, all its bytes on the disk, or not at all. A case that exists
// already gives [os.ErrExist], a bad name or a file given twice [spec.ErrInput].
func (w *Writer) Write(p Path, m Meta, files ...File) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write case %v: %w", p, err)
		}
	}()
	all, err := Complete(p, m, files)
	if err != nil {
		return err
	}
	f, err := file.CreateFolder(w.dir(p), w.root)
	if err != nil {
		return err
	}
	defer f.Discard()
	for _, one := range all {
		if err := f.Write(one.Name, one.Data); err != nil {
			return err
		}
	}
	return f.Commit()
}

func (w *Writer) dir(p Path) string {
	return filepath.Join(w.root, "tests", filepath.FromSlash(p.String()))
}

// Complete adds manifest.yaml and, unless m is the zero Meta, meta.yaml to the other
// files of a case. It gives the errors of [Writer.Write] that are about names.
func Complete(p Path, m Meta, files []File) ([]File, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	manifest, err := YAML(manifestFile, p)
	if err != nil {
		return nil, err
	}
	all := append([]File{manifest}, files...)
	if m.Description != "" || m.BLSSetting != 0 || m.Mechanism != "" || m.Constants != nil || m.Preset != "" || m.Memory != nil || m.Seed != 0 {
		meta, err := YAML(MetaFile, m)
		if err != nil {
			return nil, err
		}
		all = append(all, meta)
	}
	seen := make(map[string]bool, len(all))
	for _, f := range all {
		if !validName(f.Name) || seen[f.Name] {
			return nil, fmt.Errorf("file %q: %w: a bad name, or given twice", f.Name, spec.ErrInput)
		}
		seen[f.Name] = true
	}
	return all, nil
}
