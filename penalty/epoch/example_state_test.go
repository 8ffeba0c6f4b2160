package epoch_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

// hamlet is 64 validators of 32 ETH in the last slot of epoch 10 of the minimal
// preset, under electra's rules, all of whom attest to everything; epoch 8 is final.
func hamlet() (*spec.Params, *spec.BeaconState) { return hamletIn(spec.Electra) }

func hamletIn(fork spec.Fork) (*spec.Params, *spec.BeaconState) {
	p, err := spec.ParamsFor(spec.Minimal, fork)
	if err != nil {
		panic(err)
	}
	const n = 64
	r := spec.NewRegistry(n)
	r.ActivationEligibilityEpoch = make([]spec.Epoch, n)
	s := &spec.BeaconState{
		Slot: 10*8 + 7, Registry: r, PublicKeys: make([]spec.PublicKey, n), WithdrawalCredentials: make([]spec.Root, n),
		BlockRoots: make([]spec.Root, p.SlotsPerHistoricalRoot), StateRoots: make([]spec.Root, p.SlotsPerHistoricalRoot),
		RandaoMixes: make([]spec.Root, p.EpochsPerHistoricalVector), Slashings: make([]spec.Gwei, p.EpochsPerSlashingsVector),
		ProposerLookahead:      make([]spec.ValidatorIndex, 2*p.SlotsPerEpoch),
		BuilderPendingPayments: make([]spec.BuilderPendingPayment, 2*p.SlotsPerEpoch),
		PTCWindow:              make([]spec.ValidatorIndex, 3*p.SlotsPerEpoch*p.PTCSize),
	}
	for i := range n {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 32*spec.ETH
		r.PreviousFlags[i], r.CurrentFlags[i] = spec.AllFlags, spec.AllFlags
		s.PublicKeys[i] = spec.PublicKey{byte(i)}
	}
	s.Finality = spec.Finality{Bits: 0b1111, PreviousJustified: spec.Checkpoint{Epoch: 8}, CurrentJustified: spec.Checkpoint{Epoch: 9}, Finalized: spec.Checkpoint{Epoch: 8}}
	return &p, s
}

// stake is the active balance of the hamlet.
const stake = 64 * 32 * spec.ETH

// Stake that attests makes epochs final, and stake that does not begins a leak.
func ExampleProcessState() {
	p, s := hamlet()
	rule := penalty.StatusQuo()
	_, err := epoch.ProcessState(p, &rule, s, penalty.Memory{}, epoch.Crypto{}, epoch.Observer{})
	fmt.Println(s.Finality.Finalized.Epoch, s.Registry.Balance[0] > 32*spec.ETH, err)
	// Output: 9 true <nil>
}

func ExampleEngine_ProcessState() {
	p, s := hamlet()
	s.PendingConsolidations = []spec.PendingConsolidation{{Source: 99}}
	engine, _ := epoch.NewEngine(*p, penalty.StatusQuo(), 1)
	_, err := engine.ProcessState(s, penalty.Memory{}, epoch.Crypto{})
	fmt.Println(err)
	fmt.Println(s.Finality.Finalized.Epoch, s.Registry.Balance[0]) // as it was
	// Output:
	// pending_consolidations[0]: invalid input: source 99 of 64 validators
	// 8 32000000000
}

func ExampleEngine_Touched() {
	p, s := hamlet()
	s.Registry.EffectiveBalance[5] = 16 * spec.ETH // is ejected
	engine, _ := epoch.NewEngine(*p, penalty.StatusQuo(), 1)
	_, err := engine.ProcessState(s, penalty.Memory{}, epoch.Crypto{})
	fmt.Println(engine.Touched(), s.Registry.ExitEpoch[5], err)
	// Output: [5] 15 <nil>
}

func ExampleSteps() {
	fmt.Println(epoch.Steps(spec.Altair)[:4])
	fmt.Println(len(epoch.Steps(spec.Electra)), len(epoch.Steps(spec.EIP7716)))
	// Output:
	// [justification_and_finalization inactivity_updates rewards_and_penalties registry_updates]
	// 14 18
}

