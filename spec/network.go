package spec

import (
	"fmt"
	"iter"
	"strings"

	"github.com/stakesim/stakesim/spec/u64"
)

// Network is what tells one chain from another: the versions and epochs of its
// forks, and its constants before a fork is chosen. It is a plain value: a copy
// can be changed with [Network.Set] without a trace in the original.
//
// [NetworkNamed] gives those that this module knows; package config of this
// folder reads others from the files that clients ship.
type Network struct {
	Name   string // CONFIG_NAME, such as "sepolia"
	Preset string // PRESET_BASE: the name of the preset whose sizes it has
	// GenesisForkVersion is that of phase0.
	GenesisForkVersion ForkVersion
	// GenesisValidatorsRoot identifies the chain in its states; zero where it is
	// not known.
	GenesisValidatorsRoot [32]byte

	versions [forkCount]ForkVersion // zero: none
	epochs   [forkCount]Epoch       // FarFutureEpoch: not scheduled
	values   [len(constants)]uint64
}

// ForkVersion returns the version of a fork; false where the network has not
// assigned one.
func (n *Network) ForkVersion(f Fork) (ForkVersion, bool) {
	if n == nil || f >= forkCount || n.versions[f] == (ForkVersion{}) {
		return ForkVersion{}, false
	}
	return n.versions[f], true
}

// ForkEpoch returns the first epoch of a fork, [FarFutureEpoch] for one that is
// not scheduled.
func (n *Network) ForkEpoch(f Fork) Epoch {
	if n == nil || f >= forkCount {
		return FarFutureEpoch
	}
	return n.epochs[f]
}

// ForkOf finds the fork of a version. phase0 is true, and the fork without
// meaning, for the version of phase0; ok is false for the version of another
// network.
func (n *Network) ForkOf(v ForkVersion) (fork Fork, phase0, ok bool) {
	if n == nil {
		return 0, false, false
	}
	for f, own := range n.versions {
		if own == v && own != (ForkVersion{}) {
			return Fork(f), false, true
		}
	}
	return 0, true, v == n.GenesisForkVersion && n.HasVersions()
}

// HasVersions reports whether the network has assigned a version to any fork; one
// without is a set of constants only.
func (n *Network) HasVersions() bool {
	return n != nil && (n.versions != [forkCount]ForkVersion{} || n.GenesisForkVersion != ForkVersion{})
}

// Params resolves the constants for a fork. An unknown fork, and one for which the
// network has not published a constant, gives [ErrUnknown]; constants that no
// transition could use give what [Params.Validate] says.
func (n *Network) Params(f Fork) (Params, error) {
	if n == nil {
		return Params{}, Atf("network", -1, ErrInput, "none")
	}
	if f >= forkCount {
		return Params{}, fmt.Errorf("%v: %w", f, ErrUnknown)
	}
	p := Params{Network: n.Name, Fork: f, ForkVersion: n.versions[f], SlashingPerIncrement: f >= Electra}
	p.GenesisForkVersion = n.GenesisForkVersion
	for i := range constants {
		c := &constants[i]
		if !c.applies(f) {
			continue
		}
		if n.values[i] == unpublished {
			return Params{}, fmt.Errorf("%s has not all constants of %v: %w", n.Name, f, At(c.name, -1, ErrUnknown))
		}
		*c.of(&p) = n.values[i]
	}
	if f < Electra {
		p.MaxEffectiveBalanceCompounding = p.MaxEffectiveBalance
	}
	if err := p.Validate(); err != nil {
		return Params{}, fmt.Errorf("%s %v: %w", n.Name, f, err)
	}
	return p, nil
}

// Constant returns the value of a constant by its name in preset and
// configuration files; false for a name that no transition reads, and for a value
// that the network has not published.
func (n *Network) Constant(name string) (uint64, bool) {
	i := constantNamed(name)
	if n == nil || i < 0 || n.values[i] == unpublished {
		return 0, false
	}
	return n.values[i], true
}

