// Package epoch is the transition that a chain runs between two epochs, each step
// of the specification's process_epoch in a file and a function of its name.
//
// A step is a pure function over columns and small values: it reads and writes a
// [spec.BeaconState] and nothing else. Signatures are checked and public keys added
// up by functions that the caller passes ([Verify], [Aggregate]); where one is needed
// and missing the step is an error.
//
// # Sources
//
// consensus-specs a08d8a6 (2026-08-07), beacon-chain.md of altair to heze and of the
// feature eip7716. Divisions floor; a result that 64 bits do not hold aborts the
// transition with spec.ErrOverflow.
package epoch
