package vector

import (
	"fmt"
	"path"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Path names a case by the six directories that lead to it. It is also what
// manifest.yaml holds.
type Path struct {
	Preset  string `yaml:"preset"`
	Fork    string `yaml:"fork"`
	Runner  string `yaml:"runner"`
	Handler string `yaml:"handler"`
	Suite   string `yaml:"suite"`
	Case    string `yaml:"case"`
}

func (p Path) parts() [6]string {
	return [...]string{p.Preset, p.Fork, p.Runner, p.Handler, p.Suite, p.Case}
}

// String returns the names joined by slashes, without the leading "tests".
func (p Path) String() string {
	parts := p.parts()
	return strings.Join(parts[:], "/")
}

// ParsePath is the inverse of [Path.String]. Another number of names, or one
// that [Path.Validate] refuses, gives [spec.ErrInput].
func ParsePath(s string) (Path, error) {
	names := strings.Split(s, "/")
	if len(names) != 6 {
		return Path{}, fmt.Errorf("case %q: %w: %d names, want preset/fork/runner/handler/suite/case", s, spec.ErrInput, len(names))
	}
	p := Path{names[0], names[1], names[2], names[3], names[4], names[5]}
	return p, p.Validate()
}

// Validate gives [spec.ErrInput] for a name that is empty or has a character
// other than letters, digits, '_', '-' and, not in front, '.'.
func (p Path) Validate() error {
	for _, name := range p.parts() {
		if !validName(name) {
			return fmt.Errorf("case %q: %w: name %q", p.String(), spec.ErrInput, name)
		}
	}
	return nil
}

func validName(name string) bool {
	if name == "" || name[0] == '.' {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !letter && !(r >= '0' && r <= '9') && r != '_' && r != '-' && r != '.'
	}) < 0
}

// Params resolves preset and fork. Names that this module does not know, such
// as phase0, give [spec.ErrUnknown].
func (p Path) Params() (spec.Params, error) {
	preset, err := spec.ParsePreset(p.Preset)
	if err != nil {
		return spec.Params{}, err
	}
	fork, err := spec.ParseFork(p.Fork)
	if err != nil {
		return spec.Params{}, err
	}
	return spec.ParamsFor(preset, fork)
}

// Match reports whether every name matches the pattern of the same field;
// an empty pattern matches every name, others are as of [path.Match], whose error for a
// malformed one it gives.
func (p Path) Match(pattern Path) (bool, error) {
	names := p.parts()
	for i, pat := range pattern.parts() {
		if pat == "" {
			continue
		}
		if ok, err := path.Match(pat, names[i]); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}
