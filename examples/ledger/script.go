package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"go.yaml.in/yaml/v3"
)

// script is a parsed script; the fields of its steps are decoded when they run,
// since names stand for ids that earlier steps make.
type script struct {
	about    string
	config   delegation.Config
	accounts []account
	steps    []step
}

type account struct {
	Name    string    `json:"name"`
	Balance spec.Gwei `json:"balance"`
}

// step is one operation, or "expect" or "saturated_reward".
type step struct {
	kind  string
	body  *yaml.Node
	as    []string // names for what it makes
	fails string   // it must fail, with an error that contains this
}

// parse reads the frame of a script.
func parse(text []byte) (*script, error) {
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("script: more than one document")
	}
	top, err := pairs(root.Content[0], "script")
	if err != nil {
		return nil, err
	}
	s := &script{config: delegation.DefaultConfig()}
	var d decoder
	for _, p := range top {
		switch field := p[0].Value; field {
		case "about":
			err = d.value(p[1], reflect.ValueOf(&s.about).Elem(), field)
		case "config":
			err = d.value(p[1], reflect.ValueOf(&s.config).Elem(), field)
		case "accounts":
			err = d.value(p[1], reflect.ValueOf(&s.accounts).Elem(), field)
		case "operations":
			err = s.parseSteps(p[1])
		default:
			err = fieldError(field, "line %d: unknown field (there are: about, config, accounts, operations)", p[0].Line)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *script) parseSteps(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return fieldError("operations", "line %d: a list is expected", n.Line)
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
			err = fieldError(field, "line %d: %s is the operation already", p[0].Line, st.kind)
		case !slices.Contains(kinds(), field):
			err = fieldError(field, "line %d: unknown operation (there are: %s)", p[0].Line, strings.Join(kinds(), ", "))
		default:
			st.kind, st.body = field, p[1]
		}
		if err != nil {
			return st, err
		}
	}
	if st.kind == "" {
		return st, fieldError("operation", "line %d: names none", n.Line)
	}
	return st, nil
}

func kinds() []string { return append(delegation.OperationNames(), "expect", "saturated_reward") }

// saturatedReward is a heavy reward by the Cardano formula: the stake is bond and
// pool, the pledge the bond.
type saturatedReward struct {
	Operator uint64    `json:"operator"`
	Reward   spec.Gwei `json:"reward"` // of all pools
	Total    spec.Gwei `json:"total"`  // supply
}

// runner is a script at work.
type runner struct {
	decoder
	ledger   *delegation.Ledger
	receipts []receipt
}

type receipt struct {
	step int
	kind string
	delegation.Receipt
	refused error
}

func (s *script) run() (*runner, error) {
	balances := make([]spec.Gwei, len(s.accounts))
	r := &runner{decoder: decoder{map[string]uint64{}}}
	for i, a := range s.accounts {
		balances[i] = a.Balance
		r.names[a.Name] = uint64(i)
	}
	l, err := delegation.New(s.config, balances...)
	if err != nil {
		return nil, err
	}
	r.ledger = l
	for i, st := range s.steps {
		if err := r.step(i, st); err != nil {
			return nil, fmt.Errorf("operation %d: %s: %w", i, st.kind, err)
		}
		if err := delegation.CheckInvariants(l); err != nil {
			return nil, fmt.Errorf("operation %d: %s: %w", i, st.kind, err)
		}
	}
	return r, nil
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
	done, err := op.Apply(r.ledger)
	switch {
	case st.fails != "" && err == nil:
		return fieldError("fails", "it succeeded")
	case st.fails != "" && !strings.Contains(err.Error(), st.fails):
		return fmt.Errorf("fails: %q is expected: %w", st.fails, err)
	case st.fails == "" && err != nil:
		return err
	}
	done.Epoch = epoch // a refused operation has an empty receipt
	r.receipts = append(r.receipts, receipt{i, st.kind, done, err})
	if len(st.as) > len(done.Created) {
		return fieldError("as", "%d names for %d new ids", len(st.as), len(done.Created))
	}
	for j, name := range st.as {
		r.names[name] = done.Created[j]
	}
	return nil
}

// operation decodes a step.
func (r *runner) operation(st step) (delegation.Operation, error) {
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
	op, _ := delegation.NewOperation(st.kind)
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
			return fieldError(p[0].Value, "line %d: unknown figure", p[0].Line)
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
			return fieldError(field, "%v", err)
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
		return fieldError(field, "line %d: %d Gwei, %d expected", n.Line, have, want)
	}
	return nil
}

// figures are what a script may expect; what is not there counts as 0.
var figures = map[string]func(*delegation.Ledger, uint64) spec.Gwei{
	"burned": func(l *delegation.Ledger, _ uint64) spec.Gwei { return l.State().Burned },
	"free":   func(l *delegation.Ledger, id uint64) spec.Gwei { a, _ := l.Account(id); return a.Free },
	"bond":   func(l *delegation.Ledger, id uint64) spec.Gwei { o, _ := l.Operator(id); return o.Bond },
	"pool":   func(l *delegation.Ledger, id uint64) spec.Gwei { o, _ := l.Operator(id); return o.PoolTokens },
	"effective": func(l *delegation.Ledger, id uint64) spec.Gwei {
		o, _ := l.Operator(id)
		return delegation.EffectiveStake(o.Bond, o.PoolTokens, l.Config().LeverageCap)
	},
	"shares": func(l *delegation.Ledger, id uint64) spec.Gwei { p, _ := l.Position(id); return spec.Gwei(p.Shares) },
	"lot":    lotValue,
	"entry":  func(l *delegation.Ledger, id uint64) spec.Gwei { u, _ := l.Unbonding(id); return u.Balance },
	"light":  func(l *delegation.Ledger, id uint64) spec.Gwei { v, _ := delegation.LightETHBalance(l, id); return v },
	"uncollected": func(l *delegation.Ledger, id uint64) spec.Gwei {
		u, _ := l.Uncollected(id)
		return u.Amount
	},
}

func lotValue(l *delegation.Ledger, id uint64) spec.Gwei {
	p, _ := l.Position(id)
	price, _ := delegation.SharePrice(l, p.Operator)
	v, _ := delegation.TokensForShares(p.Shares, price)
	return v
}
