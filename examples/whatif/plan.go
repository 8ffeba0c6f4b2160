package main

import (
	"embed"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

//go:embed scenarios/*.yaml
var builtin embed.FS

func builtinNames() (names []string) {
	entries, err := builtin.ReadDir("scenarios")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	sort.Strings(names)
	return names
}

// source is a scenario's file and text.
func source(name string, in io.Reader) (from string, text []byte, err error) {
	plain := strings.TrimSuffix(name, ".gz")
	switch {
	case contains(builtinNames(), name):
		from = name + ".yaml"
		text, err = builtin.ReadFile("scenarios/" + from)
	case name == file.Stdin || strings.HasSuffix(plain, ".yaml") || strings.HasSuffix(plain, ".yml"):
		var given file.Input
		if given, err = file.Argument(name, in); err == nil {
			text, err = given.ReadText(file.Limit{Bytes: maxFile, Line: maxFile})
		}
		from = given.Name
	default:
		err = cli.Usagef("-scenario %q: neither a file ending in .yaml nor one of %s", name, strings.Join(builtinNames(), ", "))
	}
	return from, text, err
}

// point is one variant of a scenario.
type point struct {
	labels []string
	plan   *plan
}

// Limits of what a scenario may ask for, beside those of package scenario.
const (
	maxVariants = 200
	maxAxes     = 2
	maxValues   = 200      // of an axis
	maxChanges  = 1000     // of a variant, and -set of a command line
	maxRead     = 64 << 20 // bytes of the file times points, each of which reads it
	maxWork     = 1 << 44  // validator-epochs over all points and runs, some hours
)

// job computes a report.
type job func(told scenario.Progress) (*report, error)

// prepare reads and validates everything, all points of a sweep included, before
// anything runs.
func prepare(o *options, in io.Reader) (job, error) {
	from, text, err := source(o.scenario, in)
	if err != nil {
		return nil, err
	}
	load := func(changes []change, by string) (*plan, error) {
		t, err := readTree(from, text)
		if err != nil {
			return nil, err
		}
		if len(o.set) > maxChanges {
			return nil, cli.Usagef("-set: %d of them, more than %d", len(o.set), maxChanges)
		}
		for _, s := range o.set {
			key, value, ok := strings.Cut(s, "=")
			if !ok {
				return nil, cli.Usagef("-set %s: not key=value", s)
			}
			if err := t.set(key, value, "-set "+s); err != nil {
				return nil, err
			}
		}
		for _, c := range changes {
			copied := *c.value
			if err := t.setNode(c.path, &copied, by); err != nil {
				return nil, err
			}
		}
		return decode(t)
	}
	base, err := load(nil, "")
	if err != nil {
		return nil, err
	}
	if o.seedGiven {
		base.seed = o.seed
	}
	if compute, ok := computations[base.kind]; ok {
		return func(told scenario.Progress) (*report, error) { return compute(base, o.workers, told) }, nil
	}
	points, err := base.points(load)
	if err != nil {
		return nil, err
	}
	return func(told scenario.Progress) (*report, error) { return runPoints(base, points, o.workers, told) }, nil
}

func (p *plan) points(load func([]change, string) (*plan, error)) ([]point, error) {
	variants := p.variants
	if len(variants) == 0 {
		variants = []variant{{}}
	}
	axes := make([]scenario.Axis, len(p.sweep))
	for i, a := range p.sweep {
		for k := range a.values {
			axes[i].Values = append(axes[i].Values, uint64(k))
		}
	}
	grid, err := scenario.Grid(axes)
	if err != nil {
		return nil, p.tree.locate(err)
	}
	if n := len(variants) * len(grid); n > scenario.MaxPointsOfSweep {
		return nil, p.tree.locate(spec.Atf("variants", -1, spec.ErrInput, "%d of them at %d points of the sweep make %d, more than %d",
			len(variants), len(grid), n, scenario.MaxPointsOfSweep))
	} else if n*p.tree.size > maxRead {
		return nil, p.tree.locate(spec.Atf("variants", -1, spec.ErrInput, "%d points of a scenario of %d bytes make %d bytes to read, more than %d",
			n, p.tree.size, n*p.tree.size, maxRead))
	}
	var points []point
	for _, v := range variants {
		for _, at := range grid {
			next := point{}
			changes := v.set
			var by strings.Builder
			by.WriteString("variant " + v.label)
			if v.label != "" {
				next.labels = append(next.labels, v.label)
			}
			t := p.tree
			for i, k := range at {
				a := p.sweep[i]
				next.labels = append(next.labels, a.values[k])
				by.WriteString(fmt.Sprintf(" %s=%s", a.path, a.values[k]))
				changes = append(changes[:len(changes):len(changes)], change{a.path, t.scalar(a.values[k])})
			}
			if next.plan, err = load(changes, strings.TrimSpace(by.String())); err != nil {
				return nil, err
			}
			points = append(points, next)
		}
	}
	return points, p.fits(points)
}

// fits refuses what would not end or not fit memory: epochs times validators over
// all points and runs.
func (p *plan) fits(points []point) error {
	sum := 0.
	for _, q := range points {
		sum += float64(scenario.Validators(q.plan.Population)) * float64(q.plan.Epochs+q.plan.Warmup) * float64(q.plan.Runs)
	}
	if sum > maxWork {
		return p.tree.locate(spec.Atf("duration", -1, spec.ErrInput, "%.3g validator-epochs in all; at most %.3g", sum, float64(maxWork)))
	}
	return nil
}

func writeList(out io.Writer, f table.Format) error {
	t := table.New("Built-in scenarios", table.Column{Name: "scenario"}, table.Column{Name: "question"})
	for _, name := range builtinNames() {
		from, text, err := source(name, nil)
		if err != nil {
			return err
		}
		tr, err := readTree(from, text)
		if err != nil {
			return err
		}
		p, err := decode(tr)
		if err != nil {
			return err
		}
		if err := t.Row(name, p.question); err != nil {
			return err
		}
	}
	return t.Write(out, f)
}

func printScenario(out io.Writer, name string, in io.Reader) error {
	_, text, err := source(name, in)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, table.Escape(string(text)))
	return err
}

// quoted is the command line without what does not change the result.
func quoted(args []string) (kept []string) {
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if name == "workers" || name == "html" || name == "format" {
			if !joined {
				i++
			}
			continue
		}
		arg := args[i]
		if strings.ContainsAny(arg, " '\"\\$*?[]{}()<>|;&#~`") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		kept = append(kept, arg)
	}
	return kept
}
