package dataset_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

func text(name, content string) file.Input {
	return file.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// read ranges over a record of three texts.
func read(committees, attesters, immediate string, faults *dataset.Faults) (slots []string, err error) {
	r := dataset.Record{Committees: text("c", committees), Attesters: text("a", attesters), Immediate: text("i", immediate), Faults: faults}
	for s, err := range r.Slots() {
		if err != nil {
			return slots, err
		}
		slots = append(slots, fmt.Sprint(s.Slot, s.Committee, s.Attesters, s.AttestersKnown, s.Immediate, s.ImmediateKnown))
	}
	return slots, nil
}

func TestARecordIsReadSlotBySlot(t *testing.T) {
	const committees = "7\t[1,2,3]\n8\t[ 4 , 5 ]\r\n\n12\t[6]"
	want := []string{"7 [1 2 3] [1 3] true [3] true", "8 [4 5] [] true [] false", "12 [6] [] false [] true"}
	for _, f := range []func(string) string{func(s string) string { return s }, zipped} {
		got, err := read(f(committees), f("7\t[3,1]\n8\t[]\n"), f("7\t[3]\n12\t[]\n"), nil)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := read("", "", "", nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

// lenient results are what is left of the record, faults the kinds counted.
var badRecords = []struct {
	name                             string
	committees, attesters, immediate string
	kind                             dataset.Kind
	message                          string
	left                             []string
}{
	{"a slot twice", "7\t[1]\n7\t[2]\n", "7\t[1]\n", "7\t[1]\n", dataset.SlotTwice, "c:2: slot twice: 7", []string{"7 [1] [1] true [1] true"}},
	{"a slot out of order", "7\t[1]\n", "7\t[1]\n5\t[1]\n", "7\t[1]\n", dataset.SlotOrder, "a:2: slot out of order: 5 after 7", []string{"7 [1] [1] true [1] true"}},
	{"an id twice", "7\t[1,2]\n", "7\t[1,2,1]\n", "7\t[1]\n", dataset.IDTwice, "a:1: validator twice in a list: 1", []string{"7 [1 2] [1 2] true [1] true"}},
	{"an outsider", "7\t[1,2]\n", "7\t[1]\n", "7\t[1,9]\n", dataset.Outsider, "i:1: attester outside its committee: validator 9, slot 7", []string{"7 [1 2] [1] true [1] true"}},
	{"attesters without a committee", "7\t[1]\n9\t[1]\n", "7\t[1]\n8\t[1]\n9\t[1]\n", "7\t[1]\n9\t[1]\n", dataset.NoCommittee, "a:2: attesters without a committee: slot 8", []string{"7 [1] [1] true [1] true", "9 [1] [1] true [1] true"}},
	{"attesters after the last committee", "7\t[1]\n", "7\t[1]\n8\t[]\n", "7\t[1]\n", dataset.NoCommittee, "a:2: attesters without a committee: slot 8", []string{"7 [1] [1] true [1] true"}},
	{"no tab", "7 [1]\n", "", "", dataset.Malformed, `c:1: malformed input: no tab: "7 [1]"`, nil},
	{"no brackets", "7\t1,2\n", "", "", dataset.Malformed, `c:1: malformed input: no list in brackets: "1,2"`, nil},
	{"no slot", "x\t[1]\n", "", "", dataset.Malformed, `c:1: malformed input: slot: "x"`, nil},
	{"a slot above 64 bits", "18446744073709551616\t[1]\n", "", "", dataset.Malformed, `c:1: malformed input: slot: "18446744073709551616"`, nil},
	{"a hole in the list", "7\t[1,,2]\n", "", "", dataset.Malformed, `c:1: malformed input: validator index: ""`, nil},
	{"a comma at the end", "7\t[1,]\n", "", "", dataset.Malformed, `c:1: malformed input: validator index: ""`, nil},
	{"a negative id", "7\t[-1]\n", "", "", dataset.Malformed, `c:1: malformed input: validator index: "-1"`, nil},
	{"two numbers without a comma", "7\t[1 2]\n", "", "", dataset.Malformed, `c:1: malformed input: validator index: "1 2"`, nil},
	{"a line cut off", "7\t[1,2", "", "", dataset.Malformed, `c:1: malformed input: no list in brackets: "[1,2"`, nil},
	{"an id of 2^32", "7\t[4294967296]\n", "", "", dataset.IDTooLarge, "c:1: validator index too large: 4294967296", nil},
	{"an id of many digits", "7\t[99999999999999999999999]\n", "", "", dataset.IDTooLarge, "c:1: validator index too large: 99999999999999999999999", nil},
	{"a gzip cut off", zipped("7\t[1]\n" + strings.Repeat(" ", 1000))[:20], "", "", dataset.Truncated, "c:2: truncated file: unexpected EOF", []string{"7 [1] [] false [] false"}},
	{"a gzip with two bytes", "\x1f\x8b", "", "", dataset.Truncated, "c: truncated file: unexpected EOF", nil},
}

func TestBadRecordsAreFaultsOrCounted(t *testing.T) {
	for _, c := range badRecords {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.committees, c.attesters, c.immediate, nil)
			require.EqualError(t, err, c.message)
			require.ErrorIs(t, err, spec.ErrInput)
			var fault *dataset.Fault
			require.True(t, errors.As(err, &fault))
			require.Equal(t, c.kind, fault.Kind)
			if fault.Line == 0 {
				return // a file that cannot be opened is an error either way
			}
			faults := &dataset.Faults{Lenient: true}
			left, err := read(c.committees, c.attesters, c.immediate, faults)
			require.NoError(t, err)
			require.Equal(t, c.left, left)
			require.EqualValues(t, 1, faults.Total(), faults.Summary())
			require.EqualValues(t, 1, faults.Counts[c.kind])
		})
	}
}

func TestTheLargestIDsAreRead(t *testing.T) {
	got, err := read("7\t[0,4294967295]\n8\t[0000000000012]\n", "", "", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"7 [0 4294967295] [] false [] false", "8 [12] [] false [] false"}, got)
}

