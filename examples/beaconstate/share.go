package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

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
