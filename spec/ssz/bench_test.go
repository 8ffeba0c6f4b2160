package ssz_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/ssz"
)

const (
	benchValidators = 1_000_000
	validatorSize   = 121
)

// electraFile writes a mainnet electra state of n validators of 32 to 2048
// ETH, nearly all active and attesting, and returns its name. Its fixed part
// is zero but for slot, offsets and finality.
func electraFile(t testing.TB, n int) string {
	const headerSize, slot = 584, 32*10_000 + 31
	name := filepath.Join(t.TempDir(), "electra.ssz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, fixedSize)
	binary.LittleEndian.PutUint64(head[40:], slot)
	at := uint32(fixedSize)
	list := func(place int, bytes int) {
		binary.LittleEndian.PutUint32(head[place:], at)
		at += uint32(bytes)
	}
	for _, l := range electraLists(n, headerSize) {
		list(l.place, l.bytes)
	}
	binary.LittleEndian.PutUint64(head[finalizedAt:], slot/32-2)
	w := bufio.NewWriterSize(f, 1<<20)
	w.Write(head)
	for i := range n {
		w.Write(validator(i))
	}
	column := func(size int, v func(i int) uint64) {
		var b [8]byte
		for i := range n {
			binary.LittleEndian.PutUint64(b[:], v(i))
			w.Write(b[:size])
		}
	}
	column(8, func(i int) uint64 { return uint64(32*spec.ETH) + uint64(i%1000) })
	for range 2 {
		column(1, func(i int) uint64 {
			if i%100 == 0 {
				return 0
			}
			return 7
		})
	}
	column(8, func(i int) uint64 { return uint64(i % 5) })
	payload := make([]byte, headerSize)
	binary.LittleEndian.PutUint32(payload[436:], headerSize)
	w.Write(payload)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return name
}

// Places in the fixed part of a mainnet electra state.
const (
	rootsAt         = 176 + 2*8192*32 // behind block_roots and state_roots
	votesAt         = rootsAt + 4 + 72
	registryAt      = votesAt + 4 + 8
	participationAt = registryAt + 8 + 65536*32 + 8192*8
	finalizedAt     = participationAt + 8 + 1 + 2*40
	scoresAt        = finalizedAt + 40
	payloadAt       = scoresAt + 4 + 2*24624
	summariesAt     = payloadAt + 4 + 16
	pendingAt       = summariesAt + 4 + 48
	fixedSize       = pendingAt + 12
)

// electraLists are the variable fields with the places of their offsets.
func electraLists(n, header int) []struct{ place, bytes int } {
	return []struct{ place, bytes int }{
		{rootsAt, 0}, {votesAt, 0}, {registryAt, validatorSize * n}, {registryAt + 4, 8 * n},
		{participationAt, n}, {participationAt + 4, n}, {scoresAt, 8 * n}, {payloadAt, header},
		{summariesAt, 0}, {pendingAt, 0}, {pendingAt + 4, 0}, {pendingAt + 8, 0},
	}
}

func validator(i int) []byte {
	var v [validatorSize]byte
	binary.LittleEndian.PutUint64(v[:], uint64(i))
	v[48] = byte(1 + i%2)
	binary.LittleEndian.PutUint64(v[80:], uint64(32*spec.ETH))
	if i%10 == 1 {
		binary.LittleEndian.PutUint64(v[80:], uint64(2048*spec.ETH))
	}
	binary.LittleEndian.PutUint64(v[105:], uint64(spec.FarFutureEpoch))
	binary.LittleEndian.PutUint64(v[113:], uint64(spec.FarFutureEpoch))
	return v[:]
}

func TestABuiltElectraStateReadsAsItWasWritten(t *testing.T) {
	r, s := openMapped(t, electraFile(t, 5000))
	defer r.Close()
	var reg spec.Registry
	if err := s.ReadRegistry(&reg, 3); err != nil {
		t.Fatal(err)
	}
	params := s.Params()
	if err := reg.Validate(&params); err != nil {
		t.Fatal(err)
	}
	b, err := s.Boundary()
	if err != nil || b.CurrentEpoch != 10_000 || b.FinalizedEpoch != 9_998 {
		t.Errorf("boundary %+v, %v", b, err)
	}
	if reg.EffectiveBalance[4991] != 2048*spec.ETH || !reg.Compounding[4991] || reg.InactivityScore[4999] != 4 ||
		reg.Balance[4999] != 32*spec.ETH+999 || reg.PreviousFlags[100] != 0 || reg.CurrentFlags[4999] != 7 {
		t.Error("a column differs from what was written")
	}
}

func openMapped(t testing.TB, name string) (*file.Mapped, *ssz.State) {
	r, err := file.Map(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssz.Open(r, r.Size(), paramsOf(spec.Mainnet, spec.Electra))
	if err != nil {
		t.Fatal(err)
	}
	return r, s
}

// heap is what is allocated and reachable, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkCopy copies 21 bytes for each of 1,000,000 validators, the yardstick
// for the other figures of a run: machines differ and are noisy.
func BenchmarkCopy(b *testing.B) {
	const n = benchValidators
	var wide, wideTo [2][]uint64
	for i := range wide {
		wide[i], wideTo[i] = make([]uint64, n), make([]uint64, n)
		for j := range wide[i] {
			wide[i][j] = uint64(j)
		}
	}
	half, halfTo := make([]uint32, n), make([]uint32, n)
	small, smallTo := make([]uint8, n), make([]uint8, n)
	for b.Loop() {
		for i := range wide {
			copy(wideTo[i], wide[i])
		}
		copy(halfTo, half)
		copy(smallTo, small)
	}
}

// BenchmarkReadRegistry reads the columns of 1,000,000 validators: from a
// mapped file after page-in and from memory, with one goroutine and two.
func BenchmarkReadRegistry(b *testing.B) {
	name := electraFile(b, benchValidators)
	before := heap()
	r, s := openMapped(b, name)
	defer r.Close()
	var reg spec.Registry
	if err := s.ReadRegistry(&reg, 1); err != nil { // page-in
		b.Fatal(err)
	}
	used := heap() - before
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("mapped/workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.ReadRegistry(&reg, workers); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(used, "MiB-heap")
		})
	}
	runtime.KeepAlive(&reg)
	mem, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	inMemory, err := ssz.Open(ssz.Buffer(mem), int64(len(mem)), paramsOf(spec.Mainnet, spec.Electra))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("memory/workers=1", func(b *testing.B) {
		for b.Loop() {
			if err := inMemory.ReadRegistry(&reg, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEpochOnRawBytes is a whole epoch of a mechanism on a state of
// 1,000,000 validators in memory: columns in, transition, columns out; with the
// committees assigned beforehand, as a chain does once per epoch and ahead, and
// with them.
func BenchmarkEpochOnRawBytes(b *testing.B) {
	mem, err := os.ReadFile(electraFile(b, benchValidators))
	if err != nil {
		b.Fatal(err)
	}
	rule, err := penalty.RuleNamed("smoothed-2026")
	if err != nil {
		b.Fatal(err)
	}
	e := &rawEpoch{out: mem}
	if e.state, err = ssz.Open(e.out, int64(len(mem)), paramsOf(spec.Mainnet, spec.Electra)); err != nil {
		b.Fatal(err)
	}
	for _, workers := range []int{1, 2} {
		e.workers = workers
		if e.engine, err = epoch.NewEngine(e.state.Params(), rule, workers); err != nil {
			b.Fatal(err)
		}
		if err := e.run(true); err != nil {
			b.Fatal(err)
		}
		for _, assign := range []bool{false, true} {
			b.Run(fmt.Sprintf("committees=%t/workers=%d", assign, workers), func(b *testing.B) {
				for b.Loop() {
					if err := e.run(assign); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// rawEpoch is an epoch on raw bytes with its working memory.
type rawEpoch struct {
	out        ssz.Buffer
	state      *ssz.State
	reg        spec.Registry
	slots      []uint8
	committees spec.Committees
	engine     *epoch.Engine
	workers    int
}

func (e *rawEpoch) run(assign bool) error {
	if err := e.state.ReadRegistry(&e.reg, e.workers); err != nil {
		return err
	}
	if assign {
		if err := e.state.AssignSlots(&e.reg, &e.committees, e.workers); err != nil {
			return err
		}
		e.slots = append(e.slots[:0], e.reg.SlotOffset...)
	}
	copy(e.reg.SlotOffset, e.slots)
	boundary, err := e.state.Boundary()
	if err != nil {
		return err
	}
	if _, err := e.engine.ProcessEpoch(&e.reg, boundary, penalty.Memory{}); err != nil {
		return err
	}
	return e.state.WriteBack(e.out, &e.reg, e.workers)
}
