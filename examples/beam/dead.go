package main

import (
	"encoding/json"
	"strings"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// dead is a dead letter: a row, a row group or a file that could not be read or
// joined. One is a line of JSON.
type dead struct {
	Table  string `json:"table"`
	File   string `json:"file"`
	Column string `json:"column,omitempty"`
	Kind   string `json:"kind"`
	Detail string `json:"detail,omitempty"` // row group, row and value
	Cause  string `json:"cause,omitempty"`
	Times  uint64 `json:"times,omitempty"`
}

func deadOf(t xatu.Table, f *dataset.Fault) dead {
	d := dead{Table: t.String(), File: f.File, Column: f.Column, Kind: f.Kind.String(), Detail: f.Detail}
	if f.Err != nil {
		d.Cause = f.Err.Error()
	}
	return d
}

// line encodes a dead letter.
func (d dead) line() []byte {
	b, _ := json.Marshal(d) // strings and numbers
	return b
}

// String is the fault as the single-machine program words it.
func (d dead) String() string {
	var s strings.Builder
	s.WriteString(d.File)
	if d.Column != "" {
		s.WriteString(": column " + d.Column)
	}
	for _, part := range []string{d.Kind, d.Detail, d.Cause} {
		if part != "" {
			s.WriteString(": " + part)
		}
	}
	return s.String()
}

// lines encodes dead letters.
func lines(all []dead) (out [][]byte) {
	for _, d := range all {
		out = append(out, d.line())
	}
	return out
}
