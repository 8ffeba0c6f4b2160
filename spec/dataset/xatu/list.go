package xatu

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/stakesim/stakesim/spec"
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

var listColumns = []string{
	"slot", "committee_size", "committee_balance_gwei", "next_block_missing", "no_history",
	"validators", "effective_balance_eth", "flags",
}

// The footer's key of the duties: little-endian words in base64.
const dutiesKey = "stakesim.duties"

// rowsPerGroup bounds what a writer holds in memory: 32 epochs.
const rowsPerGroup = 1024

// WriteList writes a failure list as Parquet to a file that appears only when it
// is complete. The duties are read at the end, when the range has filled them.
func WriteList(name string, list iter.Seq2[dataset.SlotFailures, error], d *dataset.Duties) error {
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

// List is a failure list in Parquet.
type List struct {
	Duties dataset.Duties
	Size   int64     // bytes of the file
	Read   func(int) // called with the size when a range begins, when not nil
	name   string
	slots  uint64
	first  spec.Slot // when there is any
}

// OpenList reads the footer of a failure list. What is none gives a
// [dataset.Fault].
func OpenList(name string) (l *List, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	columns, p, err := openColumns(listColumns, name, f, info.Size())
	if err != nil {
		return nil, err
	}
	l = &List{name: name, Size: info.Size()}
	if err := l.readFirst(columns); err != nil {
		return nil, err
	}
	if err := l.readDuties(p); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *List) readDuties(p *parquet.File) error {
	text, ok := p.Lookup(dutiesKey)
	b, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(b)%8 != 0 || len(b) > dataset.MaxValidators/8 {
		return &dataset.Fault{File: l.name, Kind: dataset.Malformed, Detail: "no duties in the footer", Err: err}
	}
	for i := range len(b) / 8 {
		for word, bit := binary.LittleEndian.Uint64(b[8*i:]), uint32(0); word != 0; word, bit = word>>1, bit+1 {
			if word&1 != 0 {
				l.Duties.Add(uint32(i)*64 + bit)
			}
		}
	}
	return nil
}

// All ranges over the slots, checking what a list promises. The failures of a
// slot are reused by the next. An error ends the range.
func (l *List) All() iter.Seq2[dataset.SlotFailures, error] {
	return func(yield func(dataset.SlotFailures, error) bool) {
		in := inFiles[dataset.SlotFailures]{names: listColumns, files: []string{l.name}, told: l.Read, decode: (*rows).listed}
		defer in.close()
		past := int64(-1)
		for {
			s, err := in.peek()
			if err != nil {
				yield(dataset.SlotFailures{}, err)
				return
			}
			if s == nil {
				return
			}
			if int64(s.Slot) <= past || s.Slot > 1<<62 {
				yield(*s, in.rows.fail("slot", dataset.SlotOrder, "%d after %d", s.Slot, past))
				return
			}
			past = int64(s.Slot)
			if !yield(*s, nil) {
				return
			}
			in.drop()
		}
	}
}

var errLists = errors.New("lists of different lengths, or values out of range")

// listed turns a row into a slot. Its failures are reused by the next.
func (r *rows) listed(to *dataset.SlotFailures) (bool, error) {
	out := to.Failures[:0]
	var v [5]uint64
	for i := range v {
		n, ok := r.column[i].number()
		if !ok {
			return false, r.report(r.group.fault(r.names[i], dataset.Malformed, nil))
		}
		v[i] = n
	}
	*to = dataset.SlotFailures{
		Slot: spec.Slot(v[0]), Committee: uint32(v[1]), Balance: spec.Gwei(v[2]),
		NextBlockMissing: v[3] != 0, NoHistory: v[4] != 0, Failures: out,
	}
	bad := func(column string) (bool, error) {
		return false, r.report(r.group.fault(column, dataset.Malformed, errLists))
	}
	ids, increments, flags := r.column[5].row, r.column[6].row, r.column[7].row
	if len(ids) == 1 && ids[0].IsNull() {
		return true, nil
	}
	if len(ids) != len(increments) || len(ids) != len(flags) {
		return bad("validators")
	}
	past := int64(-1)
	for i := range ids {
		id, ok := integer(ids[i])
		eth, ok2 := integer(increments[i])
		how, ok3 := integer(flags[i])
		if !ok || !ok2 || !ok3 || id >= dataset.MaxValidators || int64(id) <= past || eth > 1<<16-1 || how > 1<<8-1 {
			return bad("validators")
		}
		past = int64(id)
		out = append(out, dataset.NewFailure(uint32(id), uint16(eth), dataset.Failing(how)))
	}
	if uint64(len(out)) > uint64(to.Committee) {
		return bad("committee_size")
	}
	to.Failures = out
	return true, nil
}
