package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// script is a parsed script; the fields of its steps are decoded when they run,
// since names stand for ids that earlier steps make.
type script struct {
	name     string // of its file
	about    string
	config   delegation.Config
	accounts []account
	steps    []step
	nodes    struct{ config, accounts *yaml.Node } // nil where there are none
}

type account struct {
	Name    string    `json:"name"`
	Balance spec.Gwei `json:"balance"`
}

// step is one operation, or "expect" or "saturated_reward".
type step struct {
	line  int
	kind  string
	body  *yaml.Node
	as    []string // names for what it makes
	fails string   // it must fail, with an error that contains this
}

// at places an error in the file: in the line given, unless it names its own.
func (s *script) at(line int, err error) error {
	if f := new(fieldError); errors.As(err, &f) {
		line = 0
	}
	return file.At(s.name, line, err)
}

// parse reads the frame of a script.
func parse(name string, text []byte) (*script, error) {
	s := &script{name: name, config: delegation.DefaultConfig()}
	root, err := document(text)
	if err != nil {
		return nil, file.At(name, 0, fmt.Errorf("script: %w", err))
	}
	top, err := pairs(root, "script")
	if err != nil {
		return nil, s.at(0, err)
	}
	var d decoder
	for _, p := range top {
		switch field := p[0].Value; field {
		case "about":
			err = d.value(p[1], reflect.ValueOf(&s.about).Elem(), field)
		case "config":
			s.nodes.config = p[1]
			err = d.value(p[1], reflect.ValueOf(&s.config).Elem(), field)
		case "accounts":
			s.nodes.accounts = p[1]
			err = d.value(p[1], reflect.ValueOf(&s.accounts).Elem(), field)
		case "operations":
			err = s.parseSteps(p[1])
		default:
			err = wrong(p[0], field, "unknown field (there are: about, config, accounts, operations)")
		}
		if err != nil {
			return nil, s.at(p[0].Line, err)
		}
	}
	return s, nil
}

// document is the root of the only document in a text.
func document(text []byte) (*yaml.Node, error) {
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("empty (there can be: about, config, accounts, operations)")
	case err != nil:
		return nil, err
	}
	switch err := dec.Decode(new(yaml.Node)); {
	case err == nil:
		return nil, errors.New("more than one document")
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return root.Content[0], nil
}

func (s *script) parseSteps(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return wrong(n, "operations", "a list is expected")
	}
	for i, c := range n.Content {
		st, err := parseStep(c)
		if err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
		s.steps = append(s.steps, st)
	}
	return nil
}

func parseStep(n *yaml.Node) (st step, err error) {
	list, err := pairs(n, "operation")
	if err != nil {
		return st, err
	}
	for _, p := range list {
		switch field := p[0].Value; {
		case field == "as":
			err = scalar(p[1], field, &st.as, func(s string) ([]string, error) { return strings.Fields(s), nil })
		case field == "fails":
			err = scalar(p[1], field, &st.fails, func(s string) (string, error) { return s, nil })
		case st.kind != "":
			err = wrong(p[0], field, "%s is the operation already", st.kind)
		case !slices.Contains(kinds, field):
			err = wrong(p[0], field, "unknown operation (there are: %s)", strings.Join(kinds, ", "))
		default:
			st.line, st.kind, st.body = p[0].Line, field, p[1]
		}
		if err != nil {
			return st, err
		}
	}
	if st.kind == "" {
		return st, wrong(n, "operation", "names none")
	}
	return st, nil
}

var kinds = func() (names []string) {
	for _, op := range delegation.Operations() {
		names = append(names, op.Name)
	}
	return append(names, "expect", "saturated_reward")
}()

// lineOf is the line below a node that a [spec.FieldError] is about, or the node's.
func lineOf(n *yaml.Node, err error) int {
	f := new(spec.FieldError)
	if n == nil || !errors.As(err, &f) {
		return 0
	}
	if n.Kind == yaml.SequenceNode && f.Row >= 0 && f.Row < len(n.Content) {
		return n.Content[f.Row].Line
	}
	for name := range strings.SplitSeq(f.Field, ".") {
		list, err := pairs(n, "")
		if err != nil {
			break
		}
		for _, p := range list {
			if p[0].Value == name {
				n = p[1]
				break
			}
		}
	}
	return n.Line
}
