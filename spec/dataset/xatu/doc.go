// Package xatu reads the public attestation tables of ethpandaops/xatu-data
// from Parquet files, hourly or daily, and failure lists from and to Parquet.
//
// Files are read by a small reader of this package's own, because files come from
// strangers: it holds every length and count to what is there before it makes room
// or begins to work, so that a damaged file of any kind ends soon, in little
// memory, with a [dataset.Fault] that names the file, the column, the row group
// and the page or row. Every integer is held to the type of its column and to the
// range of what it means. They are written with
// github.com/parquet-go/parquet-go at v0.25.1, the newest release that builds with
// Go 1.24 as go.mod states it; tests hold the reader to what that library writes.
//
// Tables and their columns:
//
//	canonical_beacon_committee: slot, validators
//	canonical_beacon_elaborated_attestation: slot, block_slot, validators, target_root, beacon_block_root
//	canonical_beacon_block: slot, block_root
//	canonical_beacon_validators: epoch, index, effective_balance, slashed
//
// Integers may have any width and sign, booleans may be integers 0 and 1, roots are
// 32 bytes or 66 characters, lists have any of the usual nestings. Every column may
// be optional: of effective_balance null says that it is not known, of validators
// that there are none, and elsewhere it is a fault.
//
// One machine reads a folder with [Open]. Many machines do the same work in
// pieces, of which the machine that reads a folder is made as well:
//
//   - [TableOf] says which files belong to which table, [CompareNames] in which
//     order they come.
//   - [OpenFile] gives the rows of a file's row groups. A row group can be read
//     by itself, given how far the table had come before it: [File.Highest] of
//     the row groups before. A file that cannot be opened, a row group that
//     cannot be read on and a row that cannot be understood are one fault each.
//   - [Balances] of runs of rows add up to what is known before an epoch.
//   - [Window] makes failures of the rows of some epochs; it says which rows it
//     needs. [Join] does so epoch by epoch, without keeping rows.
//   - [OpenShards] reads the lists of all machines as one.
//
// Rows, balances, slots and duties have a binary form in which they travel.
// Whatever the cut into files, row groups and windows, the slots are the same,
// and so are the counts and the faults, but for Counts.OtherFileRows, which is
// about files, the fault of a table without files, which [Open] reports, and rows
// out of order after a damaged row group, of which [File.Highest] may have seen
// more than could be read.
package xatu
