package vector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// Limits of a YAML file, far above those of any case: the library takes some 300
// bytes of memory for each byte, and the square of the keys of a mapping in time.
const (
	MaxYAML = 256 << 10 // bytes
	MaxKeys = 1024      // of one mapping
)

// YAML decodes a file strictly into dst: a key that dst has no field for, a
// key given twice, a second document, a number that is not an integer of 64
// bits or a file above [MaxYAML] or [MaxKeys] gives [spec.ErrInput] with file and
// line; dst then holds nothing of use. A byte order mark changes nothing.
func (c *Case) YAML(name string, dst any) error {
	in, err := c.tree.source(path.Join(c.dir, name))
	if err != nil {
		return err
	}
	most := min(c.tree.Limit, MaxYAML)
	b, err := in.ReadText(file.Limit{Bytes: most, Line: int(most)})
	if err != nil {
		return err
	}
	if err := decodeYAML(b, dst); err != nil {
		return c.tree.wrap(path.Join(c.dir, name), err)
	}
	return nil
}

func decodeYAML(b []byte, dst any) error {
	var root, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&root); err != nil {
		return fmt.Errorf("%w: %v", spec.ErrInput, err)
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: line %d: a second document", spec.ErrInput, second.Line)
	}
	if err := checkNode(&root); err != nil {
		return err
	}
	d = yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(dst); err != nil {
		return fmt.Errorf("%w: %w", spec.ErrInput, fewer(err))
	}
	return nil
}

// checkNode finds mappings of too many keys or of one twice, and numbers with a
// fraction, an exponent or more than 64 bits: the library would convert them to
// integers in silence.
func checkNode(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		if err := checkKeys(n); err != nil {
			return err
		}
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!float" {
		return fmt.Errorf("%w: line %d: %s is not a number of 64 bits", spec.ErrInput, n.Line, n.Value)
	}
	for _, child := range n.Content {
		if err := checkNode(child); err != nil {
			return err
		}
	}
	return nil
}

func checkKeys(n *yaml.Node) error {
	count := len(n.Content) / 2
	if count > MaxKeys {
		return fmt.Errorf("%w: line %d: %d keys, at most %d", spec.ErrInput, n.Line, count, MaxKeys)
	}
	lines := make(map[string]int, count)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if before := lines[key.Value]; before != 0 {
			return fmt.Errorf("%w: line %d: key %q already given in line %d", spec.ErrInput, key.Line, key.Value, before)
		}
		lines[key.Value] = key.Line
	}
	return nil
}

// fewer keeps the first of many faults.
func fewer(err error) error {
	const most = 10
	var all *yaml.TypeError
	if !errors.As(err, &all) || len(all.Errors) <= most {
		return err
	}
	more := len(all.Errors) - most
	return &yaml.TypeError{Errors: append(all.Errors[:most:most], fmt.Sprintf("and %d more", more))}
}
