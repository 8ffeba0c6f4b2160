package delegation

import (
	"errors"

	"github.com/stakesim/stakesim/spec"
)

// Why an operation is refused. Every error of this package wraps one of these,
// [spec.ErrInput] or [spec.ErrOverflow], inside a [spec.ValueError] that names the
// value that it is about; test for them with errors.Is. Package rainbow refuses with
// the same values where it means the same.
var (
	// ErrUnknownID marks an id that names nothing of the kind asked for. It is a
	// [spec.ErrUnknown].
	ErrUnknownID = spec.Kind("unknown id", spec.ErrUnknown)
	// ErrAmount marks an amount of zero, two amounts where one is meant, or more
	// than there is. It is a [spec.ErrInput].
	ErrAmount = spec.Kind("invalid amount", spec.ErrInput)
	// ErrSelf marks a move from an operator or account to itself. It is a
	// [spec.ErrInput].
	ErrSelf = spec.Kind("source and target are the same", spec.ErrInput)
	// ErrDuplicate marks an id that is used twice. It is a [spec.ErrInput].
	ErrDuplicate = spec.Kind("duplicate id", spec.ErrInput)
	// ErrOwner marks an operation on something that belongs to another owner.
	ErrOwner = errors.New("not the owner")
	// ErrFunds marks a payment above the free balance of its account.
	ErrFunds = errors.New("insufficient free balance")
	// ErrMinimum marks an amount, or what would be left of it, below the minimum
	// delegation or the minimum bond.
	ErrMinimum = errors.New("below the minimum")
	// ErrZeroShares marks a deposit that is too small for one share.
	ErrZeroShares = errors.New("deposit buys no share")
	// ErrShareRate marks a pool with so many shares per Gwei that it mints no more.
	ErrShareRate = errors.New("above the cap on shares per token")
	// ErrLeverage marks stake that would take an operator above the leverage cap.
	ErrLeverage = errors.New("above the leverage cap")
	// ErrLiquidCap marks a tokenisation above one of the three liquid caps.
	ErrLiquidCap = errors.New("above the liquid cap")
	// ErrEntryLimit marks an unbonding beyond the number of entries that one owner may
	// have with one operator.
	ErrEntryLimit = errors.New("too many unbonding entries")
	// ErrLiened marks a lot that still answers for another operator.
	ErrLiened = errors.New("lot carries a lien")
	// ErrLocked marks the operator's locked shares.
	ErrLocked = errors.New("lot is locked")
	// ErrTokenised marks a tokenised lot where a plain one is needed.
	ErrTokenised = errors.New("lot is tokenised")
	// ErrNotTokenised marks a plain lot where a tokenised one is needed.
	ErrNotTokenised = errors.New("lot is not tokenised")
	// ErrJailed marks an operator in jail, or one that has no reason to leave it.
	ErrJailed = errors.New("jail")
	// ErrTombstoned marks an operator that is barred for ever.
	ErrTombstoned = errors.New("operator is tombstoned")
	// ErrExiting marks an operator that has announced its exit.
	ErrExiting = errors.New("operator is exiting")
	// ErrStage marks an exit step before its time, or a step of the epoch that has
	// been taken already.
	ErrStage = errors.New("not yet, or no longer")
	// ErrCommission marks a commission above the maximum.
	ErrCommission = errors.New("above the commission maximum")
	// ErrEpoch marks an epoch in the future, or one that is too old.
	ErrEpoch = errors.New("epoch out of range")
	// ErrBound marks what would take the ledger above 2^57 Gwei, or beyond its last
	// epoch or id.
	ErrBound = errors.New("above the bound of the ledger")
	// ErrNothing marks a claim with nothing to pay.
	ErrNothing = errors.New("nothing to pay")
	// ErrInvariant marks a broken ledger: see [CheckInvariants].
	ErrInvariant = errors.New("invariant broken")
)
