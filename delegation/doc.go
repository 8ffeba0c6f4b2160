// Package delegation keeps the balances and liabilities of operators and their
// delegators: bonds, shares of heavy pools, principal of light pools, unbonding,
// redelegation, slashing and rewards. It knows nothing of services or issuance.
//
// # Two classes of stake
//
// Heavy stake is slashable, the operator's and the delegators'. It is held as lots
// of shares in the operator's pool: a reward raises the price of a share, a slash
// lowers it. Light stake is weight: a delegator's principal is kept one to one and
// never slashed; at most the operator's own bond pays. LightETH with one operator
// is not LightETH with another, since commission and performance differ; its
// rebasing balance is a view of principal and reward ([LightETHBalance]).
//
// # The seed's story
//
// The examples of the package tell it, each with checked output: Alice, Bob, Carol
// and David deposit (Example_deposit), earn (Example_earn), redelegate
// (Example_redelegate); there is a fault (Example_fault) and a slash
// (Example_slash), and they leave (Example_leave).
//
// # Operations
//
// A [Ledger] is changed by ProcessX functions alone, each with an operation of
// its own type ([Delegation], [Slashing] and so on, all of them an [Operation]).
// An operation is validated whole before the first write: on an error, which wraps
// one of the ErrX of this package, the ledger is as it was. Otherwise a [Receipt]
// lists what moved from which pot to which; replaying its events gives every
// balance, unless an [EpochInput] asked for a brief one. Batches
// ([ProcessSlashing], [ProcessEpoch]) skip their bad items and report them by
// number. No input panics.
//
// [ProcessEpoch] ends an epoch: rewards, then slashes, then in the new epoch weight
// snapshot, unbonding queue, liens, announced changes.
//
// # Rounding
//
// Every remainder has one home. Shares bought and Gwei redeemed are floored, cuts
// are rounded up and capped by what is there; the last share takes the trimmings;
// the remainder of a reward goes to the bond, that of an index to its carry. No
// product needs more than 128 bits, and nothing depends on the width of int.
// Slashes are not refunded.
//
// # Who pays
//
// A [Slash] is a fraction or an amount, for an infraction at an epoch, under one of
// three loss rules. Bond and pool always answer; an unbonding entry or a lien for
// infractions at or before its start, until it completes. Slashes on entries and
// liens are of the initial amount, so several of them add, while on a pool they
// multiply from batch to batch. Within a batch all are computed from the state
// before it, and their order does not matter. [PreviewSlash] says what a batch
// would do, [Exposure] what an owner can lose.
//
// # State
//
// [State] is everything, as sorted slices of fixed structs of integers and
// booleans: what is stored, hashed and compared. [Ledger.State] and [FromState]
// convert. The ledger itself keeps tables and derived indexes, so that lookups
// are O(log n), a slash touches only what may pay, and a light reward costs the
// same for any number of holders. [CheckInvariants] checks the whole ledger.
//
// # Sources
//
// ethresear.ch 18683 (rainbow staking, 2024-02-15) and 11815 (pool delegation,
// 2022-01-19); Cosmos SDK x/staking and the liquidity staking module, whose faults
// are tests here (TestRegression...); the Cardano ledger for [SaturationReward].
package delegation
