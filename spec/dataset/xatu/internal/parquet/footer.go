package parquet

import "fmt"

// footer is what is needed of a file's metadata.
type footer struct {
	schema []element
	groups []group
	keys   map[string]string
}

type group struct {
	rows   int64
	chunks []chunk
}

// chunk is where the values of a column of a row group lie.
type chunk struct {
	elsewhere        bool // in another file
	described        bool
	physical         Physical
	codec            int32
	values           int64
	size             int64 // bytes in the file
	data, dictionary int64 // offsets of the first pages
}

// parseFooter reads a file's metadata. What is there is held against the rest
// of the file by [File.check].
func parseFooter(b []byte) (*footer, error) {
	t := thrift{rest: b}
	f := &footer{keys: map[string]string{}}
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 2:
			for range t.list(kind, thriftStruct) {
				f.schema = append(f.schema, t.element())
			}
		case 4:
			for range t.list(kind, thriftStruct) {
				f.groups = append(f.groups, t.group())
				if g := &f.groups[len(f.groups)-1]; len(g.chunks) == 0 {
					return nil, fmt.Errorf("footer: row group %d has no columns", len(f.groups)-1)
				}
			}
		case 5:
			for range t.list(kind, thriftStruct) {
				key, value := t.pair()
				f.keys[key] = value
			}
		default:
			t.skip(kind)
		}
		if t.bad {
			return nil, fmt.Errorf("footer: field %d is damaged, or has a length beyond its end", id)
		}
	}
	if t.bad {
		return nil, fmt.Errorf("footer without an end")
	}
	return f, nil
}

func (t *thrift) element() (e element) {
	e.physical, e.converted = -1, -1
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			e.physical = Physical(t.int32(kind))
		case 2:
			e.length = t.int32(kind)
		case 3:
			e.repetition = t.int32(kind)
		case 4:
			e.name = string(t.bytes(kind))
		case 5:
			e.children = t.int32(kind)
		case 6:
			e.converted = t.int32(kind)
		case 7:
			e.scale = t.int32(kind)
		case 10:
			if t.isStruct(kind) {
				t.logical(&e)
			}
		default:
			t.skip(kind)
		}
	}
	return e
}

// logical reads a union of structs, of which INTEGER and DECIMAL say more.
func (t *thrift) logical(e *element) {
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		if e.logical = int32(id); !t.isStruct(kind) {
			return
		}
		for of, kind := t.field(0); kind != thriftStop; of, kind = t.field(of) {
			switch {
			case id == logicalInteger && of == 1:
				e.bits = int8(t.int(kind))
			case id == logicalInteger && of == 2:
				e.signed = kind == thriftTrue
				t.skip(kind)
			case id == logicalDecimal && of == 1:
				e.scale = t.int32(kind)
			default:
				t.skip(kind)
			}
		}
	}
}

func (t *thrift) pair() (key, value string) {
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			key = string(t.bytes(kind))
		case 2:
			value = string(t.bytes(kind))
		default:
			t.skip(kind)
		}
	}
	return key, value
}

func (t *thrift) group() (g group) {
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			for range t.list(kind, thriftStruct) {
				g.chunks = append(g.chunks, t.chunk())
			}
		case 3:
			g.rows = t.int(kind)
		default:
			t.skip(kind)
		}
	}
	return g
}

func (t *thrift) chunk() (c chunk) {
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			c.elsewhere = len(t.bytes(kind)) > 0
		case 3:
			if c.described = t.isStruct(kind); c.described {
				t.metadata(&c)
			}
		default:
			t.skip(kind)
		}
	}
	return c
}

func (t *thrift) metadata(c *chunk) {
	for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
		switch id {
		case 1:
			c.physical = Physical(t.int32(kind))
		case 4:
			c.codec = t.int32(kind)
		case 5:
			c.values = t.int(kind)
		case 7:
			c.size = t.int(kind)
		case 9:
			c.data = t.int(kind)
		case 11:
			c.dictionary = t.int(kind)
		default:
			t.skip(kind)
		}
	}
}
