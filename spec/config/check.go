package config

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// custom is the name of a network whose files have none.
const custom = "custom"

// base is the network of the preset on which the files build.
func (all *entries) base() (*spec.Network, error) {
	preset := all.at["PRESET_BASE"]
	if preset == nil {
		return nil, spec.Atf("PRESET_BASE", -1, spec.ErrInput, "not there: is this the config.yaml of a network?")
	}
	n, err := spec.NewNetwork(custom, preset.value)
	if err == nil {
		return n, nil
	}
	for key := range all.at {
		if spec.InPreset(key) {
			return spec.EmptyNetwork(custom, preset.value), nil
		}
	}
	return nil, preset.fault(fmt.Errorf("%w: give the files of that preset, too", err))
}

// The two names of the length of a slot.
const (
	seconds      = "SECONDS_PER_SLOT"
	slotDuration = "SLOT_DURATION_MS"
)

// check compares what must agree, and tries the constants of every fork that has a
// version. A fork that is not scheduled may lack some.
func (all *entries) check(n *spec.Network) error {
	if err := all.checkClock(); err != nil {
		return err
	}
	for _, fork := range spec.Forks() {
		_, named := n.ForkVersion(fork)
		scheduled := n.ForkEpoch(fork) != spec.FarFutureEpoch
		if _, err := n.Params(fork); err != nil && (scheduled || named && !errors.Is(err, spec.ErrUnknown)) {
			return all.place(err)
		}
	}
	return all.checkVersions(n)
}

// place puts the file and line of a constant before an error about it.
func (all *entries) place(err error) error {
	var field *spec.FieldError
	if !errors.As(err, &field) {
		return err
	}
	for _, key := range []string{field.Field, field.Field + "_BELLATRIX", field.Field + "_ALTAIR", seconds} {
		if e := all.at[key]; e != nil && (key != seconds || field.Field == slotDuration) {
			return e.fault(err)
		}
	}
	return err
}

func (all *entries) checkClock() error {
	if s, ms := all.at[seconds], all.at[slotDuration]; s != nil && ms != nil {
		v, _ := u64.Parse[uint64](s.value) // both were set, so they are numbers
		if m, _ := u64.Parse[uint64](ms.value); m != 1000*v {
			return ms.fault(spec.Atf(slotDuration, -1, spec.ErrInput, "%s, where %s in %s is %s", ms.value, seconds, s.where(), s.value))
		}
	}
	return nil
}

// checkVersions makes sure that a version names one fork.
func (all *entries) checkVersions(n *spec.Network) error {
	seen := map[spec.ForkVersion]string{}
	if all.at["GENESIS_FORK_VERSION"] != nil {
		seen[n.GenesisForkVersion] = "genesis"
	}
	for _, fork := range spec.Forks() {
		v, ok := n.ForkVersion(fork)
		if !ok {
			continue
		}
		if other := seen[v]; other != "" {
			return spec.Atf("fork versions", -1, spec.ErrInput, "%v is that of %v and of %s", v, fork, other)
		}
		seen[v] = fork.String()
	}
	return nil
}
