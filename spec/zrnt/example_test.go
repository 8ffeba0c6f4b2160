package zrnt_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/protolambda/zrnt/eth2/beacon/common"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// genesis returns the genesis state of the Sepolia network, upgraded to altair.
func genesis() (*common.Spec, common.BeaconState, error) {
	f, err := os.Open("testdata/sepolia-genesis.ssz.gz")
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	sepolia, err := spec.NetworkNamed("sepolia")
	if err != nil {
		return nil, nil, err
	}
	c, err := zrnt.Config(sepolia)
	if err != nil {
		return nil, nil, err
	}
	state, err := zrnt.UpgradePhase0(c, b)
	return c, state, err
}

func ExampleConfig() {
	gnosis, err := spec.NetworkNamed("gnosis")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := zrnt.Config(gnosis)
	fmt.Println(c.SLOTS_PER_EPOCH, c.ALTAIR_FORK_VERSION, err)
	// Output: 16 0x01000064 <nil>
}

func ExampleUpgradePhase0() {
	_, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	fork, err := zrnt.ForkOf(state)
	fmt.Println(fork, err)
	// Output: altair <nil>
}

func ExampleForkOf() {
	_, err := zrnt.ForkOf(nil)
	fmt.Println(err)
	// Output: zrnt has no state of <nil>: use the raw states of package spec/ssz
}

func ExampleReadRegistry() {
	c, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	epc, err := common.NewEpochsContext(c, state)
	if err != nil {
		fmt.Println(err)
		return
	}
	var r spec.Registry
	err = zrnt.ReadRegistry(&r, state, epc)
	fmt.Println(r.Len(), r.EffectiveBalance[0], r.SlotOffset[:4], err)
	// Output: 1570 32000000000 [5 4 15 19] <nil>
}

func ExampleBoundary() {
	c, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := zrnt.Boundary(c, state)
	fmt.Printf("%+v %v\n", b, err)
	// Output: {CurrentEpoch:0 FinalizedEpoch:0 SlashingsSum:0 NextBlockMissing:0} <nil>
}

func ExampleWriteBack() {
	_, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	var r spec.Registry
	if err := zrnt.ReadRegistry(&r, state, nil); err != nil {
		fmt.Println(err)
		return
	}
	r.Balance[3] = 5
	err = zrnt.WriteBack(state, &r)
	balances, _ := state.Balances()
	v, _ := balances.GetBalance(3)
	fmt.Println(uint64(v), err)
	// Output: 5 <nil>
}

func ExampleOpen() {
	c, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := zrnt.Bytes(state)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := zrnt.Open(c, spec.Altair, b)
	slot, _ := again.Slot()
	fmt.Println(len(b), uint64(slot), err)
	_, err = zrnt.Open(c, spec.Gloas, b)
	fmt.Println(err)
	// Output:
	// 2954859 0 <nil>
	// zrnt has no state of gloas: use the raw states of package spec/ssz
}

func ExampleBytes() {
	_, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := zrnt.Bytes(state)
	fmt.Println(len(b), err)
	// Output: 2954859 <nil>
}

func ExampleProcessEpoch() {
	c, state, err := genesis()
	if err != nil {
		fmt.Println(err)
		return
	}
	epc, err := common.NewEpochsContext(c, state)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = zrnt.ProcessEpoch(context.Background(), c, epc, state, func(r *spec.Registry, b spec.Boundary) error {
		fmt.Println("epoch", b.CurrentEpoch, "with", r.Len(), "validators")
		r.Balance[0] = 0 // a harsh rule
		return nil
	})
	balances, _ := state.Balances()
	v, _ := balances.GetBalance(0)
	fmt.Println(uint64(v), err)
	// Output:
	// epoch 0 with 1570 validators
	// 0 <nil>
}

func ExampleUnsupportedError() {
	err := &zrnt.UnsupportedError{Fork: "electra", What: "epoch transition"}
	fmt.Println(err)
	fmt.Println(err.Unwrap())
	// Output:
	// zrnt has no epoch transition of electra: use the raw states of package spec/ssz
	// unknown name
}
