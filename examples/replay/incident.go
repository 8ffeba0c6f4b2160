package main

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// incident is a series of offline balances, a value for each slot.
type incident struct {
	name    string
	total   spec.Gwei // total active balance
	seed    spec.Gwei // offline balance of a slot before the incident
	offline []spec.Gwei
	first   uint64 // place of the first slot in its epoch
	spread  bool   // the series has a value for each epoch
}

const (
	slotsPerEpoch = 32
	maxSlots      = 1 << 24 // six years; bounds what a file may ask for
)

//go:embed incidents/*.csv
var files embed.FS

// known are the embedded incidents: offline balances per epoch summed from the
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
	f, err := files.Open(k.file)
	if err != nil {
		return incident{}, err
	}
	defer f.Close()
	return readIncident(f, k.file, incident{name: name, total: k.total, seed: k.seed})
}

// readIncident reads `epoch,offline_gwei` (spread evenly over the epoch's
// slots, floored) or `slot,offline_gwei`. Rows must follow one another without
// a gap. Errors name file, line and field.
func readIncident(r io.Reader, file string, inc incident) (incident, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 2
	rows.ReuseRecord = true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return inc, fmt.Errorf("%s: empty file: %w", file, spec.ErrInput)
	}
	if err != nil {
		return inc, fmt.Errorf("%s: %w", file, err)
	}
	unit := header[0]
	if (unit != "epoch" && unit != "slot") || header[1] != "offline_gwei" {
		return inc, fmt.Errorf("%s:1: header %q: %w: want epoch,offline_gwei or slot,offline_gwei", file, strings.Join(header, ","), spec.ErrInput)
	}
	per := 1
	if unit == "epoch" {
		per, inc.spread = slotsPerEpoch, true
	}
	var last uint64
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return inc, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := rows.FieldPos(0)
		at, offline, err := parseRow(row, unit)
		if err == nil {
			err = inc.checkRow(unit, last, at, offline, per)
		}
		if err != nil {
			return inc, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		if len(inc.offline) == 0 && unit == "slot" {
			inc.first = at % slotsPerEpoch
		}
		last = at
		for range per {
			inc.offline = append(inc.offline, offline/spec.Gwei(per))
		}
	}
	if len(inc.offline) == 0 {
		return inc, fmt.Errorf("%s: no rows under the header: %w", file, spec.ErrInput)
	}
	return inc, nil
}

func parseRow(row []string, unit string) (at uint64, offline spec.Gwei, err error) {
	if at, err = strconv.ParseUint(row[0], 10, 64); err != nil {
		return 0, 0, fmt.Errorf("%s %q: %w: not a whole number", unit, row[0], spec.ErrInput)
	}
	gwei, err := strconv.ParseUint(row[1], 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("offline_gwei %q: %w: not a whole number of Gwei below 2^64", row[1], spec.ErrInput)
	}
	return at, spec.Gwei(gwei), nil
}

func (inc *incident) checkRow(unit string, last, at uint64, offline spec.Gwei, per int) error {
	switch {
	case len(inc.offline) > 0 && at <= last:
		return fmt.Errorf("%s %d after %d: %w: rows must ascend", unit, at, last, spec.ErrInput)
	case len(inc.offline) > 0 && at != last+1:
		return fmt.Errorf("%s %d after %d: %w: rows are missing", unit, at, last, spec.ErrInput)
	case offline/spec.Gwei(per) > inc.total/slotsPerEpoch:
		return fmt.Errorf("offline_gwei %d: %w: more than is active in one %s", offline, spec.ErrInput, unit)
	case len(inc.offline)+per > maxSlots:
		return fmt.Errorf("%s %d: %w: more than %d slots", unit, at, spec.ErrInput, maxSlots)
	}
	return nil
}

// epoch is the place among the incident's epochs of a slot's, and epochs how many
// there are.
func (inc *incident) epoch(slot int) int { return (slot + int(inc.first)) / slotsPerEpoch }
func (inc *incident) epochs() int        { return inc.epoch(len(inc.offline)-1) + 1 }

// online is the balance that took part in each epoch. Where the series has not all
// slots of an epoch, the others are taken to be like those that it has.
func (inc *incident) online() []spec.Gwei {
	offline, slots := make([]spec.Gwei, inc.epochs()), make([]spec.Gwei, inc.epochs())
	for i, g := range inc.offline {
		offline[inc.epoch(i)] += g
		slots[inc.epoch(i)]++
	}
	for e := range offline {
		whole, _ := u64.MulDiv(offline[e], slotsPerEpoch, slots[e]) // at most the total
		offline[e] = inc.total - min(inc.total, whole)
	}
	return offline
}
