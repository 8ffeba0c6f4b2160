package vector

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// Runner is what a program knows of the cases below one directory: how to verify
// them, and how to write and show them where it can.
type Runner struct {
	// Verify recomputes a case. Nil: the case is as its files say. Otherwise the error is
	// a [Mismatch] where a value differs, and a [Skip] where the case was not run.
	Verify func(c *Case) error
	// Plan lists the cases to generate that match the pattern, as [Path.Match] does; nil
	// for a runner whose cases others write.
	Plan func(pattern Path, seed uint64) ([]Planned, error)
	// Tables shows a case; nil for a runner that shows none.
	Tables func(c *Case) ([]Table, error)
	// Objects are the names of the files that Verify reads, those that it need not read
	// after a "-", without manifest.yaml and meta.yaml.
	Objects []string
	// Free says that the cases know neither presets nor forks.
	Free bool
}

// Table is a table under the name that chooses it.
type Table struct {
	Name string // "validators"
	*table.Table
}

// Planned is a case to be generated: Make computes what [Writer.WriteSet] is to write.
type Planned struct {
	Path Path
	Make func() (Meta, []File, error)
}

// Skip says why a case was not run.
type Skip struct{ Reason string }

// Error is the reason.
func (s *Skip) Error() string {
	if s == nil {
		return "<nil>"
	}
	return s.Reason
}

// Skipped is a [Skip] whose reason is written as by [fmt.Sprintf]. Strings among the
// arguments are shown as what they are, without characters that a terminal obeys.
func Skipped(format string, args ...any) error {
	args = slices.Clone(args)
	for i, a := range args {
		if name, ok := a.(string); ok {
			args[i] = table.Printable(name)
		}
	}
	return &Skip{fmt.Sprintf(format, args...)}
}

// Check verifies one case: its manifest, its files, and that the runner reads every one
// of them. A file that it does not read gives [spec.ErrInput], a preset or fork that
// this module does not know a [Skip].
func (r *Runner) Check(c *Case) error {
	if r == nil || r.Verify == nil || c == nil {
		return fmt.Errorf("%w: no runner, or no case", spec.ErrInput)
	}
	if _, err := c.Params(); errors.Is(err, spec.ErrUnknown) && !r.Free {
		return Skipped("%v", err)
	}
	if r.Plan != nil || c.Has(manifestFile) {
		if err := c.CheckManifest(); err != nil {
			return err
		}
	}
	if err := r.Verify(c); err != nil {
		return err
	}
	files, err := c.Files()
	if err != nil {
		return err
	}
	read := func(f string) bool {
		return slices.ContainsFunc(r.Objects, func(o string) bool { return strings.TrimPrefix(o, "-") == f })
	}
	for _, f := range files {
		if f != manifestFile && f != MetaFile && !read(f) {
			return fmt.Errorf("%s: %w: a file that runner %s does not read", table.Printable(f), spec.ErrInput, c.Runner)
		}
	}
	return nil
}
