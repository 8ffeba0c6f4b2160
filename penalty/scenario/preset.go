package scenario

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// The shares of the built-in populations are assumptions of round numbers, not
// measurements: one client leads, one execution client leads, a third of the
// hosted stake is with one provider.
var (
	presetClients   = []Share{{"client-a", 420_000}, {"client-b", 320_000}, {"client-c", 180_000}, {"client-d", 80_000}}
	presetExecution = []Share{{"execution-a", 480_000}, {"execution-b", 320_000}, {"execution-c", 150_000}, {"execution-d", 50_000}}
	presetProviders = []Share{{"provider-1", 330_000}, {"provider-2", 220_000}, {"provider-3", 150_000}, {"own", 300_000}}
	presetHome      = []Share{{"provider-1", 80_000}, {"home", 920_000}}
	presetRegions   = []Share{{"region-1", 450_000}, {"region-2", 350_000}, {"region-3", 150_000}, {"region-4", 50_000}}
)

// presetShape is how a population divides its stake: millionths.
type presetShape struct {
	professionals []PPM // stake of professional-1, ...; the first is "big"
	medium        PPM   // 40 operators together
	solo          PPM   // one validator each
}

var presetShapes = map[string]presetShape{
	// one large pool, some professionals, a long tail
	"mainnet-like": {[]PPM{240_000, 100_000, 80_000, 60_000, 50_000, 40_000, 30_000, 30_000}, 300_000, 70_000},
	"solo-heavy":   {[]PPM{80_000, 60_000, 50_000, 40_000}, 270_000, 500_000},
	"one-pool":     {[]PPM{450_000, 100_000, 60_000}, 320_000, 70_000},
}

// mediumOperators is how many operators share the medium part.
const mediumOperators = 40

// Presets are the names that [Preset] knows.
func Presets() []string { return []string{"mainnet-like", "solo-heavy", "one-pool"} }

// Preset is a population of so many validators of the given balance: groups
// "big" (professional-1 to -n), "medium" (40 operators) and "small" (solo, one
// validator each). An unknown name gives [spec.ErrUnknown], fewer than 2000
// validators [spec.ErrInput].
func Preset(name string, validators uint64, balance spec.Gwei) ([]Operator, error) {
	shape, ok := presetShapes[name]
	if !ok {
		return nil, spec.Atf("population.preset", -1, spec.ErrUnknown, "%q (one of %v)", name, Presets())
	}
	if validators < 2000 || validators > MaxValidators {
		return nil, spec.Atf("population.validators", -1, spec.ErrInput, "%d, not between 2000 and %d", validators, MaxValidators)
	}
	part := func(p PPM) uint64 { return validators * uint64(p) / uint64(Whole) }
	var ops []Operator
	for i, p := range shape.professionals {
		n := part(p)
		ops = append(ops, Operator{
			Name: fmt.Sprintf("professional-%d", i+1), Group: "big", Count: 1, Validators: n, Balance: balance,
			Sites: min(4, n), Machines: max(1, n/(4*500)),
			Clients: presetClients, Execution: presetExecution, Providers: presetProviders, Regions: presetRegions,
		})
	}
	each := part(shape.medium) / mediumOperators
	ops = append(ops, Operator{
		Name: "medium", Group: "medium", Count: mediumOperators, Validators: each, Balance: balance,
		Sites: min(2, each), Machines: max(1, each/(2*500)),
		Clients: presetClients, Execution: presetExecution, Providers: presetProviders, Regions: presetRegions,
	}, Operator{
		Name: "solo", Group: "small", Count: part(shape.solo), Validators: 1, Balance: balance, Sites: 1, Machines: 1,
		Clients: presetClients, Execution: presetExecution, Providers: presetHome, Regions: presetRegions,
	})
	return ops, nil
}
