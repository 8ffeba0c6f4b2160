package main

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// plan is a scenario with what is to be shown of it.
type plan struct {
	scenario.Scenario
	title, question string
	kind            string // "run", or the name of a computation of its own
	seed            uint64
	small, big      string // groups whose advantage is compared
	sweep           []axis
	variants        []variant
	metric          string // of the heat map
	tree            *tree
}

// axis is a path of the scenario and the values that it takes.
type axis struct {
	path   string
	values []string
}

// variant is a changed scenario with a name: sets of paths.
type variant struct {
	label string
	set   []change
}

type change struct {
	path  string
	value *yaml.Node
}

const (
	million = 1_000_000
	billion = 1_000_000_000
)

// decode reads a plan strictly and validates it.
func decode(t *tree) (*plan, error) {
	p := &plan{tree: t, kind: "run", small: "small", big: "big", seed: 1, metric: "penalty_ratio"}
	p.Runs, p.Epochs, p.Warmup, p.Economics = 8, 225, 64, scenario.DefaultEconomics
	p.Economics.TotalActive = 0
	var price, stake uint64
	price = uint64(p.Economics.PriceUSD * 100)
	t.err = nil
	t.fields(t.root, "", map[string]reader{
		"scenario": t.text(&p.Name), "title": t.text(&p.title), "question": t.text(&p.question), "kind": t.text(&p.kind),
		"duration": t.epochs(&p.Epochs), "warmup": t.epochs(&p.Warmup),
		"runs": t.number(&p.Runs, 1, scenario.MaxRuns), "seed": t.number(&p.seed, 1, 1<<64-1),
		"economics": func(n *yaml.Node, path string) {
			t.fields(n, path+".", map[string]reader{
				"stake_eth": t.number(&stake, 1, 1<<33), "price_usd": t.number(&price, 100, 1<<50),
				"execution_percent": t.number(&p.Economics.ExecutionPercent, 1, 1000),
			})
		},
		"population": func(n *yaml.Node, path string) { t.population(p, n, path) },
		"misses":     t.each(func(n *yaml.Node, path string) { t.miss(p, n, path) }),
		"faults":     t.each(func(n *yaml.Node, path string) { t.fault(p, n, path) }),
		"outages":    t.each(func(n *yaml.Node, path string) { t.outage(p, n, path) }),
		"mechanisms": t.each(func(n *yaml.Node, path string) { t.mechanism(p, n, path) }),
		"compare": func(n *yaml.Node, path string) {
			t.fields(n, path+".", map[string]reader{"small": t.text(&p.small), "big": t.text(&p.big)})
		},
		"sweep":    t.each(func(n *yaml.Node, path string) { t.axis(p, n, path) }),
		"variants": t.each(func(n *yaml.Node, path string) { t.variant(p, n, path) }),
		"metric":   t.text(&p.metric),
	})
	if t.err != nil {
		return nil, t.err
	}
	p.Economics.PriceUSD = float64(price) / 100
	p.Economics.TotalActive = spec.Gwei(stake) * spec.ETH
	return p, p.check()
}

