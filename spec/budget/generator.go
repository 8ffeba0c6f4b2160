package budget

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
)

// generator makes values of any type, edges before all.
type generator struct {
	rng     *rand.Rand
	samples map[reflect.Type][]reflect.Value // functions from *rand.Rand
}

func newGenerator(samples []any, rng *rand.Rand) *generator {
	g := &generator{rng, map[reflect.Type][]reflect.Value{}}
	for _, s := range samples {
		f := reflect.ValueOf(s)
		g.samples[f.Type().Out(0)] = append(g.samples[f.Type().Out(0)], f)
	}
	return g
}

// errGiven is what generated functions return, and what is given as an error.
var errGiven = errors.New("an error")

// deepest bounds values within values.
const deepest = 6

var (
	wholes   = []int64{0, 0, 1, 1, 2, -1, 3, 32, 1 << 12, 1 << 24, 1 << 31, 1 << 32, math.MaxInt64, math.MinInt64}
	naturals = []uint64{0, 0, 1, 1, 2, 3, 32, 1 << 12, 1 << 24, 1 << 32, 1_000_000_000, 32_000_000_000, 1 << 63, math.MaxUint64 - 1, math.MaxUint64}
	reals    = []float64{0, 1, -1, 0.5, 1e300, -1e300, math.SmallestNonzeroFloat64, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	texts    = []string{"", "a", "a/b", "a,b=1", "\x00\xff", "-1", "18446744073709551616", strings.Repeat("x", 5000)}
)

func pick[T any](g *generator, of []T) T { return of[g.rng.IntN(len(of))] }

// value is a value of a type, depth levels below an argument.
func (g *generator) value(t reflect.Type, depth int) reflect.Value {
	if of := g.samples[t]; len(of) > 0 && g.rng.IntN(2) == 0 {
		return pick(g, of).Call([]reflect.Value{reflect.ValueOf(g.rng)})[0]
	}
	v := reflect.New(t).Elem()
	if depth > deepest {
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(g.rng.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(pick(g, wholes) >> (64 - t.Bits()))
		if small := pick(g, wholes); small == small<<(64-t.Bits())>>(64-t.Bits()) {
			v.SetInt(small)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(pick(g, naturals) & (math.MaxUint64 >> (64 - t.Bits())))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(g, reals))
	case reflect.String:
		v.SetString(pick(g, texts))
	default:
		g.compound(v, depth+1)
	}
	return v
}

// compound fills a value that holds others.
func (g *generator) compound(v reflect.Value, depth int) {
	t := v.Type()
	if nothing := g.rng.IntN(5) == 0; nothing {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(g.value(t.Elem(), depth))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, pick(g, []int{0, 1, 2, 3, 4, 5, 33}), 40))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(g.value(t.Elem(), depth))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				v.Field(i).Set(g.value(v.Field(i).Type(), depth))
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range g.rng.IntN(3) {
			v.SetMapIndex(g.value(t.Key(), depth), g.value(t.Elem(), depth))
		}
	case reflect.Func:
		v.Set(g.function(t, depth))
	case reflect.Interface:
		if reflect.TypeFor[error]().AssignableTo(t) {
			v.Set(reflect.ValueOf(errGiven))
		}
	}
}

// function returns any values; one that takes a yield calls it a few times.
func (g *generator) function(t reflect.Type, depth int) reflect.Value {
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		if len(args) == 1 && t.NumOut() == 0 && args[0].Kind() == reflect.Func {
			g.iterate(args[0], depth)
		}
		out := make([]reflect.Value, t.NumOut())
		for i := range out {
			out[i] = g.value(t.Out(i), depth)
		}
		return out
	})
}

func (g *generator) iterate(yield reflect.Value, depth int) {
	for range g.rng.IntN(4) {
		args := make([]reflect.Value, yield.Type().NumIn())
		for i := range args {
			args[i] = g.value(yield.Type().In(i), depth)
		}
		if out := yield.Call(args); len(out) == 1 && out[0].Kind() == reflect.Bool && !out[0].Bool() {
			return
		}
	}
}
