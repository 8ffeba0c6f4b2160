package main

import (
	"embed"
	"errors"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/u64"
)

// incident is a series of offline balances, a value for each slot.
type incident struct {
	name    string
	params  spec.Params // of its network
	total   spec.Gwei   // total active balance
	seed    spec.Gwei   // offline balance of a slot before the incident
	offline []spec.Gwei
	first   uint64 // place of the first slot in its epoch
	spread  bool   // the series has a value for each epoch
}

const maxSlots = 1 << 24 // six years; bounds what a file may ask for

//go:embed incidents/*.csv
var files embed.FS

// known are the embedded incidents, of the main network: offline balances per epoch summed from the
// attribution files of github.com/OisinKyne/7716, totals and seeds of the same.
var known = map[string]struct {
	file  string
	total spec.Gwei
	seed  spec.Gwei
}{
	"fusaka-2025-12": {"incidents/2025-12-04-fusaka.csv", 35_632_266_500_000_000, 3_518_727_050_781},
	"besu-2024-01":   {"incidents/2024-01-06-besu.csv", 28_915_761_000_000_000, 3_301_601_562_500},
}

const defaultIncident = "fusaka-2025-12"

func knownNames() string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func embedded(name string) (incident, error) {
	k := known[name]
	in, err := file.InFS(files, k.file)
	if err != nil {
		return incident{}, err
	}
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	if err != nil {
		return incident{}, err
	}
	return readIncident(in, incident{name: name, params: p, total: k.total, seed: k.seed})
}

// series is an incident that is being read.
type series struct {
	*file.Rows
	unit  string // epoch or slot
	per   int    // slots of a row
	slots uint64 // of an epoch
	total spec.Gwei
	last  uint64      // the epoch or slot of the last row
	rows  []spec.Gwei // what is offline in a slot of each row
}

// readIncident reads `epoch,offline_gwei` (spread evenly over the epoch's
// slots, floored) or `slot,offline_gwei`. Rows must follow one another without
// a gap. Errors name file, line and field.
func readIncident(in file.Input, inc incident) (incident, error) {
	rows, err := in.Rows(file.Limit{})
	if err != nil {
		return inc, err
	}
	defer rows.Close()
	s := series{Rows: rows, total: inc.total, slots: inc.params.SlotsPerEpoch}
	if err := s.header(); err != nil {
		return inc, err
	}
	for {
		row, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.row(row)
		}
		if err != nil {
			return inc, err
		}
	}
	if len(s.rows) == 0 {
		return inc, s.Errorf("no rows under the header")
	}
	inc.spread = s.per > 1
	if !inc.spread {
		inc.first = (s.last + 1 - uint64(len(s.rows))) % s.slots
	}
	inc.offline = make([]spec.Gwei, 0, len(s.rows)*s.per)
	for _, g := range s.rows {
		for range s.per {
			inc.offline = append(inc.offline, g)
		}
	}
	return inc, nil
}

// columns are those of a series by epoch or by slot.
func columns(unit string) []string { return []string{unit, "offline_gwei"} }

func (s *series) header() error {
	header, err := s.Next()
	if errors.Is(err, io.EOF) {
		return file.Errorf(s.Name(), 0, "an empty file")
	}
	if err != nil {
		return err
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	switch {
	case slices.Equal(header, columns("epoch")):
		s.unit, s.per = "epoch", int(s.slots)
	case slices.Equal(header, columns("slot")):
		s.unit, s.per = "slot", 1
	case len(header) != 2:
		return s.Errorf("header: %w", file.Wanted(header, columns("epoch or slot")))
	default:
		return s.Errorf("header %.200q: want epoch,offline_gwei or slot,offline_gwei", strings.Join(header, ","))
	}
	return nil
}

func (s *series) row(row []string) error {
	if len(row) != 2 {
		return s.Errorf("%w", file.Wanted(row, columns(s.unit)))
	}
	var values [2]uint64
	for i, column := range columns(s.unit) {
		var err error
		if values[i], err = u64.Parse[uint64](strings.TrimSpace(row[i])); err != nil {
			return s.Errorf("%s %.40q: %w", column, row[i], err)
		}
	}
	at, offline := values[0], spec.Gwei(values[1])/spec.Gwei(s.per)
	switch {
	case len(s.rows) > 0 && at <= s.last:
		return s.Errorf("%s %d after %d: rows must ascend", s.unit, at, s.last)
	case len(s.rows) > 0 && at != s.last+1:
		return s.Errorf("%s %d after %d: rows are missing", s.unit, at, s.last)
	case offline > s.total/spec.Gwei(s.slots):
		return s.Errorf("offline_gwei %d: more than is active in one %s", values[1], s.unit)
	case (len(s.rows)+1)*s.per > maxSlots:
		return s.Errorf("%s %d: more than %d slots", s.unit, at, maxSlots)
	}
	s.last, s.rows = at, append(s.rows, offline)
	return nil
}

// epoch is the place among the incident's epochs of a slot's, and epochs how many
// there are.
func (inc *incident) epoch(slot int) int {
	return (slot + int(inc.first)) / int(inc.params.SlotsPerEpoch)
}
func (inc *incident) epochs() int { return inc.epoch(len(inc.offline)-1) + 1 }

// online is the balance that took part in each epoch. Where the series has not all
// slots of an epoch, the others are taken to be like those that it has.
func (inc *incident) online() []spec.Gwei {
	offline, slots := make([]spec.Gwei, inc.epochs()), make([]spec.Gwei, inc.epochs())
	for i, g := range inc.offline {
		offline[inc.epoch(i)] += g
		slots[inc.epoch(i)]++
	}
	for e := range offline {
		whole, _ := u64.MulDiv(offline[e], spec.Gwei(inc.params.SlotsPerEpoch), slots[e]) // at most the total
		offline[e] = inc.total - min(inc.total, whole)
	}
	return offline
}
