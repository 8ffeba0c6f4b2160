package penalty

import (
	"github.com/stakesim/stakesim/spec"
)

// MemoryWords is how many numbers a rule's memory can hold.
const MemoryWords = 40

// Memory is what a rule carries from slot to slot: numbers of 64 bits, of which the
// rule uses the first and says what each is in [Rule.Memory]. It is a value; the zero
// value is the memory at genesis.
type Memory [MemoryWords]uint64

// Word is the number of a memory that the rule calls by this name; false when it has
// none.
func (r *Rule) Word(m *Memory, name string) (uint64, bool) {
	i := r.word(name)
	if i < 0 || m == nil {
		return 0, false
	}
	return m[i], true
}

// SetWord sets the number that the rule calls by this name, and reports whether it
// has one.
func (r *Rule) SetWord(m *Memory, name string, v uint64) bool {
	i := r.word(name)
	if i < 0 || m == nil {
		return false
	}
	m[i] = v
	return true
}

func (r *Rule) word(name string) int {
	if r == nil {
		return -1
	}
	for i, n := range r.Memory {
		if n == name && i < MemoryWords {
			return i
		}
	}
	return -1
}

// checkMemory reports a rule that names more words than there are, or one twice.
func (r *Rule) checkMemory() error {
	if len(r.Memory) > MemoryWords {
		return spec.Atf("rule", -1, spec.ErrInput, "%q has %d words of memory, at most %d", r.FullName(), len(r.Memory), MemoryWords)
	}
	for i, name := range r.Memory {
		if name == "" || r.word(name) != i {
			return spec.Atf("rule", -1, spec.ErrInput, "%q: word %d of its memory is called %q, as another or not at all", r.FullName(), i, name)
		}
	}
	return nil
}
