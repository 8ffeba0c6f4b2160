package xatu_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// mainnet is the timing of the tables that are drawn.
var mainnet = xatu.Timing{Deneb: 269568}

func timingOf(t testing.TB, network string) xatu.Timing {
	n, err := spec.NetworkNamed(network)
	require.NoError(t, err)
	timing, err := xatu.TimingOf(n)
	require.NoError(t, err)
	return timing
}

// late are tables of an epoch's first slot, whose validators were included so many
// slots later, in order from 1 on.
func late(t *testing.T, first uint32, delays ...uint32) string {
	dir := t.TempDir()
	committee := committeeRow{Slot: first}
	blocks := []blockRow{{first, rootOf(int(first))}}
	var attestations []attestationRow
	for i, delay := range delays {
		v := uint32(i + 1)
		committee.Validators = append(committee.Validators, v)
		attestations = append(attestations, attestationRow{Slot: first, BlockSlot: first + delay, Validators: []uint32{v}, Target: rootOf(int(first)), Head: rootOf(int(first))})
		blocks = append(blocks, blockRow{first + delay, rootOf(int(first + delay))})
	}
	write(t, dir, "canonical_beacon_committee", "a.parquet", []committeeRow{committee})
	write(t, dir, "canonical_beacon_elaborated_attestation", "a.parquet", attestations)
	write(t, dir, "canonical_beacon_block", "a.parquet", blocks)
	write(t, dir, "canonical_beacon_validators", "a.parquet", []validatorRow{})
	return dir
}

func flagsOf(t *testing.T, dir string, timing xatu.Timing) (flags []spec.Flags) {
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	tables.Timing = timing
	for s, err := range tables.Slots() {
		require.NoError(t, err)
		for _, m := range s.Members {
			flags = append(flags, m.Flags)
		}
	}
	return flags
}

// The fork epochs of the networks' configurations; the square roots of 32 and 16.
func TestATargetIsTimelyByTheDenebOfItsOwnNetwork(t *testing.T) {
	const source, target = spec.Flags(1), spec.Flags(2)
	for _, c := range []struct {
		network            string
		deneb, slots, root uint32
	}{
		{"mainnet", 269568, 32, 5}, {"sepolia", 132608, 32, 5}, {"holesky", 29696, 32, 5}, {"hoodi", 0, 32, 5},
		{"gnosis", 889856, 16, 4}, {"chiado", 516608, 16, 4},
	} {
		timing := timingOf(t, c.network)
		delays := []uint32{c.root, c.root + 1, c.slots, c.slots + 1}
		after := late(t, c.deneb*c.slots, delays...)
		require.Equal(t, []spec.Flags{source | target, target, target, target}, flagsOf(t, after, timing), c.network)
		if c.deneb == 0 {
			continue
		}
		before := late(t, (c.deneb-2)*c.slots, delays...)
		require.Equal(t, []spec.Flags{source | target, target, target, 0}, flagsOf(t, before, timing), c.network)
		across := late(t, (c.deneb-1)*c.slots, delays...)
		require.Equal(t, target, flagsOf(t, across, timing)[3], "%s: the fork of the block decides", c.network)
	}
	holesky := late(t, 29696*32, 33)
	require.Equal(t, []spec.Flags{0}, flagsOf(t, holesky, timingOf(t, "mainnet")), "which is why it must be stated")
}

func TestEpochsOfSixteenSlotsHaveTheirOwnHistory(t *testing.T) {
	dir := t.TempDir()
	var blocks []blockRow
	committees := []committeeRow{{Slot: 160, Validators: []uint32{1, 2}}, {Slot: 176, Validators: []uint32{1, 2}}, {Slot: 191, Validators: []uint32{3}}, {Slot: 192, Validators: []uint32{1}}}
	for _, slot := range []uint32{159, 161, 177, 192, 193} {
		blocks = append(blocks, blockRow{slot, rootOf(int(slot))})
	}
	write(t, dir, "canonical_beacon_committee", "a.parquet", committees)
	write(t, dir, "canonical_beacon_elaborated_attestation", "a.parquet", []attestationRow{
		{Slot: 160, BlockSlot: 161, Validators: []uint32{2}, Target: rootOf(159), Head: rootOf(159)},
		{Slot: 176, BlockSlot: 177, Validators: []uint32{2}, Target: rootOf(161), Head: rootOf(161)},
	})
	write(t, dir, "canonical_beacon_block", "a.parquet", blocks)
	write(t, dir, "canonical_beacon_validators", "a.parquet", []validatorRow{})
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	tables.Timing = timingOf(t, "gnosis")
	const missed = dataset.Missed | dataset.Late | dataset.NoSource | dataset.NoTarget
	const before = dataset.MissedBefore | dataset.LateBefore
	want := map[spec.Slot][]dataset.Failure{
		160: {dataset.NewFailure(1, 32, missed|dataset.BalanceUnknown)},
		176: {dataset.NewFailure(1, 32, missed|before|dataset.BalanceUnknown)},
		191: {dataset.NewFailure(3, 32, missed|dataset.BalanceUnknown)},
		192: {dataset.NewFailure(1, 32, missed|before|dataset.BalanceUnknown)},
	}
	seen := 0
	for s, err := range tables.Failures(nil) {
		require.NoError(t, err)
		require.Equal(t, want[s.Slot], s.Failures, s.Slot)
		require.Equal(t, s.Slot == 160, s.NoHistory, s.Slot)
		seen++
	}
	require.Equal(t, len(want), seen)
}

