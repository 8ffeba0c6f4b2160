package container

import (
	"bytes"
	"fmt"

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

// NewMechanismMemory returns the memory at genesis: all zero, with its vector
// allocated, as the generated code expects it.
func NewMechanismMemory() *MechanismMemory { return &MechanismMemory{Excess: make([]uint64, 2)} }

// DecodeMechanismMemory decodes SSZ bytes into a fresh value that shares no
// memory with them. Malformed bytes give [spec.ErrInput].
func DecodeMechanismMemory(b []byte) (*MechanismMemory, error) {
	m := new(MechanismMemory)
	if err := m.UnmarshalSSZ(b); err != nil {
		return nil, fmt.Errorf("mechanism memory: %w: %d bytes: %v", spec.ErrInput, len(b), err)
	}
	return m, nil
}

// DecodeLedger decodes SSZ bytes into a fresh value that shares no memory with
// them. Malformed bytes, and any that are not the one encoding of their value,
// give [spec.ErrInput]; whether the ledger is consistent is for package
// delegation to say.
func DecodeLedger(b []byte) (*Ledger, error) {
	l := new(Ledger)
	if err := l.UnmarshalSSZ(b); err != nil {
		return nil, fmt.Errorf("ledger: %w: %d bytes: %v", spec.ErrInput, len(b), err)
	}
	if again, err := l.MarshalSSZ(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("ledger: %w: %d bytes: not the canonical encoding", spec.ErrInput, len(b))
	}
	return l, nil
}

// DecodeRainbow decodes SSZ bytes as [DecodeLedger] does.
func DecodeRainbow(b []byte) (*Rainbow, error) {
	r := new(Rainbow)
	if err := r.UnmarshalSSZ(b); err != nil {
		return nil, fmt.Errorf("rainbow: %w: %d bytes: %v", spec.ErrInput, len(b), err)
	}
	if again, err := r.MarshalSSZ(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("rainbow: %w: %d bytes: not the canonical encoding", spec.ErrInput, len(b))
	}
	return r, nil
}
