package rainbow

import (
	"errors"
	"fmt"
)

// Why an operation is refused. Every error of this package wraps one of these,
// an error of package delegation, [spec.ErrInput] or [spec.ErrOverflow], behind the
// name of the field and the value that it concerns; test for them with errors.Is.
var (
	// ErrDomain marks a curve asked for a stake at which it is not defined.
	ErrDomain = errors.New("outside the domain of the curve")
	// ErrAlpha marks a share or ratio that divides no issuance.
	ErrAlpha = errors.New("alpha out of range")
	// ErrUnknownID marks an id that names nothing of the kind asked for.
	ErrUnknownID = errors.New("unknown id")
	// ErrDuplicate marks an id used twice.
	ErrDuplicate = errors.New("duplicate id")
	// ErrWeights marks weights that do not add up to anything, or to too much.
	ErrWeights = errors.New("weights do not add up")
	// ErrQuorum marks a quorum above 1, or a certificate without one.
	ErrQuorum = errors.New("quorum")
	// ErrClass marks what the class of a service excludes.
	ErrClass = errors.New("not in this class of service")
	// ErrBond marks a bond, or what is left of it unallocated, that is too small.
	ErrBond = errors.New("bond too small")
	// ErrNotRegistered marks an operator that does not serve.
	ErrNotRegistered = errors.New("operator not registered with the service")
	// ErrEpoch marks a report, certificate or infraction of another time.
	ErrEpoch = errors.New("epoch out of range")
	// ErrWeight marks a duty report above the weight of its operator.
	ErrWeight = errors.New("above the weight of the operator")
	// ErrOrder marks input that is not sorted as it must be, or not unique.
	ErrOrder = errors.New("input not in ascending order")
	// ErrInadmissible marks a block that lacks a certificate which it needs.
	ErrInadmissible = errors.New("block not admissible")
	// ErrAdoption marks a registration that the level of adoption excludes.
	ErrAdoption = errors.New("not at this level of adoption")
	// ErrInvariant marks a broken state: see [CheckInvariants].
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
