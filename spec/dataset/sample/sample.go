// Package sample holds a small record in the formats of the correlation
// analysis of 2024: 832 slots and about 640 validators. It is synthetic, drawn
// by a seeded generator, and shows nothing about the chain. Beside it,
// expected.json keeps what the unmodified published script
// (ethereum/research, correlation_analysis/new_analyze.py at b73b20c, numpy
// 1.24.2) computes from it; tests read it, programs do not need it.
package sample

import "embed"

// Files holds committees.txt.gz, attesters.txt.gz, immediate_attesters.txt.gz
// and clusters.csv.
//
//go:embed *.txt.gz clusters.csv
var Files embed.FS
