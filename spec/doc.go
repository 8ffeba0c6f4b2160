// Package spec is the vocabulary of the module: the units, forks and constants
// of the consensus layer, the validator registry in columns, what it sums to,
// and the committees that say who attested in which slot. It knows no penalty
// and no file format, and imports nothing beyond the standard library and
// [github.com/stakesim/stakesim/spec/u64].
//
// # Flow
//
// Data flows one way:
//
//	record -> Registry -> Summary -> factors -> deltas -> balances
//
// A reader fills a [Registry] from a state, a client's own arrays or a record
// of attestations. [Summarize] sums it once: total balances, and for every slot
// of the previous epoch a [Tally] of who did what. A mechanism of package
// penalty turns each slot's [SlotObs] into a factor; factors, constants and
// the summary give every validator's deltas, and those its balance. Nothing
// flows back.
//
//	network, err := spec.NetworkNamed("sepolia")
//	...
//	p, err := network.Params(spec.Electra)
//	...
//	r := spec.NewRegistry(n) // and fill the columns
//	boundary := spec.Boundary{CurrentEpoch: 300_001, FinalizedEpoch: 299_999}
//	previous := boundary.PreviousEpoch()
//	var c spec.Committees
//	err = c.Assign(&p, r.ActiveIndices(nil, previous), spec.Seed(previous, mix), workers)
//	...
//	err = c.SlotOffsets(r.SlotOffset)
//	...
//	var s spec.Summary
//	err = spec.Summarize(&s, &p, r, boundary, workers)
//
// # Memory
//
// The caller owns every column and may hand over a client's own: [As] converts
// between []uint64 and the units without a copy. Columns must not overlap each
// other. Only the balances, effective balances and inactivity scores are ever
// written, in place, and no function keeps a reference to a registry.
// [Summary], [Shuffler] and [Committees] hold scratch: their zero values are
// ready, and using one again allocates nothing on the caller's own goroutine. What
// they return shares their memory until they are used again.
//
// # Errors
//
// Whatever values the columns hold, nothing panics. Errors wrap [ErrInput], [ErrOverflow] or
// [ErrUnknown], and a [FieldError] names the column and the row.
//
// # Networks
//
// A [Network] is data: the versions and epochs of its forks and its constants.
// [Network.Params] resolves it for a fork once, at the edge of a program; nothing
// behind asks which network it is. [NetworkOf] recognises a state's.
package spec
