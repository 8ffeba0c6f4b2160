// Package ref is a slow, literal oracle for the package penalty: the epoch
// transition and every penalty mechanism again, on math/big, one Go function
// for one function of the specification. Read it beside the specification;
// compare with it in tests; do not simulate with it.
//
// Sources, with the revisions meant by the comments of this package:
//
//   - consensus-specs a08d8a6 (2026-08-07), altair to electra beacon-chain.md
//   - ethresear.ch 19116 (2024-03-26), slot-relative penalties
//   - ethresear.ch 19341 (2024-04-19) and EIP-7716 (2024-05-25), net excess
//     penalties
//   - consensus-specs pull request 3780 (2024-05-26), net excess per flag
//   - consensus-specs pull request 5452 (2026-07-17) and EIPs pull request
//     11962 (2026), smoothed offline balance
//   - ethresear.ch 11986, client diversity
//
// # Numbers
//
// Balances are Gwei, divisions floor, expressions run left to right. Where the
// specification computes in uint64, a product, sum or score above 2^64-1 and a
// difference below zero that the text does not saturate are errors wrapping
// [spec.ErrOverflow]. What no state can hold is an error wrapping
// [spec.ErrInput]. Nothing changes its arguments.
//
// # Choices where the texts are silent
//
//   - A validator outside a mechanism's scope, without a committee, or not
//     active in the previous epoch has factor 1 and pays the status quo.
//   - Slot sums read the previous epoch's participation in every epoch, also in
//     epoch 0, where the flag accessor reads the current epoch's. In epoch 0
//     no score changes and nothing is paid, while the mechanism's memory,
//     slashings and effective balances advance.
//   - A finalized epoch after the previous epoch is invalid input.
//   - Form, window and exponent of slot-relative penalties: see [SlotRelative].
//   - Net excess per flag, whose text cannot run, is repaired: see
//     [NetExcessPerFlag].
package ref
