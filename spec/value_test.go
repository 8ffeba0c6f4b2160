package spec_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func ExampleAbout() {
	err := spec.About("operator", uint64(7), spec.ErrUnknown)
	var at *spec.ValueError
	fmt.Println(err, errors.As(err, &at), at.Field, at.Value)
	// Output: operator 7: unknown name true operator 7
}

func ExampleAboutf() {
	err := spec.Aboutf("amount", spec.Gwei(5), spec.ErrInput, "there are %d", 3)
	fmt.Println(err, errors.Is(err, spec.ErrInput))
	// Output: amount 5: invalid input: there are 3 true
}

// A kind of its own, under the wider kind.
func ExampleKind() {
	errTooShort := spec.Kind("too short", spec.ErrInput)
	err := spec.About("length", uint64(2), errTooShort)
	fmt.Println(err, errors.Is(err, errTooShort), errors.Is(err, spec.ErrInput))
	// Output: length 2: too short true true
}

func TestKindsOfOneTextAreDifferent(t *testing.T) {
	a, b := spec.Kind("the same", spec.ErrInput), spec.Kind("the same", spec.ErrInput)
	require.NotErrorIs(t, a, b)
	require.NotErrorIs(t, spec.ErrInput, a)
}

func ExampleValueError_Error() {
	err := &spec.ValueError{Field: "operator", Value: 7, Err: spec.ErrUnknown}
	fmt.Println(err.Error())
	// Output: operator 7: unknown name
}

func ExampleValueError_Unwrap() {
	err := &spec.ValueError{Field: "operator", Value: 7, Err: spec.ErrUnknown}
	fmt.Println(errors.Is(err, spec.ErrUnknown), err.Unwrap() == spec.ErrUnknown)
	// Output: true true
}
