package whole

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// ErrMirror says that a value has not the fields that it should.
var ErrMirror = errors.New("not a mirror image")

// Copy fills dst, a pointer to a struct, from a struct of another package or a
// pointer to one. The two must have the same exported fields, but for those
// excepted: numbers of any unsigned type, booleans, structs, slices. Rows whose
// counterpart is a map get the key that their first field is, or the fields that
// the key is made of, and must ascend by it. Anything else is [ErrMirror]; dst is then
// filled in part.
func Copy(dst, src any, except ...string) error {
	to, from := reflect.ValueOf(dst), reflect.Indirect(reflect.ValueOf(src))
	if to.Kind() != reflect.Pointer || to.IsNil() || !from.IsValid() {
		return fmt.Errorf("%w: %T of %T", ErrMirror, dst, src)
	}
	return copyValue(to.Type().Elem().Name(), to.Elem(), from, except)
}

func copyValue(at string, dst, src reflect.Value, except []string) error {
	switch {
	case !dst.CanSet():
		return fmt.Errorf("%s: %w: not exported", at, ErrMirror)
	case dst.Kind() == reflect.Pointer && src.Kind() == reflect.Struct:
		dst.Set(reflect.New(dst.Type().Elem()))
		return copyValue(at, dst.Elem(), src, nil)
	case dst.Kind() == reflect.Bool && src.Kind() == reflect.Bool:
		dst.SetBool(src.Bool())
	case dst.Kind() == reflect.Uint64 && src.CanUint():
		dst.SetUint(src.Uint())
	case dst.Kind() == reflect.Struct && src.Kind() == reflect.Struct:
		return copyFields(at, dst, src, except)
	case dst.Kind() == reflect.Slice && src.Kind() == reflect.Slice:
		dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			if err := copyValue(fmt.Sprintf("%s[%d]", at, i), dst.Index(i), src.Index(i), nil); err != nil {
				return err
			}
		}
	case dst.Kind() == reflect.Map && src.Kind() == reflect.Slice:
		return copyRows(at, dst, src)
	default:
		return fmt.Errorf("%s: %w: %v of %v", at, ErrMirror, dst.Type(), src.Type())
	}
	return nil
}

func copyFields(at string, dst, src reflect.Value, except []string) error {
	for i := range src.NumField() {
		if f := src.Type().Field(i); f.IsExported() && !slices.Contains(except, f.Name) && !dst.FieldByName(f.Name).IsValid() {
			return fmt.Errorf("%s.%s: %w: not in the model", at, f.Name, ErrMirror)
		}
	}
	for i := range dst.NumField() {
		name := dst.Type().Field(i).Name
		if slices.Contains(except, name) {
			continue
		}
		from := src.FieldByName(name)
		if !from.IsValid() {
			return fmt.Errorf("%s.%s: %w: in the model alone", at, name, ErrMirror)
		}
		if err := copyValue(at+"."+name, dst.Field(i), from, nil); err != nil {
			return err
		}
	}
	return nil
}

func copyRows(at string, dst, src reflect.Value) error {
	if row := dst.Type().Elem(); row.Kind() != reflect.Pointer || row.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("%s: %w: %v", at, ErrMirror, dst.Type())
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	var last []uint64
	for i := range src.Len() {
		row := reflect.New(dst.Type().Elem()).Elem()
		if err := copyValue(fmt.Sprintf("%s[%d]", at, i), row, src.Index(i), nil); err != nil {
			return err
		}
		key := reflect.New(dst.Type().Key()).Elem()
		parts, ok := setKey(key, row.Elem())
		if !ok {
			return fmt.Errorf("%s[%d]: %w: no key %v", at, i, ErrMirror, key.Type())
		}
		if i > 0 && slices.Compare(last, parts) >= 0 {
			return fmt.Errorf("%s[%d]: %w: row %v behind %v", at, i, ErrMirror, parts, last)
		}
		last = parts
		dst.SetMapIndex(key, row)
	}
	return nil
}

