package ssz

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// FieldAt says what lies at a byte of the state: the name of the field and, in a
// list or in a vector of numbers or roots, the element, else -1. The fixed part's
// offset of a list belongs to the list. A byte outside the state has no name.
func (s *State) FieldAt(at int64) (field string, row int) {
	layout, _, err := layoutOf(&s.params)
	if err != nil { // s was opened with this layout
		return "", -1
	}
	for _, f := range layout {
		if f.variable() && at >= f.at && at < f.at+offsetSize {
			return f.name, -1
		}
		in := s.spans[f.name]
		if at < in.start || at >= in.end {
			continue
		}
		if size := f.elementSize(); size != 0 {
			return f.name, int((at - in.start) / size)
		}
		return f.name, -1
	}
	return "", -1
}

// elementSize is the bytes of an element of a list, or of a vector that the
// epoch accounting reads; 0 for what has no elements.
func (f *field) elementSize() int64 {
	switch f.name {
	case "block_roots", "state_roots", "randao_mixes":
		return 32
	case "slashings":
		return 8
	}
	return f.element
}

// Fields lists the names of the state's fields in the order of the specification.
func (s *State) Fields() []string {
	layout, _, err := layoutOf(&s.params)
	if err != nil { // s was opened with this layout
		return nil
	}
	return namesOf(layout)
}

func namesOf(layout []placed) []string {
	names := make([]string, len(layout))
	for i, f := range layout {
		names[i] = f.name
	}
	return names
}

// Field returns the serialised bytes of a field, by its name in the specification;
// of a list those of its elements. They are the source's own when it is in memory:
// do not change them. A name that the fork does not have gives [spec.ErrUnknown].
func (s *State) Field(name string) ([]byte, error) {
	if _, ok := s.spans[name]; !ok {
		return nil, unknownField(name, s.params.Fork, s.Fields())
	}
	return s.source(name).all()
}

func unknownField(name string, fork spec.Fork, known []string) error {
	return fmt.Errorf("field %q: %w: %v has %s", name, spec.ErrUnknown, fork, strings.Join(known, ", "))
}
