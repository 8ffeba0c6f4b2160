package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// tree is a scenario's YAML with where every value comes from: a line of the
// file, or a -set of the command line.
type tree struct {
	file   string
	root   *yaml.Node
	setBy  map[*yaml.Node]string
	origin map[string]string // of every path that was read
	err    error             // the first
	size   int               // bytes of the file
}

// maxFile bounds a scenario's file in bytes.
const maxFile = 1 << 20

func readTree(file string, text []byte) (*tree, error) {
	t := &tree{file: file, setBy: map[*yaml.Node]string{}, origin: map[string]string{}, size: len(text)}
	var doc yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w: empty", file, spec.ErrInput)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %v", file, spec.ErrInput, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: %w: a scenario is a mapping", file, doc.Line, spec.ErrInput)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w: more than one document", file, spec.ErrInput)
	}
	t.root = doc.Content[0]
	return t, nil
}

// set puts a value at a path such as outages.0.share; a key that is not there is
// added, an index is not.
func (t *tree) set(path, value, by string) error {
	var v yaml.Node
	if err := yaml.Unmarshal([]byte(value), &v); err != nil || len(v.Content) != 1 {
		return cli.Usagef("%s: %q is no value", by, value)
	}
	return t.setNode(path, v.Content[0], by)
}

func (t *tree) setNode(path string, value *yaml.Node, by string) error {
	t.mark(value, by)
	n := t.root
	keys := strings.Split(path, ".")
	for i, key := range keys {
		at, err := t.child(n, key, by)
		if err != nil {
			return cli.Usagef("%s: %s: %v", by, strings.Join(keys[:i+1], "."), err)
		}
		if i == len(keys)-1 {
			*at = value
			return nil
		}
		n = *at
	}
	return nil
}

func (t *tree) mark(n *yaml.Node, by string) {
	t.setBy[n] = by
	for _, c := range n.Content {
		t.mark(c, by)
	}
}

func (t *tree) child(n *yaml.Node, key, by string) (**yaml.Node, error) {
	switch n.Kind {
	case yaml.SequenceNode:
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.Content) {
			return nil, fmt.Errorf("not one of %d entries", len(n.Content))
		}
		return &n.Content[i], nil
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return &n.Content[i+1], nil
			}
		}
		k, v := &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &yaml.Node{Kind: yaml.MappingNode}
		t.mark(k, by)
		t.mark(v, by)
		n.Content = append(n.Content, k, v)
		return &n.Content[len(n.Content)-1], nil
	}
	return nil, errors.New("no such key")
}

func (t *tree) where(n *yaml.Node) string {
	if by := t.setBy[n]; by != "" {
		return by
	}
	return fmt.Sprintf("%s:%d", t.file, n.Line)
}

// fail keeps the first error.
func (t *tree) fail(n *yaml.Node, path, format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("%s: %s: %w: %s", t.where(n), path, spec.ErrInput, fmt.Sprintf(format, args...))
	}
}

// locate puts file and line before an error that names a path.
func (t *tree) locate(err error) error {
	var field *spec.FieldError
	if err == nil || !errors.As(err, &field) {
		return err
	}
	for path := field.Field; ; {
		if at, ok := t.origin[path]; ok {
			return fmt.Errorf("%s: %w", at, err)
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return fmt.Errorf("%s: %w", t.file, err)
		}
		path = path[:dot]
	}
}

// reader reads one value.
type reader func(n *yaml.Node, path string)

// fields reads a mapping strictly: a key that is unknown or there twice is an
// error.
func (t *tree) fields(n *yaml.Node, path string, known map[string]reader) {
	t.origin[strings.TrimSuffix(path, ".")] = t.where(n)
	if n.Kind != yaml.MappingNode {
		t.fail(n, strings.TrimSuffix(path, "."), "not a mapping")
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		t.origin[path+key] = t.where(n.Content[i])
		read, ok := known[key]
		switch {
		case !ok:
			t.fail(n.Content[i], path+key, "unknown key (%s)", choice(key, known))
		case seen[key]:
			t.fail(n.Content[i], path+key, "there twice")
		default:
			read(value, path+key)
		}
		seen[key] = true
	}
}

