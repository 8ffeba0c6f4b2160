package dataset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

func TestAListKeepsOfWhichNetworkItIs(t *testing.T) {
	name := filepath.Join(t.TempDir(), "list")
	for _, of := range []dataset.Origin{
		{}, {Network: "gnosis", SlotsPerEpoch: 16}, {Network: "mainnet", SlotsPerEpoch: 32}, {SlotsPerEpoch: 16}, {Network: "eight888"},
		{Network: strings.Repeat("n", dataset.MaxNetworkName), SlotsPerEpoch: spec.MaxSlotsPerEpoch},
	} {
		require.NoError(t, dataset.WriteListOf(of, name, slots(few...), duties(0, 5, 300)))
		l, err := dataset.OpenList(name)
		require.NoError(t, err)
		require.Equal(t, of, l.Origin)
		require.Equal(t, of, l.Shard().Origin)
		require.True(t, l.Duties.Has(5) && l.Duties.Has(300))
		n := 0
		for s, err := range l.All() {
			require.NoError(t, err)
			require.Equal(t, few[n].Slot, s.Slot)
			n++
		}
		require.Equal(t, len(few), n)
		require.NoError(t, l.Close())
	}
	for _, of := range []dataset.Origin{{Network: strings.Repeat("n", 65)}, {Network: "a b"}, {Network: "\x1b[2J"}, {SlotsPerEpoch: 65}} {
		require.ErrorIs(t, dataset.WriteListOf(of, name+"2", slots(), duties()), spec.ErrInput)
		_, err := os.Stat(name + "2")
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestADamagedNameIsAFault(t *testing.T) {
	name := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteListOf(dataset.Origin{Network: "gnosis", SlotsPerEpoch: 16}, name, slots(), duties()))
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	for at, v := range map[int]byte{len(b) - 1: 'x', len(b) - 8: ' '} {
		damaged := append([]byte(nil), b...)
		damaged[at] = v
		require.NoError(t, os.WriteFile(name, damaged, 0o600))
		_, err := dataset.OpenList(name)
		require.ErrorIs(t, err, spec.ErrInput)
	}
}

func TestListsOfDifferentNetworksAreNotReadAsOne(t *testing.T) {
	dir := t.TempDir()
	open := func(name string, of dataset.Origin, first spec.Slot) dataset.Shard {
		name = filepath.Join(dir, name)
		require.NoError(t, dataset.WriteListOf(of, name, slots(dataset.SlotFailures{Slot: first}), duties()))
		l, err := dataset.OpenList(name)
		require.NoError(t, err)
		return l.Shard()
	}
	gnosis, mainnet := dataset.Origin{Network: "gnosis", SlotsPerEpoch: 16}, dataset.Origin{Network: "mainnet", SlotsPerEpoch: 32}
	unmarked := open("a", dataset.Origin{}, 1)
	same := dataset.NewShards(unmarked, open("b", gnosis, 2), open("c", gnosis, 3))
	of, err := same.Origin()
	require.NoError(t, err)
	require.Equal(t, gnosis, of)
	other := dataset.NewShards(unmarked, open("d", gnosis, 2), open("e", mainnet, 3))
	_, err = other.Origin()
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "another network: mainnet with epochs of 32 slots, not gnosis with epochs of 16 slots")
	for _, err = range other.All() {
		break
	}
	require.ErrorIs(t, err, spec.ErrInput)
	require.NoError(t, other.Close())
}

func ExampleOrigin_Join() {
	gnosis := dataset.Origin{Network: "gnosis", SlotsPerEpoch: 16}
	fmt.Println(gnosis.Join("old.failures", dataset.Origin{}))
	_, err := gnosis.Join("new.failures", dataset.Origin{Network: "chiado", SlotsPerEpoch: 16})
	fmt.Println(err)
	// Output:
	// gnosis with epochs of 16 slots <nil>
	// new.failures: another network: chiado with epochs of 16 slots, not gnosis with epochs of 16 slots
}

func ExampleOrigin_Check() {
	fmt.Println(dataset.Origin{Network: "gnosis", SlotsPerEpoch: 16}.Check())
	fmt.Println(dataset.Origin{SlotsPerEpoch: 100}.Check())
	// Output:
	// <nil>
	// SLOTS_PER_EPOCH: invalid input: 100 above 64
}

func ExampleOrigin_String() {
	fmt.Println(dataset.Origin{Network: "gnosis", SlotsPerEpoch: 16})
	fmt.Println(dataset.Origin{})
	// Output:
	// gnosis with epochs of 16 slots
	// a network without a name
}

func ExampleWriteListOf() {
	inFolder(func(name string) {
		err := dataset.WriteListOf(dataset.Origin{Network: "holesky", SlotsPerEpoch: 32}, name, slots(few...), duties(0, 5))
		if err != nil {
			fmt.Println(err)
			return
		}
		l, err := dataset.OpenList(name)
		fmt.Println(l.Origin, err)
	})
	// Output: holesky with epochs of 32 slots <nil>
}

func ExampleShards_Origin() {
	of := dataset.Origin{Network: "holesky", SlotsPerEpoch: 32}
	s := dataset.NewShards(dataset.Shard{Origin: of, Duties: duties(), Close: func() error { return nil }})
	fmt.Println(s.Origin())
	// Output: holesky with epochs of 32 slots <nil>
}
