package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

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
