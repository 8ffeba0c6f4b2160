package ssz_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"github.com/stakesim/stakesim/spec"
)

// A second reading of SSZ, literal and slow: types as the specification writes
// them (consensus-specs a08d8a6), decoded by their offsets, merkleised by recursion
// with crypto/sha256. It shares nothing with the package but the bytes.

// kind is what an SSZ type is.
type kind int

const (
	basic           kind = iota // an unsigned integer or a boolean of size bytes
	bitvector                   // size bits
	fixedVector                 // count elements
	list                        // at most count elements
	progressiveList             // EIP-7916
	structure                   // an ordinary container
	progressiveStructure
)

// typ is an SSZ type.
type typ struct {
	kind    kind
	size    int   // of a basic type in bytes, of a bitvector in bits
	count   int64 // of a vector; the limit of a list
	of      *typ
	members []*typ
}

func number(size int) *typ              { return &typ{kind: basic, size: size} }
func bitsOf(n int) *typ                 { return &typ{kind: bitvector, size: n} }
func vec(of *typ, n int64) *typ         { return &typ{kind: fixedVector, of: of, count: n} }
func listOf(of *typ, limit int64) *typ  { return &typ{kind: list, of: of, count: limit} }
func plistOf(of *typ) *typ              { return &typ{kind: progressiveList, of: of} }
func record(members ...*typ) *typ       { return &typ{kind: structure, members: members} }
func progressive(members ...*typ) *typ  { return &typ{kind: progressiveStructure, members: members} }
func octets(n int64) *typ               { return vec(number(1), n) }
func (t *typ) basic() bool              { return t.kind == basic }
func (t *typ) container() bool          { return t.kind == structure || t.kind == progressiveStructure }
func sha(left, right [32]byte) [32]byte { return sha256.Sum256(append(left[:], right[:]...)) }
func little(b []byte) uint32            { return binary.LittleEndian.Uint32(b) }
func offset(b []byte, v int) []byte     { return binary.LittleEndian.AppendUint32(b, uint32(v)) }
func (t *typ) list() bool               { return t.kind == list || t.kind == progressiveList }

// fixed is the size in bytes of a type of fixed size; 0 otherwise.
func (t *typ) fixed() int {
	switch {
	case t.basic():
		return t.size
	case t.kind == bitvector:
		return (t.size + 7) / 8
	case t.kind == fixedVector:
		return t.of.fixed() * int(t.count)
	case t.container():
		sum := 0
		for _, m := range t.members {
			if m.fixed() == 0 {
				return 0
			}
			sum += m.fixed()
		}
		return sum
	}
	return 0
}

// parts cuts the bytes of a container into its members'.
func (t *typ) parts(b []byte) [][]byte {
	parts := make([][]byte, len(t.members))
	at, last := 0, -1
	for i, m := range t.members {
		if n := m.fixed(); n != 0 {
			parts[i], at = b[at:at+n], at+n
			continue
		}
		from := int(little(b[at:]))
		if last >= 0 {
			parts[last] = parts[last][:len(parts[last])-(len(b)-from)]
		}
		parts[i], last, at = b[from:], i, at+4
	}
	return parts
}

func (t *typ) elements(b []byte) (parts [][]byte) {
	for n := t.of.fixed(); len(b) > 0; b = b[n:] {
		parts = append(parts, b[:n])
	}
	return parts
}

func chunked(b []byte) (chunks [][32]byte) {
	for len(b) > 0 {
		var c [32]byte
		b = b[copy(c[:], b):]
		chunks = append(chunks, c)
	}
	return chunks
}

// merkleize is that of chunks with a limit.
func merkleize(chunks [][32]byte, limit int64) [32]byte {
	depth := 0
	for int64(1)<<depth < limit {
		depth++
	}
	return subtree(chunks, depth)
}

func subtree(chunks [][32]byte, depth int) [32]byte {
	if len(chunks) == 0 {
		zero := [32]byte{}
		for range depth {
			zero = sha(zero, zero)
		}
		return zero
	}
	if depth == 0 {
		return chunks[0]
	}
	half := len(chunks)
	if depth < 32 {
		half = min(half, 1<<(depth-1))
	}
	return sha(subtree(chunks[:half], depth-1), subtree(chunks[half:], depth-1))
}

