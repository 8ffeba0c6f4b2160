package spec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func network(t testing.TB, name string) *spec.Network {
	n, err := spec.NetworkNamed(name)
	require.NoError(t, err)
	return n
}

const never = 1<<64 - 1

// The figures of eth-clients/{mainnet,sepolia,holesky,hoodi},
// gnosischain/configs and consensus-specs' configs, read by hand.
func TestEveryNetworkHasTheForksOfItsConfiguration(t *testing.T) {
	for _, c := range []struct {
		name, genesis, altair, deneb, fulu string
		epochs                             [6]uint64 // altair to fulu
	}{
		{"mainnet", "0x00000000", "0x01000000", "0x04000000", "0x06000000", [6]uint64{74240, 144896, 194048, 269568, 364032, 411392}},
		{"sepolia", "0x90000069", "0x90000070", "0x90000073", "0x90000075", [6]uint64{50, 100, 56832, 132608, 222464, 272640}},
		{"holesky", "0x01017000", "0x02017000", "0x05017000", "0x07017000", [6]uint64{0, 0, 256, 29696, 115968, 165120}},
		{"hoodi", "0x10000910", "0x20000910", "0x50000910", "0x70000910", [6]uint64{0, 0, 0, 0, 2048, 50688}},
		{"gnosis", "0x00000064", "0x01000064", "0x04000064", "0x06000064", [6]uint64{512, 385536, 648704, 889856, 1337856, 1714688}},
		{"chiado", "0x0000006f", "0x0100006f", "0x0400006f", "0x0600006f", [6]uint64{90, 180, 244224, 516608, 948224, 1353216}},
		{"minimal", "0x00000001", "0x01000001", "0x04000001", "0x06000001", [6]uint64{never, never, never, never, never, never}},
	} {
		n := network(t, c.name)
		require.Equal(t, c.genesis, n.GenesisForkVersion.String(), c.name)
		for fork, want := range map[spec.Fork]string{spec.Altair: c.altair, spec.Deneb: c.deneb, spec.Fulu: c.fulu} {
			v, ok := n.ForkVersion(fork)
			require.True(t, ok)
			require.Equal(t, want, v.String(), "%s %v", c.name, fork)
		}
		for i, want := range c.epochs {
			require.EqualValues(t, want, n.ForkEpoch(spec.Fork(i)), "%s %v", c.name, spec.Fork(i))
		}
		require.EqualValues(t, spec.FarFutureEpoch, n.ForkEpoch(spec.Gloas), c.name)
	}
	require.Len(t, spec.NetworkNames(), 7, "a network is missing above")
}

func TestEveryNetworkHasTheConstantsOfItsConfiguration(t *testing.T) {
	type figures struct {
		slots, ms, factor, eject, churn, quotient, activations uint64
		exitChurn, syncPeriod, withdrawals                     uint64
	}
	mainnet := figures{32, 12_000, 64, 16e9, 4, 65536, 8, 256e9, 256, 16}
	holesky := mainnet
	holesky.eject = 28e9
	gnosis := figures{16, 5_000, 25, 16e9, 4, 4096, 2, 64e9, 512, 8}
	for name, want := range map[string]figures{
		"mainnet": mainnet, "sepolia": mainnet, "hoodi": mainnet, "holesky": holesky, "gnosis": gnosis, "chiado": gnosis,
		"minimal": {8, 6_000, 64, 16e9, 2, 32, 4, 128e9, 8, 4},
	} {
		p, err := network(t, name).Params(spec.Electra)
		require.NoError(t, err)
		require.Equal(t, name, p.Network)
		deneb, err := network(t, name).Params(spec.Deneb)
		require.NoError(t, err)
		require.Equal(t, want, figures{
			p.SlotsPerEpoch, p.SlotDurationMS, p.BaseRewardFactor, uint64(p.EjectionBalance), deneb.MinPerEpochChurnLimit, deneb.ChurnLimitQuotient,
			deneb.MaxPerEpochActivationChurnLimit, uint64(p.MaxPerEpochActivationExitChurnLimit), p.EpochsPerSyncCommitteePeriod, p.MaxWithdrawalsPerPayload,
		}, name)
	}
}

// The quotients of the specification's presets, fork by fork.
func TestSlashingQuotientsChangeWithTheirForks(t *testing.T) {
	for fork, want := range map[spec.Fork][2]uint64{
		spec.Altair: {64, 512}, spec.Bellatrix: {32, 512}, spec.Deneb: {32, 512}, spec.Electra: {4096, 4096}, spec.EIP7716: {4096, 4096},
	} {
		p := params(t, spec.Mainnet, fork)
		require.Equal(t, want, [2]uint64{p.MinSlashingPenaltyQuotient, p.WhistleblowerRewardQuotient}, fork)
	}
}