func TestALineThatNeverEndsIsAFault(t *testing.T) {
	r, err := dataset.OpenLists(file.Input{Name: "endless", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(ones{}, dataset.MaxLine+1<<20)), nil
	}}, &dataset.Faults{Lenient: true})
	require.NoError(t, err)
	_, _, err = r.Next()
	require.ErrorContains(t, err, "a line of more than")
}

type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

func TestMissingFilesAreErrors(t *testing.T) {
	_, err := file.Path(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = dataset.OpenLists(file.Input{Name: "nothing"}, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestBadLabelsAreFaultsOrCounted(t *testing.T) {
	known := func(v uint32) bool { return v < 10 }
	for _, c := range []struct {
		name, content string
		kind          dataset.Kind
		message       string
	}{
		{"no number", "validator_id,cluster\nx,A\n1,B\n", dataset.Malformed, `f:2: column validator_id: malformed input: "x"`},
		{"an id of 2^32", "validator_id,cluster\n4294967296,A\n1,B\n", dataset.IDTooLarge, "f:2: column validator_id: validator index too large: 4294967296"},
		{"an unknown validator", "1,B\n10,A\n", dataset.UnknownValidator, "f:2: column validator_id: unknown validator: 10"},
		{"a validator twice", "1,B\n1,A\n", dataset.LabelTwice, "f:2: column validator_id: validator labelled twice: 1"},
		{"a validator twice, once without label", "1,B\n2,\n2,A\n", dataset.LabelTwice, "f:3: column validator_id: validator labelled twice: 2"},
		{"a field too few", "1,B\n2\n", dataset.Malformed, "f:2: malformed input: 1 field where 2 are wanted (validator_id,label)"},
		{"a quote that does not end", "1,B\n2,\"A\n", dataset.Malformed, `f:2: malformed input: extraneous or missing " in quoted-field`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := dataset.ReadLabels(text("f", c.content), dataset.LabelOptions{}, known, nil)
			require.EqualError(t, err, c.message)
			faults := &dataset.Faults{Lenient: true}
			l, err := dataset.ReadLabels(text("f", c.content), dataset.LabelOptions{}, known, faults)
			require.NoError(t, err)
			name, ok := l.Label(1)
			require.True(t, ok)
			require.Equal(t, "B", name)
			_, ok = l.Label(2)
			require.False(t, ok)
			require.EqualValues(t, 1, faults.Counts[c.kind], faults.Summary())
		})
	}
	for _, c := range []struct{ content, column, message string }{
		{"index,cluster\n", "", `f:1: missing column: column "validator_id": unknown name (one of index, cluster)`},
		{"validator_id,cluster\n", "client", `f:1: missing column: column "client": unknown name (one of validator_id, cluster)`},
		{"1,A\n", "client", "f:1: column client: missing column: the file has no header"},
	} {
		_, err := dataset.ReadLabels(text("f", c.content), dataset.LabelOptions{Label: c.column}, nil, &dataset.Faults{Lenient: true})
		require.EqualError(t, err, c.message)
	}
}

func FuzzRecord(f *testing.F) {
	for _, c := range badRecords {
		f.Add(c.committees, c.attesters, c.immediate)
	}
	f.Add("7\t[1,2,3]\n8\t[4]\n", "7\t[1]\n8\t[4]\n", "8\t[4]\n")
	f.Fuzz(func(t *testing.T, committees, attesters, immediate string) {
		budget.Run(t, budget.Limit{}, func() { record(t, committees, attesters, immediate) })
	})
}

// record holds a record to what lists promise, and reading to what it may take.
func record(t *testing.T, committees, attesters, immediate string) {
	faults := &dataset.Faults{Lenient: true}
	r := dataset.Record{Committees: text("c", committees), Attesters: text("a", attesters), Immediate: text("i", immediate), Faults: faults}
	past := int64(-1)
	for s, err := range r.Slots() {
		if err != nil {
			require.ErrorIs(t, err, spec.ErrInput)
			return
		}
		require.True(t, past == -1 || uint64(s.Slot) > uint64(past))
		past = int64(s.Slot)
		in := map[uint32]bool{}
		for i, v := range s.Committee {
			require.True(t, i == 0 || v > s.Committee[i-1])
			in[v] = true
		}
		for _, v := range append(append([]uint32(nil), s.Attesters...), s.Immediate...) {
			require.True(t, in[v])
		}
	}
	if _, err := read(committees, attesters, immediate, nil); err == nil {
		require.Zero(t, faults.Total(), "strict reading took what lenient reading counts")
	} else {
		require.NotZero(t, faults.Total(), "%v", err)
	}
}

func FuzzLabels(f *testing.F) {
	f.Add("validator_id,cluster\n1,A\n2,\n", "", "", false)
	f.Add("\ufeffvalidator_id,x,y\n\"1\",A,B\n", "y", "", true)
	f.Add("client,index\nA,4.07e3\nB,16777215\nC,1e30\n", "client", "index", true)
	f.Add("\x1f\x8b\x08", "", "", false)
	f.Add("PK\x03\x04", "", "", false)
	f.Add("1,\"A\n2", "", "", true)
	f.Fuzz(func(t *testing.T, content, column, id string, skip bool) {
		budget.Run(t, budget.Limit{}, func() {
			o := dataset.LabelOptions{Label: column, ID: id, SkipUnknown: skip}
			l, err := dataset.ReadLabels(text("f", content), o, nil, nil)
			lenient := &dataset.Faults{Lenient: true}
			if _, again := dataset.ReadLabels(text("f", content), o, nil, lenient); err == nil {
				require.NoError(t, again)
				require.Zero(t, lenient.Total())
			}
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, "f")
				return
			}
			require.LessOrEqual(t, len(l.Of), dataset.MaxValidators)
			require.True(t, skip || l.Skipped == 0)
			require.True(t, len(l.Of) == 0 || int(slices.Max(l.Of)) < len(l.Names))
		})
	})
}