// progress is merkleize_progressive.
func progress(chunks [][32]byte, n int) [32]byte {
	if len(chunks) == 0 {
		return [32]byte{}
	}
	m := min(n, len(chunks))
	return sha(merkleize(chunks[:m], int64(n)), progress(chunks[m:], 4*n))
}

func mixed(root [32]byte, n int) [32]byte {
	var length [32]byte
	binary.LittleEndian.PutUint64(length[:], uint64(n))
	return sha(root, length)
}

// root is hash_tree_root.
func (t *typ) root(b []byte) [32]byte {
	var chunks [][32]byte
	limit, n := t.count, 0
	switch {
	case t.basic():
		return merkleize(chunked(b), 1)
	case t.kind == bitvector:
		return merkleize(chunked(b), int64(t.size+255)/256)
	case t.container():
		for i, part := range t.parts(b) {
			chunks = append(chunks, t.members[i].root(part))
		}
		limit = int64(len(chunks))
	case t.of.basic():
		chunks, limit, n = chunked(b), (limit*int64(t.of.size)+31)/32, len(b)/t.of.size
	default:
		for _, e := range t.elements(b) {
			chunks = append(chunks, t.of.root(e))
		}
		n = len(chunks)
	}
	switch t.kind {
	case list:
		return mixed(merkleize(chunks, limit), n)
	case progressiveList:
		return mixed(progress(chunks, 1), n)
	case progressiveStructure:
		var active [32]byte
		for i := range chunks {
			active[i/8] |= 1 << (i % 8)
		}
		return sha(progress(chunks, 1), active)
	}
	return merkleize(chunks, limit)
}

// draw makes bytes of a random value; elements is how many a list has.
func (t *typ) draw(rng *rand.Rand, elements func(t *typ) int) []byte {
	switch {
	case t.list():
		var b []byte
		for range elements(t) {
			b = append(b, t.of.draw(rng, elements)...)
		}
		return b
	case t.container():
		return t.drawMembers(rng, elements)
	case t.kind == fixedVector && !t.of.basic():
		var b []byte
		for range t.count {
			b = append(b, t.of.draw(rng, elements)...)
		}
		return b
	}
	b := make([]byte, t.fixed())
	if rng.IntN(3) == 0 {
		return b
	}
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	if t == aBoolean {
		b[0] &= 1
	}
	if t.kind == bitvector && t.size%8 != 0 {
		b[len(b)-1] &= 1<<(t.size%8) - 1
	}
	return b
}

func (t *typ) drawMembers(rng *rand.Rand, elements func(t *typ) int) []byte {
	var head, tail []byte
	size := 0
	for _, m := range t.members {
		size += max(m.fixed(), 0)
		if m.fixed() == 0 {
			size += 4
		}
	}
	for _, m := range t.members {
		b := m.draw(rng, elements)
		if m.fixed() != 0 {
			head = append(head, b...)
			continue
		}
		head, tail = offset(head, size+len(tail)), append(tail, b...)
	}
	return append(head, tail...)
}

var (
	aBoolean = number(1)
	aNumber  = number(8)
	aRoot    = octets(32)
	anID     = octets(20)
	aKey     = octets(48)
)

// The containers of a state.
var (
	aCheckpoint = record(aNumber, aRoot)
	aHeader     = record(aNumber, aNumber, aRoot, aRoot, aRoot)
	aVote       = record(aRoot, aNumber, aRoot)
	aValidator  = record(aKey, aRoot, aNumber, aBoolean, aNumber, aNumber, aNumber, aNumber)
	aDeposit    = record(aKey, aRoot, aNumber, octets(96), aNumber)
	aPartial    = record(aNumber, aNumber, aNumber)
	aMerger     = record(aNumber, aNumber)
	aBuilder    = record(aKey, number(1), anID, aNumber, aNumber, aNumber)
	aPayout     = record(anID, aNumber, aNumber)
	aPayment    = record(aNumber, aPayout, aNumber)
	aWithdrawal = record(aNumber, aNumber, anID, aNumber)
)

// sizes are the constants of a preset that a state's type needs.
type sizes struct {
	slots, roots, mixes, slashings, votes, committee, ptc, withdrawals, consolidations, partials int64
}