func TestConstantsOfLaterForksAreZeroAndNeverMissing(t *testing.T) {
	for _, fork := range spec.Forks() {
		p := params(t, spec.Mainnet, fork)
		require.Equal(t, fork >= spec.Deneb, p.MaxPerEpochActivationChurnLimit != 0, fork)
		require.Equal(t, fork >= spec.Electra, p.MinPerEpochChurnLimitElectra != 0, fork)
		require.Equal(t, fork >= spec.Gloas, p.ChurnLimitQuotientGloas != 0 && p.PTCSize != 0, fork)
	}
}

func TestEveryVersionNamesOneForkOfOneNetwork(t *testing.T) {
	seen := map[spec.ForkVersion]string{}
	for _, name := range spec.NetworkNames() {
		n := network(t, name)
		root := n.GenesisValidatorsRoot
		check := func(v spec.ForkVersion, fork spec.Fork, phase0 bool) {
			require.Empty(t, seen[v], "%v of %s", v, name)
			seen[v] = name
			found, f, p, err := spec.NetworkOf(v, root)
			require.NoError(t, err)
			require.Equal(t, name, found.Name)
			require.Equal(t, phase0, p)
			if !phase0 {
				require.Equal(t, fork, f)
			}
		}
		check(n.GenesisForkVersion, 0, true)
		for _, fork := range spec.Forks() {
			if v, ok := n.ForkVersion(fork); ok {
				check(v, fork, false)
			}
		}
	}
	require.Greater(t, len(seen), 50)
}

func TestAVersionThatIsNoNetworksIsRefused(t *testing.T) {
	sepolia, hoodi := network(t, "sepolia"), network(t, "hoodi")
	own, _ := sepolia.ForkVersion(spec.Electra)
	for name, c := range map[string]struct {
		version spec.ForkVersion
		root    [32]byte
		kind    error
		says    string
	}{
		"a development network's":       {spec.ForkVersion{0x60, 0x35, 0x50, 0x25}, [32]byte{1}, spec.ErrUnknown, "0x60355025 is of none of the networks mainnet, sepolia"},
		"a later fork of a known one":   {spec.ForkVersion{0x90, 0, 0, 0x7f}, sepolia.GenesisValidatorsRoot, spec.ErrUnknown, "is that of sepolia: a fork after those known here?"},
		"one network's, another's root": {own, hoodi.GenesisValidatorsRoot, spec.ErrInput, "0x90000074 is of sepolia, genesis_validators_root of hoodi"},
	} {
		_, _, _, err := spec.NetworkOf(c.version, c.root)
		require.ErrorIs(t, err, c.kind, name)
		require.ErrorContains(t, err, c.says, name)
	}
	n, fork, phase0, err := spec.NetworkOf(own, [32]byte{1}) // a root that is nobody's: fixtures have such
	require.NoError(t, err)
	require.Equal(t, "sepolia electra false", n.Name+" "+fork.String()+" "+map[bool]string{false: "false", true: "true"}[phase0])
}

func TestAnUnknownNetworkNameGetsTheNearest(t *testing.T) {
	for name, nearest := range map[string]string{
		"mainet": "mainnet", "Sepolia": "sepolia", "holeski": "holesky", "hodi": "hoodi", "gnosys": "gnosis", "chiadoo": "chiado",
		"minimum": "minimal",
	} {
		_, err := spec.NetworkNamed(name)
		require.ErrorIs(t, err, spec.ErrUnknown)
		require.ErrorContains(t, err, `one of mainnet, sepolia, holesky, hoodi, gnosis, chiado, minimal; did you mean "`+nearest+`"?`)
	}
}

func TestConstantsThatANetworkHasNotPublishedAreNotMadeUp(t *testing.T) {
	for _, name := range []string{"gnosis", "chiado"} {
		n := network(t, name)
		for _, fork := range spec.Forks() {
			_, err := n.Params(fork)
			require.Equal(t, fork >= spec.Gloas, errors.Is(err, spec.ErrUnknown), "%s %v: %v", name, fork, err)
		}
		_, ok := n.Constant("CHURN_LIMIT_QUOTIENT_GLOAS")
		require.False(t, ok)
		for key, value := range map[string]string{
			"CHURN_LIMIT_QUOTIENT_GLOAS": "2048", "CONSOLIDATION_CHURN_LIMIT_QUOTIENT": "4096", "MAX_PER_EPOCH_ACTIVATION_CHURN_LIMIT_GLOAS": "64000000000",
		} {
			known, err := n.Set(key, value)
			require.NoError(t, err)
			require.True(t, known)
		}
		p, err := n.Params(spec.Gloas)
		require.NoError(t, err)
		require.EqualValues(t, 2048, p.ChurnLimitQuotientGloas)
	}
}

