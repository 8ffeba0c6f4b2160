package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	specfile "github.com/stakesim/stakesim/spec/file"
)

// studyOf says which study workers make, each for itself: mechanisms travel by
// name, labels and duties by the files they are in.
type studyOf struct {
	Clusters, IDColumn, Column, Groups string
	Top                                int
	Deadline                           string
	Counted, Lenient                   bool
	Params                             spec.Params // of the lists' network
	Rules                              []string
	Dir                                string // of the lists
	First                              file   // whose duties are those of all
}

// defaultMechanisms are those of examples/backtest.
var defaultMechanisms = []string{"slot-relative/average", "slot-relative/as-run", "net-excess-2024", "net-excess-per-flag", "smoothed-2026/E3"}

// ruleNames checks the mechanisms and puts the status quo first, with which the
// others are compared.
func ruleNames(mechanisms []string) ([]string, error) {
	if mechanisms == nil {
		mechanisms = defaultMechanisms
	}
	quo := penalty.StatusQuo()
	names := []string{quo.FullName()}
	for _, m := range mechanisms {
		rule, err := penalty.RuleNamed(m)
		if err != nil {
			return nil, cli.Usagef("-mechanism %s: %v", m, err)
		}
		if name := rule.FullName(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// maxGrid bounds the points of a grid.
const maxGrid = 1 << 12

// expand turns a grid, in which A|B stands for A and for B, into the names of
// its points; "all" is every mechanism there is.
func expand(grid string) ([]string, error) {
	if grid == "all" {
		var names []string
		for _, r := range penalty.Rules() {
			names = append(names, r.FullName())
		}
		return names, nil
	}
	names := []string{""}
	for i, part := range splitAfter(grid) {
		var next []string
		for choice := range strings.SplitSeq(strings.TrimRight(part, "/=,"), "|") {
			for _, head := range names {
				next = append(next, head+choice+part[len(strings.TrimRight(part, "/=,")):])
			}
		}
		if names = next; len(names) > maxGrid {
			return nil, fmt.Errorf("part %d: more than %d points", i+1, maxGrid)
		}
	}
	return names, nil
}

// splitAfter cuts behind every "/", "=" and ",".
func splitAfter(s string) (parts []string) {
	for s != "" {
		i := strings.IndexAny(s, "/=,")
		if i < 0 {
			return append(parts, s)
		}
		parts, s = append(parts, s[:i+1]), s[i+1:]
	}
	return parts
}

// lists are the failure lists of a folder with a manifest, or the one file that
// was named.
func lists(ctx context.Context, where string) (dir string, files []file, err error) {
	if !remote(where) && !isDir(where) {
		size, sum, err := digest(where)
		dir := strings.TrimSuffix(where, base(where))
		if dir == "" {
			dir = "."
		}
		return dir, []file{{Name: base(where), Kind: failureList, Bytes: size, SHA256: sum}}, err
	}
	m, err := openManifest(ctx, where)
	if err != nil {
		return "", nil, err
	}
	if files = m.of(failureList); len(files) == 0 {
		err = fmt.Errorf("%s: no failure lists: %w", where, spec.ErrInput)
	}
	return where, files, err
}

// studies are those that this process has made, by description.
var studies sync.Map

// study makes the study, once in a process.
func (s *studyOf) study(ctx context.Context) (*backtest.Study, error) {
	key, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	type made struct {
		*backtest.Study
		error
	}
	once, _ := studies.LoadOrStore(string(key), sync.OnceValue(func() made {
		study, err := s.make(ctx)
		return made{study, err}
	}))
	m := once.(func() made)()
	return m.Study, m.error
}

func (s *studyOf) make(ctx context.Context) (*backtest.Study, error) {
	local, done, err := s.First.open(ctx, s.Dir)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := dataset.OpenList(local)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	labels, err := s.labels(ctx, list.Duties.Limit())
	if err != nil {
		return nil, err
	}
	grouping, err := backtest.ParseGrouping(s.Groups)
	if err != nil {
		return nil, err
	}
	p, err := backtest.NewPopulation(&backtest.Labels{Names: labels.Names, Of: labels.Of, Duty: list.Duties.Words()}, grouping, s.Top)
	if field := new(spec.FieldError); errors.As(err, &field) && field.Field == "top" {
		return nil, cli.Usagef("-%v", err)
	}
	if err != nil {
		return nil, err
	}
	o := backtest.Options{Deadline: cofailure.Longest, Counted: s.Counted, Params: &s.Params}
	if s.Deadline == cofailure.SingleSlot.String() {
		o.Deadline = cofailure.SingleSlot
	}
	for _, name := range s.Rules {
		rule, err := penalty.RuleNamed(name)
		if err != nil {
			return nil, err
		}
		o.Rules = append(o.Rules, rule)
	}
	return backtest.NewStudy(p, o)
}

func (s *studyOf) labels(ctx context.Context, limit uint32) (*dataset.Labels, error) {
	local, done, err := fetch(ctx, s.Clusters)
	if err != nil {
		return nil, err
	}
	defer done()
	in, err := specfile.Path(local)
	if err != nil {
		return nil, err
	}
	in.Name = s.Clusters
	faults := dataset.Faults{Lenient: s.Lenient}
	return dataset.ReadLabels(in, dataset.LabelOptions{ID: s.IDColumn, Label: s.Column}, func(v uint32) bool { return v < limit }, &faults)
}

// asSlots hands a failure list to the back-test: formats and formulas do not
// know each other.
func asSlots(list iter.Seq2[dataset.SlotFailures, error]) iter.Seq2[backtest.Slot, error] {
	return func(yield func(backtest.Slot, error) bool) {
		for s, err := range list {
			if !yield(backtest.Slot{
				Slot: s.Slot, Committee: s.Committee, Balance: s.Balance,
				NextBlockMissing: s.NextBlockMissing, NoHistory: s.NoHistory, Failures: spec.As[cofailure.Failure](s.Failures),
			}, err) {
				return
			}
		}
	}
}
