package vector

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// SetManifestFile is the name of the manifest of a whole set, beside "tests".
const SetManifestFile = "manifest.sha256"

// SetManifest lists the cases of a whole set with the names, sizes and SHA-256 of
// their files, so that a set of which something is missing, altered or added can be
// told from a whole one. Its text is one that sha256sum -c reads:
//
//	# stakesim fixtures 1
//	# 1 cases, 2 files, 150 bytes
//	# 2 files, 150 bytes: tests/minimal/electra/rewards/basic/pyspec_tests/empty
//	(64 hexadecimal digits)  tests/minimal/electra/rewards/basic/pyspec_tests/empty/manifest.yaml
//	...
//
// The zero value lists no case.
type SetManifest struct{ cases map[Path]listed }

// listed are the files of a case.
type listed struct {
	bytes int64 // of all files
	sums  map[string][sha256.Size]byte
}

const setHeader = "# stakesim fixtures 1"

// Add lists a case with all its files ([Complete]), in place of what was listed of it.
func (m *SetManifest) Add(p Path, files []File) {
	l := listed{sums: make(map[string][sha256.Size]byte, len(files))}
	for _, f := range files {
		l.bytes += int64(len(f.Data))
		l.sums[f.Name] = sha256.Sum256(f.Data)
	}
	if m.cases == nil {
		m.cases = map[Path]listed{}
	}
	m.cases[p] = l
}

// Cases are the paths of the cases, sorted.
func (m *SetManifest) Cases() []Path {
	if m == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(m.cases), comparePaths)
}

func comparePaths(a, b Path) int {
	x, y := a.parts(), b.parts()
	return slices.Compare(x[:], y[:])
}

