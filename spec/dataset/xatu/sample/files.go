package sample

import (
	"path/filepath"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/snappy"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
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
	Index      string   `parquet:"committee_index,dict"`
	Validators []uint32 `parquet:"validators,list"`
	Target     string   `parquet:"target_root,dict"`
	Head       string   `parquet:"beacon_block_root,dict"`
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
	Status  string  `parquet:"status,dict"`
}

// files writes the rows of a table to one file after the other.
type files[T any] struct {
	dir   string
	of    func(spec.Slot) string // the file of a slot
	p     *Period
	spoil func(row *T, kind int, p *Period)

	rows  []T // still to be written, and the files they belong to
	names []string
	seen  int
	slot  spec.Slot // of name
	name  string
	now   string
	out   *file.Writer
	w     *parquet.GenericWriter[T]
}

// add takes a row, and a bad one behind it where it is time.
func (f *files[T]) add(slot spec.Slot, row T) {
	if f.name == "" || slot != f.slot {
		f.slot, f.name = slot, f.of(slot)
	}
	f.rows, f.names = append(f.rows, row), append(f.names, f.name)
	if f.seen++; f.p.BadEvery > 0 && f.seen%f.p.BadEvery == 0 {
		f.spoil(&row, f.seen/f.p.BadEvery, f.p)
		f.rows, f.names = append(f.rows, row), append(f.names, f.name)
	}
}

// flush writes what was taken.
func (f *files[T]) flush() error {
	for from := 0; from < len(f.rows); {
		if f.names[from] != f.now {
			if err := f.open(f.names[from]); err != nil {
				return err
			}
		}
		to := from
		for to < len(f.rows) && f.names[to] == f.now {
			to++
		}
		if _, err := f.w.Write(f.rows[from:to]); err != nil {
			return err
		}
		from = to
	}
	f.rows, f.names = f.rows[:0], f.names[:0]
	return nil
}

func (f *files[T]) open(name string) error {
	if err := f.close(); err != nil {
		return err
	}
	out, err := create(filepath.Join(f.dir, name))
	if err != nil {
		return err
	}
	f.out, f.now = out, name
	f.w = parquet.NewGenericWriter[T](out, parquet.Compression(&snappy.Codec{}), parquet.MaxRowsPerRowGroup(int64(f.p.GroupRows)), parquet.DataPageStatistics(false))
	return nil
}

func (f *files[T]) close() error {
	if f.out == nil {
		return nil
	}
	defer f.out.Discard()
	err := f.w.Close()
	if err == nil {
		err = f.out.Commit()
	}
	f.out, f.w, f.now = nil, nil, ""
	return err
}
