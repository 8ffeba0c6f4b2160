package main

import (
	"embed"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec/table"
)

// scripts are the built-in scripts.
//
//go:embed scripts/*.yaml
var scripts embed.FS

// load reads a built-in script, the standard input or a file.
func load(name string, in io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	if text, err := scripts.ReadFile("scripts/" + name + ".yaml"); err == nil {
		return text, nil
	}
	if !strings.ContainsAny(name, "./\\") {
		return nil, fmt.Errorf("%w: no built-in script %q", cli.ErrUsage, name)
	}
	return os.ReadFile(name)
}

func writeList(out io.Writer, format table.Format) error {
	t := table.New("", table.Column{Name: "Script"}, table.Column{Name: "About"})
	files, err := scripts.ReadDir("scripts")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := scripts.ReadFile("scripts/" + f.Name())
		if err != nil {
			return err
		}
		s, err := parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
		if err := t.Row(strings.TrimSuffix(path.Base(f.Name()), ".yaml"), s.about); err != nil {
			return err
		}
	}
	return t.Write(out, format)
}