func TestLabelsOfValidatorsThatAreNotKnownCanBeLeftOut(t *testing.T) {
	const content = "1,A\n10,B\n16777216,C\n4294967296,D\n1e30,E\n2,F\n"
	known := func(v uint32) bool { return v < 10 }
	l, err := dataset.ReadLabels(text("f", content), dataset.LabelOptions{SkipUnknown: true}, known, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"A", "F"}, l.Names)
	require.EqualValues(t, 4, l.Skipped)
	_, err = dataset.ReadLabels(text("f", "1,A\nx,B\n"), dataset.LabelOptions{SkipUnknown: true}, known, nil)
	require.EqualError(t, err, `f:2: column validator_id: malformed input: "x"`, "what is no index is no unknown one")
}

func TestTheColumnsOfLabelsAreChosen(t *testing.T) {
	const content = "client, index ,label,validator_id\nteku,7,A,1\nlodestar,8.0,B,2\n"
	for _, c := range []struct {
		o    dataset.LabelOptions
		id   uint32
		want string
		err  string
	}{
		{dataset.LabelOptions{}, 1, "teku", ""},
		{dataset.LabelOptions{Label: "label"}, 2, "B", ""},
		{dataset.LabelOptions{ID: "index"}, 7, "teku", ""},
		{dataset.LabelOptions{ID: "index", Label: "label"}, 8, "B", ""},
		{dataset.LabelOptions{ID: "index", Label: "validator_id"}, 7, "1", ""},
		{dataset.LabelOptions{ID: "indx"}, 0, "", `f:1: missing column: column "indx": unknown name (one of client, index, label, validator_id; did you mean "index"?)`},
		{dataset.LabelOptions{Label: "lable"}, 0, "", `f:1: missing column: column "lable": unknown name (one of client, index, label, validator_id; did you mean "label"?)`},
		{dataset.LabelOptions{ID: "label", Label: "label"}, 0, "", `f:1: column label: missing column: it is that of the validators`},
		{dataset.LabelOptions{ID: "client"}, 0, "", `f:2: column client: malformed input: "teku"`},
	} {
		for _, form := range []string{content, "\ufeff" + content, strings.ReplaceAll(content, "\n", "\r\n"), zipped(content)} {
			l, err := dataset.ReadLabels(text("f", form), c.o, nil, nil)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				continue
			}
			require.NoError(t, err)
			got, ok := l.Label(c.id)
			require.True(t, ok)
			require.Equal(t, c.want, got)
		}
	}
	_, err := dataset.ReadLabels(text("f", "validator_id;client\n1;A\n"), dataset.LabelOptions{}, nil, nil)
	require.ErrorContains(t, err, "f:1: missing column")
	_, err = dataset.ReadLabels(text("f", "1,A\n2;B\n"), dataset.LabelOptions{}, nil, nil)
	require.EqualError(t, err, "f:2: malformed input: 1 field where 2 are wanted (validator_id,label; fields are separated by commas, not by semicolons)")
}