func ExampleProcessStep() {
	p, s := hamlet()
	fmt.Println(epoch.ProcessStep(p, "justification_and_finalization", s, epoch.Crypto{}), s.Finality.Finalized.Epoch)
	fmt.Println(epoch.ProcessStep(p, "inactivity_updates", s, epoch.Crypto{}))
	// Output:
	// <nil> 9
	// step: invalid input: inactivity_updates reads more than the state
}

func ExampleCheckState() {
	p, s := hamlet()
	s.RandaoMixes = s.RandaoMixes[1:]
	fmt.Println(epoch.CheckState(p, s))
	// Output: randao_mixes: invalid input: 63 where the state has 64
}

func ExampleInState() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.EIP7716)
	smoothed, quo := penalty.SmoothedE3.Rule(), penalty.StatusQuo()
	fmt.Println(epoch.InState(&p, &smoothed), epoch.InState(&p, &quo))
	// Output: true false
}

func ExampleWeighJustificationAndFinalization() {
	at := func(e spec.Epoch) spec.Checkpoint { return spec.Checkpoint{Epoch: e, Root: spec.Root{byte(e)}} }
	f := spec.Finality{Bits: 0b0001, PreviousJustified: at(8), CurrentJustified: at(9), Finalized: at(7)}
	two := epoch.Votes{PreviousTarget: 0, CurrentTarget: 2, TotalActive: 3} // exactly two thirds
	f, err := epoch.WeighJustificationAndFinalization(f, two, at(9), at(10))
	fmt.Printf("%04b %d %d %v\n", f.Bits, f.CurrentJustified.Epoch, f.Finalized.Epoch, err)
	// Output: 0011 10 9 <nil>
}

func ExampleTargetVotes() {
	_, s := hamlet()
	s.Registry.Slashed[0] = true
	s.Registry.CurrentFlags[1] = 1 << spec.TimelySource
	fmt.Println(epoch.TargetVotes(s.Registry, 10, s.Registry.CurrentFlags))
	// Output: 1984000000000 <nil>
}

func ExampleProcessJustificationAndFinalization() {
	p, s := hamlet()
	err := epoch.ProcessJustificationAndFinalization(p, s, stake)
	fmt.Println(s.Finality.CurrentJustified.Epoch, s.Finality.Finalized.Epoch, err)
	// Output: 10 9 <nil>
}

func ExampleNextInactivityScore() {
	p, _ := hamlet()
	fmt.Println(epoch.NextInactivityScore(20, false, true, p))
	fmt.Println(epoch.NextInactivityScore(20, true, false, p))
	// Output:
	// 24 true
	// 3 true
}

func ExampleInactivityPenalty() {
	p, _ := hamlet()
	fmt.Println(epoch.InactivityPenalty(32*spec.ETH, 400, p)) // 32e9 * 400 / (4 * 2^24)
	// Output: 190734 true
}

func ExampleObserveEpoch() {
	p, s := hamlet()
	rule := penalty.StatusQuo()
	var names []string
	_, err := epoch.ObserveEpoch(p, &rule, s.Registry, spec.Boundary{CurrentEpoch: 10, FinalizedEpoch: 8}, penalty.Memory{}, epoch.Observer{
		Component: func(component string, _ epoch.Deltas, _ []spec.Gwei) { names = append(names, component) },
	})
	fmt.Println(names, err)
	// Output: [source target head inactivity slashings] <nil>
}

func ExampleObserver_Silent() {
	fmt.Println(epoch.Observer{}.Silent())
	// Output: true
}

func ExampleTaken() {
	fmt.Println(epoch.Taken(5, 2, 10), epoch.Taken(5, 2, 3))
	// Output: 7 3
}

func ExampleVectorRoot() {
	root := epoch.VectorRoot(make([]spec.Root, 2)) // the hash of 64 zeros
	fmt.Printf("%x\n", root[:8])
	// Output: f5a5fd42d16a2030
}
