// Package readme keeps the READMEs of a module true: the Go names, the tests, the
// links and the commands that they mention are there.
//
// What is looked at is what stands between backquotes, in fenced blocks too:
//
//   - a name behind a package, delegation.EffectiveStake or spec.Registry.Len, must be
//     exported by a package of the module of that name, or of the standard library's;
//     with a path in front, delegation/ref.Ledger, by that package;
//   - TestSomething, FuzzSomething, BenchmarkSomething and ExampleSomething must stand
//     in a test file of the module;
//   - ./folder, the package of a go command, must be there;
//
// and so must the target of every link that is no address of another machine.
package readme

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Check fails t for whatever the Markdown files of the module around the folder dir
// mention that is not there, and for a module without any such file.
func Check(t testing.TB, dir string) {
	t.Helper()
	m, err := load(dir)
	if err != nil {
		t.Fatalf("the module of the READMEs: %v", err)
	}
	files := 0
	err = filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && skipped(d.Name()) && path != m.root {
			return fs.SkipDir
		}
		if !strings.EqualFold(filepath.Ext(path), ".md") || d.IsDir() {
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		for _, wrong := range m.wrong(filepath.Dir(path), string(text)) {
			name, _ := filepath.Rel(m.root, path)
			t.Errorf("%s: %s", name, wrong)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d READMEs below %s: %v", files, m.root, err)
	}
}

// skipped says which folders hold nothing of the module's own.
func skipped(folder string) bool {
	return folder == "testdata" || folder == "vendor" || strings.HasPrefix(folder, ".") && folder != "."
}

var (
	quoted    = regexp.MustCompile("`([^`\n]+)`")
	qualified = regexp.MustCompile(`(?:^|[^\w./"-])((?:[a-z0-9]+/)*[a-z][a-z0-9]*)\.([A-Z]\w*(?:\.[A-Z]\w*)?)`)
	testName  = regexp.MustCompile(`\b((?:Test|Fuzz|Benchmark|Example)(?:[A-Z]\w*|_\w+))`)
	folder    = regexp.MustCompile(`(?:^|\s)(\./[\w./-]+)`)
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	variables = regexp.MustCompile(`(\w+(?:, *\w+)*) *:=`)
)

// wrong lists what a text in a folder mentions and is not there, each with its line.
func (m *module) wrong(dir, text string) (list []string) {
	fenced, local := false, localNames(text)
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		code := []string{line}
		if !fenced && !strings.HasPrefix(line, "    ") {
			code = nil
			for _, q := range quoted.FindAllStringSubmatch(line, -1) {
				code = append(code, q[1])
			}
			for _, l := range link.FindAllStringSubmatch(line, -1) {
				if !linked(dir, l[1]) {
					list = append(list, fmt.Sprintf("line %d: a link to %s, which is not there", i+1, l[1]))
				}
			}
		}
		for _, c := range code {
			for _, w := range m.wrongCode(dir, c, local) {
				list = append(list, fmt.Sprintf("line %d: %s", i+1, w))
			}
		}
	}
	return list
}

// wrongCode lists what a piece of code mentions and is not there.
func (m *module) wrongCode(dir, code string, local []string) (list []string) {
	code, _, _ = strings.Cut(code, " // ") // prose again
	for _, q := range qualified.FindAllStringSubmatch(code, -1) {
		if slices.Contains(local, q[1]) {
			continue
		}
		if err := m.lookup(dir, q[1], q[2]); err != nil {
			list = append(list, err.Error())
		}
	}
	for _, n := range testName.FindAllStringSubmatch(code, -1) {
		if !m.hasTest(n[1]) {
			list = append(list, n[1]+": no test of this name, nor one that begins with it")
		}
	}
	for _, f := range folder.FindAllStringSubmatch(code, -1) {
		name := strings.TrimSuffix(strings.TrimSuffix(f[1], "/..."), "/")
		if _, err := os.Stat(filepath.Join(m.root, name)); err == nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			list = append(list, f[1]+": no such file or folder")
		}
	}
	return list
}

// localNames are the variables that a text's own code makes: what stands behind them
// only a compiler knows.
func localNames(text string) (names []string) {
	for _, v := range variables.FindAllStringSubmatch(text, -1) {
		for n := range strings.SplitSeq(v[1], ",") {
			names = append(names, strings.TrimSpace(n))
		}
	}
	return names
}

// linked says whether a link leads anywhere, as far as this machine can tell.
func linked(dir, target string) bool {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "#") {
		return true
	}
	file, _, _ := strings.Cut(target, "#")
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file)))
	return err == nil
}

// hasTest says whether a test has the name, or one begins with it, as -run takes it.
func (m *module) hasTest(name string) bool {
	return slices.ContainsFunc(m.tests, func(t string) bool { return strings.HasPrefix(t, name) })
}
