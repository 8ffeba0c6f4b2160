// Package rainbow puts services, issuance, roles and coupling on top of the
// ledger of package delegation: heavy services, which slash, and light services,
// which at most take an operator's bond.
//
// Amounts are in Gwei. It imports nothing beyond the standard library and this
// module's vocabulary.
package rainbow