// Constants ranges over the names of all constants that a transition reads, and
// their values, in the order of the specification's files. Values that the network
// has not published are left out.
func (n *Network) Constants() iter.Seq2[string, uint64] {
	if n == nil {
		n = EmptyNetwork("", "")
	}
	values := n.values
	return func(yield func(string, uint64) bool) {
		for i := range constants {
			if values[i] != unpublished && !yield(constants[i].name, values[i]) {
				return
			}
		}
	}
}

// InPreset says whether the constant of that name is one of a preset, which sizes
// states and is not in a network's config.yaml.
func InPreset(name string) bool {
	i := constantNamed(name)
	return i >= 0 && constants[i].preset
}

// Set gives a key of a preset or configuration file its value, as it stands in the
// file: CONFIG_NAME, PRESET_BASE, the version and epoch of a fork, or a constant.
// known is false for a key that no transition reads. A value that the key cannot
// have wraps [ErrInput] in a [FieldError], and leaves n as it was.
func (n *Network) Set(key, value string) (known bool, err error) {
	if n == nil {
		return false, Atf("network", -1, ErrInput, "none")
	}
	switch key {
	case "CONFIG_NAME":
		return true, setName(key, value, &n.Name)
	case "PRESET_BASE":
		return true, setName(key, value, &n.Preset)
	case "GENESIS_FORK_VERSION":
		return true, setVersion(key, value, &n.GenesisForkVersion)
	case "SECONDS_PER_SLOT":
		return true, n.setSeconds(key, value)
	}
	if name, ok := strings.CutSuffix(key, "_FORK_VERSION"); ok {
		if f, err := ParseFork(strings.ToLower(name)); err == nil {
			return true, setVersion(key, value, &n.versions[f])
		}
		return false, nil
	}
	if name, ok := strings.CutSuffix(key, "_FORK_EPOCH"); ok {
		if f, err := ParseFork(strings.ToLower(name)); err == nil {
			return true, setNumber(key, value, uint64(FarFutureEpoch), (*uint64)(&n.epochs[f]))
		}
		return false, nil
	}
	if want, ok := fixed[key]; ok {
		got := want
		if err := setNumber(key, value, unpublished, &got); err != nil || got == want {
			return true, err
		}
		return true, Atf(key, -1, ErrInput, "%d: this module computes with %d", got, want)
	}
	i := constantNamed(key)
	if i < 0 {
		return false, nil
	}
	return true, setNumber(key, value, unpublished-1, &n.values[i])
}

// setSeconds sets the length of a slot.
func (n *Network) setSeconds(key, value string) error {
	var seconds uint64
	if err := setNumber(key, value, maxSmall/1000, &seconds); err != nil {
		return err
	}
	n.values[constantNamed(slotDuration)] = 1000 * seconds
	return nil
}

func setNumber(key, value string, most uint64, to *uint64) error {
	v, err := u64.Parse[uint64](value)
	if err != nil {
		return Atf(key, -1, ErrInput, "%.40q is no number of 64 bits", value)
	}
	if v > most {
		return Atf(key, -1, ErrInput, "%d above %d", v, most)
	}
	*to = v
	return nil
}

func setVersion(key, value string, to *ForkVersion) error {
	v, err := ParseForkVersion(value)
	if err != nil {
		return At(key, -1, err)
	}
	*to = v
	return nil
}

// maxName bounds the name of a network.
const maxName = 64

// setName sets a name of letters, digits and - _ . that a line can show.
func setName(key, value string, to *string) error {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
	}
	if value == "" || len(value) > maxName || strings.ContainsFunc(value, func(r rune) bool { return !plain(r) }) {
		return Atf(key, -1, ErrInput, "%.40q: want 1 to %d letters, digits, - _ or .", value, maxName)
	}
	*to = value
	return nil
}
