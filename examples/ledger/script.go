package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
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

// saturatedReward is a heavy reward by the Cardano formula: the stake is bond and
// pool, the pledge the bond.
type saturatedReward struct {
	Operator delegation.OperatorID `json:"operator"`
	Reward   spec.Gwei             `json:"reward"` // of all pools
	Total    spec.Gwei             `json:"total"`  // supply
}

// runner is a script at work.
type runner struct {
	decoder
	called   map[uint64]string // the names by id, when all is done
	ledger   *delegation.Ledger
	receipts []receipt
	rows     int // accounts, operators, lots and entries that ever were
	credit   int // rows that may be checked
	checked  int // how often the invariants were
	steps    int
}

type receipt struct {
	step int
	kind string
	delegation.Receipt
	refused error
}

func (s *script) run() (*runner, error) {
	r, err := s.start()
	if err != nil {
		return nil, err
	}
	last := -1 // operation after which the invariants were checked
	for i, st := range s.steps {
		if err := r.step(i, st); err != nil {
			return nil, s.at(st.line, fmt.Errorf("operation %d: %s: %w", i, st.kind, err))
		}
		if !r.isDue() && i+1 < len(s.steps) {
			continue
		}
		r.checked++
		if err := delegation.CheckInvariants(r.ledger); err != nil {
			return nil, s.at(st.line, fmt.Errorf("operation %d: %s, or one since operation %d: %w", i, st.kind, last, err))
		}
		last = i
	}
	r.steps = len(s.steps)
	return r, nil
}

// start opens the accounts.
func (s *script) start() (*runner, error) {
	if err := s.config.Validate(); err != nil {
		return nil, s.at(lineOf(s.nodes.config, err), fmt.Errorf("config: %w", err))
	}
	balances := make([]spec.Gwei, len(s.accounts))
	r := &runner{decoder: decoder{make(map[string]uint64, len(s.accounts))}, rows: len(s.accounts), credit: rowsAtFirst}
	for i, a := range s.accounts {
		balances[i] = a.Balance
		if other, ok := r.names[a.Name]; ok && a.Name != "" {
			return nil, s.at(s.nodes.accounts.Content[i].Line, fmt.Errorf("accounts[%d]: %q is the name of accounts[%d]", i, a.Name, other))
		}
		r.names[a.Name] = uint64(i)
	}
	l, err := delegation.New(s.config, balances...)
	if err != nil {
		return nil, s.at(lineOf(s.nodes.accounts, err), err)
	}
	r.ledger = l
	return r, nil
}

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

// The invariants are checked after every operation until so many rows have been
// looked at, and then so that it comes to some rows for each operation on average: a
// script takes time in proportion to its length.
const (
	rowsAtFirst      = 1 << 20
	rowsPerOperation = 64
)

// isDue says whether the invariants are to be checked after an operation.
func (r *runner) isDue() bool {
	r.credit += rowsPerOperation
	if r.credit < r.rows {
		return false
	}
	r.credit -= r.rows
	return true
}

func (r *runner) step(i int, st step) error {
	if st.kind == "expect" {
		return r.expect(st.body)
	}
	op, err := r.operation(st)
	if err != nil {
		return err
	}
	epoch := r.ledger.Epoch()
	done, err := delegation.Process(r.ledger, op)
	switch {
	case st.fails != "" && err == nil:
		return errors.New("fails: it succeeded")
	case st.fails != "" && !strings.Contains(err.Error(), st.fails):
		return fmt.Errorf("fails: %q is expected: %w", st.fails, err)
	case st.fails == "" && err != nil:
		return err
	}
	done.Epoch = epoch // a refused operation has an empty receipt
	r.receipts = append(r.receipts, receipt{i, st.kind, done, err})
	made := done.IDs()
	r.rows += len(made)
	if len(st.as) > len(made) {
		return fmt.Errorf("as: %d names for %d new ids", len(st.as), len(made))
	}
	for j, name := range st.as {
		r.names[name] = made[j]
	}
	return nil
}

