package container

import (
	"bytes"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

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
