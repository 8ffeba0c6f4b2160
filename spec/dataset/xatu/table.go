package xatu

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
)

// Table is one of the four tables.
type Table uint8

// The tables.
const (
	Committees Table = iota
	Attestations
	Blocks
	Validators
	tableCount
)

var tableNames = [tableCount]string{
	"canonical_beacon_committee", "canonical_beacon_elaborated_attestation", "canonical_beacon_block", "canonical_beacon_validators",
}

// The first column of a table is the one by which it ascends.
var tableColumns = [tableCount][]field{
	{{"slot", number}, {"validators", list}},
	{{"slot", number}, {"block_slot", number}, {"validators", list}, {"target_root", root}, {"beacon_block_root", root}},
	{{"slot", number}, {"block_root", root}},
	{{"epoch", number}, {"index", number}, {"effective_balance", number}, {"slashed", flag}},
}

// AllTables returns the tables in order.
func AllTables() []Table { return []Table{Committees, Attestations, Blocks, Validators} }

// String is the name under which the table is published.
func (t Table) String() string {
	if t >= tableCount {
		return "table(" + strconv.Itoa(int(t)) + ")"
	}
	return tableNames[t]
}

// TableOf says to which table a Parquet file belongs, by its path below the
// folder of the tables: a part of the path is the table's name, alone, as
// published (canonical_beacon_block/2024/3/26/0.parquet), or before a date or an
// extension. False for any other file.
func TableOf(path string) (Table, bool) {
	if filepath.Ext(path) != ".parquet" {
		return 0, false
	}
	for _, t := range AllTables() {
		if belongs(path, tableNames[t]) {
			return t, true
		}
	}
	return 0, false
}

// belongs says whether a part of the path is the table's name: other tables'
// names go on with words.
func belongs(path, table string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		rest, ok := strings.CutPrefix(part, table)
		rest = strings.TrimPrefix(rest, "_")
		if ok && (rest == "" || strings.IndexByte(".-0123456789", rest[0]) >= 0) {
			return true
		}
	}
	return false
}

// CompareNames orders the files of a table as they are read: run by run of
// digits or other characters, digits as numbers.
func CompareNames(a, b string) int {
	if a == b {
		return 0
	}
	from := sameRuns(a, b)
	for a, b = a[from:], b[from:]; a != "" && b != ""; {
		x, y := run(a), run(b)
		a, b = a[len(x):], b[len(y):]
		m, errX := strconv.ParseUint(x, 10, 64)
		n, errY := strconv.ParseUint(y, 10, 64)
		c := strings.Compare(x, y)
		if errX == nil && errY == nil && m != n {
			c = cmp.Compare(m, n)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// sameRuns is the length of the runs with which both names begin, without the
// last one: it may go on in one of them.
func sameRuns(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 1 && digit(a[n-1]) == digit(a[n-2]) {
		n--
	}
	return max(0, n-1)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func run(s string) string {
	n := 1
	for n < len(s) && digit(s[n]) == digit(s[0]) {
		n++
	}
	return s[:n]
}