// choice lists the keys there are and suggests the nearest to an unknown one.
func choice[V any](key string, known map[string]V) string {
	text := "one of " + keysOf(known)
	if near, ok := spec.Nearest(key, slices.Sorted(maps.Keys(known))); ok {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return text
}

func keysOf[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

func (t *tree) each(read func(n *yaml.Node, path string)) reader {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.SequenceNode {
			t.fail(n, path, "not a list")
			return
		}
		for i, c := range n.Content {
			read(c, fmt.Sprintf("%s.%d", path, i))
		}
	}
}

func (t *tree) text(dst *string) reader {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || len(n.Value) > 400 {
			t.fail(n, path, "not a short text")
			return
		}
		*dst = n.Value
	}
}

// number reads a decimal exactly, times a unit, between zero and a limit.
func (t *tree) number(dst *uint64, unit int64, limit uint64) reader {
	return func(n *yaml.Node, path string) {
		text := strings.ReplaceAll(n.Value, "_", "")
		percent := unit > 1 && strings.HasSuffix(text, "%")
		r, ok := rational(strings.TrimSuffix(text, "%"))
		if n.Kind != yaml.ScalarNode || !ok || (strings.HasSuffix(text, "%") && !percent) {
			t.fail(n, path, "%q is not a number", n.Value)
			return
		}
		if percent {
			r.Mul(r, big.NewRat(1, 100))
		}
		if r.Sign() < 0 {
			t.fail(n, path, "%s is negative", n.Value)
			return
		}
		if r.Mul(r, new(big.Rat).SetInt64(unit)); !r.IsInt() {
			t.fail(n, path, "%s is not a whole number of 1/%d", n.Value, unit)
			return
		}
		if !r.Num().IsUint64() || r.Num().Uint64() > limit {
			t.fail(n, path, "%s is more than %s", n.Value, new(big.Rat).SetFrac(new(big.Int).SetUint64(limit), big.NewInt(unit)).FloatString(0))
			return
		}
		*dst = r.Num().Uint64()
	}
}

// rational reads a decimal number, with an exponent of ten where it has one.
func rational(text string) (*big.Rat, bool) {
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if len(text) > 40 || len(exponent) > 3 || strings.Trim(text, "0123456789.eE+-") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// epochSeconds is the length of an epoch.
const epochSeconds = 384

// epochs reads a duration such as 90m, 24h, 3d or 40 (epochs) and rounds it to
// whole epochs.
func (t *tree) epochs(dst *uint64) reader {
	return func(n *yaml.Node, path string) {
		got, err := parseEpochs(n.Value)
		if err != nil || n.Kind != yaml.ScalarNode {
			t.fail(n, path, "%q: %v", n.Value, err)
			return
		}
		*dst = got
	}
}

func parseEpochs(text string) (uint64, error) {
	if n, err := u64.Parse[uint64](text); err == nil {
		if n >= 1<<40 {
			return 0, errors.New("more than 2^40 epochs")
		}
		return n, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n > 100_000 {
			return 0, errors.New("not a duration such as 90m, 24h, 3d, or a number of epochs")
		}
		text = strconv.FormatFloat(n*24, 'f', -1, 64) + "h"
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("not a duration such as 90m, 24h, 3d, or a number of epochs")
	}
	if d < 0 {
		return 0, errors.New("negative")
	}
	const epoch = epochSeconds * time.Second
	return uint64((d + epoch/2) / epoch), nil
}

func (t *tree) scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
}

// yaml is the scenario as it is read, with everything that was set.
func (t *tree) yaml() string {
	text, err := yaml.Marshal(t.root)
	if err != nil {
		return ""
	}
	return string(text)
}
