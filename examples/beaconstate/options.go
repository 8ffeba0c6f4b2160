package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// check resolves names and refuses what no run can mean.
func (o *options) check(mechanism, compare string) error {
	names := []struct{ flag, name string }{{"-mechanism", mechanism}, {"-compare", compare}}
	if compare == "" {
		names = names[:1]
	}
	for _, n := range names {
		rule, err := penalty.RuleNamed(n.name)
		if err != nil {
			return badUsage("%s: %v", n.flag, err)
		}
		o.rules = append(o.rules, rule)
	}
	if len(o.rules) == 2 && o.rules[0].FullName() == o.rules[1].FullName() {
		return badUsage("-compare: %s with itself", compare)
	}
	if o.fork != "" && o.fork != phase0 {
		if _, err := spec.ParseFork(o.fork); err != nil {
			return badUsage("-fork: %v", err)
		}
	}
	if o.preset != "" {
		if _, err := spec.ParsePreset(o.preset); err != nil {
			return badUsage("-preset: %v", err)
		}
	}
	switch {
	case o.epochs == 0 || o.epochs > maxEpochs:
		return badUsage("-epochs %d: not 1 to %d", o.epochs, maxEpochs)
	case o.delay == 0:
		return badUsage("-finality-delay 0: the current epoch is never final")
	case o.file == "" && o.fork == phase0:
		return badUsage("-fork phase0: there is no state to upgrade")
	case strings.HasSuffix(o.out, ".gz") || strings.HasSuffix(o.out, "_snappy"):
		return badUsage("-out %s: it writes raw SSZ", o.out)
	}
	return nil
}

// phase0 is the fork before those that package spec knows.
const phase0 = "phase0"

// share is a part of a whole, 0 to 1.
type share float64

// parseShare reads 0.1 or 10%; ok is false for what is no number.
func parseShare(s string) (v share, ok bool, err error) {
	number, percent := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, false, fmt.Errorf("share %q: %w", s, spec.ErrInput)
	}
	if percent {
		f /= 100
	}
	if !(f >= 0 && f <= 1) {
		return 0, true, fmt.Errorf("share %q: %w: not from 0 to 1", s, spec.ErrInput)
	}
	return share(f), true, nil
}

// Set implements [flag.Value].
func (s *share) Set(text string) error {
	v, _, err := parseShare(text)
	*s = v
	return err
}

// String implements [flag.Value].
func (s *share) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 64) }

// of is the part of an amount, floored.
func (s share) of(amount spec.Gwei) spec.Gwei {
	const parts = 1 << 20
	return amount / parts * spec.Gwei(float64(s)*parts)
}
