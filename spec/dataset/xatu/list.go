package xatu

import (
	"encoding/base64"
	"encoding/binary"
	"iter"
	"math"
	"strconv"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

var listColumns = []field{
	{"slot", number}, {"committee_size", number}, {"committee_balance_gwei", number}, {"next_block_missing", flag}, {"no_history", flag},
	{"validators", list}, {"effective_balance_eth", list}, {"flags", list},
}

// List is a failure list in Parquet.
type List struct {
	Duties dataset.Duties
	Origin dataset.Origin
	Size   int64     // bytes of the file
	Read   func(int) // called with the size when a range begins, when not nil
	name   string
	slots  uint64
	first  spec.Slot // when there is any
}

// OpenList reads the footer of a failure list. What is none gives a
// [dataset.Fault].
func OpenList(name string) (l *List, err error) {
	f, size, err := file.OpenRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	columns, err := openColumns(listColumns, name, f, size)
	if err != nil {
		return nil, err
	}
	l = &List{name: name, Size: size}
	if err := l.readFirst(columns); err != nil {
		return nil, err
	}
	if err := l.readOrigin(columns); err != nil {
		return nil, err
	}
	return l, l.readDuties(columns)
}

// readOrigin reads of which network the list is, where it says so.
func (l *List) readOrigin(f *File) error {
	name, named := f.of.Lookup(networkKey)
	slots, timed := f.of.Lookup(epochKey)
	if !named && !timed {
		return nil
	}
	n, err := strconv.ParseUint(slots, 10, 64)
	l.Origin = dataset.Origin{Network: name, SlotsPerEpoch: n}
	if err == nil {
		err = l.Origin.Check()
	}
	if err != nil {
		return &dataset.Fault{File: l.name, Kind: dataset.Malformed, Detail: "the network in the footer", Err: err}
	}
	return nil
}

func (l *List) readDuties(f *File) error {
	text, ok := f.of.Lookup(dutiesKey)
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
		in := inFiles[dataset.SlotFailures]{fields: listColumns, files: []string{l.name}, told: l.Read, decode: l.listed}
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
			if int64(s.Slot) <= past {
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

// listed turns a row into a slot. Its failures are reused by the next.
func (l *List) listed(r *rows, to *dataset.SlotFailures) (bool, error) {
	out := to.Failures[:0]
	slot, ok, err := r.number(0, 1<<62)
	if !ok {
		return false, err
	}
	committee, ok, err := r.number(1, math.MaxUint32)
	if !ok {
		return false, err
	}
	balance, ok, err := r.number(2, math.MaxUint64)
	if !ok {
		return false, err
	}
	*to = dataset.SlotFailures{Slot: spec.Slot(slot), Committee: uint32(committee), Balance: spec.Gwei(balance)}
	for i, to := range []*bool{&to.NextBlockMissing, &to.NoHistory} {
		if *to, ok, err = r.flag(3 + i); !ok {
			return false, err
		}
	}
	to.Failures, err = l.failures(r, out)
	if n := len(to.Failures); err == nil && uint64(n) > committee {
		err = r.fail("committee_size", dataset.Malformed, "%d, fewer than the %d that failed", committee, n)
	}
	return err == nil, err
}

// failures brings the lists of a row together. No validator is below the one
// before it or outside the duties.
func (l *List) failures(r *rows, out []dataset.Failure) ([]dataset.Failure, error) {
	var of [3][]int64
	for i := range of {
		c := &r.column[5+i]
		if of[i] = c.Ints; c.Hole {
			return out, r.fail(r.fields[5+i].name, dataset.Malformed, "null in a list")
		}
		if len(of[i]) != len(of[0]) {
			return out, r.fail(r.fields[5+i].name, dataset.Malformed, "%d in a list beside %d validators", len(of[i]), len(of[0]))
		}
	}
	past := int64(-1)
	for k := range of[0] {
		var v [3]uint64
		for i, limit := range []uint64{dataset.MaxValidators - 1, math.MaxUint16, math.MaxUint8} {
			n, wrong := r.column[5+i].fits(of[i][k], limit)
			if wrong != "" {
				return out, r.fail(r.fields[5+i].name, dataset.Malformed, "%s", wrong)
			}
			v[i] = n
		}
		id := uint32(v[0])
		if int64(id) <= past {
			return out, r.fail("validators", dataset.Malformed, "%d after %d", id, past)
		}
		if !l.Duties.Has(id) {
			return out, r.fail("validators", dataset.UnknownValidator, "%d, which has no duty in this list", id)
		}
		past = int64(id)
		out = append(out, dataset.NewFailure(id, uint16(v[1]), dataset.Failing(v[2])))
	}
	return out, nil
}
