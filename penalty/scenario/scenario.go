package scenario

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// Mechanism is a rule under the name that the results give it.
type Mechanism struct {
	Label string
	Rule  penalty.Rule
}

// Scenario is everything a run depends on besides its seed.
type Scenario struct {
	Name       string
	Epochs     uint64 // accounted
	Warmup     uint64 // epochs before them, with misses and faults but no outages
	Runs       uint64 // independent repetitions, for the confidence intervals
	Economics  Economics
	Population []Operator
	Misses     []Miss
	Faults     []Fault
	Outages    []Outage
	Mechanisms []Mechanism
}

// Bounds of a scenario, so that it ends and fits memory.
const (
	MaxEpochs     = 1 << 19
	MaxRuns       = 1024
	MaxMechanisms = 16
	MaxEntries    = 1024    // of misses, of faults and of outages
	maxLength     = 1 << 24 // epochs of a duration
	maxMissSums   = 1 << 26 // misses times regions times operators
)

// Validate reports the first fault of a scenario before anything runs, as a
// [spec.FieldError] whose field is the path of the value in the scenario's file,
// such as "outages.0.share", wrapping [spec.ErrInput].
func (s *Scenario) Validate() error {
	if s == nil {
		return spec.Atf("scenario", -1, spec.ErrInput, "none")
	}
	for _, c := range []struct {
		key        string
		value      uint64
		low, limit uint64
	}{
		{"duration", s.Epochs, 1, MaxEpochs}, {"warmup", s.Warmup, 0, MaxEpochs}, {"runs", s.Runs, 1, MaxRuns},
		{"mechanisms", uint64(len(s.Mechanisms)), 1, MaxMechanisms}, {"misses", uint64(len(s.Misses)), 0, MaxEntries},
		{"faults", uint64(len(s.Faults)), 0, MaxEntries}, {"outages", uint64(len(s.Outages)), 0, MaxEntries},
	} {
		if c.value < c.low || c.value > c.limit {
			return spec.Atf(c.key, -1, spec.ErrInput, "%d, not between %d and %d", c.value, c.low, c.limit)
		}
	}
	if err := ValidatePopulation(s.Population); err != nil {
		return err
	}
	if _, err := s.Economics.Epoch(2048 * spec.ETH); err != nil {
		return spec.Atf("economics.stake_eth", -1, spec.ErrInput, "%v", err)
	}
	if p := s.Economics.PriceUSD; !(p >= 0 && p < 1e12) {
		return spec.Atf("economics.price_usd", -1, spec.ErrInput, "%v", p)
	}
	seen := map[string]bool{}
	for i := range s.Mechanisms {
		m := &s.Mechanisms[i]
		if m.Rule.Step == nil || m.Label == "" || seen[m.Label] {
			return spec.Atf(fmt.Sprintf("mechanisms.%d", i), -1, spec.ErrInput, "%q has no step, no name, or is there twice", m.Label)
		}
		seen[m.Label] = true
	}
	names := newElements(s.Population)
	if err := s.validateMisses(names); err != nil {
		return err
	}
	if err := s.validateFaults(names); err != nil {
		return err
	}
	return s.validateOutages(names)
}

func (s *Scenario) validateMisses(names *elements) error {
	for i, m := range s.Misses {
		at := fmt.Sprintf("misses.%d.", i)
		if m.Group != "" && !names.groups[m.Group] {
			return spec.Atf(at+"group", -1, spec.ErrInput, "%q is no group of the population", m.Group)
		}
		if _, ok := names.ids[LayerRegion][m.Region]; m.Region != "" && !ok {
			return spec.Atf(at+"region", -1, spec.ErrInput, "%q is no region of the population", m.Region)
		}
		for _, part := range []struct {
			key   string
			value uint64
		}{{"offline", m.Offline}, {"target", m.Target}, {"head", m.Head}} {
			if part.value > Billion {
				return spec.Atf(at+part.key, -1, spec.ErrInput, "more than one")
			}
		}
	}
	if n := uint64(len(s.Misses)) * uint64(len(names.ids[LayerRegion])); n*uint64(len(s.Population)) > maxMissSums {
		return spec.Atf("misses", -1, spec.ErrInput, "%d entries of %d operators in %d regions, more than %d together",
			len(s.Misses), len(s.Population), len(names.ids[LayerRegion]), maxMissSums)
	}
	for group := range names.groups {
		for region := range names.ids[LayerRegion] {
			if m := s.missOf(group, region); m.Offline+m.Target+m.Head > Billion {
				return spec.Atf("misses", -1, spec.ErrInput, "group %q in region %q misses %v of its attestations: more than one",
					group, region, float64(m.Offline+m.Target+m.Head)/Billion)
			}
		}
	}
	return nil
}

// missOf adds up what applies to a group in a region.
func (s *Scenario) missOf(group, region string) (sum Miss) {
	for _, m := range s.Misses {
		if (m.Group == "" || m.Group == group) && (m.Region == "" || m.Region == region) {
			sum.Offline += m.Offline
			sum.Target += m.Target
			sum.Head += m.Head
		}
	}
	return sum
}

