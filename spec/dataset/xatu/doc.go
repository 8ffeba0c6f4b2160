// Package xatu reads the public attestation tables of ethpandaops/xatu-data
// from local Parquet files, hourly or daily, and failure lists from and to
// Parquet. The library is github.com/parquet-go/parquet-go at v0.25.1: the
// newest release that builds with Go 1.24 as go.mod states it (from v0.26.0 on
// the module asks for 1.24.9), with six small dependencies where
// apache/arrow-go brings several dozen.
//
// Tables and their columns:
//
//	canonical_beacon_committee: slot, validators
//	canonical_beacon_elaborated_attestation: slot, block_slot, validators, target_root, beacon_block_root
//	canonical_beacon_block: slot, block_root
//	canonical_beacon_validators: epoch, index, effective_balance, slashed
//
// Integers may have any width and sign, roots 32 bytes or 66 characters, lists any
// of the usual nestings, and every column may be optional.
package xatu
