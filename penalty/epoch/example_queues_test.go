package epoch_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

func ExampleProcessRegistryUpdates() {
	p, s := hamlet()
	s.Registry.EffectiveBalance[3] = 16 * spec.ETH                                                         // ejected
	s.Registry.ActivationEpoch[4], s.Registry.ActivationEligibilityEpoch[4] = spec.FarFutureEpoch, 7       // activated
	s.Registry.ActivationEpoch[5], s.Registry.ActivationEligibilityEpoch[5] = spec.FarFutureEpoch, 1<<64-1 // queued
	err := epoch.ProcessRegistryUpdates(p, s, stake)
	fmt.Println(s.Registry.ExitEpoch[3], s.Registry.ActivationEpoch[4], s.Registry.ActivationEligibilityEpoch[5], err)
	// Output: 15 15 11 <nil>
}

func ExampleInitiateExit() {
	p, s := hamlet()
	err := epoch.InitiateExit(p, s, 0, stake) // 64 ETH leave in an epoch
	fmt.Println(s.Registry.ExitEpoch[0], s.Registry.WithdrawableEpoch[0], s.Exits.BalanceToConsume, err)
	// Output: 15 271 32000000000 <nil>
}

func ExampleTakeExitChurn() {
	at, queue, err := epoch.TakeExitChurn(spec.ExitQueue{}, 100*spec.ETH, 64*spec.ETH, 15)
	fmt.Println(at, queue.BalanceToConsume, err)
	// Output: 16 28000000000 <nil>
}

func ExampleValidatorChurnLimit() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Deneb)
	fmt.Println(epoch.ValidatorChurnLimit(&p, 1_000_000))
	// Output: 15
}

func ExampleValidatorActivationChurnLimit() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Deneb)
	fmt.Println(epoch.ValidatorActivationChurnLimit(&p, 1_000_000))
	// Output: 8
}

func ExampleBalanceChurnElectra() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	c := epoch.BalanceChurnElectra(&p, 36_000_000*spec.ETH) // 36e6 / 65536 = 549.3
	fmt.Println(c.Activation/spec.ETH, c.Exit/spec.ETH, c.Consolidation/spec.ETH)
	// Output: 256 256 293
}

func ExampleBalanceChurnGloas() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Gloas)
	c := epoch.BalanceChurnGloas(&p, 36_000_000*spec.ETH) // 36e6 / 32768 = 1098.6
	fmt.Println(c.Activation/spec.ETH, c.Exit/spec.ETH, c.Consolidation/spec.ETH)
	// Output: 256 1098 549
}

func ExampleProcessPendingDeposits() {
	p, s := hamlet()
	s.PendingDeposits = []spec.PendingDeposit{
		{PublicKey: s.PublicKeys[7], Amount: spec.ETH},
		{PublicKey: spec.PublicKey{200}, Amount: 33 * spec.ETH},
	}
	trusting := func(spec.PublicKey, spec.Root, spec.Signature) bool { return true }
	err := epoch.ProcessPendingDeposits(p, s, stake, nil, trusting)
	fmt.Println(s.Registry.Balance[7], s.Registry.Len(), s.Registry.EffectiveBalance[64], err)
	// Output: 33000000000 65 32000000000 <nil>
}

func ExampleKeys_Find() {
	list := []spec.PublicKey{{1}, {2}, {1}}
	var keys epoch.Keys
	fmt.Println(keys.Find(list, spec.PublicKey{1}))
	fmt.Println(keys.Find(append(list, spec.PublicKey{3}), spec.PublicKey{3}))
	// Output:
	// 0 true
	// 3 true
}

func ExampleDepositSigningRoot() {
	p, _ := hamlet()
	other := *p
	other.GenesisForkVersion = [4]byte{9}
	d := &spec.PendingDeposit{Amount: spec.ETH}
	fmt.Println(epoch.DepositSigningRoot(p, d) == epoch.DepositSigningRoot(&other, d)) // no replay on another network
	// Output: false
}

