package delegation

import "github.com/stakesim/stakesim/spec"

// The ids of a ledger's rows come from one counter that starts at 0, so that no two
// rows share one and every id is valid, 0 too. The ids of slashes are the caller's.
type (
	AccountID   uint64 // names an [Account]
	OperatorID  uint64 // names an [Operator]
	LotID       uint64 // names a [Lot]
	UnbondingID uint64 // names an [Unbonding]
	PositionID  uint64 // names a [LightPosition]
	EvidenceID  uint64 // names an [Evidence]
	SlashID     uint64 // names a [Slash], and what it left uncollected
)

// State is everything that a [Ledger] knows, as plain data: integers, booleans and
// slices of fixed structs, sorted by ascending id. Absence is a boolean, never a
// magic id; fields that a false boolean makes meaningless are zero.
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
	LiquidTotal spec.Gwei // value of all tokenised lots: the sum over pools, each floored
}

// ExitStage is how far an operator has come on its way out.
type ExitStage uint8

// The stages, in order. After the last one the record is removed as soon as nothing
// refers to it.
const (
	Active      ExitStage = iota
	Announced             // no new stake is taken; delegators leave
	PoolClosed            // every lot has been unbonded
	BondLeaving           // the bond is in the unbonding queue, rewards have stopped
)

// Operator is the record of one operator: bond, heavy pool and light pool.
type Operator struct {
	ID    OperatorID
	Owner AccountID
	Bond  spec.Gwei

	PoolTokens   spec.Gwei
	PoolShares   uint64
	LiquidShares uint64 // of tokenised lots

	Light        RewardIndex // its weight is the light principal that earns
	LightPending spec.Gwei   // light principal that earns from the next epoch
	Pointers     RewardIndex // its weight is the duty weight of lots and wallets, which is no principal

	Commission             Parts
	CommissionPending      bool
	PendingCommission      Parts
	PendingCommissionEpoch spec.Epoch
	CostPerEpoch           spec.Gwei // declared; for the Cardano reward

	Jailed      bool
	JailedUntil spec.Epoch
	Tombstoned  bool
	Exit        ExitStage
	ExitEpoch   spec.Epoch // of the announcement
}

// Principal is all light principal with the operator, whether it earns or not; 0 for
// nil.
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

// Lien is the liability of a redelegated lot for the operator that it left.
type Lien struct {
	Set     bool
	ID      LotID      // the first lot that carried it
	Source  OperatorID // the operator that it left
	Initial spec.Gwei  // this piece's part of what was moved
	Start   spec.Epoch // of the redelegation
	End     spec.Epoch // first epoch without liability
}

// Pointer lends weight to an operator's light duty.
type Pointer struct {
	Set      bool
	Operator OperatorID
	Weight   spec.Gwei // at the last snapshot
	Index    uint64    // the operator's reward index at the last settlement
}

// Lot is a lot of shares in an operator's heavy pool.
type Lot struct {
	ID        LotID
	Owner     AccountID
	Operator  OperatorID
	Shares    uint64
	Pointer   Pointer
	Lien      Lien
	Locked    bool // belongs to the operator and is redeemed at its exit only
	Tokenised bool
}

// Unbonding is an entry of the unbonding queue: an amount on its way out. It earns
// nothing and answers only for infractions at or before its start.
type Unbonding struct {
	ID       UnbondingID
	Owner    AccountID
	Operator OperatorID
	Initial  spec.Gwei
	Balance  spec.Gwei  // what slashes have left of it
	Start    spec.Epoch // when it was queued
	Complete spec.Epoch // when it is paid; from then on it is not liable
	Lien     Lien
	Bond     bool // it comes from the operator's bond
}

// LightPosition is the light principal of one owner with one operator. The rebasing
// LightETH balance is a view of it: [LightETHBalance].
type LightPosition struct {
	ID        PositionID
	Owner     AccountID
	Operator  OperatorID
	Principal spec.Gwei // that earns
	Pending   spec.Gwei // that earns from the next epoch
	Index     uint64    // the operator's reward index at the last settlement
	Accrued   spec.Gwei // settled and not yet paid
}

// Total is the whole principal of the position, whether it earns or not; 0 for nil.
func (p *LightPosition) Total() spec.Gwei {
	if p == nil {
		return 0
	}
	return addSat(p.Principal, p.Pending)
}

// Account is a free balance, and the pointer that lends its weight: what counts is
// min(Pointer.Weight, Free).
type Account struct {
	ID      AccountID
	Free    spec.Gwei
	Pointer Pointer
}

// counted is the weight of an account's pointer.
func (a *Account) counted() spec.Gwei { return min(a.Free, a.Pointer.Weight) }

// Evidence is evidence of an infraction that has been filed and not yet answered.
type Evidence struct {
	ID       EvidenceID
	Operator OperatorID
	Epoch    spec.Epoch // of the infraction
}

// Uncollected is what the pots lacked for a slash.
type Uncollected struct {
	ID       SlashID
	Operator OperatorID
	Epoch    spec.Epoch // of the infraction
	Amount   spec.Gwei
}

// checkOrder says whether every slice of the state is strictly ascending by id.
func (s *State) checkOrder() error {
	for _, bad := range []struct {
		list string
		row  int
	}{
		{"operators", unordered(s.Operators, func(r *Operator) OperatorID { return r.ID })},
		{"lots", unordered(s.Lots, func(r *Lot) LotID { return r.ID })},
		{"unbondings", unordered(s.Unbondings, func(r *Unbonding) UnbondingID { return r.ID })},
		{"lights", unordered(s.Lights, func(r *LightPosition) PositionID { return r.ID })},
		{"accounts", unordered(s.Accounts, func(r *Account) AccountID { return r.ID })},
		{"evidence", unordered(s.Evidence, func(r *Evidence) EvidenceID { return r.ID })},
		{"uncollected", unordered(s.Uncollected, func(r *Uncollected) SlashID { return r.ID })},
	} {
		if bad.row > 0 {
			return spec.Atf(bad.list, bad.row, spec.ErrInput, "ids do not ascend")
		}
	}
	return nil
}

// unordered returns the first row whose id is not above the one before, or 0.
func unordered[T any, ID ~uint64](rows []T, id func(*T) ID) int {
	for i := 1; i < len(rows); i++ {
		if id(&rows[i-1]) >= id(&rows[i]) {
			return i
		}
	}
	return 0
}
