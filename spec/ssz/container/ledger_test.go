package container

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// rootOf computes the root of any container here by ztyp, field by field: a
// slice is a list of at most 2^40 containers.
func rootOf(v reflect.Value) tree.HTR {
	switch v.Kind() {
	case reflect.Pointer:
		return rootOf(v.Elem())
	case reflect.Bool:
		if v.Bool() {
			return leaf(1)
		}
		return leaf(0)
	case reflect.Uint8, reflect.Uint64:
		return leaf(v.Uint())
	case reflect.Slice:
		return rooted(func(h tree.HashFn) tree.Root {
			return h.ComplexListHTR(func(i uint64) tree.HTR { return rootOf(v.Index(int(i))) }, uint64(v.Len()), 1<<40)
		})
	}
	return rooted(func(h tree.HashFn) tree.Root {
		var fields []tree.HTR
		for i := range v.NumField() {
			fields = append(fields, rootOf(v.Field(i)))
		}
		return h.HashTreeRoot(fields...)
	})
}

// fill gives every number of a container a value of its own and every list so
// many rows.
func fill(v reflect.Value, rng *rand.Rand, rows int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), rng, rows)
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case reflect.Uint8:
		v.SetUint(rng.Uint64N(256))
	case reflect.Uint64:
		v.SetUint(rng.Uint64())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rows, rows))
		for i := range rows {
			fill(v.Index(i), rng, rows)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), rng, rows)
		}
	}
}

func filledLedger(rows int) *Ledger {
	l := new(Ledger)
	fill(reflect.ValueOf(l).Elem(), rand.New(rand.NewPCG(1, uint64(rows))), rows)
	return l
}

func TestRootOfALedgerAgreesWithZtyp(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 3, 31, 33, 100} {
		l := filledLedger(rows)
		got, err := l.HashTreeRoot()
		if err != nil {
			t.Fatal(err)
		}
		if want := rootOf(reflect.ValueOf(l)).HashTreeRoot(tree.GetHashFn()); got != want {
			t.Errorf("%d rows: root %x, ztyp has %x", rows, got, want)
		}
		b, err := l.MarshalSSZ()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeLedger(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(l, back) {
			t.Errorf("%d rows: decoded differently", rows)
		}
	}
}

func TestEveryFieldOfALedgerIsInItsRoot(t *testing.T) {
	l := filledLedger(1)
	before, _ := l.HashTreeRoot()
	n := 0
	var visit func(name string, v reflect.Value)
	visit = func(name string, v reflect.Value) {
		old := reflect.ValueOf(v.Interface())
		switch v.Kind() {
		case reflect.Pointer:
			visit(name, v.Elem())
			return
		case reflect.Slice:
			visit(name, v.Index(0))
			return
		case reflect.Struct:
			for i := range v.NumField() {
				visit(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		case reflect.Bool:
			v.SetBool(!v.Bool())
		default:
			v.SetUint(v.Uint() ^ 1)
		}
		if after, _ := l.HashTreeRoot(); after == before {
			t.Errorf("%s is not in the root", name)
		}
		v.Set(old)
		n++
	}
	visit("ledger", reflect.ValueOf(l))
	if n < 80 {
		t.Errorf("only %d fields", n)
	}
}

func TestMalformedLedgersAreInputErrors(t *testing.T) {
	good, err := filledLedger(1).MarshalSSZ()
	if err != nil {
		t.Fatal(err)
	}
	change := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[at] = v
		return b
	}
	slashedToTreasury := 105
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"half of it":        good[:len(good)/2],
		"a byte too many":   append(bytes.Clone(good), 0),
		"a boolean of 2":    change(slashedToTreasury, 2),
		"an offset outside": change(145+3, 255),
	} {
		if _, err := DecodeLedger(b); !errors.Is(err, spec.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeLedger(f *testing.F) {
	for rows := range 3 {
		b, _ := filledLedger(rows).MarshalSSZ()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			l, err := DecodeLedger(b)
			if err != nil {
				if !errors.Is(err, spec.ErrInput) {
					t.Error(err)
				}
				return
			}
			if _, err := l.HashTreeRoot(); err != nil {
				t.Error(err)
			}
		})
	})
}

func ExampleDecodeLedger() {
	b, _ := (&Ledger{NextID: 1, Genesis: 32, Accounts: []*LedgerAccount{{Free: 32}}}).MarshalSSZ()
	l, err := DecodeLedger(b)
	fmt.Println(l.Genesis, l.Accounts[0].Free, err)
	// Output: 32 32 <nil>
}
