package xatu

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"iter"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// row is a slot of a failure list in Parquet: the columns validators,
// effective_balance_eth and flags are lists of equal length.
type row struct {
	Slot             uint64   `parquet:"slot,delta"`
	Committee        uint32   `parquet:"committee_size"`
	Balance          uint64   `parquet:"committee_balance_gwei"`
	NextBlockMissing bool     `parquet:"next_block_missing"`
	NoHistory        bool     `parquet:"no_history"`
	Validators       []uint32 `parquet:"validators"`
	Increments       []uint32 `parquet:"effective_balance_eth"`
	Flags            []uint32 `parquet:"flags"`
}

// The footer's key of the duties: little-endian words in base64.
const dutiesKey = "stakesim.duties"

// The footer's keys of the origin.
const (
	networkKey = "stakesim.network"
	epochKey   = "stakesim.slots_per_epoch"
)

// rowsPerGroup bounds what a writer holds in memory: 32 epochs.
const rowsPerGroup = 1024

// WriteList writes a failure list as Parquet to a file that appears only when it
// is complete. The duties are read at the end, when the range has filled them.
func WriteList(name string, list iter.Seq2[dataset.SlotFailures, error], d *dataset.Duties) error {
	return WriteListOf(dataset.Origin{}, name, list, d)
}

// WriteListOf is [WriteList] for a list that says of which network it is.
func WriteListOf(of dataset.Origin, name string, list iter.Seq2[dataset.SlotFailures, error], d *dataset.Duties) error {
	if err := of.Check(); err != nil {
		return err
	}
	out, err := file.Create(name)
	if err != nil {
		return err
	}
	defer out.Discard()
	w := parquet.NewGenericWriter[row](out, parquet.Compression(&zstd.Codec{}), parquet.DataPageStatistics(false))
	n := 0
	for s, err := range list {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := w.Write([]row{rowOf(&s)}); err != nil {
			return err
		}
		if n++; n%rowsPerGroup == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	var b []byte
	for _, word := range d.Words() {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	w.SetKeyValueMetadata(dutiesKey, base64.StdEncoding.EncodeToString(b))
	if of != (dataset.Origin{}) {
		w.SetKeyValueMetadata(networkKey, of.Network)
		w.SetKeyValueMetadata(epochKey, strconv.FormatUint(of.SlotsPerEpoch, 10))
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Commit()
}

func rowOf(s *dataset.SlotFailures) row {
	r := row{Slot: uint64(s.Slot), Committee: s.Committee, Balance: uint64(s.Balance), NextBlockMissing: s.NextBlockMissing, NoHistory: s.NoHistory}
	for _, f := range s.Failures {
		r.Validators = append(r.Validators, f.Validator())
		r.Increments = append(r.Increments, uint32(f.Increments()))
		r.Flags = append(r.Flags, uint32(f.Failing()))
	}
	return r
}
