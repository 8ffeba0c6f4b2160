package main

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// decoder fills structs from YAML nodes, strictly: an unknown or repeated key is an
// error that names the field. Ids may be names that earlier steps have given.
type decoder struct{ names map[string]uint64 }

// fieldError says in which field of a script something is wrong, and in which line.
type fieldError struct {
	field  string
	line   int
	detail string
}

func (e *fieldError) Error() string { return fmt.Sprintf("%s: line %d: %s", e.field, e.line, e.detail) }

// wrong is an error about a node.
func wrong(n *yaml.Node, field, format string, args ...any) error {
	return &fieldError{field, n.Line, fmt.Sprintf(format, args...)}
}

// pairs are the entries of a mapping, each key once.
func pairs(n *yaml.Node, field string) ([][2]*yaml.Node, error) {
	if n.Kind != yaml.MappingNode {
		return nil, wrong(n, field, "fields are expected")
	}
	var list [][2]*yaml.Node
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if seen[k.Value] {
			return nil, wrong(k, join(field, k.Value), "given twice")
		}
		seen[k.Value] = true
		list = append(list, [2]*yaml.Node{k, n.Content[i+1]})
	}
	return list, nil
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// value decodes a node into v, which can be set.
func (d decoder) value(n *yaml.Node, v reflect.Value, field string) error {
	switch p := v.Addr().Interface().(type) {
	case *spec.Gwei:
		return scalar(n, field, p, gwei)
	case *delegation.Parts:
		return scalar(n, field, p, parts)
	case *delegation.Ratio:
		return scalar(n, field, p, ratio)
	case *delegation.LossRule:
		return choice(n, field, p, "pro_rata", "operator_first", "bond_only")
	case *delegation.LeverageMode:
		return choice(n, field, p, "reject", "clip")
	case *spec.Epoch:
		return scalar(n, field, (*uint64)(p), whole)
	}
	switch v.Kind() {
	case reflect.Uint64:
		var id uint64
		err := scalar(n, field, &id, d.id)
		v.SetUint(id)
		return err
	case reflect.Struct:
		return d.fields(n, v, field)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return wrong(n, field, "a list is expected")
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			if err := d.value(c, v.Index(i), fmt.Sprintf("%s[%d]", field, i)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := n.Decode(v.Addr().Interface()); err != nil || n.Tag == "!!null" { // a string or a boolean
		return wrong(n, field, "%q is no %s", n.Value, v.Kind())
	}
	return nil
}

// fields decodes a mapping into the struct v by the names of its json tags.
func (d decoder) fields(n *yaml.Node, v reflect.Value, field string) error {
	list, err := pairs(n, field)
	if err != nil {
		return err
	}
	keys, index := tags(v.Type())
	for _, p := range list {
		i := slices.Index(keys, p[0].Value)
		if i < 0 {
			return wrong(p[0], join(field, p[0].Value), "unknown field (there are: %s)", strings.Join(keys, ", "))
		}
		if err := d.value(p[1], v.Field(index[i]), join(field, p[0].Value)); err != nil {
			return err
		}
	}
	return nil
}

// tags are the keys of a struct and the fields that they name; options have none.
func tags(t reflect.Type) (keys []string, index []int) {
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("json"); key != "-" {
			keys, index = append(keys, key), append(index, i)
		}
	}
	return keys, index
}

// scalar reads a single value with read.
func scalar[T any](n *yaml.Node, field string, dst *T, read func(string) (T, error)) error {
	if n.Kind != yaml.ScalarNode {
		return wrong(n, field, "one value is expected")
	}
	v, err := read(n.Value)
	if err != nil {
		return wrong(n, field, "%v", err)
	}
	*dst = v
	return nil
}

func choice[T ~uint8](n *yaml.Node, field string, dst *T, names ...string) error {
	return scalar(n, field, dst, func(s string) (T, error) {
		if i := slices.Index(names, s); i >= 0 {
			return T(i), nil
		}
		return 0, fmt.Errorf("%q is none of %s", s, strings.Join(names, ", "))
	})
}

// whole reads an integer that is not negative; -1 is "off".
func whole(s string) (uint64, error) {
	if s == "-1" || s == "off" {
		return delegation.Off, nil
	}
	v, err := u64.Parse[uint64](strings.ReplaceAll(s, "_", ""))
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number below 2^64", s)
	}
	return v, nil
}

// id reads an integer or the name of something that a step has made.
func (d decoder) id(s string) (uint64, error) {
	if v, ok := d.names[s]; ok {
		return v, nil
	}
	v, err := whole(s)
	if err != nil {
		err = fmt.Errorf("%q is neither a number nor a name given before", s)
	}
	return v, err
}

// gwei reads "5" or "32 ETH", "0.5 ETH" too.
func gwei(s string) (spec.Gwei, error) {
	if eth, ok := strings.CutSuffix(s, "ETH"); ok {
		v, err := decimal(strings.TrimSpace(eth), 9)
		return spec.Gwei(v), err
	}
	v, err := whole(s)
	return spec.Gwei(v), err
}

// parts reads "5 %" or parts of 10^9.
func parts(s string) (delegation.Parts, error) {
	if percent, ok := strings.CutSuffix(s, "%"); ok {
		v, err := decimal(strings.TrimSpace(percent), 7)
		return delegation.Parts(v), err
	}
	v, err := whole(s)
	return delegation.Parts(v), err
}

// ratio reads "1/22".
func ratio(s string) (r delegation.Ratio, err error) {
	num, den, ok := strings.Cut(s, "/")
	if !ok {
		return r, fmt.Errorf("%q is no fraction such as 1/22", s)
	}
	if r.Num, err = whole(strings.TrimSpace(num)); err == nil {
		r.Den, err = whole(strings.TrimSpace(den))
	}
	return r, err
}

// decimal reads a decimal number of at most so many digits after the point, in
// units of the last of them.
func decimal(s string, digits int) (uint64, error) {
	v, err := u64.ParseScaled[uint64](s, digits)
	switch {
	case errors.Is(err, u64.ErrSyntax):
		return 0, fmt.Errorf("%q is no number, or has more than %d digits after the point", s, digits)
	case err != nil || v == math.MaxUint64:
		return 0, fmt.Errorf("%q is no number in range", s)
	}
	return v, nil
}
