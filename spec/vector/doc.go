// Package vector reads and writes test cases in the layout of
// consensus-spec-tests: a directory
//
//	tests/<preset>/<fork>/<runner>/<handler>/<suite>/<case>/
//
// for each case, holding manifest.yaml, an optional meta.yaml and SSZ objects
// as *.ssz_snappy (snappy's block format).
//
// A [Tree] remembers every file that was opened, so that a test can fail on a
// file that no case opened and no written exclusion covers: see
// [Tree.Unopened]. A [Writer] writes cases that appear whole or not at all.
package vector