func (s *Scenario) validateFaults(names *elements) error {
	for i, f := range s.Faults {
		at := fmt.Sprintf("faults.%d.", i)
		if err := names.check(at, f.Layer, f.Name, f.Group); err != nil {
			return err
		}
		if f.PerDay > uint64(Whole)*EpochsPerDay {
			return spec.Atf(at+"per_day", -1, spec.ErrInput, "more than once an epoch")
		}
		if f.Duration == 0 || f.Duration > maxLength {
			return spec.Atf(at+"duration", -1, spec.ErrInput, "%d epochs", f.Duration)
		}
		if err := f.Recovery.validate(at); err != nil {
			return err
		}
	}
	return nil
}

func (r Recovery) validate(at string) error {
	if r.Epochs > maxLength || r.Curve > Exponential {
		return spec.Atf(at+"recovery", -1, spec.ErrInput, "%d epochs", r.Epochs)
	}
	return nil
}

func (s *Scenario) validateOutages(names *elements) error {
	for i := range s.Outages {
		o := &s.Outages[i]
		at := fmt.Sprintf("outages.%d.", i)
		switch {
		case o.Share > Whole:
			return spec.Atf(at+"share", -1, spec.ErrInput, "%v is more than one", o.Share.Float())
		case o.MissingBlocks > Whole:
			return spec.Atf(at+"missing_blocks", -1, spec.ErrInput, "%v is more than one", o.MissingBlocks.Float())
		case o.Start >= s.Epochs:
			return spec.Atf(at+"start", -1, spec.ErrInput, "epoch %d of %d", o.Start, s.Epochs)
		case o.Duration == 0 || o.Duration > maxLength:
			return spec.Atf(at+"duration", -1, spec.ErrInput, "%d epochs", o.Duration)
		case o.Share > 0 && o.Name != "":
			return spec.Atf(at+"share", -1, spec.ErrInput, "a share and %s %q exclude each other", o.Layer, o.Name)
		case o.Share == 0 && o.Name == "" && o.Group == "" && o.MissingBlocks == 0:
			return spec.Atf(at+"share", -1, spec.ErrInput, "neither a share nor a layer, a group or missing blocks")
		case o.LateTarget+o.LateHead > Billion || o.LateTarget > Billion:
			return spec.Atf(at+"late_target", -1, spec.ErrInput, "together with late_head more than one")
		}
		if err := names.check(at, o.Layer, o.Name, o.Group); err != nil {
			return err
		}
		if err := o.Recovery.validate(at); err != nil {
			return err
		}
	}
	return s.validateOverlap()
}

// validateOverlap refuses shares of the same stake that add up to more than one
// at some moment: no population can be down twice.
func (s *Scenario) validateOverlap() error {
	for i := range s.Outages {
		o := &s.Outages[i]
		sum := PPM(0)
		for j := range s.Outages {
			p := &s.Outages[j]
			if p.Group == o.Group && p.Start <= o.Start && o.Start < p.Start+p.Duration+p.Recovery.Epochs {
				sum += p.Share
			}
		}
		if sum > Whole {
			return spec.Atf(fmt.Sprintf("outages.%d.share", i), -1, spec.ErrInput,
				"with the outages that overlap it the shares add up to %v", sum.Float())
		}
	}
	return nil
}

// elements are the names that a population gives to what machines share.
type elements struct {
	ids    [layerCount]map[string]uint32
	groups map[string]bool
}

func newElements(ops []Operator) *elements {
	e := &elements{groups: map[string]bool{}}
	for l := range e.ids {
		e.ids[l] = map[string]uint32{}
	}
	add := func(l Layer, name string) {
		if _, ok := e.ids[l][name]; !ok {
			e.ids[l][name] = uint32(len(e.ids[l]))
		}
	}
	for i := range ops {
		o := &ops[i]
		e.groups[o.Group] = true
		for l, shares := range o.layers() {
			if len(shares) == 0 {
				add(l, anyElement)
			}
			for _, s := range shares {
				add(l, s.Name)
			}
		}
		for k := range o.Count {
			add(LayerOperator, o.name(k))
		}
	}
	return e
}

// anyElement names what a population leaves open.
const anyElement = "any"

func (o *Operator) layers() map[Layer][]Share {
	return map[Layer][]Share{
		LayerClient: o.Clients, LayerExecution: o.Execution, LayerProvider: o.Providers, LayerRegion: o.Regions,
	}
}

// name is the name of the operator's k-th copy.
func (o *Operator) name(k uint64) string {
	if o.Count == 1 {
		return o.Name
	}
	return fmt.Sprintf("%s-%d", o.Name, k+1)
}

func (e *elements) check(at string, l Layer, name, group string) error {
	if l >= layerCount {
		return spec.Atf(at+"layer", -1, spec.ErrInput, "%v", l)
	}
	if group != "" && !e.groups[group] {
		return spec.Atf(at+"group", -1, spec.ErrInput, "%q is no group of the population", group)
	}
	if name == "" {
		return nil
	}
	if l == LayerSite || l == LayerMachine {
		return spec.Atf(at+"name", -1, spec.ErrInput, "a %s has no name", l)
	}
	if _, ok := e.ids[l][name]; !ok {
		return spec.Atf(at+"name", -1, spec.ErrInput, "no %s of the population is named %q", l, name)
	}
	return nil
}
