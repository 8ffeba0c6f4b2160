package backtest

import (
	"math/bits"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// Options of a [Study].
type Options struct {
	// Rules are the mechanisms, of different names; ratios are to the first.
	Rules []penalty.Rule
	// Deadline says when an attestation has failed as far as the mechanisms are
	// concerned. With the single-slot deadline it reached either all flags or none.
	Deadline cofailure.Deadline
	// Counted weighs every validator as 32 ETH.
	Counted bool
	// Params are the constants of the record's network; nil is the main one in electra.
	// Epochs of other than [SlotsPerEpoch] slots are refused.
	Params *spec.Params
}

// Study is a back-test to make: a population and the options, checked. It is
// not changed once made, and workers on several goroutines share it.
type Study struct {
	Population *Population
	Options
	conducts         [cofailure.HowCount]spec.Conduct
	baseRewardFactor uint64
	columns          int // of a group: failures by deadline, then the rules
	width            int // groups times columns
}

// The columns of a group before those of the rules: failures by deadline.
const (
	basic = iota
	basicSingleSlot
	firstRule
)

// MaxWidth bounds the sums of an epoch: groups times two more than the rules.
const MaxWidth = 1 << 24

// NewStudy checks the options, and copies the rules. No rule, one without a name
// or a step, two of one name, an unknown deadline, more sums than [MaxWidth], constants
// with other epochs than the main network's, and a population that
// [NewPopulation] has not made wrap [spec.ErrInput].
func NewStudy(p *Population, o Options) (*Study, error) {
	if !p.made() {
		return nil, absent("population")
	}
	if o.Deadline > cofailure.SingleSlot {
		return nil, spec.Atf("deadline", -1, spec.ErrInput, "%d", o.Deadline)
	}
	if len(o.Rules) == 0 {
		return nil, spec.Atf("rules", -1, spec.ErrInput, "none")
	}
	seen := map[string]bool{}
	for i := range o.Rules {
		name := o.Rules[i].FullName()
		if name == "" || o.Rules[i].Step == nil || seen[name] {
			return nil, spec.Atf("rules", i, spec.ErrInput, "%q: without a name or a step, or a second time", name)
		}
		seen[name] = true
	}
	params, err := o.params()
	if err != nil {
		return nil, err
	}
	s := &Study{Population: p, Options: o, baseRewardFactor: params.BaseRewardFactor, columns: firstRule + len(o.Rules)}
	s.Rules = append([]penalty.Rule(nil), o.Rules...)
	hi, width := bits.Mul64(uint64(s.columns), uint64(len(p.Groups)))
	if hi != 0 || width > MaxWidth {
		return nil, spec.Atf("rules", -1, spec.ErrInput, "%d for %d groups are too many", len(o.Rules), len(p.Groups))
	}
	s.width = int(width)
	for how := range s.conducts {
		s.conducts[how] = conductOf(cofailure.How(how), o.Deadline)
	}
	return s, nil
}

// params are the constants that were given, or the main network's.
func (o *Options) params() (spec.Params, error) {
	if o.Params == nil {
		return spec.ParamsFor(spec.Mainnet, spec.Electra)
	}
	return *o.Params, CheckParams(o.Params)
}

// CheckParams says whether a back-test takes the constants of a network: they are
// usable, and an epoch has [SlotsPerEpoch] slots. Else the error names the network and
// wraps [spec.ErrInput].
func CheckParams(p *spec.Params) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.SlotsPerEpoch != SlotsPerEpoch {
		return spec.Atf("SLOTS_PER_EPOCH", -1, spec.ErrInput, "%d on %s; the back-test takes epochs of %d slots", p.SlotsPerEpoch, p.Network, SlotsPerEpoch)
	}
	return nil
}

// conductOf turns how a validator failed into what the mechanisms ask for.
// With the single-slot deadline, only what is in the next slot counts.
func conductOf(how cofailure.How, deadline cofailure.Deadline) spec.Conduct {
	slashed := how&cofailure.Slashed != 0
	if deadline == cofailure.SingleSlot {
		flags := spec.AllFlags
		if how&cofailure.Late != 0 {
			flags = 0
		}
		return spec.ConductOf(flags, slashed, how&cofailure.LateBefore != 0)
	}
	var flags spec.Flags
	for flag, without := range [...]cofailure.How{cofailure.NoSource, cofailure.NoTarget, cofailure.Late} {
		if how&without == 0 {
			flags |= 1 << flag
		}
	}
	return spec.ConductOf(flags, slashed, how&cofailure.MissedBefore != 0)
}

// made says that [NewStudy] made it.
func (s *Study) made() bool { return s != nil && s.width > 0 && s.Population.made() }

// Columns are the names of the columns of a group: "basic" and "basic_ss", the
// failures by the longest and by the single-slot deadline, then the rules.
func (s *Study) Columns() []string {
	if s == nil {
		return nil
	}
	names := []string{"basic", "basic_ss"}
	for i := range s.Rules {
		names = append(names, s.Rules[i].FullName())
	}
	return names
}
