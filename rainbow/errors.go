package rainbow

import (
	"errors"

	"github.com/stakesim/stakesim/spec"
)

// Why an operation is refused, beside what package delegation refuses: its errors mean
// the same here. Every error of this package wraps one of these, one of package
// delegation, [spec.ErrInput] or [spec.ErrOverflow], inside a [spec.ValueError] that
// names the value that it is about; test for them with errors.Is.
var (
	// ErrDomain marks a curve that is asked for a stake at which it is not defined. It
	// is a [spec.ErrInput].
	ErrDomain = spec.Kind("outside the domain of the curve", spec.ErrInput)
	// ErrAlpha marks a share or ratio that divides no issuance. It is a
	// [spec.ErrInput].
	ErrAlpha = spec.Kind("alpha out of range", spec.ErrInput)
	// ErrWeights marks weights that do not add up to anything, or to too much. It is a
	// [spec.ErrInput].
	ErrWeights = spec.Kind("weights do not add up", spec.ErrInput)
	// ErrQuorum marks a quorum above 1, or a certificate without one.
	ErrQuorum = errors.New("quorum")
	// ErrClass marks what the class of a service excludes.
	ErrClass = errors.New("not in this class of service")
	// ErrBond marks a bond, or what is left of it unallocated, that is too small.
	ErrBond = errors.New("bond too small")
	// ErrNotRegistered marks an operator that does not serve.
	ErrNotRegistered = errors.New("operator not registered with the service")
	// ErrWeight marks a duty report above the weight of its operator.
	ErrWeight = errors.New("above the weight of the operator")
	// ErrInadmissible marks a block that lacks a certificate which it needs.
	ErrInadmissible = errors.New("block not admissible")
	// ErrAdoption marks a registration that the level of adoption excludes.
	ErrAdoption = errors.New("not at this level of adoption")
)