func ExampleProcessPendingConsolidations() {
	p, s := hamlet()
	s.Registry.WithdrawableEpoch[1] = 11
	s.PendingConsolidations = []spec.PendingConsolidation{{Source: 1, Target: 2}, {Source: 3, Target: 2}}
	err := epoch.ProcessPendingConsolidations(p, s)
	fmt.Println(s.Registry.Balance[1], s.Registry.Balance[2], len(s.PendingConsolidations), err)
	// Output: 0 64000000000 1 <nil>
}

func ExampleInitiateConsolidation() {
	p, s := hamlet()
	fmt.Println(epoch.InitiateConsolidation(p, s, 1, 2, stake)) // so little stake has no churn for it
	// Output: exit_epoch[1]: churn limit: overflow of 64 bits: 32000000000 Gwei divided by zero
}

func ExampleProcessBuilderPendingPayments() {
	p, s := hamletIn(spec.Gloas)
	s.BuilderPendingPayments[0].Weight = stake / 8 * 6 / 10 // exactly the quorum
	err := epoch.ProcessBuilderPendingPayments(p, s, stake)
	fmt.Println(len(s.BuilderPendingWithdrawals), err)
	// Output: 1 <nil>
}

func ExampleProcessEth1DataReset() {
	p, s := hamlet()
	s.Slot, s.Eth1DataVotes = 11*8+7, make([]spec.Eth1Data, 3) // epoch 12 begins a voting period
	err := epoch.ProcessEth1DataReset(p, s)
	fmt.Println(len(s.Eth1DataVotes), err)
	// Output: 0 <nil>
}

func ExampleProcessSlashingsReset() {
	p, s := hamlet()
	s.Slashings[11] = 5
	err := epoch.ProcessSlashingsReset(p, s)
	fmt.Println(s.Slashings[11], err)
	// Output: 0 <nil>
}

func ExampleProcessRandaoMixesReset() {
	p, s := hamlet()
	s.RandaoMixes[10] = spec.Root{42}
	err := epoch.ProcessRandaoMixesReset(p, s)
	fmt.Println(s.RandaoMixes[11][0], err)
	// Output: 42 <nil>
}

func ExampleProcessHistoricalRootsUpdate() {
	p, s := hamlet()
	s.Slot = 15*8 + 7 // 64 slots are 8 epochs
	err := epoch.ProcessHistoricalRootsUpdate(p, s)
	fmt.Println(len(s.HistoricalRoots), err)
	// Output: 1 <nil>
}

func ExampleProcessHistoricalSummariesUpdate() {
	p, s := hamlet()
	err := epoch.ProcessHistoricalSummariesUpdate(p, s) // no period ends with epoch 10
	fmt.Println(len(s.HistoricalSummaries), err)
	// Output: 0 <nil>
}

func ExampleProcessParticipationFlagUpdates() {
	p, s := hamlet()
	s.Registry.CurrentFlags[0] = 0
	err := epoch.ProcessParticipationFlagUpdates(p, s)
	fmt.Println(s.Registry.PreviousFlags[:2], s.Registry.CurrentFlags[:2], err)
	// Output: [0 7] [0 0] <nil>
}

func ExampleProcessSyncCommitteeUpdates() {
	p, s := hamlet()
	s.Slot = 15*8 + 7 // a period ends
	fmt.Println(epoch.ProcessSyncCommitteeUpdates(p, s, nil))
	// Output: next_sync_committee: invalid input: epoch 16 needs a function that adds public keys up
}

func ExampleSyncCommitteeIndices() {
	p, s := hamlet()
	members, err := epoch.SyncCommitteeIndices(p, s, 11)
	fmt.Println(len(members), err)
	// Output: 32 <nil>
}

func ExampleProcessProposerLookahead() {
	p, s := hamlet()
	s.ProposerLookahead[8] = 33
	err := epoch.ProcessProposerLookahead(p, s)
	fmt.Println(s.ProposerLookahead[0], err)
	// Output: 33 <nil>
}

func ExampleProcessPTCWindow() {
	p, s := hamletIn(spec.Gloas)
	s.PTCWindow[p.SlotsPerEpoch*p.PTCSize] = 44
	err := epoch.ProcessPTCWindow(p, s)
	fmt.Println(s.PTCWindow[0], err)
	// Output: 44 <nil>
}
