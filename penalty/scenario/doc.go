// Package scenario asks what a penalty mechanism would do: a population of
// operators, faults that they share, outages on a timeline, several mechanisms
// at once on the same failures, and what each costs whom in ether and dollars.
//
// Money is counted in whole Gwei and chance is drawn from a seeded generator by
// integers only, so that a run gives the same bytes on every machine and for any
// number of workers. Floating point appears in prices, ratios and statistics,
// after the counting. Nothing here reads or writes a file.
//
// # What is a model
//
// Effective balances stay as they start, nobody joins, leaves or is slashed, and
// proposer and sync committee rewards are left out: an operator's loss is that
// of its attestations. Committees are drawn evenly, not shuffled by seed. A
// machine that is down misses everything in its epochs; how long it is down, how
// often, and with whom, is the scenario's assumption and not a measurement.
package scenario
