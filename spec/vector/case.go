package vector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/spec"
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
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	slices.Sort(names)
	return names, nil
}

// Has reports whether the case has the file, without opening it.
func (c *Case) Has(file string) bool {
	_, err := fs.Stat(c.tree.fsys, path.Join(c.dir, file))
	return err == nil
}

// Read returns the bytes of a file. A missing one gives [fs.ErrNotExist], one
// above the tree's limit [spec.ErrInput].
func (c *Case) Read(file string) ([]byte, error) {
	return c.tree.read(path.Join(c.dir, file))
}

// SSZ returns the decompressed bytes of the object name, which is in the file
// name.ssz_snappy. Besides the errors of [Case.Read] it gives those of
// [DecodeSnappy].
func (c *Case) SSZ(name string) ([]byte, error) {
	file := name + sszSuffix
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

const sszSuffix = ".ssz_snappy"

// YAML decodes a file strictly into dst: a key that dst has no field for, a
// key given twice, a second document or a number that is not an integer of 64
// bits gives [spec.ErrInput] with file and line; dst then holds nothing of use.
func (c *Case) YAML(file string, dst any) error {
	b, err := c.Read(file)
	if err != nil {
		return err
	}
	if err := decodeYAML(b, dst); err != nil {
		return c.tree.wrap(path.Join(c.dir, file), err)
	}
	return nil
}

func decodeYAML(b []byte, dst any) error {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(dst); err != nil {
		return fmt.Errorf("%w: %v", spec.ErrInput, err)
	}
	var second yaml.Node
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: line %d: a second document", spec.ErrInput, second.Line)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(b, &root); err != nil {
		return fmt.Errorf("%w: %v", spec.ErrInput, err)
	}
	return refuseFloats(&root)
}

// refuseFloats finds numbers with a fraction, an exponent or more than 64 bits:
// the library would convert them to integers in silence.
func refuseFloats(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!float" {
		return fmt.Errorf("%w: line %d: %s is not a number of 64 bits", spec.ErrInput, n.Line, n.Value)
	}
	for _, child := range n.Content {
		if err := refuseFloats(child); err != nil {
			return err
		}
	}
	return nil
}

// CheckManifest reads manifest.yaml and compares it with the directories that
// lead to the case; a difference gives [spec.ErrInput].
func (c *Case) CheckManifest() error {
	var m Path
	if err := c.YAML(manifestFile, &m); err != nil {
		return err
	}
	if m != c.Path {
		return c.tree.wrap(path.Join(c.dir, manifestFile), fmt.Errorf("%w: it names the case %v", spec.ErrInput, m))
	}
	return nil
}

// Names of the two YAML files of a case.
const (
	manifestFile = "manifest.yaml"
	metaFile     = "meta.yaml"
)

// Meta is what meta.yaml of a case may say. All of it is optional.
type Meta struct {
	Description string `yaml:"description,omitempty"`
	BLSSetting  uint64 `yaml:"bls_setting,omitempty"`
	// Mechanism is the name of the penalty rule that the case was made with.
	Mechanism string `yaml:"mechanism,omitempty"`
	// Constants are that rule's constants under the specification's names.
	Constants map[string]uint64 `yaml:"constants,omitempty"`
	// Seed is the seed of the generator.
	Seed uint64 `yaml:"seed,omitempty"`
}

// Meta reads meta.yaml; a case without one has the zero Meta.
func (c *Case) Meta() (m Meta, err error) {
	if !c.Has(metaFile) {
		return m, nil
	}
	err = c.YAML(metaFile, &m)
	return m, err
}