func TestLabelsAndListsWithoutAnEndAreErrorsInTime(t *testing.T) {
	for name, content := range map[string]string{
		"one line":      zipped(strings.Repeat("1", 40<<20)),
		"zeros":         zipped(string(make([]byte, 40<<20))),
		"one field":     zipped("validator_id,cluster\n1," + strings.Repeat("A", 40<<20)),
		"an open quote": zipped("validator_id,cluster\n1,\"" + strings.Repeat("A\n", 2<<20)),
		"empty lines":   zipped("validator_id,cluster\n" + strings.Repeat("\n", 40<<20)),
		"fields":        zipped(strings.Repeat("1,", 20<<20)),
	} {
		for _, faults := range []*dataset.Faults{nil, {Lenient: true}} {
			budget.Run(t, budget.Limit{}, func() {
				_, err := dataset.ReadLabels(text("f", content), dataset.LabelOptions{}, nil, faults)
				require.ErrorIs(t, err, spec.ErrInput, name)
			})
			budget.Run(t, budget.Limit{}, func() {
				l, err := dataset.OpenLists(text("f", content), faults)
				for err == nil {
					_, _, err = l.Next()
				}
				if err != io.EOF { // lines that are none are counted
					require.ErrorIs(t, err, spec.ErrInput, name)
				}
			})
		}
	}
}

// BenchmarkText reads committees of a million validators; the target is 150
// MB/s.
func BenchmarkText(b *testing.B) {
	var lines strings.Builder
	for slot := range 32 {
		fmt.Fprintf(&lines, "%d\t[", 9_600_000+slot)
		for v := slot; v < 1_000_000; v += 32 {
			if v > slot {
				lines.WriteByte(',')
			}
			fmt.Fprint(&lines, v)
		}
		lines.WriteString("]\n")
	}
	in := text("c", lines.String())
	b.SetBytes(int64(lines.Len()))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		l, err := dataset.OpenLists(in, nil)
		require.NoError(b, err)
		for {
			if _, _, err = l.Next(); err != nil {
				break
			}
		}
		require.Equal(b, io.EOF, err)
	}
}
