package xatu

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/spec/dataset"
)

// The tables by their place in [Tables].
const (
	committees = iota
	attestations
	blocks
	validators
	tableCount
)

var tableNames = [tableCount]string{
	"canonical_beacon_committee", "canonical_beacon_elaborated_attestation", "canonical_beacon_block", "canonical_beacon_validators",
}

var tableColumns = [tableCount][]string{
	{"slot", "validators"},
	{"slot", "block_slot", "validators", "target_root", "beacon_block_root"},
	{"slot", "block_root"},
	{"epoch", "index", "effective_balance", "slashed"},
}

// find lists the Parquet files below dir by table: in a folder of its name, as
// published (canonical_beacon_block/2024/3/26/0.parquet), or with a name that
// starts with it. Numbers in paths sort as numbers.
func find(dir string) (files [tableCount][]string, size int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".parquet" {
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		for i, name := range tableNames {
			if belongs(below, name) {
				files[i] = append(files[i], path)
				info, err := os.Stat(path)
				if err != nil {
					return err
				}
				size += info.Size()
			}
		}
		return nil
	})
	for i := range files {
		slices.SortFunc(files[i], byNumbers)
	}
	return files, size, err
}

// belongs says whether a part of the path is the table's name, alone or before
// a date or an extension: other tables' names go on with words.
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

// byNumbers compares names run by run of digits or other characters.
func byNumbers(a, b string) int {
	for a != "" && b != "" {
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

func run(s string) string {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	n := 1
	for n < len(s) && digit(s[n]) == digit(s[0]) {
		n++
	}
	return s[:n]
}

// missing reports a table without files.
func missing(dir string, table int, faults *dataset.Faults) error {
	return faults.Report(&dataset.Fault{File: filepath.Join(dir, tableNames[table]), Kind: dataset.MissingFile})
}
