// Package backtest replays records of attestations: do validators of one
// operator fail together, and what would each penalty mechanism have cost whom?
// It knows no format and no machine. One machine and a cluster take the same
// steps; [Study.Run] takes them all on this machine.
//
//  1. An [Observer] turns the 32 slots of an epoch into [Aggregates] and
//     [Failures], and counts co-failures. In any order, on any machine.
//  2. A [Walk] turns the aggregates of one epoch after the other into [Factors].
//     In order, on one machine; an epoch is a few KiB.
//  3. A [Punisher] turns the failures and the factors of an epoch into [Sums]. In
//     any order, on any machine.
//  4. [Totals] and [cofailure.Counts] add up. Parts merge in any order to the same
//     bits, since all are integers. An [Outcome] of them gives the [Result].
//
// What goes from one step to the next has a binary form, versioned and compact
// (encoding.BinaryMarshaler, BinaryAppender and BinaryUnmarshaler). Each value has
// one form only. Other bytes give an error that wraps spec.ErrInput and leave the
// receiver as it was; whatever they hold, no more is allocated than 64 times their
// length, or 16 bytes for each of the 2^24 validators that there can be.
//
// A [Study] is a [Population] and [Options], checked once, and shared by all
// goroutines. Every rule adds a column: a sweep over a grid of constants is a
// study with a rule for each point, under a name of its own, and reads the data
// once. [penalty.RuleNamed] makes a rule from a name with constants, such as
// "slot-relative/cap=8,window=16", so that a grid travels as names.
//
// The second count of the analysis, of fake clusters, needs two more passes: one
// that fills a [cofailure.Quality], and one that fills the [cofailure.Fake] made
// of it, each with the slots that [Known] shows; both merge, too.
//
// # Choices
//
// Epochs are those of the main network, 32 slots. Only complete epochs count. A
// failure list knows nothing before its first epoch and after a gap: penalties
// count there, co-failures do not. A validator that is not listed did everything
// in time. Penalties are those for source and target, in Gwei, by effective
// balance; rewards forgone are not among them.
package backtest
