package spec

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// known are the networks of this module: their names in the order in which they
// are listed, the preset, the root of their first validators, and the lines of
// their config.yaml that are not those of the preset's own network.
var known = [...]struct{ name, preset, root, config string }{
	// consensus-specs a08d8a6, configs/mainnet.yaml; the version of eip7716 from the
	// feature's specs/_features/eip7716/fork.md (PR 5452); eth-clients/mainnet 9df5a5b,
	// metadata/README.md.
	{"mainnet", "mainnet", "4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95", `
		GENESIS_FORK_VERSION: 0x00000000
		ALTAIR_FORK_VERSION: 0x01000000
		ALTAIR_FORK_EPOCH: 74240
		BELLATRIX_FORK_VERSION: 0x02000000
		BELLATRIX_FORK_EPOCH: 144896
		CAPELLA_FORK_VERSION: 0x03000000
		CAPELLA_FORK_EPOCH: 194048
		DENEB_FORK_VERSION: 0x04000000
		DENEB_FORK_EPOCH: 269568
		ELECTRA_FORK_VERSION: 0x05000000
		ELECTRA_FORK_EPOCH: 364032
		FULU_FORK_VERSION: 0x06000000
		FULU_FORK_EPOCH: 411392
		GLOAS_FORK_VERSION: 0x07000000
		HEZE_FORK_VERSION: 0x08000000
		EIP7716_FORK_VERSION: 0x77160000`},
	// eth-clients/sepolia 129de38, metadata/config.yaml; fulu and gloas from
	// sigp/lighthouse 09f4e25, common/eth2_network_config/built_in_network_configs.
	{"sepolia", "mainnet", "d8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078", `
		GENESIS_FORK_VERSION: 0x90000069
		ALTAIR_FORK_VERSION: 0x90000070
		ALTAIR_FORK_EPOCH: 50
		BELLATRIX_FORK_VERSION: 0x90000071
		BELLATRIX_FORK_EPOCH: 100
		CAPELLA_FORK_VERSION: 0x90000072
		CAPELLA_FORK_EPOCH: 56832
		DENEB_FORK_VERSION: 0x90000073
		DENEB_FORK_EPOCH: 132608
		ELECTRA_FORK_VERSION: 0x90000074
		ELECTRA_FORK_EPOCH: 222464
		FULU_FORK_VERSION: 0x90000075
		FULU_FORK_EPOCH: 272640
		GLOAS_FORK_VERSION: 0x90000076`},
	// eth-clients/holesky 8aec65f, metadata/config.yaml and README.md.
	{"holesky", "mainnet", "9143aa7c615a7f7115e2b6aac319c03529df8242ae705fba9df39b79c59fa8b1", `
		GENESIS_FORK_VERSION: 0x01017000
		ALTAIR_FORK_VERSION: 0x02017000
		ALTAIR_FORK_EPOCH: 0
		BELLATRIX_FORK_VERSION: 0x03017000
		BELLATRIX_FORK_EPOCH: 0
		CAPELLA_FORK_VERSION: 0x04017000
		CAPELLA_FORK_EPOCH: 256
		DENEB_FORK_VERSION: 0x05017000
		DENEB_FORK_EPOCH: 29696
		ELECTRA_FORK_VERSION: 0x06017000
		ELECTRA_FORK_EPOCH: 115968
		FULU_FORK_VERSION: 0x07017000
		FULU_FORK_EPOCH: 165120
		EJECTION_BALANCE: 28000000000`},
	// eth-clients/hoodi 7f71638, metadata/config.yaml and
	// genesis_validators_root.txt; fulu and gloas from sigp/lighthouse 044b604.
	{"hoodi", "mainnet", "212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f", `
		GENESIS_FORK_VERSION: 0x10000910
		ALTAIR_FORK_VERSION: 0x20000910
		ALTAIR_FORK_EPOCH: 0
		BELLATRIX_FORK_VERSION: 0x30000910
		BELLATRIX_FORK_EPOCH: 0
		CAPELLA_FORK_VERSION: 0x40000910
		CAPELLA_FORK_EPOCH: 0
		DENEB_FORK_VERSION: 0x50000910
		DENEB_FORK_EPOCH: 0
		ELECTRA_FORK_VERSION: 0x60000910
		ELECTRA_FORK_EPOCH: 2048
		FULU_FORK_VERSION: 0x70000910
		FULU_FORK_EPOCH: 50688
		GLOAS_FORK_VERSION: 0x80000910`},
	// gnosischain/configs b88a0a8, mainnet/config.yaml; gloas from sigp/lighthouse
	// 09f4e25.
	{"gnosis", "gnosis", "f5dcb5564e829aab27264b9becd5dfaa017085611224cb3036f573368dbb9d47", `
		GENESIS_FORK_VERSION: 0x00000064
		ALTAIR_FORK_VERSION: 0x01000064
		ALTAIR_FORK_EPOCH: 512
		BELLATRIX_FORK_VERSION: 0x02000064
		BELLATRIX_FORK_EPOCH: 385536
		CAPELLA_FORK_VERSION: 0x03000064
		CAPELLA_FORK_EPOCH: 648704
		DENEB_FORK_VERSION: 0x04000064
		DENEB_FORK_EPOCH: 889856
		ELECTRA_FORK_VERSION: 0x05000064
		ELECTRA_FORK_EPOCH: 1337856
		FULU_FORK_VERSION: 0x06000064
		FULU_FORK_EPOCH: 1714688
		GLOAS_FORK_VERSION: 0x07000064`},
	// gnosischain/configs b88a0a8, chiado/config.yaml.
	{"chiado", "gnosis", "9d642dac73058fbf39c0ae41ab1e34e4d889043cb199851ded7095bc99eb4c1e", `
		GENESIS_FORK_VERSION: 0x0000006f
		ALTAIR_FORK_VERSION: 0x0100006f
		ALTAIR_FORK_EPOCH: 90
		BELLATRIX_FORK_VERSION: 0x0200006f
		BELLATRIX_FORK_EPOCH: 180
		CAPELLA_FORK_VERSION: 0x0300006f
		CAPELLA_FORK_EPOCH: 244224
		DENEB_FORK_VERSION: 0x0400006f
		DENEB_FORK_EPOCH: 516608
		ELECTRA_FORK_VERSION: 0x0500006f
		ELECTRA_FORK_EPOCH: 948224
		FULU_FORK_VERSION: 0x0600006f
		FULU_FORK_EPOCH: 1353216`},
	// The network of the official fixtures: consensus-specs a08d8a6,
	// configs/minimal.yaml, and the version of eip7716 from these fixtures.
	{"minimal", "minimal", "", `
		GENESIS_FORK_VERSION: 0x00000001
		ALTAIR_FORK_VERSION: 0x01000001
		BELLATRIX_FORK_VERSION: 0x02000001
		CAPELLA_FORK_VERSION: 0x03000001
		DENEB_FORK_VERSION: 0x04000001
		ELECTRA_FORK_VERSION: 0x05000001
		FULU_FORK_VERSION: 0x06000001
		GLOAS_FORK_VERSION: 0x07000001
		HEZE_FORK_VERSION: 0x08000001
		EIP7716_FORK_VERSION: 0x77160001`},
}