// committeeOf is a row with the column by which published tables name their network.
type committeeOf struct {
	Slot       uint32   `parquet:"slot"`
	Validators []uint32 `parquet:"validators,list"`
	Network    string   `parquet:"meta_network_name,dict"`
}

func TestATableOfAnotherNetworkThanStatedIsRefused(t *testing.T) {
	dir := late(t, 29696*32, 1, 33)
	write(t, dir, "canonical_beacon_committee", "a.parquet", []committeeOf{{29696 * 32, []uint32{1, 2}, "holesky"}})
	require.Equal(t, []spec.Flags{7, 2}, flagsOf(t, dir, timingOf(t, "holesky")))
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	for _, err = range tables.Slots() {
		break
	}
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "meta_network_name")
	require.ErrorContains(t, err, `"holesky", not "mainnet"`)
	require.Equal(t, []spec.Flags{7, 0}, flagsOf(t, dir, xatu.Timing{Deneb: 1 << 40}), "no network stated: none is compared")
	_, err = xatu.TimingOf(nil)
	require.ErrorIs(t, err, spec.ErrInput)
	tables.Timing = xatu.Timing{SlotsPerEpoch: 1 << 40}
	for _, err = range tables.Slots() {
		break
	}
	require.ErrorIs(t, err, spec.ErrInput)
}

func ExampleTimingOf() {
	n, err := spec.NetworkNamed("holesky")
	if err != nil {
		fmt.Println(err)
		return
	}
	timing, err := xatu.TimingOf(n)
	fmt.Printf("%+v %v\n", timing, err)
	// Output: {Network:holesky Deneb:29696 SlotsPerEpoch:32} <nil>
}

func TestAParquetListKeepsOfWhichNetworkItIs(t *testing.T) {
	name := filepath.Join(t.TempDir(), "list.parquet")
	for _, of := range []dataset.Origin{{}, {Network: "gnosis", SlotsPerEpoch: 16}, {SlotsPerEpoch: 8}} {
		require.NoError(t, xatu.WriteListOf(of, name, slots(few...), duties(0, 5)))
		l, err := xatu.OpenList(name)
		require.NoError(t, err)
		require.Equal(t, of, l.Origin)
		shards, err := xatu.OpenShards(name)
		require.NoError(t, err)
		got, err := shards.Origin()
		require.NoError(t, err)
		require.Equal(t, of, got)
	}
	require.ErrorIs(t, xatu.WriteListOf(dataset.Origin{Network: "a b"}, name, slots(few...), duties(0, 5)), spec.ErrInput)
	dir := t.TempDir()
	require.NoError(t, xatu.WriteListOf(dataset.Origin{Network: "gnosis"}, filepath.Join(dir, "a.parquet"), slots(few...), duties(0, 5)))
	require.NoError(t, dataset.WriteListOf(dataset.Origin{Network: "chiado"}, filepath.Join(dir, "b"), slots(), duties()))
	_, err := xatu.OpenShards(dir)
	require.ErrorContains(t, err, "another network")
}

func ExampleTiming() {
	timing := xatu.Timing{SlotsPerEpoch: 16}
	fmt.Println(timing.Slots(), timing.EpochOf(33), timing.FirstSlot(3))
	// Output: 16 2 48
}

func ExampleTiming_Slots() {
	var usual xatu.Timing
	fmt.Println(usual.Slots())
	// Output: 32
}

func ExampleTiming_EpochOf() {
	var usual xatu.Timing
	fmt.Println(usual.EpochOf(33))
	// Output: 1
}

func ExampleTiming_FirstSlot() {
	var usual xatu.Timing
	fmt.Println(usual.FirstSlot(3))
	// Output: 96
}

func ExampleFile_Network() {
	fmt.Printf("%q\n", table(xatu.Blocks).Network())
	// Output: ""
}

func ExampleFile_CheckNetwork() {
	f := table(xatu.Blocks)
	f.Timing.Network = "holesky"
	fmt.Println(f.CheckNetwork()) // it does not say of which it is
	// Output: <nil>
}

func ExampleWriteListOf() {
	dir, err := os.MkdirTemp("", "list")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "list.parquet")
	if err := xatu.WriteListOf(dataset.Origin{Network: "holesky", SlotsPerEpoch: 32}, name, slots(few...), duties(0, 5)); err != nil {
		fmt.Println(err)
		return
	}
	l, err := xatu.OpenList(name)
	fmt.Println(l.Origin, err)
	// Output: holesky with epochs of 32 slots <nil>
}
