package vector

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/spec"
)

// File is one file of a case to be written.
type File struct {
	Name string
	Data []byte
}

// SSZ returns the file that holds an SSZ object, compressed: name.ssz_snappy.
func SSZ(name string, object []byte) File {
	return File{name + sszSuffix, EncodeSnappy(object)}
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
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("test vectors: %w", err)
	}
	return &Writer{root}, nil
}

// Write writes one case with its manifest.yaml, and meta.yaml unless m is the
// zero Meta. The case is built in a temporary directory and renamed: it
// appears whole or not at all. A case that exists already gives [fs.ErrExist],
// a bad name or a file given twice [spec.ErrInput].
func (w *Writer) Write(p Path, m Meta, files ...File) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write case %v: %w", p, err)
		}
	}()
	if err := p.Validate(); err != nil {
		return err
	}
	all, err := withYAML(p, m, files)
	if err != nil {
		return err
	}
	dir := filepath.Join(w.root, "tests", filepath.FromSlash(p.String()))
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s: %w", dir, fs.ErrExist)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(w.root, ".case-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) // finds nothing after the rename
	for _, f := range all {
		if err := os.WriteFile(filepath.Join(temp, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

// withYAML adds manifest and meta to the files and checks their names.
func withYAML(p Path, m Meta, files []File) ([]File, error) {
	manifest, err := YAML(manifestFile, p)
	if err != nil {
		return nil, err
	}
	all := append([]File{manifest}, files...)
	if m.Description != "" || m.BLSSetting != 0 || m.Mechanism != "" || m.Constants != nil || m.Seed != 0 {
		meta, err := YAML(metaFile, m)
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
