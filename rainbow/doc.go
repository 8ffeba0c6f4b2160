// Package rainbow puts services, issuance, roles and coupling on top of the
// ledger of package delegation: heavy services, which slash operators and
// delegators, and light services, which at most take an operator's bond
// (ethresear.ch 18683, 2024-02-15).
//
// # Economy
//
// A [State] holds a [delegation.Ledger], the services and who is registered with
// them. Everything between two epochs is an operation: the ledger's own for bonds
// and stake, [ProcessOptIn] and [ProcessOptOut] for services, [ProcessPenalty]
// for faults, [ProcessCertificate] for what light committees vouch for.
// [ProcessEpoch] then ends the epoch in one fixed order:
//
//	issuance -> classes -> services -> rewards -> penalties, one batch ->
//	certificates -> the ledger's epoch -> weight snapshot -> role prices
//
// Duties count by the third last snapshot (Go), so that committees can be drawn
// ahead from the two younger ones. What is issued is paid or not minted, to the
// Gwei: nothing that nobody earned goes to somebody else.
//
// # Slashing
//
// Penalties are filed as they are found and collected together, measured after the
// epoch's rewards. A service's penalties are first cut to its maximum loss, then,
// under the loss rule BondOnly, to what the bond has for it: its allocation, or
// else what no service has been allocated ([CappedOperatorSlash]). Light principal is never touched. What
// each cap leaves is reported apart. No order of services, operators, penalties
// or reports changes the result.
//
// # Formulas
//
// Beside the state, everything is a function of values: [AnnualIssuance] and its
// curves, the two meanings of alpha [ShareOfTotal] and [RatioToHeavy], the reward
// rules of light services, [NextPrice] of a role, seats and committees. They are
// integers throughout, but for [StallProbability], [RelativeReward] and [Yield],
// which are for analysis.
//
// # Bounds
//
// A ledger holds less than 2^57 Gwei. Errors leave the state bit-identical and wrap
// a kind of this package, of package delegation, [spec.ErrInput] or
// [spec.ErrOverflow]. The package imports nothing beyond the standard library
// and this module.
//
// # State and time
//
// The state is plain data in sorted slices; its SSZ containers are Rainbow of package
// spec/ssz/container. An epoch takes time in proportion to the operators, their
// registrations and reports, and the lots and wallets that point to an operator;
// other positions cost nothing. Most of what a receipt takes is events of rewards:
// [delegation.EpochOptions] can leave them out (Brief), or have them written to memory
// of an earlier receipt (Buffer).
package rainbow
