package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// lateTables are tables of one slot of two validators, the first of which was
// included in the next slot and the second so many slots later.
func lateTables(t *testing.T, slot, delay uint32) string {
	type committee struct {
		Slot       uint32   `parquet:"slot"`
		Validators []uint32 `parquet:"validators,list"`
	}
	type attestation struct {
		Slot       uint32   `parquet:"slot"`
		BlockSlot  uint32   `parquet:"block_slot"`
		Validators []uint32 `parquet:"validators,list"`
		Target     string   `parquet:"target_root"`
		Head       string   `parquet:"beacon_block_root"`
	}
	type block struct {
		Slot uint32 `parquet:"slot"`
		Root string `parquet:"block_root"`
	}
	type balance struct {
		Epoch   uint32 `parquet:"epoch"`
		Index   uint32 `parquet:"index"`
		Balance uint64 `parquet:"effective_balance"`
		Slashed bool   `parquet:"slashed"`
	}
	dir := t.TempDir()
	at := func(table string) string { return filepath.Join(dir, table+".parquet") }
	root := fmt.Sprintf("0x%064x", slot)
	require.NoError(t, parquet.WriteFile(at("canonical_beacon_committee"), []committee{{slot, []uint32{1, 2}}}))
	require.NoError(t, parquet.WriteFile(at("canonical_beacon_elaborated_attestation"), []attestation{
		{slot, slot + 1, []uint32{1}, root, root}, {slot, slot + delay, []uint32{2}, root, root},
	}))
	require.NoError(t, parquet.WriteFile(at("canonical_beacon_block"), []block{{slot, root}, {slot + 1, root}, {slot + delay, root}}))
	require.NoError(t, parquet.WriteFile(at("canonical_beacon_validators"), []balance{{0, 1, 32e9, false}, {0, 2, 32e9, false}}))
	return dir
}

// failing converts tables and returns how their second validator failed.
func failing(t *testing.T, tables string, args ...string) (dataset.Failing, dataset.Origin) {
	list := filepath.Join(t.TempDir(), "list")
	output(t, append([]string{"-xatu", tables, "-convert", list}, args...)...)
	l, err := dataset.OpenList(list)
	require.NoError(t, err)
	defer l.Close()
	for s, err := range l.All() {
		require.NoError(t, err)
		require.Len(t, s.Failures, 1, "the first validator did everything in time")
		return s.Failures[0].Failing(), l.Origin
	}
	t.Fatal("no slot")
	return 0, l.Origin
}

func TestATestnetsTargetsAreTimelyByItsOwnDeneb(t *testing.T) {
	const late = dataset.Late | dataset.NoSource
	const missed = late | dataset.NoTarget | dataset.Missed
	for _, c := range []struct {
		network string
		epoch   uint32 // before mainnet's deneb
		slots   uint32
		want    dataset.Failing
	}{
		{"mainnet", 40_000, 32, missed}, {"holesky", 40_000, 32, late}, {"holesky", 29_600, 32, missed},
		{"sepolia", 132_608, 32, late}, {"sepolia", 132_600, 32, missed}, {"hoodi", 1, 32, late},
		{"gnosis", 900_000, 16, late}, {"gnosis", 889_800, 16, missed}, {"chiado", 516_608, 16, late},
	} {
		how, of := failing(t, lateTables(t, c.epoch*c.slots, c.slots+1), "-network", c.network)
		require.Equal(t, c.want, how, "%s %d", c.network, c.epoch)
		require.Equal(t, dataset.Origin{Network: c.network, SlotsPerEpoch: uint64(c.slots)}, of)
	}
	how, of := failing(t, lateTables(t, 40_000*32, 33))
	require.Equal(t, missed, how)
	require.Equal(t, "mainnet", of.Network, "unless another one is stated")
	config := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte("PRESET_BASE: mainnet\nCONFIG_NAME: devnet-1\nDENEB_FORK_EPOCH: 40000\n"), 0o600))
	how, of = failing(t, lateTables(t, 40_000*32, 33), "-config", config)
	require.Equal(t, late, how)
	require.Equal(t, "devnet-1", of.Network)
}

func TestAListIsOfTheNetworkThatItSays(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list")
	clusters := filepath.Join(t.TempDir(), "clusters.csv")
	require.NoError(t, os.WriteFile(clusters, []byte("validator_id,client\n1,A\n2,B\n"), 0o600))
	output(t, "-xatu", lateTables(t, 900_000*16, 17), "-network", "gnosis", "-convert", list)
	refused := func(kind error, says string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		err := run(args, nil, &out)
		require.ErrorIs(t, err, kind)
		require.ErrorContains(t, err, says)
		require.Empty(t, out.String())
	}
	refused(spec.ErrInput, "16 on gnosis", "-failures", list, "-clusters", clusters)
	refused(spec.ErrInput, "16 on gnosis", "-failures", list, "-clusters", clusters, "-network", "gnosis")
	refused(spec.ErrInput, "gnosis with epochs of 16 slots, not mainnet with epochs of 32 slots", "-failures", list, "-clusters", clusters, "-network", "mainnet")
	refused(spec.ErrInput, "gnosis with epochs of 16 slots, not mainnet", "-map", "-failures", list, "-clusters", clusters, "-network", "mainnet")
	refused(spec.ErrInput, "16 on gnosis", "-xatu", lateTables(t, 900_000*16, 17), "-network", "gnosis", "-clusters", clusters)
	refused(spec.ErrInput, "16 on gnosis", "-as-published", "-network", "gnosis")
	refused(spec.ErrInput, "16 on gnosis", "-network", "gnosis")
	refused(cli.ErrUsage, `did you mean "holesky"?`, "-network", "holski")

	again := filepath.Join(t.TempDir(), "again.parquet")
	output(t, "-failures", list, "-convert", again)
	refused(spec.ErrInput, "16 on gnosis", "-failures", again, "-clusters", clusters)

	custom := filepath.Join(t.TempDir(), "custom")
	require.NoError(t, dataset.WriteListOf(dataset.Origin{Network: "devnet-9"}, custom, func(func(dataset.SlotFailures, error) bool) {}, new(dataset.Duties)))
	refused(spec.ErrUnknown, "-config FILE", "-failures", custom, "-clusters", clusters)
}
