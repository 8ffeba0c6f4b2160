// Package container holds this module's own SSZ containers, with the code that
// fastssz's generator writes for them: sizes, serialisation, hash tree roots.
//
// It is apart from package ssz because that library does not build on 32-bit
// machines; the raw states of package ssz do.
//
// The generated files are current when this prints nothing:
//
//	go generate ./spec/ssz/container && git diff --exit-code -- spec/ssz/container
//
// The generator is given the one file that declares the types: given the
// directory it finds its own output and writes empty methods.
package container

//go:generate go tool -modfile=../../../.ci/tools.mod sszgen --path=container.go --objs=Deltas,MechanismMemory --output=container_encoding.go

// Deltas is what one component gives to and takes from every validator, as in
// the rewards fixtures of consensus-spec-tests (tests/formats/rewards).
type Deltas struct {
	Rewards   []uint64 `ssz-max:"1099511627776"` // Gwei, one row per validator
	Penalties []uint64 `ssz-max:"1099511627776"` // Gwei, one row per validator
}

// MechanismMemory is what a penalty mechanism carries from slot to slot. A
// mechanism uses the part that it needs; the rest is zero.
type MechanismMemory struct {
	// Smoothed is the smoothed offline balance in Gwei (EIP-7716 of 2026).
	Smoothed uint64
	// Excess holds the net excess penalties of source and target, in penalty
	// units (EIP-7716 of 2024 uses the first for both).
	Excess []uint64 `ssz-size:"2"`
	// Window holds the misses of the latest slots, the oldest first, in Gwei or
	// validators.
	Window []uint64 `ssz-max:"32"`
	// The misses and the number of slots of the previous and of the current
	// epoch.
	PreviousSum   uint64
	PreviousCount uint64
	CurrentSum    uint64
	CurrentCount  uint64
}
