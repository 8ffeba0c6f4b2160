package table

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// kind says how a cell is aligned and whether JSON quotes it.
type kind uint8

const (
	missing kind = iota
	word         // text
	truth        // true or false
	integer
	float
)

// cell is one value: its exact text, and its number if it is a float.
type cell struct {
	kind  kind
	exact string
	value float64
}

func cellOf(v any) (cell, bool) {
	if v == nil {
		return cell{}, true
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && r.IsNil() {
		return cell{}, true
	}
	if s, ok := v.(fmt.Stringer); ok {
		return cell{kind: word, exact: s.String()}, true
	}
	switch {
	case r.CanUint():
		return cell{kind: integer, exact: strconv.FormatUint(r.Uint(), 10)}, true
	case r.CanInt():
		return cell{kind: integer, exact: strconv.FormatInt(r.Int(), 10)}, true
	case r.CanFloat():
		return cell{kind: float, exact: strconv.FormatFloat(r.Float(), 'g', -1, r.Type().Bits()), value: r.Float()}, true
	case r.Kind() == reflect.Bool:
		return cell{kind: truth, exact: strconv.FormatBool(r.Bool())}, true
	case r.Kind() == reflect.String:
		return cell{kind: word, exact: r.String()}, true
	}
	return cell{}, false
}

// number reports whether the cell is aligned as a number.
func (c cell) number() bool { return c.kind >= integer }

// finite reports whether JSON can express the value.
func (c cell) finite() bool {
	return c.kind != float || !math.IsNaN(c.value) && !math.IsInf(c.value, 0)
}

// read is the cell as people read it in the given column.
func (c cell) read(col Column) string {
	s := c.exact
	if c.kind == float && col.Decimals != 0 && c.finite() {
		s = strconv.FormatFloat(c.value, 'f', max(col.Decimals, 0), 64)
	}
	if c.number() && col.Thousands && c.finite() {
		s = group(s)
	}
	return Printable(s)
}

// group puts commas into the whole part of a decimal number; numbers with an
// exponent stay as they are.
func group(s string) string {
	if strings.ContainsRune(s, 'e') {
		return s
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest := s, ""
	if dot := strings.IndexByte(s, '.'); dot >= 0 {
		whole, rest = s[:dot], s[dot:]
	}
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return sign + b.String() + rest
}
