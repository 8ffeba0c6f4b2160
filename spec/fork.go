package spec

import "fmt"

// Fork names a fork of the consensus layer, in chain order. EIP7716 is the
// feature fork of the anti-correlation penalties; the public specification
// builds it on heze.
type Fork uint8

// The forks that this module knows.
const (
	Altair Fork = iota
	Bellatrix
	Capella
	Deneb
	Electra
	Fulu
	Gloas
	Heze
	EIP7716
	forkCount
)

var forkNames = [forkCount]string{
	"altair", "bellatrix", "capella", "deneb", "electra", "fulu", "gloas", "heze", "eip7716",
}

// Forks returns all forks in chain order.
func Forks() []Fork {
	forks := make([]Fork, forkCount)
	for i := range forks {
		forks[i] = Fork(i)
	}
	return forks
}

// String returns the name used in fixture paths, such as "electra".
func (f Fork) String() string {
	if f >= forkCount {
		return fmt.Sprintf("fork(%d)", uint8(f))
	}
	return forkNames[f]
}

// ParseFork is the inverse of [Fork.String]; other names give [ErrUnknown].
func ParseFork(name string) (Fork, error) {
	for i, n := range forkNames {
		if n == name {
			return Fork(i), nil
		}
	}
	return 0, fmt.Errorf("fork %q: %w (one of %v)", name, ErrUnknown, forkNames)
}

// Preset names a set of sizes, and the configuration of the network that has the
// same name: the main network's, the small one of tests, or that of Gnosis.
type Preset uint8

// The presets that this module knows.
const (
	Mainnet Preset = iota
	Minimal
	Gnosis
	presetCount
)

var presetNames = [presetCount]string{"mainnet", "minimal", "gnosis"}

// String returns the name used in fixture paths.
func (p Preset) String() string {
	if p >= presetCount {
		return fmt.Sprintf("preset(%d)", uint8(p))
	}
	return presetNames[p]
}

// ParsePreset is the inverse of [Preset.String]; other names give [ErrUnknown].
func ParsePreset(name string) (Preset, error) {
	for i, n := range presetNames {
		if n == name {
			return Preset(i), nil
		}
	}
	return 0, fmt.Errorf("preset %q: %w (one of %v)", name, ErrUnknown, presetNames)
}