// NetworkNames are the names that [NetworkNamed] knows.
func NetworkNames() []string {
	names := make([]string, len(known))
	for i := range known {
		names[i] = known[i].name
	}
	return names
}

// NetworkNamed returns a network by its name: mainnet, sepolia, holesky, hoodi,
// gnosis, chiado, or minimal, which is that of the official fixtures. The result
// is the caller's own. Another name gives [ErrUnknown], as [UnknownName] says it.
func NetworkNamed(name string) (*Network, error) {
	for i := range known {
		if known[i].name == name {
			return build(i)
		}
	}
	return nil, UnknownName("network", name, NetworkNames())
}

// build makes one of the known networks.
func build(i int) (*Network, error) {
	k := &known[i]
	n, err := NewNetwork(k.name, k.preset)
	if err != nil {
		return nil, err
	}
	if _, err := hex.Decode(n.GenesisValidatorsRoot[:], []byte(k.root)); err != nil {
		return nil, fmt.Errorf("%s: %w", k.name, err)
	}
	for line := range strings.Lines(k.config) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		if _, err := n.Set(key, value); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return n, nil
}

// NewNetwork returns a network without forks, which has the constants of a preset
// and of the configuration that the preset's own network has: mainnet, minimal or
// gnosis. Another preset gives [ErrUnknown].
func NewNetwork(name, preset string) (*Network, error) {
	base, err := ParsePreset(preset)
	if err != nil {
		return nil, err
	}
	n := EmptyNetwork(name, preset)
	for i := range constants {
		c := &constants[i]
		if n.values[i] = [presetCount]uint64{c.mainnet, c.minimal, c.gnosis}[base]; n.values[i] == 0 {
			n.values[i] = c.mainnet
		}
	}
	return n, nil
}

// EmptyNetwork returns a network without forks and without constants, for a preset
// that this module does not know: every one must be [Network.Set] before
// [Network.Params] gives those of a fork.
func EmptyNetwork(name, preset string) *Network {
	n := &Network{Name: name, Preset: preset}
	for f := range n.epochs {
		n.epochs[f] = FarFutureEpoch
	}
	for i := range n.values {
		n.values[i] = unpublished
	}
	return n
}

// NetworkOf recognises a state's network and fork by its fork version, as
// [Network.ForkOf] does, among those that this module knows. root is the state's
// genesis validators root.
//
// A version of no network gives [ErrUnknown]; the message names the network whose
// root it is, if any. A root of another network than the version's gives
// [ErrInput]; a root that is no network's does not count against the version, since
// fixtures and built states have their own.
func NetworkOf(v ForkVersion, root [32]byte) (n *Network, fork Fork, phase0 bool, err error) {
	chain := ""
	for i := range known {
		other, err := build(i)
		if err != nil {
			return nil, 0, false, err
		}
		if other.GenesisValidatorsRoot == root && root != ([32]byte{}) {
			chain = other.Name
		}
		if f, p, ok := other.ForkOf(v); ok {
			n, fork, phase0 = other, f, p
		}
	}
	switch {
	case n == nil && chain != "":
		return nil, 0, false, Atf("fork.current_version", -1, ErrUnknown, "%v, though genesis_validators_root is that of %s: a fork after those known here?", v, chain)
	case n == nil:
		return nil, 0, false, Atf("fork.current_version", -1, ErrUnknown, "%v is of none of the networks %s", v, strings.Join(NetworkNames(), ", "))
	case chain != "" && chain != n.Name && n.GenesisValidatorsRoot != ([32]byte{}):
		return nil, 0, false, Atf("fork.current_version", -1, ErrInput, "%v is of %s, genesis_validators_root of %s", v, n.Name, chain)
	}
	return n, fork, phase0, nil
}
