package xatu_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// The tables as they are published: unsigned 32 bit slots, roots of 66
// characters, lists, nullable balances.
type committeeRow struct {
	Slot       uint32   `parquet:"slot"`
	Epoch      uint32   `parquet:"epoch"`
	Index      string   `parquet:"committee_index,dict"`
	Validators []uint32 `parquet:"validators,list"`
}

type attestationRow struct {
	Epoch      uint32   `parquet:"epoch"`
	Slot       uint32   `parquet:"slot"`
	BlockSlot  uint32   `parquet:"block_slot"`
	Validators []uint32 `parquet:"validators,list"`
	Target     string   `parquet:"target_root"`
	Head       string   `parquet:"beacon_block_root"`
	Source     string   `parquet:"source_root"`
}

type blockRow struct {
	Slot uint32 `parquet:"slot"`
	Root string `parquet:"block_root"`
}

type validatorRow struct {
	Epoch   uint32  `parquet:"epoch"`
	Index   uint32  `parquet:"index"`
	Balance *uint64 `parquet:"effective_balance,optional"`
	Slashed bool    `parquet:"slashed"`
	Status  string  `parquet:"status"`
}

func write[T any](t testing.TB, dir, table, file string, rows []T) {
	path := filepath.Join(dir, table, file)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, parquet.WriteFile(path, rows, parquet.MaxRowsPerRowGroup(500)))
}

const (
	firstEpoch = 300_000
	epochs     = 6
	members    = 320
	perSlot    = members / 32
)

func rootOf(slot int) string { return fmt.Sprintf("0x%064x", slot) }

// day is a generated record and what a direct computation makes of it.
type day struct {
	committees   []committeeRow
	attestations []attestationRow
	blocks       []blockRow
	validators   []validatorRow
	flags        map[[2]int]spec.Flags // by slot and validator
	prompt       map[[2]int]bool
	balance      map[int]uint64 // ETH; absent when not known
	slashed      map[int]bool
	missing      map[int]bool // slots without a block
}

func newDay(rng *rand.Rand, byBlock bool) *day {
	d := &day{flags: map[[2]int]spec.Flags{}, prompt: map[[2]int]bool{}, balance: map[int]uint64{}, slashed: map[int]bool{}, missing: map[int]bool{}}
	first, last := firstEpoch*32, (firstEpoch+epochs)*32
	for slot := first - 3; slot < last+40; slot++ {
		// The first slot of the second epoch and of the third are missed, too.
		if rng.IntN(12) == 0 && slot != first-3 || slot == first+32 || slot == first+64 || slot == first+65 {
			d.missing[slot] = true
			continue
		}
		d.blocks = append(d.blocks, blockRow{uint32(slot), rootOf(slot)})
		if rng.IntN(20) == 0 {
			d.blocks = append(d.blocks, blockRow{uint32(slot), rootOf(slot)})
		}
	}
	for v := range members {
		row := validatorRow{Epoch: firstEpoch, Index: uint32(v), Slashed: rng.IntN(40) == 0, Status: "active_ongoing"}
		if rng.IntN(10) > 0 {
			eth := uint64(32)
			if rng.IntN(4) == 0 {
				eth += uint64(rng.IntN(2017))
			}
			gwei := eth * 1e9
			d.balance[v], row.Balance = eth, &gwei
		} else if rng.IntN(2) == 0 {
			continue // no row at all
		}
		d.slashed[v] = row.Slashed
		d.validators = append(d.validators, row)
	}
	for e := firstEpoch; e < firstEpoch+epochs; e++ {
		d.epoch(rng, e)
	}
	less := func(a, b attestationRow) int { return int(a.Slot) - int(b.Slot) }
	if byBlock {
		less = func(a, b attestationRow) int { return int(a.BlockSlot) - int(b.BlockSlot) }
	}
	stable(d.attestations, less)
	return d
}

