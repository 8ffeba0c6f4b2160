package main

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

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
