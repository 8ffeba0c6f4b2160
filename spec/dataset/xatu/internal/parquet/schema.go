package parquet

import (
	"errors"
	"fmt"
	"math"
)

// Physical is how a value is stored.
type Physical int32

// The physical types, by their numbers in the format.
const (
	Boolean Physical = iota
	Int32
	Int64
	Int96
	Float
	Double
	ByteArray
	FixedLenByteArray
	physicalCount
)

var physicalNames = [physicalCount]string{"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}

// String is the format's name.
func (p Physical) String() string {
	if p < 0 || p >= physicalCount {
		return fmt.Sprintf("type %d", int32(p))
	}
	return physicalNames[p]
}

// Type is what the values of a column are.
type Type struct {
	Physical Physical
	Length   int    // bytes of a FixedLenByteArray
	Logical  string // the annotation, such as "STRING" or "UINT_32"; may be empty
	Limit    uint64 // the highest value of integers and booleans; 0 when they are neither
	Unsigned bool   // of integers
}

// String shows both types.
func (t Type) String() string {
	if t.Logical == "" {
		return t.Physical.String()
	}
	return fmt.Sprintf("%v (%s)", t.Physical, t.Logical)
}

// Leaf is a column with values.
type Leaf struct {
	Name     string
	Type     Type
	Repeated bool

	index       int   // among the chunks of a row group
	rep, def    uint8 // highest levels
	element     uint8 // lowest definition level of an element of a list
	repeatsMore bool
}

// element is a node of the schema.
type element struct {
	name       string
	physical   Physical
	length     int32
	repetition int32 // 0 required, 1 optional, 2 repeated
	children   int32
	converted  int32 // -1 when there is none
	logical    int32 // field of the union, 0 when there is none
	bits       int8  // of an INTEGER
	signed     bool
	scale      int32 // of a DECIMAL
}

// leaves walks over the schema, depth first, and returns the leaf below each
// child of the root that has only one.
func leaves(schema []element) (of map[string]*Leaf, count int, err error) {
	if len(schema) == 0 || schema[0].children <= 0 {
		return nil, 0, errSchema
	}
	w := schemaWalk{schema: schema}
	of = map[string]*Leaf{}
	for w.at = 1; w.at < len(schema); {
		top, before := &schema[w.at], w.count
		var leaf Leaf
		if err := w.node(&leaf, 0); err != nil {
			return nil, 0, err
		}
		if _, twice := of[top.name]; !twice && w.count == before+1 {
			leaf.Name, leaf.index = top.name, before
			of[top.name] = &leaf
		}
		w.top++
	}
	if w.top != int(schema[0].children) {
		return nil, 0, errSchema
	}
	return of, w.count, nil
}

var errSchema = errors.New("a schema whose columns are not those it promises")

type schemaWalk struct {
	schema         []element
	at, top, count int // node, children of the root, leaves
}

// node goes over a node and what is below it.
func (w *schemaWalk) node(leaf *Leaf, depth int) error {
	if w.at >= len(w.schema) || depth > deepest {
		return errSchema
	}
	e := &w.schema[w.at]
	w.at++
	switch e.repetition {
	case 0:
	case 1:
		leaf.def++
	case 2:
		leaf.def++
		leaf.repeatsMore = leaf.Repeated
		leaf.rep, leaf.Repeated, leaf.element = leaf.rep+1, true, leaf.def
	default:
		return errSchema
	}
	if e.children < 0 {
		return errSchema
	}
	if e.children == 0 {
		w.count++
		leaf.Type = e.typ()
		return nil
	}
	for range e.children {
		if err := w.node(leaf, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// convertedNames are the annotations of older files, by their numbers; from
// UINT_8 on they are integers.
var convertedNames = []string{
	"UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS", "TIMESTAMP_MILLIS",
	"TIMESTAMP_MICROS", "UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL",
}

// logicalNames are the annotations by their fields in the union.
var logicalNames = []string{
	"", "STRING", "MAP", "LIST", "ENUM", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "", "INTEGER", "UNKNOWN", "JSON", "BSON", "UUID", "FLOAT16",
}

const (
	logicalDecimal = 5
	logicalInteger = 10
	logicalUnknown = 11

	convertedDecimal = 5
	convertedUint8   = 11
	convertedInt8    = 15
	convertedInt64   = 18
)

func (e *element) typ() Type {
	t := Type{Physical: e.physical, Length: int(e.length)}
	bits, signed, integer := 32, true, true
	if e.physical == Int64 {
		bits = 64
	}
	switch c := e.converted; {
	case e.logical == logicalInteger:
		bits, signed = int(e.bits), e.signed
		t.Logical = fmt.Sprintf("%sINT_%d", sign(signed), bits)
	case e.logical == logicalDecimal, e.logical == 0 && c == convertedDecimal:
		t.Logical, integer = fmt.Sprintf("DECIMAL of scale %d", e.scale), e.scale == 0
	case e.logical != 0:
		t.Logical, integer = nameOf(logicalNames, e.logical), e.logical == logicalUnknown
	case convertedUint8 <= c && c <= convertedInt64:
		signed = c >= convertedInt8
		bits, t.Logical = 8<<((c-convertedUint8)%4), convertedNames[c]
	case c >= 0:
		t.Logical, integer = nameOf(convertedNames, c), false
	}
	t.Unsigned = !signed
	switch {
	case e.physical == Boolean:
		t.Limit = 1
	case (e.physical == Int32 || e.physical == Int64) && integer && bits > 0 && bits <= 64:
		t.Limit = limit(bits, signed)
	}
	if e.physical == Int32 {
		t.Limit = min(t.Limit, limit(32, signed))
	}
	return t
}

// limit is the highest integer of so many bits.
func limit(bits int, signed bool) uint64 {
	if signed {
		bits--
	}
	return math.MaxUint64 >> (64 - bits)
}

func sign(signed bool) string {
	if signed {
		return ""
	}
	return "U"
}

func nameOf(names []string, n int32) string {
	if n >= 0 && int(n) < len(names) && names[n] != "" {
		return names[n]
	}
	return fmt.Sprintf("annotation %d", n)
}
