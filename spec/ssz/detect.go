package ssz

import (
	"errors"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec"
)

// Where a state of any fork says what it is.
const (
	rootAt         = 8
	versionAt      = 8 + 32 + 8 + 4 // behind the previous version
	identitySize   = versionAt + 4
	currentVersion = "fork.current_version"
)

// Identity is what a state says of the chain that it belongs to.
type Identity struct {
	ForkVersion           spec.ForkVersion
	GenesisValidatorsRoot [32]byte
}

// ReadIdentity reads the identity from the first bytes of a state of any fork,
// phase0 included. A source that has fewer gives [spec.ErrInput].
func ReadIdentity(r io.ReaderAt) (id Identity, err error) {
	if r == nil {
		return id, spec.Atf("state", -1, spec.ErrInput, "no source")
	}
	var b [identitySize]byte
	if n, err := r.ReadAt(b[:], 0); n < len(b) {
		return id, spec.Atf(currentVersion, -1, spec.ErrInput, "byte %d: %v", n, err)
	}
	copy(id.GenesisValidatorsRoot[:], b[rootAt:])
	copy(id.ForkVersion[:], b[versionAt:])
	return id, nil
}

// ErrPhase0 marks a state of the fork before altair, which has none of the
// columns of this module.
var ErrPhase0 = fmt.Errorf("phase0, before the first fork of this module: %w", spec.ErrUnknown)

// Detect opens a state of a network that this module knows, by the fork version
// that it states: see [spec.NetworkOf] for versions that are refused. A state with
// heze's version and the layout of eip7716 is one of eip7716. A phase0 state gives
// [ErrPhase0]; other errors are those of [Open].
func Detect(r io.ReaderAt, size int64) (*State, error) {
	id, err := ReadIdentity(r)
	if err != nil {
		return nil, err
	}
	n, fork, phase0, err := spec.NetworkOf(id.ForkVersion, id.GenesisValidatorsRoot)
	if err != nil {
		return nil, err
	}
	return openFork(r, size, n, fork, phase0)
}

// DetectIn opens a state that the caller says to be of a network, of which it
// finds the fork: by the fork version where the network has that, else, as for a
// development network with the constants of a known one, by the layout. The
// version of another known network gives [spec.ErrInput]; errors are otherwise
// those of [Detect].
func DetectIn(r io.ReaderAt, size int64, n *spec.Network) (*State, error) {
	if n == nil {
		return nil, spec.Atf("network", -1, spec.ErrInput, "none")
	}
	id, err := ReadIdentity(r)
	if err != nil {
		return nil, err
	}
	if fork, phase0, ok := n.ForkOf(id.ForkVersion); ok {
		return openFork(r, size, n, fork, phase0)
	}
	if err := id.contradicts(n); err != nil {
		return nil, err
	}
	var faults []error
	for _, fork := range spec.Forks() {
		s, err := openFork(r, size, n, fork, false)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, spec.ErrUnknown) { // else constants that are not published
			faults = append(faults, err)
		}
	}
	return nil, fmt.Errorf("no fork of %s has this layout: %w", n.Name, errors.Join(faults...))
}

// contradicts refuses the fork version of another network, unless it is zero,
// which is what states have that no client made, or n has no versions to compare.
func (id Identity) contradicts(n *spec.Network) error {
	if id.ForkVersion == (spec.ForkVersion{}) || !n.HasVersions() {
		return nil
	}
	other, _, _, err := spec.NetworkOf(id.ForkVersion, [32]byte{})
	if err != nil {
		return nil
	}
	return spec.Atf(currentVersion, -1, spec.ErrInput, "%v is of %s, not of %s", id.ForkVersion, other.Name, n.Name)
}

func openFork(r io.ReaderAt, size int64, n *spec.Network, fork spec.Fork, phase0 bool) (*State, error) {
	if phase0 {
		return nil, fmt.Errorf("%s state: %w", n.Name, ErrPhase0)
	}
	p, err := n.Params(fork)
	if err != nil {
		return nil, err
	}
	s, err := Open(r, size, &p)
	if feature, ok := features[fork]; ok && errors.Is(err, spec.ErrInput) {
		if p, err := n.Params(feature); err == nil {
			if s, err := Open(r, size, &p); err == nil {
				return s, nil
			}
		}
	}
	return s, err
}

// features are forks that states enter under the version of the fork before them,
// as those do that the specification's tests of a feature are made of; their layout
// tells them apart.
var features = map[spec.Fork]spec.Fork{spec.Heze: spec.EIP7716}