// Check compares a case with what is listed of it. The error wraps [spec.ErrInput]
// and names the files that are missing, altered or not listed; [fs.ErrNotExist] when
// the case is not there.
func (m *SetManifest) Check(c *Case) error {
	if m == nil || c == nil {
		return fmt.Errorf("%w: no manifest or no case", spec.ErrInput)
	}
	want, ok := m.cases[c.Path]
	if !ok {
		return fmt.Errorf("%w: %s does not list this case", spec.ErrInput, SetManifestFile)
	}
	names, err := c.Files()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("missing: %s lists this case: %w", SetManifestFile, err)
	}
	if err != nil {
		return err
	}
	var faults []error
	fault := func(name, what string) {
		faults = append(faults, fmt.Errorf("%s: %w: %s", table.Printable(name), spec.ErrInput, what))
	}
	for _, name := range names {
		sum, ok := want.sums[name]
		if !ok {
			fault(name, SetManifestFile+" does not list this file")
			continue
		}
		b, err := c.Read(name)
		if err != nil {
			faults = append(faults, err)
		} else if got := sha256.Sum256(b); got != sum {
			fault(name, fmt.Sprintf("altered: its SHA-256 is %x..., %s has %x...", got[:4], SetManifestFile, sum[:4]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.sums)) {
		if !slices.Contains(names, name) {
			fault(name, "missing: "+SetManifestFile+" lists it")
		}
	}
	return errors.Join(faults...)
}

// Bytes is the text of the manifest, which depends on the cases alone.
func (m *SetManifest) Bytes() []byte {
	if m == nil {
		m = new(SetManifest)
	}
	var b bytes.Buffer
	files, size := 0, int64(0)
	for _, l := range m.cases {
		files, size = files+len(l.sums), size+l.bytes
	}
	fmt.Fprintf(&b, "%s\n# %d cases, %d files, %d bytes\n", setHeader, len(m.cases), files, size)
	for _, p := range m.Cases() {
		l := m.cases[p]
		fmt.Fprintf(&b, "# %d files, %d bytes: tests/%s\n", len(l.sums), l.bytes, p)
		for _, name := range slices.Sorted(maps.Keys(l.sums)) {
			fmt.Fprintf(&b, "%x  tests/%s/%s\n", l.sums[name], p, name)
		}
	}
	return b.Bytes()
}

// setLimit bounds a manifest: a million files of names as they are here.
var setLimit = file.Limit{Bytes: 256 << 20, Line: 2048}

// ReadSetManifest reads the text of a manifest. One that is cut, whose counts are not
// those of its lines, or that is not in the form of [SetManifest.Bytes] gives
// [spec.ErrInput] with the line.
func ReadSetManifest(in file.Input) (*SetManifest, error) {
	t, err := in.Text(setLimit)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	r := setReader{m: &SetManifest{cases: map[Path]listed{}}}
	for {
		line, err := t.Line()
		if err == io.EOF {
			err = r.end(t.Number())
		} else if err == nil {
			if err = r.line(t.Number(), string(line)); err == nil {
				continue
			}
		}
		return r.m, file.At(in.Name, t.Number(), err)
	}
}

// setReader takes the lines of a manifest.
type setReader struct {
	m           *SetManifest
	cases       int
	files, left int // of all, and of the present case
	bytes       int64
	at          Path
	last        string // file of the present case
}

func (r *setReader) line(number int, s string) error {
	bad := func(want string) error {
		return fmt.Errorf("%w: %.120q, want %s", spec.ErrInput, s, want)
	}
	switch {
	case number == 1:
		if s != setHeader {
			return bad(setHeader)
		}
		return nil
	case number == 2:
		if !scan(s, "# %d cases, %d files, %d bytes", &r.cases, &r.files, &r.bytes) {
			return bad("# N cases, N files, N bytes")
		}
		return nil
	case r.left == 0:
		return r.begin(s, bad)
	}
	digits, name, _ := strings.Cut(s, "  ")
	name, ok := strings.CutPrefix(name, "tests/"+r.at.String()+"/")
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != sha256.Size || digits != strings.ToLower(digits) || !validName(name) || name <= r.last {
		return bad("a SHA-256 and the next file of tests/" + r.at.String())
	}
	r.m.cases[r.at].sums[name] = [sha256.Size]byte(sum)
	r.last, r.left = name, r.left-1
	return nil
}

// begin takes the line of a case.
func (r *setReader) begin(s string, bad func(string) error) error {
	var n int
	var size int64
	counts, name, _ := strings.Cut(s, ": tests/")
	if !scan(counts, "# %d files, %d bytes", &n, &size) || n < 1 || size < 0 {
		return bad("# N files, N bytes: and a case")
	}
	p, err := ParsePath(name)
	if err != nil {
		return err
	}
	if comparePaths(r.at, p) >= 0 {
		return bad("a case after " + r.at.String())
	}
	r.m.cases[p] = listed{size, map[string][sha256.Size]byte{}}
	r.at, r.last, r.left = p, "", n
	return nil
}

// scan reads numbers from a text that is exactly as the format writes them.
func scan(s, format string, numbers ...any) bool {
	if _, err := fmt.Sscanf(s, format, numbers...); err != nil {
		return false
	}
	values := make([]any, len(numbers))
	for i, n := range numbers {
		values[i] = reflect.ValueOf(n).Elem()
	}
	return fmt.Sprintf(format, values...) == s
}

// end compares the counts with what was read.
func (r *setReader) end(lines int) error {
	if lines < 2 {
		return fmt.Errorf("%w: %d lines, want %s and the counts", spec.ErrInput, lines, setHeader)
	}
	files, size := 0, int64(0)
	for _, l := range r.m.cases {
		files, size = files+len(l.sums), size+l.bytes
	}
	if len(r.m.cases) != r.cases || files != r.files || size != r.bytes || r.left != 0 {
		return fmt.Errorf("%w: %d cases, %d files and %d bytes where line 2 says %d, %d and %d: is it cut?",
			spec.ErrInput, len(r.m.cases), files, size, r.cases, r.files, r.bytes)
	}
	return nil
}

// SetManifest reads the manifest of the whole tree; nil when there is none.
func (t *Tree) SetManifest() (*SetManifest, error) {
	names, err := fs.ReadDir(t.fsys, ".")
	if err != nil {
		return nil, t.wrap(".", err)
	}
	if !slices.ContainsFunc(names, func(e fs.DirEntry) bool { return e.Name() == SetManifestFile }) {
		return nil, nil
	}
	in, err := t.source(SetManifestFile)
	if err != nil {
		return nil, err
	}
	m, err := ReadSetManifest(in)
	if err != nil {
		return nil, err
	}
	return m, nil
}
