package dataset

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Origin says of which network a failure list is. The zero value says nothing, as
// lists do that were written without it.
type Origin struct {
	Network       string // its name; at most [MaxNetworkName] bytes
	SlotsPerEpoch uint64 // 0 is not stated; at most [spec.MaxSlotsPerEpoch]
}

// MaxNetworkName bounds the name of a network in an [Origin].
const MaxNetworkName = 64

// Check holds an origin to what every list promises; anything else wraps
// [spec.ErrInput].
func (o Origin) Check() error {
	switch {
	case len(o.Network) > MaxNetworkName || strings.ContainsFunc(o.Network, func(r rune) bool { return r <= ' ' || r > '~' }):
		return spec.Atf("network", -1, spec.ErrInput, "%.80q: want up to %d letters, digits and signs", o.Network, MaxNetworkName)
	case o.SlotsPerEpoch > spec.MaxSlotsPerEpoch:
		return spec.Atf("SLOTS_PER_EPOCH", -1, spec.ErrInput, "%d above %d", o.SlotsPerEpoch, spec.MaxSlotsPerEpoch)
	}
	return nil
}

// Join is the origin of lists of both origins. Two that differ give a [Fault] of the
// file; one that says nothing goes with any.
func (o Origin) Join(file string, other Origin) (Origin, error) {
	joined := Origin{cmp.Or(o.Network, other.Network), cmp.Or(o.SlotsPerEpoch, other.SlotsPerEpoch)}
	if other.Network != "" && other.Network != joined.Network || other.SlotsPerEpoch != 0 && other.SlotsPerEpoch != joined.SlotsPerEpoch {
		return o, &Fault{File: file, Kind: OtherNetwork, Detail: fmt.Sprintf("%v, not %v", other, o)}
	}
	return joined, nil
}

// String is such as "gnosis with epochs of 16 slots".
func (o Origin) String() string {
	name := cmp.Or(o.Network, "a network without a name")
	if o.SlotsPerEpoch == 0 {
		return name
	}
	return fmt.Sprintf("%s with epochs of %d slots", name, o.SlotsPerEpoch)
}
