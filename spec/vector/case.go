package vector

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// Case is one case of a [Tree].
type Case struct {
	Path
	tree *Tree
	dir  string
}

// Files lists the names of the case's files, sorted.
func (c *Case) Files() ([]string, error) {
	entries, err := fs.ReadDir(c.tree.fsys, c.dir)
	if err != nil {
		return nil, c.tree.wrap(c.dir, err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if !foreign(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Has reports whether the case has the file, without opening it. A name that leads
// nowhere or cannot be read is there: reading it tells what is wrong, and so it does
// for a case that cannot be looked into.
func (c *Case) Has(file string) bool {
	names, err := c.Files()
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	_, ok := slices.BinarySearch(names, file)
	return ok
}

// Read returns the bytes of a file. A missing one gives [fs.ErrNotExist], one
// above the tree's limit or one that is no regular file (a folder, a FIFO)
// [spec.ErrInput]. Symbolic links are followed.
func (c *Case) Read(file string) ([]byte, error) {
	return c.tree.read(path.Join(c.dir, file))
}

// SSZ returns the decompressed bytes of the object name, which is in the file
// name.ssz_snappy. Besides the errors of [Case.Read] it gives those of
// [DecodeSnappy].
func (c *Case) SSZ(name string) ([]byte, error) {
	file := name + SSZSuffix
	compressed, err := c.Read(file)
	if err != nil {
		return nil, err
	}
	b, err := DecodeSnappy(compressed, c.tree.Limit)
	if err != nil {
		return nil, c.tree.wrap(path.Join(c.dir, file), err)
	}
	return b, nil
}

// SSZSuffix is how the names of files with SSZ objects end.
const SSZSuffix = ".ssz_snappy"

// CheckManifest reads manifest.yaml and compares it with the directories that
// lead to the case; a difference gives [spec.ErrInput].
func (c *Case) CheckManifest() error {
	var m Path
	if err := c.YAML(manifestFile, &m); err != nil {
		return err
	}
	if m != c.Path {
		return c.tree.wrap(path.Join(c.dir, manifestFile), fmt.Errorf("%w: it names the case %s", spec.ErrInput, table.Printable(m.String())))
	}
	return nil
}

// MetaFile is the name of the file that [Case.Meta] reads.
const MetaFile = "meta.yaml"

const manifestFile = "manifest.yaml"

// Meta is what meta.yaml of a case may say. All of it is optional.
type Meta struct {
	Description string `yaml:"description,omitempty"`
	BLSSetting  uint64 `yaml:"bls_setting,omitempty"`
	// Mechanism is the name of the penalty rule that the case was made with.
	Mechanism string `yaml:"mechanism,omitempty"`
	// Constants are that rule's constants under the specification's names.
	Constants map[string]uint64 `yaml:"constants,omitempty"`
	// Preset and Memory are the preset and the words of the memory of a rule that is not in
	// the catalogue of mechanisms.
	Preset string   `yaml:"preset,omitempty"`
	Memory []string `yaml:"memory,omitempty"`
	// Seed is the seed of the generator.
	Seed uint64 `yaml:"seed,omitempty"`
}

// Meta reads meta.yaml; a case without one has the zero Meta.
func (c *Case) Meta() (m Meta, err error) {
	if !c.Has(MetaFile) {
		return m, nil
	}
	err = c.YAML(MetaFile, &m)
	return m, err
}
