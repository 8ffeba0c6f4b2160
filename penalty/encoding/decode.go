package encoding

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// DecodeDeltas decodes SSZ bytes into a fresh value that shares no memory with
// them. Malformed bytes and lists of different lengths give [spec.ErrInput].
func DecodeDeltas(b []byte) (*Deltas, error) {
	d := new(Deltas)
	if err := d.UnmarshalSSZ(b); err != nil {
		return nil, fmt.Errorf("deltas: %w: %d bytes: %v", spec.ErrInput, len(b), err)
	}
	if len(d.Rewards) != len(d.Penalties) {
		return nil, spec.Atf("penalties", -1, spec.ErrInput, "%d rows, rewards has %d", len(d.Penalties), len(d.Rewards))
	}
	return d, nil
}

// EncodeMemory is the memory of a rule as SSZ. A rule with words that cannot be told
// apart, and numbers beyond those that the rule names, give [spec.ErrInput].
func EncodeMemory(rule *penalty.Rule, m *penalty.Memory) ([]byte, error) {
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	if m == nil {
		m = new(penalty.Memory)
	}
	for i, v := range m[len(rule.Memory):] {
		if v != 0 {
			return nil, spec.Atf("memory", len(rule.Memory)+i, spec.ErrInput, "%d in a word that %s does not name", v, rule.FullName())
		}
	}
	return (&MechanismMemory{Words: m[:len(rule.Memory)]}).MarshalSSZ()
}

// DecodeMemory is the inverse of [EncodeMemory]. Malformed bytes, and another number of
// words than the rule names, give [spec.ErrInput].
func DecodeMemory(rule *penalty.Rule, b []byte) (m penalty.Memory, err error) {
	if err := rule.Validate(); err != nil {
		return m, err
	}
	c := new(MechanismMemory)
	if err := c.UnmarshalSSZ(b); err != nil {
		return m, fmt.Errorf("mechanism memory: %w: %d bytes: %v", spec.ErrInput, len(b), err)
	}
	if len(c.Words) != len(rule.Memory) {
		return m, spec.Atf("words", -1, spec.ErrInput, "%d, %s names %d", len(c.Words), rule.FullName(), len(rule.Memory))
	}
	copy(m[:], c.Words)
	return m, nil
}
