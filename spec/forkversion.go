package spec

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// ForkVersion is the four bytes by which a network names one of its forks: the
// current version in the fork of its states.
type ForkVersion [4]byte

// String is the form of configuration files, such as "0x01000064".
func (v ForkVersion) String() string { return "0x" + hex.EncodeToString(v[:]) }

// ParseForkVersion is the inverse of [ForkVersion.String]; digits may be upper
// case. Anything else wraps [ErrInput].
func ParseForkVersion(s string) (v ForkVersion, err error) {
	digits, ok := strings.CutPrefix(s, "0x")
	if b, err := hex.DecodeString(digits); ok && err == nil && len(b) == len(v) {
		copy(v[:], b)
		return v, nil
	}
	return v, fmt.Errorf("fork version %.40q: %w: want 0x and 8 digits", s, ErrInput)
}
