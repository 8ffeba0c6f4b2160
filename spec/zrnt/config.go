package zrnt

import (
	"reflect"
	"strings"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/configs"

	"github.com/stakesim/stakesim/spec"
)

// Config returns zrnt's constants with those of a network in their place, where
// zrnt has them: every constant that a transition reads, and the versions and
// epochs of its forks. The rest is zrnt's own for mainnet, or for minimal. No
// network gives [spec.ErrInput].
func Config(n *spec.Network) (*common.Spec, error) {
	if n == nil {
		return nil, spec.Atf("network", -1, spec.ErrInput, "none")
	}
	c := *configs.Mainnet
	if n.Preset == spec.Minimal.String() {
		c = *configs.Minimal
	}
	c.CONFIG_NAME, c.PRESET_BASE = n.Name, n.Preset
	c.GENESIS_FORK_VERSION = common.Version(n.GenesisForkVersion)
	fields := reflect.ValueOf(&c).Elem()
	for name, v := range n.Constants() {
		if name == "SLOT_DURATION_MS" {
			name, v = "SECONDS_PER_SLOT", v/1000
		}
		if f := fields.FieldByName(name); f.IsValid() {
			f.SetUint(v)
		}
	}
	for _, fork := range spec.Forks() {
		name := strings.ToUpper(fork.String())
		if f := fields.FieldByName(name + "_FORK_VERSION"); f.IsValid() {
			v, _ := n.ForkVersion(fork)
			f.Set(reflect.ValueOf(common.Version(v)))
			fields.FieldByName(name + "_FORK_EPOCH").SetUint(uint64(n.ForkEpoch(fork)))
		}
	}
	return &c, nil
}
