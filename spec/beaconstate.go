package spec

// PublicKey is a compressed BLS public key.
type PublicKey [48]byte

// Signature is a compressed BLS signature.
type Signature [96]byte

// Root is the root of a hash tree.
type Root [32]byte

// BeaconState is what an epoch transition reads and writes of a state: the
// registry in columns, everything else as the specification names it. A field
// that the fork does not have is empty. The caller owns the memory; slices must
// not overlap.
type BeaconState struct {
	Slot     Slot
	Registry *Registry // with ActivationEligibilityEpoch

	PublicKeys            []PublicKey // one per validator
	WithdrawalCredentials []Root      // one per validator

	BlockRoots, StateRoots []Root              // SLOTS_PER_HISTORICAL_ROOT each
	HistoricalRoots        []Root              // altair and bellatrix
	HistoricalSummaries    []HistoricalSummary // from capella on
	Eth1DataVotes          []Eth1Data
	Eth1DepositIndex       uint64
	RandaoMixes            []Root // EPOCHS_PER_HISTORICAL_VECTOR
	Slashings              []Gwei // EPOCHS_PER_SLASHINGS_VECTOR

	Finality Finality

	CurrentSyncCommittee, NextSyncCommittee SyncCommittee

	// From electra on.
	DepositRequestsStartIndex uint64
	DepositBalanceToConsume   Gwei
	Exits, Consolidations     ExitQueue
	PendingDeposits           []PendingDeposit
	PendingConsolidations     []PendingConsolidation

	ProposerLookahead []ValidatorIndex // from fulu on, two epochs of slots

	// From gloas on.
	BuilderPendingPayments    []BuilderPendingPayment // two epochs of slots
	BuilderPendingWithdrawals []BuilderPendingWithdrawal
	PTCWindow                 []ValidatorIndex // three epochs of slots of PTC_SIZE

	SmoothedOfflineBalance Gwei // eip7716
}

// Checkpoint is an epoch and the root of the block at its start.
type Checkpoint struct {
	Epoch Epoch
	Root  Root
}

// Finality is what justification and finalization move.
type Finality struct {
	Bits                                uint8 // JUSTIFICATION_BITS; bit 0 is the newest epoch
	PreviousJustified, CurrentJustified Checkpoint
	Finalized                           Checkpoint
}

// HistoricalSummary is the roots of one period of block roots and state roots.
type HistoricalSummary struct{ BlockSummary, StateSummary Root }

// Eth1Data is a vote on the deposit contract, which nothing here looks into.
type Eth1Data [72]byte

// SyncCommittee is the public keys of SYNC_COMMITTEE_SIZE members, in which one
// may stand more than once, and their sum.
type SyncCommittee struct {
	PublicKeys []PublicKey
	Aggregate  PublicKey
}

// ExitQueue is a churn of effective balance from electra on: what is left of the
// earliest epoch that still takes some.
type ExitQueue struct {
	BalanceToConsume Gwei
	EarliestEpoch    Epoch
}

// PendingDeposit is a deposit that waits for its balance to be credited.
type PendingDeposit struct {
	PublicKey             PublicKey
	WithdrawalCredentials Root
	Amount                Gwei
	Signature             Signature
	Slot                  Slot
}

// PendingConsolidation moves a validator's balance to another when it can be
// withdrawn.
type PendingConsolidation struct{ Source, Target ValidatorIndex }

// BuilderPendingPayment is what a builder owes when enough of a slot's stake
// attests.
type BuilderPendingPayment struct {
	Weight     Gwei
	Withdrawal BuilderPendingWithdrawal
	Proposer   ValidatorIndex
}

// BuilderPendingWithdrawal is a builder's payment on its way.
type BuilderPendingWithdrawal struct {
	FeeRecipient [20]byte
	Amount       Gwei
	Builder      uint64 // builder index
}

// Epoch is the epoch of the state's slot; zero without a state or constants.
func (s *BeaconState) Epoch(p *Params) Epoch {
	if s == nil || p == nil {
		return 0
	}
	return Epoch(uint64(s.Slot) / max(p.SlotsPerEpoch, 1))
}

// Clone copies everything, so that the copy shares no memory with s; nil of nil.
func (s *BeaconState) Clone() *BeaconState {
	if s == nil {
		return nil
	}
	c := *s
	if s.Registry != nil {
		c.Registry = s.Registry.Clone()
	}
	c.PublicKeys, c.WithdrawalCredentials = clone(s.PublicKeys), clone(s.WithdrawalCredentials)
	c.BlockRoots, c.StateRoots = clone(s.BlockRoots), clone(s.StateRoots)
	c.HistoricalRoots, c.HistoricalSummaries = clone(s.HistoricalRoots), clone(s.HistoricalSummaries)
	c.Eth1DataVotes, c.RandaoMixes, c.Slashings = clone(s.Eth1DataVotes), clone(s.RandaoMixes), clone(s.Slashings)
	c.CurrentSyncCommittee.PublicKeys = clone(s.CurrentSyncCommittee.PublicKeys)
	c.NextSyncCommittee.PublicKeys = clone(s.NextSyncCommittee.PublicKeys)
	c.PendingDeposits, c.PendingConsolidations = clone(s.PendingDeposits), clone(s.PendingConsolidations)
	c.ProposerLookahead, c.PTCWindow = clone(s.ProposerLookahead), clone(s.PTCWindow)
	c.BuilderPendingPayments = clone(s.BuilderPendingPayments)
	c.BuilderPendingWithdrawals = clone(s.BuilderPendingWithdrawals)
	return &c
}
