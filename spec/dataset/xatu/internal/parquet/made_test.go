package parquet

import "encoding/binary"

// thriftOut writes the compact protocol, for files that no library writes.
type thriftOut []byte

func (o *thriftOut) varint(n uint64) { *o = binary.AppendUvarint(*o, n) }
func (o *thriftOut) zigzag(n int64)  { o.varint(uint64(n<<1 ^ n>>63)) }
func (o *thriftOut) stop()           { *o = append(*o, thriftStop) }
func (o *thriftOut) list(n int)      { *o = append(*o, 15<<4|thriftStruct); o.varint(uint64(n)) }
func (o *thriftOut) text(s string)   { o.varint(uint64(len(s))); *o = append(*o, s...) }
func (o *thriftOut) raw(b ...byte)   { *o = append(*o, b...) }
func (o *thriftOut) under(id int64)  { o.field(id, thriftStruct) }
func (o *thriftOut) listOf(id int64) { o.field(id, thriftList) }
func (o *thriftOut) int(id, n int64) { o.field(id, thriftI64); o.zigzag(n) }
func (o *thriftOut) name(s string)   { o.field(4, thriftBinary); o.text(s) }
func (o *thriftOut) field(id int64, kind byte) {
	*o = append(*o, kind)
	o.zigzag(id)
}

// column is a column of a file of its own, called c.
type madeColumn struct {
	physical   Physical
	length     int64
	repetition int64 // 0 required, 1 optional, 2 repeated
	codec      int64
	groups     int // row groups that share the pages; 0 means one
	rows       int64
	values     int64
}

// file is a file with the pages.
func (c madeColumn) file(pages []byte) []byte {
	b := append([]byte("PAR1"), pages...)
	foot := c.footer(len(pages))
	b = append(b, foot...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(foot)))
	return append(b, "PAR1"...)
}

func (c madeColumn) footer(size int) []byte {
	var o thriftOut
	o.listOf(2)
	o.list(2)
	o.name("root")
	o.int(5, 1)
	o.stop()
	o.int(1, int64(c.physical))
	o.int(2, c.length)
	o.int(3, c.repetition)
	o.name("c")
	o.stop()
	o.listOf(4)
	o.list(max(1, c.groups))
	for range max(1, c.groups) {
		o.listOf(1)
		o.list(1)
		o.under(3)
		o.int(1, int64(c.physical))
		o.int(4, c.codec)
		o.int(5, c.values)
		o.int(7, int64(size))
		o.int(9, 4)
		o.stop()
		o.stop()
		o.int(3, c.rows)
		o.stop()
	}
	o.stop()
	return o
}

// madePage is a page of version 1 or a dictionary, without a checksum.
type madePage struct {
	kind, encoding, values, uncompressed int64
	body                                 []byte
}

func (p madePage) bytes() []byte {
	var o thriftOut
	o.int(1, p.kind)
	o.int(2, p.uncompressed)
	o.int(3, int64(len(p.body)))
	o.under(5 + p.kind)
	o.int(1, p.values)
	o.int(2, p.encoding)
	if p.kind == dataPage {
		o.int(3, rle)
		o.int(4, rle)
	}
	o.stop()
	o.stop()
	o.raw(p.body...)
	return o
}

// plainPage is a page of PLAIN values that is not compressed.
func plainPage(values int, body []byte) []byte {
	return madePage{dataPage, plain, int64(values), int64(len(body)), body}.bytes()
}

// withLevels puts the levels of a page of version 1 before its values.
func withLevels(levels, values []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(levels)))
	return append(append(b, levels...), values...)
}

// run is a run of n equal numbers of up to eight bits.
func run(n uint64, value byte) []byte { return append(binary.AppendUvarint(nil, n<<1), value) }
