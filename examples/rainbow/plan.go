package main

import (
	"flag"
	"strings"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

const (
	eth     = spec.ETH
	million = 1_000_000 * eth

	daysPerYear  = 365
	epochsPerDay = 225
)

// plan is what the command line says about an economy.
type plan struct {
	Years         int     `json:"years"`
	Seed          uint64  `json:"seed"`
	Alpha         float64 `json:"alpha"`          // percent
	Ratio         bool    `json:"alpha_is_ratio"` // to heavy issuance
	Curve         string  `json:"curve"`
	Inertia       float64 `json:"inertia"` // chance that a delegator does not look around in a month
	Professionals int     `json:"professionals"`
	Pools         int     `json:"pools"`
	Solos         int     `json:"solos"`
	Delegators    int     `json:"delegators"`
	Faults        float64 `json:"faults"` // per light operator and year
}

func defaultPlan() plan {
	return plan{Years: 3, Seed: 1, Alpha: 5, Curve: "sqrt", Inertia: 0.8, Professionals: 20, Pools: 10, Solos: 300, Delegators: 600, Faults: 0.2}
}

func (p *plan) bind(flags *flag.FlagSet) {
	flags.IntVar(&p.Years, "years", p.Years, "of 365 days, a step a day")
	cli.Uint64Var(flags, &p.Seed, "seed", p.Seed, "`SEED` of faults and of who looks around")
	flags.Float64Var(&p.Alpha, "alpha", p.Alpha, "light issuance in percent of the total")
	flags.BoolVar(&p.Ratio, "alpha-is-ratio", p.Ratio, "alpha is in percent of heavy issuance instead")
	flags.StringVar(&p.Curve, "curve", p.Curve, "issuance: "+curveNames())
	flags.Float64Var(&p.Inertia, "inertia", p.Inertia, "chance that a light delegator does not look around in a month")
	flags.IntVar(&p.Professionals, "professionals", p.Professionals, "operators of 1M ETH each, by permission")
	flags.IntVar(&p.Pools, "pools", p.Pools, "operators of 500,000 ETH each, by permission")
	flags.IntVar(&p.Solos, "solos", p.Solos, "operators of 32 ETH each, without permission")
	flags.IntVar(&p.Delegators, "delegators", p.Delegators, "light delegators of 10,000 ETH each")
	flags.Float64Var(&p.Faults, "faults", p.Faults, "light faults per operator and year")
}

func (p *plan) validate() error {
	switch {
	case p.Years < 1 || p.Years > 50:
		return cli.Usagef("-years %d: not between 1 and 50", p.Years)
	case !(p.Alpha >= 0 && p.Alpha <= 100):
		return cli.Usagef("-alpha %v: not between 0 and 100", p.Alpha)
	case !(p.Inertia >= 0 && p.Inertia <= 1):
		return cli.Usagef("-inertia %v: not between 0 and 1", p.Inertia)
	case !(p.Faults >= 0 && p.Faults <= daysPerYear):
		return cli.Usagef("-faults %v: not between 0 and %d", p.Faults, daysPerYear)
	case p.Professionals < 1 || p.Professionals > 60 || p.Pools < 0 || p.Pools > 60 || p.Solos < 1 || p.Solos > 20_000 || p.Delegators < 1 || p.Delegators > 2000:
		return cli.Usagef("populations of 1 to 60 professionals, 0 to 60 pools, 1 to 20000 solos, 1 to 2000 delegators")
	}
	if _, ok := curves[p.Curve]; !ok {
		return cli.Usagef("-curve %q: one of %s", p.Curve, curveNames())
	}
	return nil
}

var curves = map[string]func() rainbow.Curve{
	"sqrt":        rainbow.Sqrt,
	"halved":      rainbow.Halved,
	"tempered":    func() rainbow.Curve { return rainbow.Tempered(1 << 25 * eth) },
	"generalised": func() rainbow.Curve { return rainbow.Generalised(40*million, 2) },
	"cubed":       func() rainbow.Curve { return rainbow.Cubed(1_950_000 * eth) },
	"capped":      func() rainbow.Curve { return rainbow.Capped(30 * million) },
}

func curveNames() string {
	return strings.Join([]string{"sqrt", "halved", "tempered", "generalised", "cubed", "capped"}, ", ")
}

// daily is the curve with a step of a day: a day issues what 225 epochs do, so that
// the ledger's epoch can be a day.
func (p *plan) daily() rainbow.Curve {
	c := curves[p.Curve]()
	c.EpochsPerYear = daysPerYear
	c.Factor *= epochsPerDay
	return c
}

// issuance splits the curve by alpha, given in millionths of a percent.
func (p *plan) issuance() rainbow.Issuance {
	i := rainbow.Issuance{Curve: p.daily(), Alpha: delegation.Ratio{Num: uint64(p.Alpha*1e6 + 0.5), Den: 100_000_000}}
	if p.Ratio {
		i.Convention = rainbow.AlphaIsRatio
	}
	return i
}