func (p *plan) check() error {
	if p.kind != "run" {
		if _, ok := computations[p.kind]; !ok {
			return p.tree.locate(spec.Atf("kind", -1, spec.ErrUnknown, "%q (run, %s)", p.kind, keysOf(computations)))
		}
		if p.Economics.TotalActive == 0 {
			p.Economics.TotalActive = scenario.DefaultEconomics.TotalActive
		}
		return nil
	}
	if err := scenario.ValidatePopulation(p.Population); err != nil {
		return p.tree.locate(err)
	}
	if p.Economics.TotalActive == 0 {
		p.Economics.TotalActive = scenario.Stake(p.Population)
	}
	if err := p.Validate(); err != nil {
		return p.tree.locate(err)
	}
	if _, ok := metrics[p.metric]; !ok {
		return p.tree.locate(spec.Atf("metric", -1, spec.ErrUnknown, "%q (one of %s)", p.metric, keysOf(metrics)))
	}
	for _, g := range [...]struct{ key, name string }{{"compare.small", p.small}, {"compare.big", p.big}} {
		if !contains(scenario.Groups(p.Population), g.name) {
			return p.tree.locate(spec.Atf(g.key, -1, spec.ErrInput, "%q is no group of the population", g.name))
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}

func (t *tree) population(p *plan, n *yaml.Node, path string) {
	var preset string
	var stake, balance, solo uint64 = 32_000_000, 32, 32
	listed := false
	t.fields(n, path+".", map[string]reader{
		"preset": t.text(&preset), "stake_eth": t.number(&stake, 1, 1<<33),
		"balance_eth": t.number(&balance, 1, 1<<20), "solo_balance_eth": t.number(&solo, 1, 1<<20),
		"operators": func(n *yaml.Node, at string) {
			listed = true
			t.each(func(n *yaml.Node, at string) { t.operator(p, n, at) })(n, at)
			for key, where := range t.origin { // the path that the model's errors name
				if rest, ok := strings.CutPrefix(key, "population.operators."); ok {
					t.origin["population."+rest] = where
				}
			}
		},
	})
	if t.err != nil {
		return
	}
	if listed == (preset != "") {
		t.fail(n, path, "needs either a preset or operators")
		return
	}
	if preset != "" {
		var err error
		if p.Population, err = scenario.Preset(preset, spec.Gwei(stake)*spec.ETH, spec.Gwei(balance)*spec.ETH, spec.Gwei(solo)*spec.ETH); err != nil {
			t.err = t.locate(err)
		}
	}
}

func (t *tree) operator(p *plan, n *yaml.Node, path string) {
	o := scenario.Operator{Count: 1, Sites: 1, Machines: 1}
	balance := uint64(32)
	t.fields(n, path+".", map[string]reader{
		"name": t.text(&o.Name), "group": t.text(&o.Group), "count": t.number(&o.Count, 1, 1<<40),
		"validators": t.number(&o.Validators, 1, 1<<40), "balance_eth": t.number(&balance, 1, 1<<20),
		"sites": t.number(&o.Sites, 1, 1<<40), "machines": t.number(&o.Machines, 1, 1<<40),
		"clients": t.shares(&o.Clients), "execution": t.shares(&o.Execution),
		"providers": t.shares(&o.Providers), "regions": t.shares(&o.Regions),
	})
	o.Balance = spec.Gwei(balance) * spec.ETH
	p.Population = append(p.Population, o)
}

func (t *tree) shares(dst *[]scenario.Share) reader {
	return func(n *yaml.Node, path string) {
		t.origin[path] = t.where(n)
		if n.Kind != yaml.MappingNode {
			t.fail(n, path, "not a mapping of names to shares")
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			var part uint64
			at := path + "." + n.Content[i].Value
			t.origin[at] = t.where(n.Content[i])
			t.number(&part, million, million)(n.Content[i+1], at)
			*dst = append(*dst, scenario.Share{Name: n.Content[i].Value, Part: scenario.PPM(part)})
		}
	}
}

func (t *tree) miss(p *plan, n *yaml.Node, path string) {
	var m scenario.Miss
	t.fields(n, path+".", map[string]reader{
		"group": t.text(&m.Group), "region": t.text(&m.Region),
		"offline": t.number(&m.Offline, billion, billion), "target": t.number(&m.Target, billion, billion),
		"head": t.number(&m.Head, billion, billion),
	})
	p.Misses = append(p.Misses, m)
}

func (t *tree) layer(dst *scenario.Layer) reader {
	return func(n *yaml.Node, path string) {
		l, err := scenario.ParseLayer(n.Value)
		if err != nil {
			t.fail(n, path, "%v", err)
		}
		*dst = l
	}
}

// recovery reads "linear 2h", "exponential 6h" or "instant".
func (t *tree) recovery(dst *scenario.Recovery) reader {
	return func(n *yaml.Node, path string) {
		curve, length, _ := strings.Cut(strings.TrimSpace(n.Value), " ")
		c, err := scenario.ParseCurve(curve)
		if err == nil && c != scenario.Instant {
			dst.Epochs, err = parseEpochs(strings.TrimSpace(length))
		}
		if err != nil {
			t.fail(n, path, "%q: %v", n.Value, err)
		}
		dst.Curve = c
	}
}

func (t *tree) fault(p *plan, n *yaml.Node, path string) {
	var f scenario.Fault
	t.fields(n, path+".", map[string]reader{
		"layer": t.layer(&f.Layer), "name": t.text(&f.Name), "group": t.text(&f.Group),
		"per_day": t.number(&f.PerDay, million, 1<<40), "duration": t.epochs(&f.Duration), "recovery": t.recovery(&f.Recovery),
	})
	p.Faults = append(p.Faults, f)
}

func (t *tree) outage(p *plan, n *yaml.Node, path string) {
	var o scenario.Outage
	var share, missing uint64
	t.fields(n, path+".", map[string]reader{
		"start": t.epochs(&o.Start), "duration": t.epochs(&o.Duration), "recovery": t.recovery(&o.Recovery),
		"share": t.number(&share, million, million), "layer": t.layer(&o.Layer), "name": t.text(&o.Name), "group": t.text(&o.Group),
		"late_target": t.number(&o.LateTarget, billion, billion), "late_head": t.number(&o.LateHead, billion, billion),
		"missing_blocks": t.number(&missing, million, million),
	})
	o.Share, o.MissingBlocks = scenario.PPM(share), scenario.PPM(missing)
	p.Outages = append(p.Outages, o)
}

// mechanism reads a rule's name, or a mapping of the rule, its constants by the
// names that the rule itself lists, and a label.
func (t *tree) mechanism(p *plan, n *yaml.Node, path string) {
	t.origin[path] = t.where(n)
	name, label := n.Value, ""
	if n.Kind != yaml.ScalarNode {
		name = t.ruleIn(n, path)
	}
	rule, err := penalty.RuleNamed(name)
	if err == nil && n.Kind != yaml.ScalarNode {
		rule, err = t.tune(n, path, rule, &label)
	}
	if t.err != nil {
		return
	}
	if err != nil {
		t.err = fmt.Errorf("%s: %s: %w", t.where(n), path, err)
		return
	}
	if label == "" {
		label = rule.FullName()
	}
	p.Mechanisms = append(p.Mechanisms, scenario.Mechanism{Label: label, Rule: rule})
}

// ruleIn is the rule's name in a mapping. In braces a comma ends a text, so that
// {rule: slot-relative/sum,squared} has a key "squared" without a value: such
// keys belong to the name.
func (t *tree) ruleIn(n *yaml.Node, path string) (name string) {
	if n.Kind != yaml.MappingNode {
		t.fail(n, path, "neither a name nor a mapping")
		return ""
	}
	var more []string
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Value == "rule" {
			t.text(&name)(n.Content[i+1], path+".rule")
		} else if key.Value != "label" && isBare(n.Content[i+1]) {
			more = append(more, key.Value)
		}
	}
	if len(more) == 0 || name == "" {
		return name
	}
	separator := ","
	if !strings.Contains(name, "/") {
		separator = "/"
	}
	return name + separator + strings.Join(more, ",")
}

// isBare says that a key has no value at all.
func isBare(value *yaml.Node) bool {
	return value.Kind == yaml.ScalarNode && value.Tag == "!!null" && value.Value == ""
}

// tune reads the constants and the label of a rule.
func (t *tree) tune(n *yaml.Node, path string, rule penalty.Rule, label *string) (penalty.Rule, error) {
	var name string
	constants := map[string]uint64{}
	known := map[string]reader{"rule": t.text(&name), "label": t.text(label)}
	for _, c := range rule.Constants() {
		known[c.Name] = func(n *yaml.Node, path string) {
			var v uint64
			t.number(&v, 1, 1<<64-1)(n, path)
			constants[c.Name] = v
		}
	}
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i].Value; known[key] == nil && isBare(n.Content[i+1]) {
			known[key] = func(*yaml.Node, string) {} // part of the name
		}
	}
	t.fields(n, path+".", known)
	if t.err != nil {
		return rule, nil
	}
	return rule.With(constants)
}