func stable(rows []attestationRow, less func(a, b attestationRow) int) {
	for i := range rows {
		for j := i; j > 0 && less(rows[j], rows[j-1]) < 0; j-- {
			rows[j], rows[j-1] = rows[j-1], rows[j]
		}
	}
}

func (d *day) filled(slot int) string {
	for d.missing[slot] {
		slot--
	}
	return rootOf(slot)
}

func (d *day) epoch(rng *rand.Rand, e int) {
	order := rng.Perm(members)
	for offset := range 32 {
		slot := e*32 + offset
		ids := order[offset*perSlot : (offset+1)*perSlot]
		for half, part := range [][]int{ids[:perSlot/2], ids[perSlot/2:]} {
			row := committeeRow{Slot: uint32(slot), Epoch: uint32(e), Index: fmt.Sprint(half)}
			for _, v := range part {
				row.Validators = append(row.Validators, uint32(v))
			}
			d.committees = append(d.committees, row)
			if rng.IntN(15) == 0 {
				d.committees = append(d.committees, row)
			}
		}
		for _, v := range ids {
			for range rng.IntN(3) { // none, one or two inclusions
				d.include(rng, e, slot, v)
			}
		}
	}
}

// include puts one attestation into a block and works out what it earns.
func (d *day) include(rng *rand.Rand, e, slot, v int) {
	delay := 1 + rng.IntN(2)
	if rng.IntN(3) == 0 {
		delay = 1 + rng.IntN(31)
	}
	for d.missing[slot+delay] {
		delay++
	}
	row := attestationRow{Epoch: uint32(e), Slot: uint32(slot), BlockSlot: uint32(slot + delay), Validators: []uint32{uint32(v)}, Source: rootOf(1)}
	row.Target, row.Head = d.filled(e*32), d.filled(slot)
	rightTarget, rightHead := rng.IntN(5) > 0, rng.IntN(5) > 0
	if !rightTarget {
		row.Target = rootOf(7)
	}
	if !rightHead {
		row.Head = rootOf(8)
	}
	key := [2]int{slot, v}
	if delay <= 5 {
		d.flags[key] |= 1
	}
	if rightTarget {
		d.flags[key] |= 2
	}
	if rightTarget && rightHead && delay == 1 {
		d.flags[key] |= 4
	}
	if delay == 1 {
		d.prompt[key] = true
	}
	d.attestations = append(d.attestations, row)
	if rng.IntN(6) == 0 {
		d.attestations = append(d.attestations, row)
	}
}

// write cuts the tables into files in the middle of an epoch, with numbers of
// different lengths.
func (d *day) write(t testing.TB) string {
	dir := t.TempDir()
	cut := len(d.committees) / 2
	write(t, dir, "canonical_beacon_committee", "2024/3/26/9.parquet", d.committees[:cut])
	write(t, dir, "canonical_beacon_committee", "2024/3/26/10.parquet", d.committees[cut:])
	cut = len(d.attestations)/2 + 7
	write(t, dir, "canonical_beacon_elaborated_attestation", "2024/3/26/9.parquet", d.attestations[:cut])
	write(t, dir, "canonical_beacon_elaborated_attestation", "2024/3/26/10.parquet", d.attestations[cut:])
	write(t, dir, "canonical_beacon_block", "2024/3/26.parquet", d.blocks)
	write(t, dir, "canonical_beacon_validators", "2024/3/26.parquet", d.validators)
	return dir
}

