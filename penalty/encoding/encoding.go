// Package encoding holds the SSZ containers of penalties, with the code that fastssz's
// generator writes for them: sizes, serialisation, hash tree roots.
//
// The generated file is current when this prints nothing:
//
//	go generate ./penalty/encoding && git diff --exit-code -- penalty/encoding
//
// The generator is given the one file that declares the types: given the directory it
// finds its own output and writes empty methods.
package encoding

//go:generate go tool -modfile=../../.ci/tools.mod sszgen --path=encoding.go --objs=Deltas,MechanismMemory --output=encoding_generated.go

// Deltas is what one component gives to and takes from every validator, as in
// the rewards fixtures of consensus-spec-tests (tests/formats/rewards).
type Deltas struct {
	Rewards   []uint64 `ssz-max:"1099511627776"` // Gwei, one row per validator
	Penalties []uint64 `ssz-max:"1099511627776"` // Gwei, one row per validator
}

// MechanismMemory is what a penalty mechanism carries from slot to slot: the words that
// the rule names, in its order.
type MechanismMemory struct {
	Words []uint64 `ssz-max:"40"`
}
