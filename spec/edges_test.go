package spec_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"About": about, "Aboutf": aboutf, "Kind": kind, "ValueError.Error": (*spec.ValueError).Error, "ValueError.Unwrap": func(e *spec.ValueError) { _ = e.Unwrap() },
			"As": spec.As[spec.Gwei, uint64], "At": at, "Atf": atf, "AsBytes": spec.AsBytes[spec.Flags, byte], "BaseRewardPerIncrement": spec.BaseRewardPerIncrement, "BeaconState.Clone": (*spec.BeaconState).Clone, "BeaconState.Epoch": (*spec.BeaconState).Epoch,
			"Boundary.PreviousEpoch": spec.Boundary.PreviousEpoch,
			"Committees.Assign":      (*spec.Committees).Assign, "Committees.Committee": (*spec.Committees).Committee,
			"Committees.PerSlot": (*spec.Committees).PerSlot, "Committees.Slot": (*spec.Committees).Slot,
			"Committees.SlotOffsets": (*spec.Committees).SlotOffsets, "Committees.Slots": (*spec.Committees).Slots,
			"CommitteesPerSlot": spec.CommitteesPerSlot, "Conduct.Participates": spec.Conduct.Participates,
			"ConductOf": spec.ConductOf, "Conducts.Has": spec.Conducts.Has, "DomainSeed": spec.DomainSeed,
			"FieldError.Error": (*spec.FieldError).Error, "FieldError.Unwrap": func(e *spec.FieldError) { _ = e.Unwrap() },
			"EmptyNetwork": spec.EmptyNetwork, "ForkVersion.String": spec.ForkVersion.String, "InPreset": spec.InPreset,
			"Network.Constant": (*spec.Network).Constant, "Network.Constants": constants, "Network.ForkEpoch": (*spec.Network).ForkEpoch,
			"Network.ForkOf": (*spec.Network).ForkOf, "Network.ForkVersion": (*spec.Network).ForkVersion,
			"Network.HasVersions": (*spec.Network).HasVersions, "Network.Params": (*spec.Network).Params, "Network.Set": (*spec.Network).Set,
			"NetworkNamed": spec.NetworkNamed, "NetworkNames": spec.NetworkNames, "NetworkOf": spec.NetworkOf,
			"NewNetwork": spec.NewNetwork, "ParseForkVersion": spec.ParseForkVersion,
			"Flag.In": spec.Flag.In, "Flag.String": spec.Flag.String, "Flag.Weight": spec.Flag.Weight,
			"Fork.String": spec.Fork.String, "Forks": spec.Forks, "Nearest": spec.Nearest, "NewRegistry": newRegistry,
			"ObsOfOffline": spec.ObsOfOffline, "Params.EffectiveBalanceCap": (*spec.Params).EffectiveBalanceCap,
			"Params.Validate": (*spec.Params).Validate, "ParamsFor": spec.ParamsFor, "ParseFork": spec.ParseFork,
			"ParsePreset": spec.ParsePreset, "Participated": spec.Participated, "Preset.String": spec.Preset.String,
			"Registry.ActiveIndices": (*spec.Registry).ActiveIndices, "Registry.Clone": (*spec.Registry).Clone,
			"Registry.IsActive": (*spec.Registry).IsActive, "Registry.IsEligible": (*spec.Registry).IsEligible,
			"Registry.Len": (*spec.Registry).Len, "Registry.Validate": (*spec.Registry).Validate, "Registry.ValidateColumns": (*spec.Registry).ValidateColumns,
			"Seed": spec.Seed, "SeedMixIndex": spec.SeedMixIndex, "ShuffledIndex": spec.ShuffledIndex,
			"Shuffler.Shuffle": (*spec.Shuffler).Shuffle, "Summarize": spec.Summarize, "SummarizeStep": spec.SummarizeStep, "Summary.Finalize": (*spec.Summary).Finalize, "Summary.Len": (*spec.Summary).Len,
			"Tally.Add": (*spec.Tally).Add, "Tally.Balance": (*spec.Tally).Balance, "Tally.Count": (*spec.Tally).Count,
			"UnknownName": spec.UnknownName,
		},
		Samples: []any{sampleParams, sampleRegistry, sampleCommittees},
	}
	edges.Test(t)
}

// constants goes through all of them.
func constants(n *spec.Network) {
	for range n.Constants() {
	}
}

// about, aboutf and kind leave out the errors that they are given, which have any kind.
func about(field string, value spec.Gwei, err error) { _ = spec.About(field, value, err).Error() }
func aboutf(field string, value spec.Gwei, kind error, format string, args []any) {
	_ = spec.Aboutf(field, value, kind, format, args...).Error()
}
func kind(text string, wider error) { _ = spec.Kind(text, wider).Error() }

// at and atf leave out the errors that they are given, which have any kind.
func at(field string, row int, err error) { _ = spec.At(field, row, err).Error() }
func atf(field string, row int, kind error, format string, args []any) {
	_ = spec.Atf(field, row, kind, format, args...).Error()
}

// newRegistry leaves out the largest number that is allocated for, which takes more
// than a test should.
func newRegistry(n int) {
	if n != spec.MaxValidators {
		spec.NewRegistry(n)
	}
}

func sampleParams(rng *rand.Rand) *spec.Params {
	p, err := spec.ParamsFor(spec.Preset(rng.IntN(2)), spec.Fork(rng.IntN(9)))
	if err != nil {
		panic(err)
	}
	return &p
}

// sampleRegistry is one in use, half the time with a column of another length.
func sampleRegistry(rng *rand.Rand) *spec.Registry {
	r := spec.NewRegistry(rng.IntN(5))
	for i := range r.Len() {
		r.EffectiveBalance[i], r.SlotOffset[i] = 32*spec.ETH, uint8(rng.IntN(8))
	}
	if rng.IntN(2) == 0 {
		return r
	}
	n := rng.IntN(4)
	switch rng.IntN(12) {
	case 0:
		r.EffectiveBalance = r.EffectiveBalance[:min(n, r.Len())]
	case 1:
		r.Balance = make([]spec.Gwei, n)
	case 2:
		r.Slashed = make([]bool, n)
	case 3:
		r.Compounding = make([]bool, n)
	case 4:
		r.ActivationEpoch = make([]spec.Epoch, n)
	case 5:
		r.ExitEpoch = nil
	case 6:
		r.WithdrawableEpoch = make([]spec.Epoch, n)
	case 7:
		r.PreviousFlags = nil
	case 8:
		r.CurrentFlags = make([]spec.Flags, n)
	case 9:
		r.InactivityScore = make([]uint64, n)
	case 10:
		r.SlotOffset = make([]uint8, n)
	case 11:
		r.FailedBefore = make([]bool, n)
	}
	return r
}

func sampleCommittees(rng *rand.Rand) *spec.Committees {
	c := new(spec.Committees)
	_ = c.Assign(sampleParams(rng), []spec.ValidatorIndex{1, 5, 6}, [32]byte{}, 1)
	return c
}
