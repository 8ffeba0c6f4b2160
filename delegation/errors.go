package delegation

import (
	"errors"
	"fmt"
)

// Why an operation is refused. Every error of this package wraps one of these,
// [spec.ErrInput] or [spec.ErrOverflow], behind the name of the field and the id
// that it concerns; test for them with errors.Is.
var (
	// ErrUnknownID marks an id that names nothing of the kind asked for.
	ErrUnknownID = errors.New("unknown id")
	// ErrOwner marks an operation on something of another owner.
	ErrOwner = errors.New("not the owner")
	// ErrAmount marks an amount of zero, two amounts where one is meant, or more
	// than is there.
	ErrAmount = errors.New("invalid amount")
	// ErrFunds marks a payment above the free balance of its account.
	ErrFunds = errors.New("insufficient free balance")
	// ErrMinimum marks an amount, or what would be left, below the minimum delegation
	// or the minimum bond.
	ErrMinimum = errors.New("below the minimum")
	// ErrZeroShares marks a deposit too small for one share.
	ErrZeroShares = errors.New("deposit buys no share")
	// ErrShareRate marks a pool with so many shares a Gwei that it mints no more.
	ErrShareRate = errors.New("above the cap on shares per token")
	// ErrLeverage marks stake that would take an operator above the leverage cap.
	ErrLeverage = errors.New("above the leverage cap")
	// ErrLiquidCap marks a tokenisation above one of the three liquid caps.
	ErrLiquidCap = errors.New("above the liquid cap")
	// ErrEntryLimit marks an unbonding beyond the entries that one owner may have
	// at one operator.
	ErrEntryLimit = errors.New("too many unbonding entries")
	// ErrSelf marks a move from an operator or account to itself.
	ErrSelf = errors.New("source and target are the same")
	// ErrLiened marks a lot that still answers for another operator.
	ErrLiened = errors.New("lot carries a lien")
	// ErrLocked marks the operator's locked shares.
	ErrLocked = errors.New("lot is locked")
	// ErrTokenised marks a tokenised lot where a plain one is needed.
	ErrTokenised = errors.New("lot is tokenised")
	// ErrNotTokenised marks a plain lot where a tokenised one is needed.
	ErrNotTokenised = errors.New("lot is not tokenised")
	// ErrJailed marks an operator in jail, or one with no reason to leave it.
	ErrJailed = errors.New("jail")
	// ErrTombstoned marks an operator that is barred for ever.
	ErrTombstoned = errors.New("operator is tombstoned")
	// ErrExiting marks an operator that has announced its exit.
	ErrExiting = errors.New("operator is exiting")
	// ErrStage marks an exit step before its time, or a step of the epoch that has
	// been taken.
	ErrStage = errors.New("not yet, or no longer")
	// ErrCommission marks a commission above the maximum.
	ErrCommission = errors.New("above the commission maximum")
	// ErrEpoch marks an epoch in the future, or one too old to be punished.
	ErrEpoch = errors.New("epoch out of range")
	// ErrDuplicate marks an id used twice.
	ErrDuplicate = errors.New("duplicate id")
	// ErrBound marks what would take the ledger above 2^57 Gwei or beyond its
	// last epoch or id.
	ErrBound = errors.New("above the bound of the ledger")
	// ErrNothing marks a claim with nothing to pay.
	ErrNothing = errors.New("nothing to pay")
	// ErrInvariant marks a broken ledger: see [CheckInvariants].
	ErrInvariant = errors.New("invariant broken")
)

// about names the field and the value that an error is about.
func about(field string, value uint64, kind error) error {
	return fmt.Errorf("%s %d: %w", field, value, kind)
}

// aboutf is about with a detail behind the kind of error.
func aboutf(field string, value uint64, kind error, format string, args ...any) error {
	return fmt.Errorf("%s %d: %w: %s", field, value, kind, fmt.Sprintf(format, args...))
}
