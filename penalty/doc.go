// Package penalty computes what an epoch of the consensus layer pays and takes
// under the anti-correlation penalties that were proposed since 2024, and under
// today's rules. Formulas are functions of values: no client, state object,
// clock or logger. The package imports package spec and the standard library.
//
// # Mechanisms
//
// A mechanism turns what failed in a slot into a factor on the ordinary penalty,
// and carries a small memory from slot to slot. It is a [Rule]: a pure Step
// from a [Memory] and a slot's observation to [Factors] and the next memory, and
// a [Scope] that says whose penalty for which flag the factor multiplies. Whoever
// is outside the scope, has no committee or was not active in the previous epoch
// pays the status quo, as does everybody at factor one.
//
//	status-quo           factor one                        [StatusQuo]
//	slot-relative        misses over their recent average   [SlotRelative]
//	net-excess-2024      a counter of excess penalties      [NetExcess2024]
//	net-excess-per-flag  one for each flag, repaired        [NetExcessPerFlag]
//	smoothed-2026        offline over a smoothed average    [Smoothed2026]
//
// [Rules] lists them with every named preset, [RuleNamed] finds one by "name"
// or "name/preset" (smoothed-2026 alone is E3), [Walk] steps one over slots. A
// caller's own rule needs no registration: fill in a [Rule].
//
// [Diversity] is a reward rule, not a penalty: multipliers by client family.
// How a client proves which software it runs is out of its scope.
//
// # The epoch, twice
//
// [ProcessEpoch] is the meaning: the components of the specification in its
// order, each a function of its own. [ProcessInactivityUpdates], then
// [FlagDeltas] for source, target and head and [InactivityDeltas], applied one
// after the other by [ProcessRewardsAndPenalties], then the memory,
// [ProcessSlashings] and [ProcessEffectiveBalanceUpdates]. Each decrease stops at
// zero before the next component: summing them first is another result.
//
// [Engine] is the speed: one pass over the columns and tables over effective
// balances, without allocation after the first epoch. It proves for each epoch
// that no product or sum can leave 64 bits, and otherwise goes the components'
// way; so both forms give the same columns, memory and kind of error for every
// input. Package penalty/ref is a third form on math/big against which both are
// tested; its windows may be longer than [MaxWindowSlots].
//
// A client team starts in one of two places:
//
//   - with the formula alone: [Smoothed2026.Step] takes the average and two
//     numbers of a slot (see spec.ObsOfOffline) and returns the factor and the
//     next average. Nothing else need be adopted.
//   - with the transition: lend the columns as a spec.Registry, make an
//     engine with [NewEngine], call [Engine.ProcessEpoch] once an epoch, and store
//     the memory it returns. Justification and registry updates are inputs.
//
// Before a rule is switched on its memory must be seeded: [ForkSeed] as the
// specification's upgrade computes it, [ForkSeedUnflagged] as a live chain will
// (the last committee has no flags yet, which mutes the factors for weeks),
// [MeanOffline] over a finished epoch or a longer past, [Rule.Settled] for a
// chain that was calm.
//
// # Memory
//
// The caller owns every column. Transitions write Balance, InactivityScore and
// EffectiveBalance of the registry in place, and nothing else; columns must not
// overlap. No function keeps a reference. [Memory] is a value. What
// [Engine.Summary] and [Engine.Factors] return is overwritten by the next epoch.
// An Engine serves one goroutine at a time; its results do not depend on how many
// workers it uses.
//
// # Errors
//
// Arguments are checked, and nothing panics whatever numbers they hold. An error
// wraps spec.ErrInput (what no state of the chain can hold, constants that no
// rule can use, columns or a summary that do not belong together) or
// spec.ErrOverflow (a product, sum or score above 64 bits: in the specification
// the transition is then invalid), and a spec.FieldError in it names the column
// and the row. The registry is then as it was and the memory the one given. At
// the leaf a boolean says whether a result fits. A pointer that is nil is an
// spec.ErrInput, and zero or false where no error can be returned.
//
// # Numbers
//
// Balances are Gwei, divisions floor, expressions run left to right in 64 bits.
// A penalty is floor(factor * base reward * weight / 64), floored once. Wider
// products are taken where the formula is not the specification's: counters of
// net excess and rational factors. With constants that are not a chain's, such
// as a BASE_REWARD_FACTOR near its limit, an integer factor of slot-relative
// penalties may overflow here and not in penalty/ref, which multiplies all of
// that mechanism's factors without limit.
//
// # Sources
//
//   - consensus-specs a08d8a6 (2026-08-07), altair to electra beacon-chain.md
//   - ethresear.ch 19116 (2024-03-26): slot-relative penalties
//   - ethresear.ch 19341 (2024-04-19), EIP-7716 (2024-05-25): net excess penalties
//   - consensus-specs pull request 3780 (2024-05-26, closed): net excess per flag
//   - consensus-specs pull request 5452 (2026-07-17), EIPs pull request 11962
//     (2026): the smoothed offline balance; presets E0 of 2026-07-17, E1 of
//     2026-07-18, E2 of 2026-08-20, E3 of the page of 2026-09
//   - ethresear.ch 11986: client diversity multipliers
//
// # Decided where the texts are silent
//
//   - Slot-relative, who fails: whoever is slashed or lacks timely target; with
//     Offline the test of 2026, which also limits whose penalties scale. Without
//     it p scales the source and target penalty of everybody in scope who
//     missed that flag.
//   - Slot-relative, scope: with [Misses] or [Fumbles] the others neither count
//     nor scale; they pay the status quo.
//   - Slot-relative, window: the mean is over the slots seen so far until it is
//     full; with none seen p is one; with no misses in it p is the cap for any
//     miss, else zero. The excess reading always takes the last WindowSlots
//     slots and divides by all of them from the start, and AsRun always takes the last
//     complete epoch: zero in the first epoch and after one without misses.
//   - Slot-relative, missing blocks: a slot whose next block is missing has
//     factor zero where they are skipped, and enters the window without misses.
//   - Slot-relative, exponent: p is squared before the cap; the readings AsRun and
//     Excess have no square and refuse it.
//   - Net excess 2024: not attesting means slashed or without timely target, and
//     the factor scales source and target of every member that missed that flag;
//     with Offline both follow the test of 2026. A factor of zero removes the penalty.
//   - Net excess per flag: the pull request's text cannot run. The repair takes
//     each slot's own factor and committee and persists the counters once an
//     epoch, before the flags rotate.
//   - Smoothed: slashed validators neither count nor scale; with source or target
//     alone a validator is online. Committees are of the previous epoch, the
//     reference balance of the current one. Epoch 0 pays nothing and still moves
//     the average.
package penalty