// operation decodes a step.
func (r *runner) operation(st step) (any, error) {
	if st.kind == "saturated_reward" {
		var s saturatedReward
		if err := r.value(st.body, reflect.ValueOf(&s).Elem(), ""); err != nil {
			return nil, err
		}
		o, ok := r.ledger.Operator(s.Operator)
		if !ok {
			return nil, fmt.Errorf("operator %d: %w", s.Operator, delegation.ErrUnknownID)
		}
		pool := delegation.PoolStake{Total: s.Total, Stake: o.Bond + o.PoolTokens, Pledge: o.Bond, Owner: o.Bond}
		f, err := delegation.SaturationReward(s.Reward, pool, r.ledger.Config().Saturation, delegation.Off, delegation.Ratio{Num: 1, Den: 1})
		return delegation.HeavyReward{Operator: s.Operator, Amount: f}, err
	}
	kind, err := delegation.OperationNamed(st.kind)
	if err != nil {
		return nil, err
	}
	op := kind.New()
	return op, r.value(st.body, reflect.ValueOf(op).Elem(), "")
}

// expect compares figures of the ledger, each by name or id.
func (r *runner) expect(n *yaml.Node) error {
	list, err := pairs(n, "expect")
	if err != nil {
		return err
	}
	for _, p := range list {
		look, ok := figures[p[0].Value]
		if !ok {
			return wrong(p[0], p[0].Value, "unknown figure (there are: %s)", strings.Join(slices.Sorted(maps.Keys(figures)), ", "))
		}
		if p[1].Kind == yaml.ScalarNode {
			err = r.figure(p[0].Value, p[1], look(r.ledger, 0))
		} else {
			err = r.figuresByName(p[0].Value, p[1], look)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) figuresByName(field string, n *yaml.Node, look func(*delegation.Ledger, uint64) spec.Gwei) error {
	list, err := pairs(n, field)
	if err != nil {
		return err
	}
	for _, p := range list {
		id, err := r.id(p[0].Value)
		if err != nil {
			return wrong(p[0], field, "%v", err)
		}
		if err := r.figure(join(field, p[0].Value), p[1], look(r.ledger, id)); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) figure(field string, n *yaml.Node, have spec.Gwei) error {
	var want spec.Gwei
	if err := scalar(n, field, &want, gwei); err != nil {
		return err
	}
	if have != want {
		return wrong(n, field, "%d Gwei, %d expected", have, want)
	}
	return nil
}

// figures are what a script may expect; what is not there counts as 0.
var figures = map[string]func(*delegation.Ledger, uint64) spec.Gwei{
	"burned": func(l *delegation.Ledger, _ uint64) spec.Gwei { return l.Burned() },
	"free": func(l *delegation.Ledger, id uint64) spec.Gwei {
		a, _ := l.Account(delegation.AccountID(id))
		return a.Free
	},
	"bond": func(l *delegation.Ledger, id uint64) spec.Gwei {
		o, _ := l.Operator(delegation.OperatorID(id))
		return o.Bond
	},
	"pool": func(l *delegation.Ledger, id uint64) spec.Gwei {
		o, _ := l.Operator(delegation.OperatorID(id))
		return o.PoolTokens
	},
	"effective": func(l *delegation.Ledger, id uint64) spec.Gwei {
		o, _ := l.Operator(delegation.OperatorID(id))
		return delegation.EffectiveStake(o.Bond, o.PoolTokens, l.Config().LeverageCap)
	},
	"shares": func(l *delegation.Ledger, id uint64) spec.Gwei {
		p, _ := l.Lot(delegation.LotID(id))
		return spec.Gwei(p.Shares)
	},
	"lot": func(l *delegation.Ledger, id uint64) spec.Gwei { return lotValue(l, delegation.LotID(id)) },
	"entry": func(l *delegation.Ledger, id uint64) spec.Gwei {
		u, _ := l.Unbonding(delegation.UnbondingID(id))
		return u.Balance
	},
	"light": func(l *delegation.Ledger, id uint64) spec.Gwei {
		v, _ := delegation.LightETHBalance(l, delegation.PositionID(id))
		return v
	},
	"uncollected": func(l *delegation.Ledger, id uint64) spec.Gwei {
		u, _ := l.Uncollected(delegation.SlashID(id))
		return u.Amount
	},
}

func lotValue(l *delegation.Ledger, id delegation.LotID) spec.Gwei {
	p, _ := l.Lot(id)
	price, _ := delegation.SharePrice(l, p.Operator)
	v, _ := delegation.TokensForShares(p.Shares, price)
	return v
}
