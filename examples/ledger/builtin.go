package main

import (
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// scripts are the built-in scripts.
//
//go:embed scripts/*.yaml
var scripts embed.FS

// The limits of a script. Half a million marks are 40,000 accounts and as many
// operations, and what the YAML of a larger text takes when parsed is more than its
// size tells: 2 MiB of question marks take 400 MiB.
const (
	maxBytes = 4 << 20
	maxMarks = 1 << 19
)

// marks set the items of a script apart: none has more items than it has of these.
const marks = "-:,?[{#\n"

// load reads a built-in script, the standard input or a file, and its name.
func load(name string, in io.Reader) (text []byte, from string, err error) {
	if text, err := scripts.ReadFile("scripts/" + name + ".yaml"); err == nil {
		return text, name, nil
	}
	if name != file.Stdin && !strings.ContainsAny(name, "./\\") {
		return nil, name, fmt.Errorf("%w: %w; a file has a point or a slash in its name", cli.ErrUsage, spec.UnknownName("built-in script", name, builtIn()))
	}
	input, err := file.Argument(name, in)
	if err != nil {
		return nil, name, err
	}
	text, err = input.ReadText(file.Limit{Bytes: maxBytes, Line: maxBytes})
	if err != nil {
		return nil, input.Name, err
	}
	return text, input.Name, checkSize(input.Name, text)
}

// checkSize refuses a text whose parsing would take too long.
func checkSize(name string, text []byte) error {
	line, left := 1, maxMarks
	for _, c := range text {
		if strings.IndexByte(marks, c) >= 0 {
			left--
		}
		if left < 0 {
			return &file.Error{File: name, Line: line, Err: fmt.Errorf("%w: %w: more than %d of the characters that set items apart (%s)",
				spec.ErrInput, file.ErrLimit, maxMarks, strings.ReplaceAll(marks, "\n", " and the end of a line"))}
		}
		if c == '\n' {
			line++
		}
	}
	return nil
}

// builtIn are the names of the built-in scripts.
func builtIn() (names []string) {
	files, _ := scripts.ReadDir("scripts") // it is embedded
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}

func writeList(out io.Writer, format table.Format) error {
	t := table.New("", table.Column{Name: "Script"}, table.Column{Name: "About"})
	for _, name := range builtIn() {
		text, err := scripts.ReadFile("scripts/" + name + ".yaml")
		if err != nil {
			return err
		}
		s, err := parse(name, text)
		if err != nil {
			return err
		}
		if err := t.Row(name, s.about); err != nil {
			return err
		}
	}
	return t.Write(out, format)
}
