// Package ssz reads what an epoch transition needs from the SSZ bytes of a
// BeaconState, of any fork and preset, without decoding the rest, and writes
// changed columns back in place. [State.Root] is a state's hash_tree_root.
// [Pieces] are a state whose lists change length and whose root follows what changed:
// what a chain that advances holds.
//
// [Open] takes an [io.ReaderAt], so that a full mainnet state can stay in a
// memory-mapped file ([github.com/stakesim/stakesim/spec/file.Map]); bytes in memory
// are a [Buffer]. A mapped file that is cut while it is read is an error.
// Our own containers, which need generated code, are in the package container
// below this one: their library does not build on 32-bit machines, this
// package does.
package ssz