var sizesOf = map[spec.Preset]sizes{
	spec.Mainnet: {32, 8192, 65536, 8192, 64 * 32, 512, 512, 16, 1 << 18, 1 << 27},
	spec.Minimal: {8, 64, 64, 64, 4 * 8, 32, 16, 4, 64, 64},
	spec.Gnosis:  {16, 8192, 65536, 8192, 64 * 16, 512, 512, 8, 1 << 18, 1 << 27},
}

// beaconState is the type of a fork's BeaconState.
func beaconState(preset spec.Preset, fork spec.Fork) *typ {
	z := sizesOf[preset]
	of := func(t *typ) *typ { // a list of the registry
		if fork >= spec.Gloas {
			return plistOf(t)
		}
		return listOf(t, 1<<40)
	}
	queue := func(t *typ, limit int64) *typ {
		if fork >= spec.Gloas {
			return plistOf(t)
		}
		return listOf(t, limit)
	}
	committee := record(vec(aKey, z.committee), aKey)
	state := []*typ{
		aNumber, aRoot, aNumber, record(octets(4), octets(4), aNumber), aHeader,
		vec(aRoot, z.roots), vec(aRoot, z.roots), listOf(aRoot, 1<<24),
		aVote, listOf(aVote, z.votes), aNumber, of(aValidator), of(aNumber),
		vec(aRoot, z.mixes), vec(aNumber, z.slashings), of(number(1)), of(number(1)),
		bitsOf(4), aCheckpoint, aCheckpoint, aCheckpoint, of(aNumber), committee, committee,
	}
	if fork >= spec.Gloas {
		state = append(state, aRoot) // latest_block_hash
	} else if fork >= spec.Bellatrix {
		state = append(state, payloadHeader(fork))
	}
	if fork >= spec.Capella {
		state = append(state, aNumber, aNumber, listOf(record(aRoot, aRoot), 1<<24))
	}
	if fork >= spec.Electra {
		state = append(state, aNumber, aNumber, aNumber, aNumber, aNumber, aNumber,
			queue(aDeposit, 1<<27), queue(aPartial, z.partials), queue(aMerger, z.consolidations))
	}
	if fork >= spec.Fulu {
		state = append(state, vec(aNumber, 2*z.slots))
	}
	if fork >= spec.Gloas {
		state = append(state, plistOf(aBuilder), aNumber, bitsOf(int(z.roots)), vec(aPayment, 2*z.slots),
			plistOf(aPayout), bid(fork), plistOf(aWithdrawal), vec(vec(aNumber, z.ptc), 3*z.slots))
	}
	if fork >= spec.EIP7716 {
		state = append(state, aNumber)
	}
	if fork >= spec.Gloas {
		return progressive(state...)
	}
	return record(state...)
}

func payloadHeader(fork spec.Fork) *typ {
	members := []*typ{
		aRoot, anID, aRoot, aRoot, octets(256), aRoot, aNumber, aNumber, aNumber, aNumber,
		listOf(number(1), 32), number(32), aRoot, aRoot,
	}
	if fork >= spec.Capella {
		members = append(members, aRoot)
	}
	if fork >= spec.Deneb {
		members = append(members, aNumber, aNumber)
	}
	return record(members...)
}

func bid(fork spec.Fork) *typ {
	members := []*typ{aRoot, aRoot, aRoot, aRoot, anID, aNumber, aNumber, aNumber, aNumber, aNumber, plistOf(aKey), aRoot}
	if fork >= spec.Heze {
		members = append(members, bitsOf(16))
	}
	return progressive(members...)
}

// randomState is a state of the fork with lists of random lengths.
func randomState(rng *rand.Rand, preset spec.Preset, fork spec.Fork, most int) []byte {
	rows := rng.IntN(most + 1)
	state := beaconState(preset, fork)
	perRow := map[*typ]bool{}
	for _, i := range []int{11, 12, 15, 16, 21} {
		perRow[state.members[i]] = true
	}
	return state.draw(rng, func(t *typ) int {
		if perRow[t] {
			return rows
		}
		limit := 60 // of a progressive list
		if t.kind == list {
			limit = int(min(t.count, 60))
		}
		if t.of == aWithdrawal {
			limit = 4
		}
		return rng.IntN(limit + 1)
	})
}
