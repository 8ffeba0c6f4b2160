package container

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

func filledRainbow(rows int) *Rainbow {
	r := new(Rainbow)
	fill(reflect.ValueOf(r).Elem(), rand.New(rand.NewPCG(2, uint64(rows))), rows)
	return r
}

func TestRootOfARainbowStateAgreesWithZtyp(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 33} {
		r := filledRainbow(rows)
		got, err := r.HashTreeRoot()
		if err != nil {
			t.Fatal(err)
		}
		if want := rootOf(reflect.ValueOf(r)).HashTreeRoot(tree.GetHashFn()); got != want {
			t.Errorf("%d rows: root %x, ztyp has %x", rows, got, want)
		}
		b, err := r.MarshalSSZ()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeRainbow(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, back) {
			t.Errorf("%d rows: decoded differently", rows)
		}
		for _, bad := range [][]byte{b[:len(b)/2], append(b, 0)} {
			if _, err := DecodeRainbow(bad); !errors.Is(err, spec.ErrInput) {
				t.Errorf("%d rows: %d bytes: %v", rows, len(bad), err)
			}
		}
	}
}

func FuzzDecodeRainbow(f *testing.F) {
	for rows := range 3 {
		b, _ := filledRainbow(rows).MarshalSSZ()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			r, err := DecodeRainbow(b)
			if err != nil {
				if !errors.Is(err, spec.ErrInput) {
					t.Error(err)
				}
				return
			}
			if _, err := r.HashTreeRoot(); err != nil {
				t.Error(err)
			}
		})
	})
}

func ExampleDecodeRainbow() {
	b, _ := (&Rainbow{Services: []*RainbowService{{ID: 7}}}).MarshalSSZ()
	r, err := DecodeRainbow(b)
	fmt.Println(r.Services[0].ID, err)
	// Output: 7 <nil>
}
