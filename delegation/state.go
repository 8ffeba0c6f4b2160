package delegation

import "github.com/stakesim/stakesim/spec"

// State is everything a [Ledger] knows, as plain data: integers, booleans and
// slices of fixed structs sorted by ascending ID. Absence is a boolean, never a
// magic id; fields that a false boolean makes meaningless are zero. Ids come from
// one counter that starts at 0.
type State struct {
	Config        Config
	Epoch         spec.Epoch
	SnapshotEpoch spec.Epoch // of the last weight snapshot
	NextID        uint64

	Operators   []Operator
	Lots        []Lot
	Unbondings  []Unbonding
	Lights      []LightPosition
	Accounts    []Account
	Evidence    []Evidence
	Uncollected []Uncollected

	Genesis     spec.Gwei // brought in from outside
	Minted      spec.Gwei // rewards
	Burned      spec.Gwei // slashed, out of circulation
	Treasury    spec.Gwei // slashed, kept
	LiquidTotal spec.Gwei // value of all tokenised lots: sum over pools of the floor
}

// RewardIndex spreads rewards over weight without touching its holders.
type RewardIndex struct {
	Weight  spec.Gwei // that earns now
	Index   uint64    // reward per Gwei of weight since the start, Q32
	Carry   uint64    // remainder of the last division, in Gwei / 2^32
	Reserve spec.Gwei // received and not yet paid
}

// ExitStage is how far an operator has come on its way out.
type ExitStage uint8

// The stages, in order; after the last the record goes as soon as nothing
// refers to it.
const (
	Active      ExitStage = iota
	Announced             // no new stake; delegators leave
	PoolClosed            // every lot has been unbonded
	BondLeaving           // the bond is in the unbonding queue, rewards stop
)

// Operator is the record of one operator: bond, heavy pool and light pool.
type Operator struct {
	ID    uint64
	Owner uint64 // account
	Bond  spec.Gwei

	PoolTokens   spec.Gwei
	PoolShares   uint64
	LiquidShares uint64 // of tokenised lots

	Light        RewardIndex // Weight is the principal that earns
	LightPending spec.Gwei   // principal that earns from the next epoch
	Pointers     RewardIndex // Weight is duty weight of lots and wallets, not principal

	Commission             Parts
	CommissionPending      bool
	PendingCommission      Parts
	PendingCommissionEpoch spec.Epoch
	CostPerEpoch           spec.Gwei // declared; read by the Cardano reward

	Jailed      bool
	JailedUntil spec.Epoch
	Tombstoned  bool
	Exit        ExitStage
	ExitEpoch   spec.Epoch // of the announcement
}

// Lien is the liability of a redelegated lot for the operator that it left.
type Lien struct {
	Set     bool
	ID      uint64     // of the first lot that carried it
	Source  uint64     // operator
	Initial spec.Gwei  // this piece's part of what was moved
	Start   spec.Epoch // of the redelegation
	End     spec.Epoch // first epoch without liability
}

// Pointer directs weight to an operator's light duty.
type Pointer struct {
	Set      bool
	Operator uint64
	Weight   spec.Gwei // at the last snapshot
	Index    uint64    // of the operator's stream at the last settlement, Q32
}

// Lot is a lot of shares in an operator's heavy pool.
type Lot struct {
	ID        uint64
	Owner     uint64 // account
	Operator  uint64
	Shares    uint64
	Pointer   Pointer
	Lien      Lien
	Locked    bool // the operator's own, redeemed at exit only
	Tokenised bool
}

// Unbonding is an amount on its way out. It earns nothing and pays only for
// infractions at or before its start.
type Unbonding struct {
	ID       uint64
	Owner    uint64 // account
	Operator uint64
	Initial  spec.Gwei
	Balance  spec.Gwei  // what slashes have left
	Start    spec.Epoch // when it was queued
	Complete spec.Epoch // when it is paid; no longer liable from then on
	Lien     Lien
	Bond     bool // comes from the operator's bond
}

// LightPosition is the principal of one owner with one operator. The rebasing
// LightETH balance is a view of it: [LightETHBalance].
type LightPosition struct {
	ID        uint64
	Owner     uint64 // account
	Operator  uint64
	Principal spec.Gwei // that earns
	Pending   spec.Gwei // that earns from the next epoch
	Index     uint64    // of the operator's stream at the last settlement, Q32
	Accrued   spec.Gwei // settled and not yet paid
}

// Account is a free balance, and its pointer for in-wallet weight: what counts
// is min(Pointer.Weight, Free).
type Account struct {
	ID      uint64
	Free    spec.Gwei
	Pointer Pointer
}

// Evidence of an infraction that has been filed and not yet processed.
type Evidence struct {
	ID       uint64
	Operator uint64
	Epoch    spec.Epoch // of the infraction
}

// Uncollected is what the caps left of a slash.
type Uncollected struct {
	ID       uint64 // of the slash
	Operator uint64
	Epoch    spec.Epoch // of the infraction
	Amount   spec.Gwei
}

// Price is the price of a share, Tokens/Shares, undefined when Shares is 0.
type Price struct {
	Tokens spec.Gwei
	Shares uint64
}

// Principal is all light principal with the operator, earning or not; 0 for nil.
func (o *Operator) Principal() spec.Gwei {
	if o == nil {
		return 0
	}
	return addSat(o.Light.Weight, o.LightPending)
}

// Price is the price of a share of the heavy pool; that of an empty pool for nil.
func (o *Operator) Price() Price {
	if o == nil {
		return Price{}
	}
	return Price{o.PoolTokens, o.PoolShares}
}

// Total is the whole principal of the position, earning or not; 0 for nil.
func (p *LightPosition) Total() spec.Gwei {
	if p == nil {
		return 0
	}
	return addSat(p.Principal, p.Pending)
}
