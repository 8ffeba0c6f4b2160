package container

//go:generate go tool -modfile=../../../.ci/tools.mod sszgen --path=ledger.go --objs=Ledger,LedgerConfig,LedgerOperator,LedgerRewardIndex,LedgerLot,LedgerPointer,LedgerLien,LedgerUnbonding,LedgerLightPosition,LedgerAccount,LedgerEvidence,LedgerUncollected --output=ledger_encoding.go

// Ledger is the whole state of a delegation ledger, its configuration included.
// Every list is sorted by ascending id. Amounts are Gwei, fractions are in parts
// of 10^9, indexes in 1/2^32 Gwei per Gwei of weight; a cap of 2^64-1 is off.
// Where a boolean says that something is absent, its other fields are zero.
//
// A list holds at most 2^40 rows, the limit of a validator registry.
type Ledger struct {
	Config        *LedgerConfig
	Epoch         uint64
	SnapshotEpoch uint64
	NextID        uint64

	Operators   []*LedgerOperator      `ssz-max:"1099511627776"`
	Lots        []*LedgerLot           `ssz-max:"1099511627776"`
	Unbondings  []*LedgerUnbonding     `ssz-max:"1099511627776"`
	Lights      []*LedgerLightPosition `ssz-max:"1099511627776"`
	Accounts    []*LedgerAccount       `ssz-max:"1099511627776"`
	Evidence    []*LedgerEvidence      `ssz-max:"1099511627776"`
	Uncollected []*LedgerUncollected   `ssz-max:"1099511627776"`

	Genesis     uint64
	Minted      uint64
	Burned      uint64
	Treasury    uint64
	LiquidTotal uint64
}

// LedgerConfig holds the parameters of a ledger.
type LedgerConfig struct {
	UnbondingEpochs     uint64
	LeverageCap         uint64
	LeverageMode        uint8 // 0 reject, 1 clip
	MinBond             uint64
	MinDelegation       uint64
	MinLockedShares     uint64
	ShareRateCap        uint64
	MaxUnbondingEntries uint64
	CommissionMax       uint64
	CommissionDelay     uint64
	LiquidCap           uint64
	LiquidOperatorCap   uint64
	LiquidBondFactor    uint64
	JailTerm            uint64
	SlashedToTreasury   bool
	SaturationK         uint64
	SaturationA0        uint64
}

// LedgerOperator is an operator's bond, heavy pool and light pool.
type LedgerOperator struct {
	ID                     uint64
	Owner                  uint64
	Bond                   uint64
	PoolTokens             uint64
	PoolShares             uint64
	LiquidShares           uint64
	Light                  *LedgerRewardIndex
	LightPending           uint64
	Pointers               *LedgerRewardIndex
	Commission             uint64
	CommissionPending      bool
	PendingCommission      uint64
	PendingCommissionEpoch uint64
	CostPerEpoch           uint64
	Jailed                 bool
	JailedUntil            uint64
	Tombstoned             bool
	Exit                   uint8 // 0 active, 1 announced, 2 pool closed, 3 bond leaving
	ExitEpoch              uint64
}

// LedgerRewardIndex spreads rewards over weight.
type LedgerRewardIndex struct {
	Weight  uint64
	Index   uint64
	Carry   uint64 // Gwei / 2^32
	Reserve uint64
}

// LedgerLot is a lot of shares in a heavy pool.
type LedgerLot struct {
	ID        uint64
	Owner     uint64
	Operator  uint64
	Shares    uint64
	Pointer   *LedgerPointer
	Lien      *LedgerLien
	Locked    bool
	Tokenised bool
}

// LedgerPointer directs weight to an operator's light duty.
type LedgerPointer struct {
	Set      bool
	Operator uint64
	Weight   uint64
	Index    uint64
}

// LedgerLien is what a redelegated lot still answers for.
type LedgerLien struct {
	Set     bool
	ID      uint64
	Source  uint64
	Initial uint64
	Start   uint64
	End     uint64
}

// LedgerUnbonding is an amount on its way out.
type LedgerUnbonding struct {
	ID       uint64
	Owner    uint64
	Operator uint64
	Initial  uint64
	Balance  uint64
	Start    uint64
	Complete uint64
	Lien     *LedgerLien
	Bond     bool
}

// LedgerLightPosition is the principal of one owner with one operator.
type LedgerLightPosition struct {
	ID        uint64
	Owner     uint64
	Operator  uint64
	Principal uint64
	Pending   uint64
	Index     uint64
	Accrued   uint64
}

// LedgerAccount is a free balance.
type LedgerAccount struct {
	ID      uint64
	Free    uint64
	Pointer *LedgerPointer
}

// LedgerEvidence is an accusation that is pending.
type LedgerEvidence struct {
	ID       uint64
	Operator uint64
	Epoch    uint64
}

// LedgerUncollected is what the caps left of a slash.
type LedgerUncollected struct {
	ID       uint64
	Operator uint64
	Epoch    uint64
	Amount   uint64
}
