// Package config reads a network from the files that clients ship: its
// config.yaml, and the files of its preset (phase0.yaml, altair.yaml, ...) where
// that is not one that package spec knows.
//
// These files are flat: a line is a key, a colon and a value, a comment or empty.
// That is what is read, with the standard library alone; lines that continue a
// value, such as those of BLOB_SCHEDULE, are left out, and so are keys that no
// transition reads.
package config

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// limit bounds a file; the largest that a client ships has some 10 KiB.
var limit = file.Limit{Bytes: 1 << 20}

// Open reads a network from files of the operating system: see [Read].
func Open(names ...string) (*spec.Network, error) {
	var files []file.Input
	for _, name := range names {
		in, err := file.Path(name)
		if err != nil {
			return nil, err
		}
		files = append(files, in)
	}
	return Read(files...)
}

// Read reads a network from its config.yaml and the files of its preset, in any
// order. Keys may also stand together in one file.
//
// PRESET_BASE must be there. Of mainnet, minimal and gnosis, which package spec
// knows, the files of the preset may be left out, and a constant of config.yaml that
// is not there has the value of the network of the same name. Of another preset
// the files must be given, with every constant of the forks that are scheduled. A fork without a version in the files has none, and
// one without an epoch is not scheduled. Without CONFIG_NAME the name is "custom".
//
// An error names file and line, and wraps [spec.ErrInput] (no line of a flat file,
// a value that the key cannot have, two values of one key, two forks of one
// version, more than 1 MiB, a constant that no transition can use) or
// [spec.ErrUnknown] (a preset of which no file was given, or a constant that is not
// there).
func Read(files ...file.Input) (*spec.Network, error) {
	all := entries{at: map[string]*entry{}}
	for _, in := range files {
		if err := all.read(in); err != nil {
			return nil, err
		}
	}
	n, err := all.base()
	if err != nil {
		return nil, err
	}
	for _, e := range all.order {
		if _, err := n.Set(e.key, e.value); err != nil {
			return nil, e.fault(err)
		}
	}
	if err := all.check(n); err != nil {
		return nil, err
	}
	return n, nil
}

// entry is a key with its value and the place of both.
type entry struct {
	key, value, file string
	line             int
}

func (e *entry) fault(err error) error { return file.At(e.file, e.line, err) }

func (e *entry) where() string { return fmt.Sprintf("%s:%d", e.file, e.line) }

// entries are those of all files, by key and in order.
type entries struct {
	at    map[string]*entry
	order []*entry
}

func (all *entries) read(in file.Input) error {
	text, err := in.Text(limit)
	if err != nil {
		return err
	}
	defer text.Close()
	for {
		line, err := text.Line()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e := entry{file: text.Name(), line: text.Number()}
		ok, err := e.parse(strings.TrimRight(string(line), " \t"))
		if err == nil && ok {
			err = all.add(&e)
		}
		if err != nil {
			return e.fault(err)
		}
	}
}

func (all *entries) add(e *entry) error {
	before := all.at[e.key]
	if before == nil {
		all.at[e.key] = e
		all.order = append(all.order, e)
		return nil
	}
	if before.value != e.value {
		return spec.Atf(e.key, -1, spec.ErrInput, "%.40q here, %.40q in %s", e.value, before.value, before.where())
	}
	return nil
}

// parse takes a line apart; false for one that has no key of its own.
func (e *entry) parse(line string) (ok bool, err error) {
	if line == "" || strings.HasPrefix(line, "---") || strings.ContainsRune("# \t-]}.", rune(line[0])) {
		return false, nil
	}
	key, value, ok := strings.Cut(line, ":")
	key = unquote(key)
	if !ok || key == "" || value != "" && value[0] != ' ' && value[0] != '\t' {
		return false, fmt.Errorf("%w: %.40q: want KEY: value", spec.ErrInput, line)
	}
	for _, c := range []byte(key) {
		if c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false, fmt.Errorf("%w: key %.40q: want capitals, digits and _", spec.ErrInput, key)
		}
	}
	e.key, e.value = key, scalar(value)
	return true, nil
}

// scalar is a value without its comment and quotes.
func scalar(text string) string {
	text = strings.TrimSpace(text)
	if text != "" && (text[0] == '\'' || text[0] == '"') {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return text[1 : 1+end]
		}
	}
	for i := range len(text) {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return strings.TrimSpace(text[:i])
		}
	}
	return text
}

func unquote(key string) string {
	if n := len(key); n > 2 && (key[0] == '\'' || key[0] == '"') && key[n-1] == key[0] {
		return key[1 : n-1]
	}
	return key
}
