package scenario

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// PPM is a share in millionths: integers, so that a draw is the same everywhere.
type PPM uint64

// Whole is the share one.
const Whole PPM = 1_000_000

// Float is the share as a number.
func (p PPM) Float() float64 { return float64(p) / float64(Whole) }

// Share is a named part of something: of an operator's machines, say.
type Share struct {
	Name string
	Part PPM
}

// Operator describes Count operators that are alike. Their validators are dealt
// evenly to the machines. Provider and region belong to a site, client and
// execution client to a machine; each is dealt out in the given shares, which
// must add up to one, or to "any" when there are none.
type Operator struct {
	Name       string // "solo"; Count above one numbers them
	Group      string // whom the results sum: "small", "big"
	Count      uint64
	Validators uint64    // of each operator
	Balance    spec.Gwei // effective balance of each validator
	Sites      uint64    // of each operator
	Machines   uint64    // at each site
	Clients    []Share
	Execution  []Share
	Providers  []Share
	Regions    []Share
}

// Stake is what one operator of the kind has staked.
func (o *Operator) Stake() spec.Gwei {
	if o == nil {
		return 0
	}
	return spec.Gwei(o.Validators) * o.Balance
}

// MaxValidators bounds a population, so that it fits the memory that a run may
// use; MaxMachines bounds its machines.
const (
	MaxValidators = 4 << 20
	MaxMachines   = 1 << 19
)

// Validators is the number of validators of a population; Stake what they have
// staked. Both are meant for a population that has been validated.
func Validators(ops []Operator) (n uint64) {
	for i := range ops {
		n += ops[i].Count * ops[i].Validators
	}
	return n
}

// Stake is the stake of a population in Gwei.
func Stake(ops []Operator) (sum spec.Gwei) {
	for i := range ops {
		sum += spec.Gwei(ops[i].Count) * ops[i].Stake()
	}
	return sum
}

// Groups are the names of a population's groups in order of appearance.
func Groups(ops []Operator) (names []string) {
	seen := map[string]bool{}
	for i := range ops {
		if !seen[ops[i].Group] {
			seen[ops[i].Group] = true
			names = append(names, ops[i].Group)
		}
	}
	return names
}

// ValidatePopulation reports the first fault of a population as a
// [spec.FieldError] wrapping [spec.ErrInput], its field the path of the value.
func ValidatePopulation(ops []Operator) error {
	if len(ops) == 0 {
		return spec.Atf("population", -1, spec.ErrInput, "no operators")
	}
	var validators, machines uint64
	for i := range ops {
		o := &ops[i]
		at := fmt.Sprintf("population.%d.", i)
		if err := o.validate(at); err != nil {
			return err
		}
		validators += o.Count * o.Validators
		machines += o.Count * o.Sites * o.Machines
		if validators > MaxValidators {
			return spec.Atf(at+"validators", -1, spec.ErrInput, "%d validators so far; a run holds %d", validators, MaxValidators)
		}
		if machines > MaxMachines {
			return spec.Atf(at+"machines", -1, spec.ErrInput, "%d machines so far; a run holds %d", machines, MaxMachines)
		}
	}
	return nil
}

func (o *Operator) validate(at string) error {
	for _, c := range []struct {
		key   string
		value uint64
		limit uint64
	}{
		{"count", o.Count, MaxValidators}, {"validators", o.Validators, MaxValidators},
		{"sites", o.Sites, MaxMachines}, {"machines", o.Machines, MaxMachines},
	} {
		if c.value == 0 || c.value > c.limit {
			return spec.Atf(at+c.key, -1, spec.ErrInput, "%d, not between 1 and %d", c.value, c.limit)
		}
	}
	switch {
	case o.Name == "":
		return spec.Atf(at+"name", -1, spec.ErrInput, "none")
	case o.Group == "":
		return spec.Atf(at+"group", -1, spec.ErrInput, "none")
	case o.Balance < 32*spec.ETH || o.Balance > 2048*spec.ETH || o.Balance%spec.EffectiveBalanceIncrement != 0:
		return spec.Atf(at+"balance_eth", -1, spec.ErrInput, "%d Gwei, not 32 to 2048 whole ETH", o.Balance)
	case o.Sites*o.Machines > o.Validators:
		return spec.Atf(at+"machines", -1, spec.ErrInput, "%d for %d validators", o.Sites*o.Machines, o.Validators)
	}
	for _, l := range []struct {
		key    string
		shares []Share
	}{{"clients", o.Clients}, {"execution", o.Execution}, {"providers", o.Providers}, {"regions", o.Regions}} {
		if err := validateShares(at+l.key, l.shares); err != nil {
			return err
		}
	}
	return nil
}

func validateShares(at string, shares []Share) error {
	var sum PPM
	seen := map[string]bool{}
	for _, s := range shares {
		if s.Name == "" || seen[s.Name] {
			return spec.Atf(at, -1, spec.ErrInput, "%q has no name or is there twice", s.Name)
		}
		seen[s.Name] = true
		if s.Part > Whole {
			return spec.Atf(at+"."+s.Name, -1, spec.ErrInput, "%v is more than one", s.Part.Float())
		}
		sum += s.Part
	}
	if len(shares) > 0 && sum != Whole {
		return spec.Atf(at, -1, spec.ErrInput, "the shares add up to %v, not to one", sum.Float())
	}
	return nil
}