func TestAGeneratedDayGivesTheFlagsOfADirectComputation(t *testing.T) {
	for _, byBlock := range []bool{false, true} {
		d := newDay(rand.New(rand.NewPCG(1, 2)), byBlock)
		tables, err := xatu.Open(d.write(t), nil)
		require.NoError(t, err)
		slots, unknown := 0, uint64(0)
		for s, err := range tables.Slots() {
			require.NoError(t, err)
			slots++
			require.Len(t, s.Members, perSlot)
			require.Equal(t, d.missing[int(s.Slot)+1], s.NextBlockMissing)
			for _, m := range s.Members {
				key := [2]int{int(s.Slot), int(m.Validator)}
				require.Equal(t, d.flags[key], m.Flags, "%v", key)
				require.Equal(t, d.prompt[key], m.Immediate, "%v", key)
				require.Equal(t, d.slashed[int(m.Validator)], m.Slashed)
				eth, known := d.balance[int(m.Validator)]
				require.Equal(t, known, m.Known)
				if !known {
					eth = 32
					unknown++
				}
				require.EqualValues(t, eth, m.Increments)
			}
		}
		require.Equal(t, epochs*32, slots)
		require.Equal(t, unknown, tables.UnknownBalances)
		require.NotZero(t, unknown)
	}
}

func TestFilesBelongToTheTableOfTheirName(t *testing.T) {
	d := newDay(rand.New(rand.NewPCG(1, 2)), false)
	dir := d.write(t)
	before, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	write(t, dir, "canonical_beacon_block_execution_transaction", "2024/3/26.parquet", d.blocks)
	write(t, dir, "more", "canonical_beacon_validators_pubkeys.parquet", d.blocks)
	write(t, dir, "more", "canonical_beacon_block.txt", d.blocks)
	after, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	require.Equal(t, before.Size, after.Size, "other tables are not read")
	write(t, dir, "more", "canonical_beacon_block_2024-03-27.parquet", d.blocks[:1])
	after, err = xatu.Open(dir, nil)
	require.NoError(t, err)
	require.Greater(t, after.Size, before.Size)
}

func TestTheFailureListOfADayHoldsWhoFailed(t *testing.T) {
	d := newDay(rand.New(rand.NewPCG(3, 4)), false)
	tables, err := xatu.Open(d.write(t), nil)
	require.NoError(t, err)
	committee := map[int]int{} // slot by epoch and validator
	for _, c := range d.committees {
		for _, v := range c.Validators {
			committee[int(c.Epoch)*members+int(v)] = int(c.Slot)
		}
	}
	var b dataset.Builder
	for s, err := range tables.Failures(&b) {
		require.NoError(t, err)
		listed := map[int]dataset.Failure{}
		for _, f := range s.Failures {
			listed[int(f.Validator())] = f
		}
		epoch := int(s.Slot) / 32
		require.Equal(t, epoch == firstEpoch, s.NoHistory)
		var balance uint64
		for v := range members {
			if committee[epoch*members+v] != int(s.Slot) {
				require.NotContains(t, listed, v)
				continue
			}
			if eth, ok := d.balance[v]; ok {
				balance += eth
			} else {
				balance += 32
			}
			how := d.how(int(s.Slot), v)
			if epoch > firstEpoch {
				before := d.how(committee[(epoch-1)*members+v], v)
				if before&dataset.Missed != 0 {
					how |= dataset.MissedBefore
				}
				if before&dataset.Late != 0 {
					how |= dataset.LateBefore
				}
			}
			if _, ok := listed[v]; !ok {
				require.Zero(t, how&^(dataset.MissedBefore|dataset.LateBefore), "slot %d, validator %d", s.Slot, v)
				continue
			}
			if _, known := d.balance[v]; !known {
				how |= dataset.BalanceUnknown
			}
			require.Equal(t, how, listed[v].Failing(), "slot %d, validator %d", s.Slot, v)
		}
		require.Equal(t, spec.Gwei(balance)*spec.ETH, s.Balance)
	}
	require.Equal(t, members, b.Duties.Count())
}

func (d *day) how(slot, v int) (how dataset.Failing) {
	flags := d.flags[[2]int{slot, v}]
	if flags&1 == 0 {
		how |= dataset.NoSource
	}
	if flags&2 == 0 {
		how |= dataset.NoTarget
	}
	if flags&3 == 0 {
		how |= dataset.Missed
	}
	if !d.prompt[[2]int{slot, v}] && !d.missing[slot+1] {
		how |= dataset.Late
	}
	if d.slashed[v] {
		how |= dataset.Slashed
	}
	return how
}
