package budget

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

var errKnown = errors.New("known")

// failing is a test that remembers that it failed.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Logf(string, ...any)   {}
func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Failed() bool          { return f.failed }

func TestEdgesFindWhatPanicsOrTakesTooMuchOrReturnsAnyError(t *testing.T) {
	type pair struct{ A, B *int }
	for name, c := range map[string]struct {
		f      any
		failed bool
	}{
		"a nil pointer":             {func(p *int) int { return *p }, true},
		"a pointer in a struct":     {func(p pair) int { return *p.B }, true},
		"a short column":            {func(a, b []int) { _ = a[len(b)] }, true},
		"the largest number":        {func(n int) { sink = make([]byte, n>>8) }, true},
		"a division by zero":        {func(a, b uint8) uint8 { return a / b }, true},
		"a function that is nil":    {func(f func() int) int { return f() }, true},
		"not a number":              {func(v float64) { _ = [1]int{}[int(min(max(v, 0), 1))] }, true},
		"a text":                    {func(s string) byte { return s[0] }, true},
		"an error of no kind":       {func() error { return errors.New("what") }, true},
		"an error that is known":    {func() error { return fmt.Errorf("%w: and where", errKnown) }, false},
		"nothing":                   {func(*pair, map[string]int, ...error) {}, false},
		"an iterator that is whole": {func(seq func(func(int) bool)) { each(seq) }, false},
	} {
		e := Edges{Kinds: []error{errKnown}, Limit: Limit{Bytes: 1 << 20}}
		r := &failing{TB: t}
		e.call(r, name, reflect.ValueOf(c.f))
		require.Equal(t, c.failed, r.failed, name)
	}
}

func each(seq func(func(int) bool)) {
	if seq != nil {
		for range seq {
			continue
		}
	}
}

// The same seed makes the same values, and edges are among them.
func TestValuesHoldTheEdgesOfTheirTypes(t *testing.T) {
	type all struct {
		N     uint64
		I     int
		F     float64
		P     *int
		S     []int
		hides int
	}
	var n, i, nan, null, none, short int
	g := newGenerator([]any{func(*rand.Rand) *int { return &short }}, rand.New(rand.NewPCG(1, 2)))
	samples := 0
	for range 2000 {
		v := g.value(reflect.TypeFor[all](), 0).Interface().(all)
		require.Zero(t, v.hides)
		n += one(v.N == math.MaxUint64)
		i += one(v.I == math.MinInt)
		nan += one(math.IsNaN(v.F))
		null += one(v.P == nil)
		none += one(v.S == nil)
		samples += one(v.P == &short)
	}
	for _, count := range []int{n, i, nan, null, none} {
		require.Greater(t, count, 20)
	}
	require.Greater(t, samples, 500)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