func TestSettingAKeyChangesThatValueOnly(t *testing.T) {
	n := network(t, "mainnet")
	for key, value := range map[string]string{
		"CONFIG_NAME": "devnet-7", "SLOTS_PER_EPOCH": "16", "SECONDS_PER_SLOT": "6", "ELECTRA_FORK_VERSION": "0x60355025",
		"ELECTRA_FORK_EPOCH": "8", "INACTIVITY_PENALTY_QUOTIENT_BELLATRIX": "1000", "EFFECTIVE_BALANCE_INCREMENT": "1000000000",
	} {
		known, err := n.Set(key, value)
		require.NoError(t, err)
		require.True(t, known, key)
	}
	altair, err := n.Params(spec.Altair)
	require.NoError(t, err)
	p, err := n.Params(spec.Electra)
	require.NoError(t, err)
	want := params(t, spec.Mainnet, spec.Electra)
	want.Network, want.SlotsPerEpoch, want.SlotDurationMS = "devnet-7", 16, 6000
	want.ForkVersion, want.InactivityPenaltyQuotient = spec.ForkVersion{0x60, 0x35, 0x50, 0x25}, 1000
	require.Equal(t, want, p)
	require.EqualValues(t, 3<<24, altair.InactivityPenaltyQuotient)
	require.EqualValues(t, 8, n.ForkEpoch(spec.Electra))
	require.Equal(t, params(t, spec.Mainnet, spec.Electra), must(network(t, "mainnet").Params(spec.Electra)), "another copy is untouched")
	known, err := n.Set("DEPOSIT_CHAIN_ID", "not read at all")
	require.NoError(t, err)
	require.False(t, known)
	known, err = n.Set("EIP7805_FORK_EPOCH", "7")
	require.NoError(t, err)
	require.False(t, known, "a fork of others")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAValueThatAKeyCannotHaveIsRefusedAndChangesNothing(t *testing.T) {
	for key, values := range map[string][]string{
		"SLOTS_PER_EPOCH":             {"", "sixteen", "-1", "1e-3", "1.5", "0x10", "18446744073709551616"},
		"CHURN_LIMIT_QUOTIENT":        {"18446744073709551615"},
		"ALTAIR_FORK_VERSION":         {"", "0x01", "01000000", "0x0100000g", "0x0100000000"},
		"GENESIS_FORK_VERSION":        {"1"},
		"ELECTRA_FORK_EPOCH":          {"soon"},
		"SECONDS_PER_SLOT":            {"99999999999", ""},
		"CONFIG_NAME":                 {"", "a b", "\x1b[31m", strings.Repeat("n", 65)},
		"EFFECTIVE_BALANCE_INCREMENT": {"2000000000", "x"},
		"TIMELY_HEAD_WEIGHT":          {"13"},
		"PRESET_BASE":                 {"../etc"},
	} {
		for _, value := range values {
			n := network(t, "sepolia")
			before := *n
			known, err := n.Set(key, value)
			require.True(t, known, key)
			requireField(t, err, key, -1, spec.ErrInput)
			require.Equal(t, before, *n, "%s: %s", key, value)
		}
	}
}

func TestConstantsThatNoStateCanHaveAreRefused(t *testing.T) {
	for key, value := range map[string]string{
		"SLOTS_PER_EPOCH": "65", "SLOTS_PER_HISTORICAL_ROOT": "1048577", "EPOCHS_PER_HISTORICAL_VECTOR": "1048577", "SYNC_COMMITTEE_SIZE": "0",
		"EPOCHS_PER_ETH1_VOTING_PERIOD": "0", "SHUFFLE_ROUND_COUNT": "256", "MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA": "0", "MIN_SEED_LOOKAHEAD": "65",
	} {
		n := network(t, "mainnet")
		_, err := n.Set(key, value)
		require.NoError(t, err)
		_, err = n.Params(spec.Electra)
		requireField(t, err, key, -1, spec.ErrInput)
	}
	_, err := network(t, "mainnet").Params(99)
	require.ErrorIs(t, err, spec.ErrUnknown)
	_, err = new(spec.Network).Params(spec.Altair)
	require.ErrorIs(t, err, spec.ErrInput, "no constants at all")
}

func TestEveryConstantIsListedOnceAndFoundByItsName(t *testing.T) {
	var names []string
	n := network(t, "mainnet")
	for name, v := range n.Constants() {
		names = append(names, name)
		got, ok := n.Constant(name)
		require.True(t, ok)
		require.Equal(t, v, got)
	}
	require.Greater(t, len(names), 40)
	slices.Sort(names)
	require.Len(t, slices.Compact(slices.Clone(names)), len(names))
	require.True(t, spec.InPreset("SLOTS_PER_EPOCH"))
	require.False(t, spec.InPreset("CHURN_LIMIT_QUOTIENT"))
	require.False(t, spec.InPreset("DEPOSIT_CHAIN_ID"))
	for range n.Constants() {
		break
	}
	_, err := spec.NewNetwork("x", "goerli")
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.False(t, must(spec.NewNetwork("x", "mainnet")).HasVersions())
	require.EqualValues(t, spec.FarFutureEpoch, n.ForkEpoch(200))
	_, ok := n.ForkVersion(200)
	require.False(t, ok)
}
