package scenario

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// The shares of the built-in populations are assumptions of round numbers, not
// measurements: one client leads, one execution client leads, a third of the
// hosted stake is with one provider.
var (
	presetClients   = []Share{{"client-a", 400_000}, {"client-b", 300_000}, {"client-c", 200_000}, {"client-d", 100_000}}
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

const (
	mediumOperators = 40                // share the medium part
	machineStake    = 16_000 * spec.ETH // on one machine of those who host many
)

// Presets are the names that [Preset] knows.
func Presets() []string { return []string{"mainnet-like", "solo-heavy", "one-pool"} }

// Preset is a population with so much stake: groups "big" (professional-1 to -n),
// "medium" (40 operators) and "small" (solo, one validator each), the validators
// of the first two of one balance and solo ones of another. An unknown name gives
// [spec.ErrUnknown], a stake of less than 64,000 ETH or balances outside 32 to 2048
// ETH give [spec.ErrInput].
func Preset(name string, stake, balance, solo spec.Gwei) ([]Operator, error) {
	shape, ok := presetShapes[name]
	if !ok {
		return nil, spec.Atf("population.preset", -1, spec.ErrUnknown, "%q (one of %v)", name, Presets())
	}
	if stake < 64_000*spec.ETH || stake > MaxValidators*Validator {
		return nil, spec.Atf("population.stake_eth", -1, spec.ErrInput, "%d, not between 64000 and %d",
			stake/spec.ETH, MaxValidators*Validator/spec.ETH)
	}
	for key, b := range map[string]spec.Gwei{"balance_eth": balance, "solo_balance_eth": solo} {
		if b < 32*spec.ETH || b > 2048*spec.ETH {
			return nil, spec.Atf("population."+key, -1, spec.ErrInput, "%d, not between 32 and 2048", b/spec.ETH)
		}
	}
	part := func(p PPM, each spec.Gwei) uint64 {
		return max(1, uint64(stake/spec.Gwei(Whole)*spec.Gwei(p)/each))
	}
	hosted := func(name, group string, count, n, sites uint64) Operator {
		sites = min(sites, n)
		machines := uint64(spec.Gwei(n) * balance / (spec.Gwei(sites) * machineStake))
		return Operator{
			Name: name, Group: group, Count: count, Validators: n, Balance: balance,
			Sites: sites, Machines: min(max(1, machines), n/sites),
			Clients: presetClients, Execution: presetExecution, Providers: presetProviders, Regions: presetRegions,
		}
	}
	var ops []Operator
	for i, p := range shape.professionals {
		ops = append(ops, hosted(fmt.Sprintf("professional-%d", i+1), "big", 1, part(p, balance), 4))
	}
	ops = append(ops, hosted("medium", "medium", mediumOperators, part(shape.medium/mediumOperators, balance), 2), Operator{
		Name: "solo", Group: "small", Count: part(shape.solo, solo), Validators: 1, Balance: solo, Sites: 1, Machines: 1,
		Clients: presetClients, Execution: presetExecution, Providers: presetHome, Regions: presetRegions,
	})
	return ops, nil
}