func (t *tree) axis(p *plan, n *yaml.Node, path string) {
	var a axis
	t.fields(n, path+".", map[string]reader{
		"key": t.text(&a.path),
		"values": t.each(func(n *yaml.Node, at string) {
			var v string
			t.text(&v)(n, at)
			a.values = append(a.values, v)
		}),
	})
	if t.err == nil && (a.path == "" || len(a.values) == 0 || len(a.values) > maxValues) {
		t.fail(n, path, "needs a key and 1 to %d values", maxValues)
	}
	if strings.HasPrefix(a.path, "sweep") {
		t.fail(n, path, "cannot sweep the sweep")
	}
	if p.sweep = append(p.sweep, a); len(p.sweep) > maxAxes {
		t.fail(n, path, "a sweep has at most %d axes", maxAxes)
	}
}

func (t *tree) variant(p *plan, n *yaml.Node, path string) {
	var v variant
	t.fields(n, path+".", map[string]reader{
		"label": t.text(&v.label),
		"set": func(n *yaml.Node, path string) {
			if n.Kind != yaml.MappingNode || len(n.Content) > 2*maxChanges {
				t.fail(n, path, "not a mapping of up to %d paths to values", maxChanges)
				return
			}
			for i := 0; i < len(n.Content); i += 2 {
				v.set = append(v.set, change{n.Content[i].Value, n.Content[i+1]})
			}
		},
	})
	if t.err == nil && v.label == "" {
		t.fail(n, path, "needs a label")
	}
	if p.variants = append(p.variants, v); len(p.variants) > maxVariants {
		t.fail(n, path, "at most %d variants", maxVariants)
	}
}