// setKey fills the key of a row and returns its numbers, and false when the row has not
// the fields for it.
func setKey(key, row reflect.Value) (parts []uint64, ok bool) {
	set := func(part, from reflect.Value) bool {
		if !part.CanSet() || part.Kind() != reflect.Uint64 || !from.IsValid() || !from.CanUint() {
			return false
		}
		part.SetUint(from.Uint())
		parts = append(parts, part.Uint())
		return true
	}
	switch {
	case key.Kind() == reflect.Uint64:
		ok = row.NumField() > 0 && set(key, row.Field(0))
		return parts, ok
	case key.Kind() != reflect.Struct:
		return nil, false
	}
	for i := range key.NumField() {
		if !set(key.Field(i), row.FieldByName(key.Type().Field(i).Name)) {
			return nil, false
		}
	}
	return parts, true
}

// Difference is the first place where two values of the same type are not alike.
type Difference struct {
	Field     string // as Ledger.Operators[4].Bond
	Want, Got any
}

// Error names the place.
func (d *Difference) Error() string {
	if d == nil {
		return "no difference"
	}
	return fmt.Sprintf("%s: by the model %v, got %v", d.Field, d.Want, d.Got)
}

// Compare returns the first difference between two values of one type, pointers
// to structs as [Copy] fills them, or nil. Fields that are not exported do not count;
// values of two types differ.
func Compare(want, got any) *Difference {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	if w.Kind() != reflect.Pointer || g.Kind() != reflect.Pointer || w.Type() != g.Type() {
		if reflect.DeepEqual(want, got) {
			return nil
		}
		return &Difference{"", fmt.Sprintf("a %T", want), fmt.Sprintf("a %T", got)}
	}
	return compareValue("", w, g)
}

func compareValue(at string, want, got reflect.Value) *Difference {
	switch want.Kind() {
	case reflect.Pointer:
		if want.IsNil() || got.IsNil() {
			if want.IsNil() && got.IsNil() {
				return nil
			}
			return &Difference{at, describe(want), describe(got)}
		}
		return compareValue(at, want.Elem(), got.Elem())
	case reflect.Struct:
		for i := range want.NumField() {
			if !want.Type().Field(i).IsExported() {
				continue
			}
			name := strings.TrimPrefix(at+"."+want.Type().Field(i).Name, ".")
			if d := compareValue(name, want.Field(i), got.Field(i)); d != nil {
				return d
			}
		}
	case reflect.Map:
		return compareRows(at, want, got)
	default:
		if !reflect.DeepEqual(want.Interface(), got.Interface()) {
			return &Difference{at, want.Interface(), got.Interface()}
		}
	}
	return nil
}

func compareRows(at string, want, got reflect.Value) *Difference {
	keys := append(want.MapKeys(), got.MapKeys()...)
	slices.SortFunc(keys, func(a, b reflect.Value) int { return slices.Compare(numbers(a), numbers(b)) })
	for _, k := range keys {
		where := fmt.Sprint(k)
		if list := numbers(k); list != nil {
			where = strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", "/")
		}
		w, g := want.MapIndex(k), got.MapIndex(k)
		switch {
		case !w.IsValid():
			return &Difference{at + "[" + where + "]", "no row", describe(g)}
		case !g.IsValid():
			return &Difference{at + "[" + where + "]", describe(w), "no row"}
		}
		if d := compareValue(at+"["+where+"]", w, g); d != nil {
			return d
		}
	}
	return nil
}

// numbers are those of a key; nil for one that is made of anything else.
func numbers(key reflect.Value) (list []uint64) {
	switch {
	case key.CanUint():
		return []uint64{key.Uint()}
	case key.Kind() != reflect.Struct:
		return nil
	}
	for i := range key.NumField() {
		if !key.Field(i).CanUint() {
			return nil
		}
		list = append(list, key.Field(i).Uint())
	}
	return list
}

// describe is a row, behind its pointer.
func describe(row reflect.Value) string { return fmt.Sprintf("%+v", reflect.Indirect(row)) }
