package delegation

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// Operation is a kind of operation under the name that scripts and fixtures give it.
// Its arguments are the second parameter of a ProcessX function, such as a
// [Delegation] of [ProcessDelegation].
type Operation struct {
	Name string
	// New returns a pointer to empty arguments, to be decoded into.
	New func() any

	arguments reflect.Type
	process   func(l *Ledger, arguments any) (Receipt, error)
}

// operation makes the row of a ProcessX function.
func operation[T any](name string, process func(*Ledger, T) (Receipt, error)) Operation {
	return Operation{name, func() any { return new(T) }, reflect.TypeFor[T](), func(l *Ledger, arguments any) (Receipt, error) {
		return process(l, arguments.(T))
	}}
}

// operations is the one table of operations.
var operations = []Operation{
	operation("advance", ProcessAdvance),
	operation("bond_deposit", ProcessBondDeposit),
	operation("bond_withdrawal", ProcessBondWithdrawal),
	operation("cancellation", ProcessCancellation),
	operation("commission_change", ProcessCommissionChange),
	operation("delegation", ProcessDelegation),
	operation("epoch", ProcessEpoch),
	operation("evidence", ProcessEvidence),
	operation("exit", ProcessExit),
	operation("heavy_reward", ProcessHeavyReward),
	operation("light_claim", ProcessLightClaim),
	operation("light_delegation", ProcessLightDelegation),
	operation("light_redelegation", ProcessLightRedelegation),
	operation("light_reward", ProcessLightReward),
	operation("light_undelegation", ProcessLightUndelegation),
	operation("lot_pointer", ProcessLotPointer),
	operation("opening", ProcessOpening),
	operation("payment", ProcessPayment),
	operation("pointer_reward", ProcessPointerReward),
	operation("redelegation", ProcessRedelegation),
	operation("redemption", ProcessRedemption),
	operation("registration", ProcessRegistration),
	operation("slashing", ProcessSlashing),
	operation("tokenisation", ProcessTokenisation),
	operation("tombstoning", ProcessTombstoning),
	operation("transfer", ProcessTransfer),
	operation("undelegation", ProcessUndelegation),
	operation("unjail", ProcessUnjail),
	operation("wallet_pointer", ProcessWalletPointer),
}

// byArguments finds the row of the type of some arguments.
var byArguments = maps.Collect(func(yield func(reflect.Type, int) bool) {
	for i := range operations {
		if !yield(operations[i].arguments, i) {
			return
		}
	}
})

// Operations returns all kinds of operations, by name.
func Operations() []Operation { return slices.Clone(operations) }

// OperationNamed returns the kind of operation of a name. A name that there is not gives
// [spec.ErrUnknown], with all that there are and the nearest.
func OperationNamed(name string) (Operation, error) {
	i := slices.IndexFunc(operations, func(op Operation) bool { return op.Name == name })
	if i < 0 {
		var names []string
		for _, op := range operations {
			names = append(names, op.Name)
		}
		return Operation{}, spec.UnknownName("operation", name, names)
	}
	return operations[i], nil
}

// OperationOf returns the kind of operation that takes these arguments, or a pointer to
// them. Anything else gives [spec.ErrUnknown].
func OperationOf(arguments any) (Operation, error) {
	t := reflect.TypeOf(arguments)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	i, ok := byArguments[t]
	if !ok {
		return Operation{}, fmt.Errorf("operation: %w: %T are the arguments of none", spec.ErrUnknown, arguments)
	}
	return operations[i], nil
}

// Process calls the ProcessX function that takes these arguments, or a pointer to them.
// Anything else gives [spec.ErrUnknown], and a nil pointer [spec.ErrInput].
func Process(l *Ledger, arguments any) (Receipt, error) {
	op, err := OperationOf(arguments)
	if err != nil {
		return Receipt{}, err
	}
	v := reflect.ValueOf(arguments)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return Receipt{}, fmt.Errorf("operation %s: %w: no arguments", op.Name, spec.ErrInput)
		}
		arguments = v.Elem().Interface()
	}
	return op.process(l, arguments)
}
