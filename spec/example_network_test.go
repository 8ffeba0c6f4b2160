package spec_test

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

func ExampleNetworkNamed() {
	n, err := spec.NetworkNamed("gnosis")
	fmt.Println(n.Name, n.Preset, n.GenesisForkVersion, err)
	_, err = spec.NetworkNamed("gnosys")
	fmt.Println(err)
	// Output:
	// gnosis gnosis 0x00000064 <nil>
	// network "gnosys": unknown name (one of mainnet, sepolia, holesky, hoodi, gnosis, chiado, minimal; did you mean "gnosis"?)
}

func ExampleNetworkNames() {
	fmt.Println(strings.Join(spec.NetworkNames(), " "))
	// Output: mainnet sepolia holesky hoodi gnosis chiado minimal
}

// gnosis is the network of the examples.
func gnosis() *spec.Network { return must(spec.NetworkNamed("gnosis")) }

func ExampleNetwork_Params() {
	p, err := gnosis().Params(spec.Altair)
	fmt.Println(p.Network, p.Fork, p.ForkVersion, p.SlotsPerEpoch, p.BaseRewardFactor, p.SlotDurationMS, err)
	// Output: gnosis altair 0x01000064 16 25 5000 <nil>
}

func ExampleNetwork_ForkVersion() {
	v, ok := gnosis().ForkVersion(spec.Deneb)
	fmt.Println(v, ok)
	_, ok = gnosis().ForkVersion(spec.Heze)
	fmt.Println(ok)
	// Output:
	// 0x04000064 true
	// false
}

func ExampleNetwork_ForkEpoch() {
	fmt.Println(gnosis().ForkEpoch(spec.Deneb), gnosis().ForkEpoch(spec.Gloas) == spec.FarFutureEpoch)
	// Output: 889856 true
}

func ExampleNetwork_ForkOf() {
	fork, phase0, ok := gnosis().ForkOf(spec.ForkVersion{5, 0, 0, 0x64})
	fmt.Println(fork, phase0, ok)
	_, _, ok = gnosis().ForkOf(spec.ForkVersion{5, 0, 0, 0})
	fmt.Println(ok)
	// Output:
	// electra false true
	// false
}

func ExampleNetwork_HasVersions() {
	constantsOnly, err := spec.NewNetwork("mine", "mainnet")
	fmt.Println(gnosis().HasVersions(), constantsOnly.HasVersions(), err)
	// Output: true false <nil>
}

func ExampleNetwork_Constant() {
	fmt.Println(gnosis().Constant("CHURN_LIMIT_QUOTIENT"))
	fmt.Println(gnosis().Constant("DEPOSIT_CHAIN_ID"))
	// Output:
	// 4096 true
	// 0 false
}

// What Gnosis has otherwise than the main network.
func ExampleNetwork_Constants() {
	mainnet, err := spec.NetworkNamed("mainnet")
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, v := range gnosis().Constants() {
		if other, _ := mainnet.Constant(name); other != v {
			fmt.Println(name, v)
		}
	}
	// Output:
	// SLOTS_PER_EPOCH 16
	// BASE_REWARD_FACTOR 25
	// EPOCHS_PER_SYNC_COMMITTEE_PERIOD 512
	// MAX_WITHDRAWALS_PER_PAYLOAD 8
	// SLOT_DURATION_MS 5000
	// CHURN_LIMIT_QUOTIENT 4096
	// MAX_PER_EPOCH_ACTIVATION_CHURN_LIMIT 2
	// MAX_PER_EPOCH_ACTIVATION_EXIT_CHURN_LIMIT 64000000000
}

func ExampleNetwork_Set() {
	n, err := spec.NewNetwork("devnet", "mainnet")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Set("ELECTRA_FORK_VERSION", "0x60355025"))
	fmt.Println(n.Set("DEPOSIT_CHAIN_ID", "1"))
	fmt.Println(n.Set("SLOTS_PER_EPOCH", "many"))
	// Output:
	// true <nil>
	// false <nil>
	// true SLOTS_PER_EPOCH: invalid input: "many" is no number of 64 bits
}

func ExampleNewNetwork() {
	n, err := spec.NewNetwork("devnet", "minimal")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := n.Params(spec.Deneb)
	fmt.Println(p.Network, p.SlotsPerEpoch, err)
	// Output: devnet 8 <nil>
}

func ExampleNetworkOf() {
	n, fork, phase0, err := spec.NetworkOf(spec.ForkVersion{5, 0, 0, 0x64}, [32]byte{})
	fmt.Println(n.Name, fork, phase0, err)
	// Output: gnosis electra false <nil>
}

func ExampleInPreset() {
	fmt.Println(spec.InPreset("SLOTS_PER_EPOCH"), spec.InPreset("EJECTION_BALANCE"))
	// Output: true false
}

func ExampleForkVersion() {
	fmt.Println(spec.ForkVersion{1, 0, 0, 0x64})
	// Output: 0x01000064
}

func ExampleForkVersion_String() {
	fmt.Println(spec.ForkVersion{0x90, 0, 0, 0x69}.String())
	// Output: 0x90000069
}

func ExampleParseForkVersion() {
	fmt.Println(spec.ParseForkVersion("0x90000069"))
	_, err := spec.ParseForkVersion("90000069")
	fmt.Println(err)
	// Output:
	// 0x90000069 <nil>
	// fork version "90000069": invalid input: want 0x and 8 digits
}

func ExampleEmptyNetwork() {
	n := spec.EmptyNetwork("devnet", "tiny")
	_, err := n.Params(spec.Deneb)
	fmt.Println(err)
	// Output: devnet has not all constants of deneb: MAX_COMMITTEES_PER_SLOT: unknown name
}
