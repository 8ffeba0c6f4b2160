package ssz_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/exp/mmap"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// fixture is one state of the subset in testdata.
func fixture(t testing.TB, path, object string) ssz.Buffer {
	t.Helper()
	tree, err := vector.Open("../vector/testdata/consensus-spec-tests")
	if err != nil {
		t.Fatal(err)
	}
	p, err := vector.ParsePath(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tree.Case(p).SSZ(object)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	altairCase  = "minimal/altair/rewards/basic/pyspec_tests/with_slashed_validators"
	electraCase = "minimal/electra/rewards/leak/pyspec_tests/full_random_ten_epoch_leak"
	eipCase     = "minimal/eip7716/rewards/anti_correlation/pyspec_tests/mixed_smoothed_990_leak"
)

// Places of offsets in the fixed part of a minimal altair state.
const (
	minimalRootsAt      = 176 + 2*64*32
	minimalVotesAt      = minimalRootsAt + 4 + 72
	minimalValidatorsAt = minimalVotesAt + 4 + 8
	minimalBalancesAt   = minimalValidatorsAt + 4
	altairFixed         = 10229
)

func TestBadStatesAreErrorsThatNameFieldAndByte(t *testing.T) {
	state := fixture(t, altairCase, "pre")
	put := func(at int, v uint32) func(ssz.Buffer) ssz.Buffer {
		return func(b ssz.Buffer) ssz.Buffer {
			binary.LittleEndian.PutUint32(b[at:], v)
			return b
		}
	}
	validators := binary.LittleEndian.Uint32(state[minimalValidatorsAt:])
	for name, c := range map[string]struct {
		change func(ssz.Buffer) ssz.Buffer
		want   string
	}{
		"nothing":                                   {func(b ssz.Buffer) ssz.Buffer { return nil }, "state: invalid input: 0 bytes"},
		"less than a fixed part":                    {func(b ssz.Buffer) ssz.Buffer { return b[:altairFixed-1] }, "state: invalid input: 10228 bytes"},
		"truncated in a list":                       {func(b ssz.Buffer) ssz.Buffer { return b[:len(b)-1] }, "inactivity_scores: invalid input: byte"},
		"truncated by an element":                   {func(b ssz.Buffer) ssz.Buffer { return b[:len(b)-8] }, "inactivity_scores: invalid input: byte"},
		"oversized by a byte":                       {func(b ssz.Buffer) ssz.Buffer { return append(b, 0) }, "inactivity_scores: invalid input: byte"},
		"oversized by an element":                   {func(b ssz.Buffer) ssz.Buffer { return append(b, make([]byte, 8)...) }, "inactivity_scores: invalid input: byte"},
		"a first offset that is not the fixed size": {put(minimalRootsAt, 10233), "historical_roots: invalid input: byte 4272: offset 10233"},
		"an offset outside":                         {put(minimalBalancesAt, 1<<31), "balances: invalid input: byte 4364: offset 2147483648: outside"},
		"an offset backwards":                       {put(minimalBalancesAt, validators-1), "balances: invalid input: byte 4364"},
		"an offset inside an element":               {put(minimalBalancesAt, validators+120), "validators: invalid input: byte"},
		"columns of different lengths":              {put(minimalBalancesAt, validators+121), "balances: invalid input: byte"},
		"too many votes":                            {put(minimalValidatorsAt, altairFixed+33*72), "eth1_data_votes: invalid input: byte 10229: 33 elements, at most 32"},
	} {
		b := c.change(bytes.Clone(state))
		_, err := ssz.Open(b, int64(len(b)), paramsOf(spec.Minimal, spec.Altair))
		if !errors.Is(err, spec.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAnotherForkOrPresetIsAnError(t *testing.T) {
	for path, own := range map[string]spec.Fork{altairCase: spec.Altair, electraCase: spec.Electra, eipCase: spec.EIP7716} {
		b := fixture(t, path, "pre")
		for _, preset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
			for _, fork := range spec.Forks() {
				_, err := ssz.Open(b, int64(len(b)), paramsOf(preset, fork))
				if right := fork == own && preset == spec.Minimal; right != (err == nil) {
					t.Errorf("%s as %v %v: %v", path, preset, fork, err)
				} else if err != nil && !errors.Is(err, spec.ErrInput) {
					t.Error(err)
				}
			}
		}
	}
	b := fixture(t, altairCase, "pre")
	unknown := *paramsOf(spec.Minimal, spec.Altair)
	unknown.Fork = 99
	if _, err := ssz.Open(b, int64(len(b)), &unknown); !errors.Is(err, spec.ErrUnknown) {
		t.Errorf("fork 99: %v", err)
	}
	short := *paramsOf(spec.Minimal, spec.Altair)
	short.SlotsPerHistoricalRoot = 12
	if _, err := ssz.Open(b, int64(len(b)), &short); !errors.Is(err, spec.ErrInput) || !strings.Contains(err.Error(), "SLOTS_PER_HISTORICAL_ROOT") {
		t.Errorf("an epoch and a half of roots: %v", err)
	}
	if _, err := ssz.Open(b, int64(len(b)), nil); !errors.Is(err, spec.ErrInput) {
		t.Errorf("no constants: %v", err)
	}
	if _, err := ssz.Detect(b[:100], 100); !errors.Is(err, spec.ErrInput) {
		t.Errorf("100 bytes: %v", err)
	}
}

func TestASizeThatIsNotTheSourcesIsAnErrorBeforeAnythingIsAllocated(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	for _, size := range []int64{-1, 0, int64(len(b)) - 8, int64(len(b)) + 1, 1 << 40, 1<<63 - 1} {
		if _, err := ssz.Open(b, size, paramsOf(spec.Minimal, spec.Altair)); !errors.Is(err, spec.ErrInput) {
			t.Errorf("size %d of %d: %v", size, len(b), err)
		}
	}
}

// broken fails from byte at on.
type broken struct {
	ssz.Buffer
	at int64
}

var errBroken = errors.New("broken")

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.at && off+int64(len(p)) <= int64(len(b.Buffer)) {
		return 0, errBroken
	}
	return b.Buffer.ReadAt(p, off)
}

func TestAFailingSourceIsReportedWithFieldAndByte(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	var failing broken
	s, err := ssz.Open(&failing, 0, paramsOf(spec.Minimal, spec.Altair))
	if err == nil {
		t.Fatal("opened nothing", s)
	}
	failing = broken{b, int64(len(b))}
	if s, err = ssz.Open(&failing, int64(len(b)), paramsOf(spec.Minimal, spec.Altair)); err != nil {
		t.Fatal(err)
	}
	failing.at = 0
	var r spec.Registry
	for name, err := range map[string]error{
		"registry": s.ReadRegistry(&r, 2),
		"boundary": second(s.Boundary()),
		"mix":      second(s.RandaoMix(0)),
		"seed":     second(s.AttesterSeed(0)),
		"slot":     second(s.Slot()),
	} {
		if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "byte") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ssz.Open(&failing, int64(len(b)), paramsOf(spec.Minimal, spec.Altair)); err == nil {
		t.Error("opened a source that cannot be read")
	}
}

func second[T any](_ T, err error) error { return err }

func TestABooleanThatIsNotOneIsAnErrorWithItsRow(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	at := int(binary.LittleEndian.Uint32(b[minimalValidatorsAt:])) + 5*validatorSize + 88
	b[at] = 2
	s, err := ssz.Open(b, int64(len(b)), paramsOf(spec.Minimal, spec.Altair))
	if err != nil {
		t.Fatal(err)
	}
	var r spec.Registry
	err = s.ReadRegistry(&r, 1)
	var field *spec.FieldError
	if !errors.As(err, &field) || field.Row != 5 || field.Field != "validators.slashed" || !errors.Is(err, spec.ErrInput) {
		t.Error(err)
	}
}

func TestSlashingsThatOverflowAreAnError(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	at := minimalBalancesAt + 4 + 64*32
	for i := range 16 {
		b[at+i] = 0xff
	}
	s, err := ssz.Open(b, int64(len(b)), paramsOf(spec.Minimal, spec.Altair))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Boundary(); !errors.Is(err, spec.ErrOverflow) {
		t.Error(err)
	}
}

func TestWritingWhatDoesNotFitIsAnError(t *testing.T) {
	b := fixture(t, altairCase, "pre")
	s := open(t, b, must(vector.ParsePath(altairCase)))
	if err := s.WriteBack(b, spec.NewRegistry(s.Len()+1), 1); !errors.Is(err, spec.ErrInput) {
		t.Errorf("another length: %v", err)
	}
	if err := s.AssignSlots(spec.NewRegistry(1), new(spec.Committees), 1); !errors.Is(err, spec.ErrInput) {
		t.Errorf("slots of another length: %v", err)
	}
	if err := s.WriteSmoothed(b, 1); !errors.Is(err, spec.ErrInput) {
		t.Errorf("a field that altair lacks: %v", err)
	}
	var r spec.Registry
	if err := s.ReadRegistry(&r, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteBack(b[:100], &r, 1); !errors.Is(err, spec.ErrInput) {
		t.Errorf("a target that is too short: %v", err)
	}
}

// paramsOf are the constants of a preset's own network.
func paramsOf(preset spec.Preset, fork spec.Fork) *spec.Params {
	p := must(spec.ParamsFor(preset, fork))
	return &p
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSaveAsLeavesNoHalfWrittenFile(t *testing.T) {
	b := fixture(t, eipCase, "pre")
	s := open(t, b, must(vector.ParsePath(eipCase)))
	dir := t.TempDir()
	name := filepath.Join(dir, "post.ssz")
	if err := s.SaveAs(name, func(w io.WriterAt) error { return errBroken }); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if left := must(os.ReadDir(dir)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := s.SaveAs(filepath.Join(dir, "missing", "post.ssz"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such directory: %v", err)
	}
	if err := s.SaveAs(name, func(w io.WriterAt) error { return s.WriteSmoothed(w, 77) }); err != nil {
		t.Fatal(err)
	}
	saved := ssz.Buffer(must(os.ReadFile(name)))
	again := open(t, saved, must(vector.ParsePath(eipCase)))
	if v, ok, err := again.Smoothed(); v != 77 || !ok || err != nil {
		t.Error(v, ok, err)
	}
	if err := s.WriteSmoothed(b, 77); err != nil || !bytes.Equal(saved, b) {
		t.Errorf("the saved file differs in more than the field: %v", err)
	}
}

func TestAStateThatIsCutWhileItIsMappedIsAnErrorThatNamesTheField(t *testing.T) {
	b := fixture(t, eipCase, "pre")
	p := paramsOf(spec.Minimal, spec.EIP7716)
	for _, left := range []int64{0, 1, 4096, int64(len(b)) / 2, int64(len(b)) - 1} {
		name := filepath.Join(t.TempDir(), "state.ssz")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ours := must(file.Map(name))
		others := must(mmap.Open(name))
		for _, r := range []io.ReaderAt{ours, others} {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := ssz.Open(r, int64(len(b)), p)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(name, left); err != nil {
				t.Fatal(err)
			}
			// Another's mapping reads zeros up to the end of the last page.
			if r == others && left > 1 {
				continue
			}
			var registry spec.Registry
			err = s.ReadRegistry(&registry, 1)
			if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "balances: byte ") {
				t.Errorf("%d bytes left: %v", left, err)
			}
		}
		ours.Close()
		others.Close()
	}
}

// half ends before the bytes that it had when it was opened.
type half struct {
	ssz.Buffer
	left int64
}

func (h *half) ReadAt(p []byte, off int64) (int, error) {
	return h.Buffer[:h.left].ReadAt(p, off)
}

func TestASourceThatIsCutIsNotSaved(t *testing.T) {
	b := fixture(t, eipCase, "pre")
	p := must(vector.ParsePath(eipCase))
	source := &half{b, int64(len(b))}
	s := must(ssz.Open(source, int64(len(b)), paramsOf(must(spec.ParsePreset(p.Preset)), must(spec.ParseFork(p.Fork)))))
	dir := t.TempDir()
	name := filepath.Join(dir, "post.ssz")
	for _, left := range []int64{0, 1, int64(len(b)) / 2, int64(len(b)) - 1} {
		source.left = left
		if err := s.SaveAs(name, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d of %d bytes: %v", left, len(b), err)
		}
		if entries := must(os.ReadDir(dir)); len(entries) != 0 {
			t.Errorf("left behind: %v", entries)
		}
	}
	source.left = int64(len(b))
	if err := s.SaveAs(name, nil); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(must(os.ReadFile(name)), b) {
		t.Error("saved other bytes")
	}
}

func FuzzOpen(f *testing.F) {
	for _, path := range []string{altairCase, electraCase, eipCase} {
		f.Add([]byte(fixture(f, path, "pre")))
	}
	for _, k := range []string{"f1-post", "g1-post", "h1-pre", "s1-post"} {
		f.Add([]byte(snappyFile(f, "testdata/roots/"+k+".ssz_snappy")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			for _, fork := range spec.Forks() {
				s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, fork))
				if err != nil {
					if !errors.Is(err, spec.ErrInput) {
						t.Fatal(err)
					}
					continue
				}
				exercise(t, s, b)
				takeApart(t, s, b)
			}
		})
	})
}

// takeApart checks that a state has the same bytes and the same root in pieces, or
// the same fault.
func takeApart(t *testing.T, s *ssz.State, b []byte) {
	whole, fault := s.Root(2)
	p, err := s.Pieces()
	if err != nil {
		t.Fatal(err)
	}
	root, err := p.Root(1)
	if root != whole || (err == nil) != (fault == nil) || err != nil && !errors.Is(err, spec.ErrInput) {
		t.Fatalf("root %x (%v), in pieces %x (%v)", whole, fault, root, err)
	}
	if out, err := p.Bytes(); err != nil || !bytes.Equal(out, b) {
		t.Fatalf("written differently from pieces: %v", err)
	}
}

// exercise checks that what was read can be written back without a change.
func exercise(t *testing.T, s *ssz.State, b []byte) {
	var r spec.Registry
	if err := s.ReadRegistry(&r, 2); err != nil {
		if !errors.Is(err, spec.ErrInput) {
			t.Fatal(err)
		}
		return
	}
	out := ssz.Buffer(bytes.Clone(b))
	if err := s.WriteBack(out, &r, 2); err != nil || !bytes.Equal(out, b) {
		t.Fatalf("written back differently: %v", err)
	}
	if _, err := s.Boundary(); err != nil && !errors.Is(err, spec.ErrOverflow) {
		t.Fatal(err)
	}
	if err := s.AssignSlots(&r, new(spec.Committees), 1); err != nil && !errors.Is(err, spec.ErrInput) {
		t.Fatal(err)
	}
}
