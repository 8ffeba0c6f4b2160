package budget

import "reflect"

// Spoil changes one thing in the struct that v points to, or in what its exported
// fields hold: a number to an edge or to its neighbour, a flag, or the rows of a list,
// of which one is changed, taken out, repeated or added. choose returns a number from
// 0 to below n, from a generator or from the bytes of a fuzzer. A list is copied before
// it is changed: a shallow copy of a struct can be spoilt without its original.
// Pointers are left alone.
func Spoil(choose func(n uint64) uint64, v any) {
	s := spoiler{choose}
	s.spoil(reflect.ValueOf(v).Elem())
}

type spoiler struct {
	n func(uint64) uint64
}

func (s spoiler) spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if of := settable(v); len(of) > 0 {
			s.spoil(of[s.n(uint64(len(of)))])
		}
	case reflect.Slice:
		s.rows(v)
	case reflect.Array:
		if v.Len() > 0 {
			s.spoil(v.Index(int(s.n(uint64(v.Len())))))
		}
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		edges := []uint64{0, 1, v.Uint() + 1, v.Uint() - 1, v.Uint() * 2, v.Uint() / 2, 1 << 57, 1<<57 - 1, 1 << 63, 1<<64 - 1, s.n(64), s.n(1 << 40)}
		v.SetUint(edges[s.n(uint64(len(edges)))] << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	}
}

// settable are the fields that can be spoilt.
func settable(v reflect.Value) (list []reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Struct, reflect.Slice, reflect.Array, reflect.Bool, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			if f.CanSet() {
				list = append(list, f)
			}
		}
	}
	return list
}

// rows changes a row, or takes one out, repeats or adds one.
func (s spoiler) rows(v reflect.Value) {
	n := v.Len()
	if n == 0 {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		return
	}
	i := int(s.n(uint64(n)))
	rows := reflect.MakeSlice(v.Type(), 0, n+1)
	switch s.n(8) {
	case 0:
		v.Set(reflect.AppendSlice(reflect.AppendSlice(rows, v.Slice(0, i)), v.Slice(i+1, n)))
	case 1:
		v.Set(reflect.Append(reflect.AppendSlice(rows, v), v.Index(i)))
	default:
		v.Set(reflect.AppendSlice(rows, v))
		s.spoil(v.Index(i))
	}
}
