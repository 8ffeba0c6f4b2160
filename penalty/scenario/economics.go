package scenario

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// The calendar of the figures.
const (
	EpochsPerDay  = 225
	SlotsPerEpoch = 32
	// Validator is the stake that losses are stated for.
	Validator = 32 * spec.ETH
)

// maxStake bounds the stake in Gwei, more than twice all ether, so that a
// thousand times a slot's part of it fits 64 bits.
const maxStake = spec.Gwei(1 << 58)

// DaysPerYear is the length of a year in days.
const DaysPerYear = 365.25

// Economics says how much is staked and what ether is worth.
type Economics struct {
	TotalActive spec.Gwei // total active balance, from which base rewards follow
	PriceUSD    float64   // dollars per ether; 0 leaves dollars out
	// ExecutionPercent is income from execution in hundredths of that from
	// consensus.
	ExecutionPercent uint64
}

// DefaultEconomics has the constants of the published cost tables of 2026: 40.7
// million ether staked, $1840, execution income a fifth and a bit.
var DefaultEconomics = Economics{TotalActive: 40_700_000 * spec.ETH, PriceUSD: 1840, ExecutionPercent: 21}

// EpochValues is what one epoch is worth to one validator, in Gwei.
type EpochValues struct {
	BaseReward spec.Gwei
	Ideal      spec.Gwei // attestation reward when everybody attests
	Source     spec.Gwei // source penalty at factor one
	Target     spec.Gwei // target penalty at factor one
	// FullIncome is base reward and execution income in hundredths of a Gwei.
	FullIncome uint64
}

// Epoch returns what an epoch is worth to a validator of the given effective
// balance (altair get_base_reward and get_flag_index_deltas, consensus-specs
// a08d8a6). No stake, and more than 2^58 Gwei, give
// [spec.ErrInput], a product above 64 bits
// [spec.ErrOverflow].
func (e Economics) Epoch(effectiveBalance spec.Gwei) (EpochValues, error) {
	if e.TotalActive < spec.EffectiveBalanceIncrement || e.TotalActive > maxStake {
		return EpochValues{}, spec.Atf("total_active", -1, spec.ErrInput, "%d Gwei, not 1 ETH to %d Gwei", e.TotalActive, maxStake)
	}
	s := spec.Summary{BaseRewardPerIncrement: e.PerIncrement()}
	base, ok := epoch.BaseReward(effectiveBalance, &s)
	v := EpochValues{BaseReward: base}
	for flag := range spec.Flag(spec.FlagCount) {
		part, fits := penalty.One.Penalty(base, flag.Weight())
		v.Ideal += part
		ok = ok && fits
		switch flag {
		case spec.TimelySource:
			v.Source = part
		case spec.TimelyTarget:
			v.Target = part
		}
	}
	income, fits := u64.Mul(uint64(base), 100+e.ExecutionPercent)
	if v.FullIncome = income; !ok || !fits {
		return v, spec.Atf("effective_balance", -1, spec.ErrOverflow, "%d Gwei", effectiveBalance)
	}
	return v, nil
}

// PerIncrement is the base reward per increment in Gwei, floored.
func (e Economics) PerIncrement() uint64 {
	perIncrement, _ := spec.BaseRewardPerIncrement(spec.BaseRewardFactor, e.TotalActive) // 64 * 10^9 fits
	return perIncrement
}

// StatusQuo is the penalty of an epoch offline today.
func (v EpochValues) StatusQuo() spec.Gwei { return v.Source + v.Target }

// USD is an amount at the price.
func (e Economics) USD(g spec.Gwei) float64 { return float64(g) / 1e9 * e.PriceUSD }

// DaysToRecoup is how many days of full income make up a loss; 0 without
// income.
func (v EpochValues) DaysToRecoup(loss spec.Gwei) float64 {
	if v.FullIncome == 0 {
		return 0
	}
	return float64(loss) * 100 / (float64(v.FullIncome) * EpochsPerDay)
}

// ShareOfPrincipal is a loss over the stake that suffered it; 0 without stake.
func ShareOfPrincipal(loss, stake spec.Gwei) float64 {
	if stake == 0 {
		return 0
	}
	return float64(loss) / float64(stake)
}

// IssuancePerYear is what the chain pays for attestations in a year in which
// nobody misses, against which burned penalties are read: Gwei.
func (e Economics) IssuancePerYear() float64 {
	v, err := e.Epoch(Validator)
	if err != nil {
		return 0
	}
	return float64(v.Ideal) * (float64(e.TotalActive) / float64(Validator)) * EpochsPerDay * DaysPerYear
}
