package chain

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

// Fields that a slot changes and that a [spec.BeaconState] does not have.
const (
	header       = "latest_block_header"
	stateRootAt  = 48 // in the header
	availability = "execution_payload_availability"
)

// slot is process_slot, the epoch where one ends, and the step to the next slot. What
// it writes before the epoch is taken back when the epoch fails.
func (c *Chain) slot() (err error) {
	root, err := c.Root()
	if err != nil {
		return err
	}
	undo, err := c.keep()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	s := &c.state
	at := int(uint64(s.Slot) % c.params.SlotsPerHistoricalRoot)
	if err := c.put("state_roots", 32*at, root[:]); err != nil {
		return err
	}
	s.StateRoots[at] = root
	if old, err := c.pieces.Field(header); err != nil {
		return err
	} else if spec.Root(old[stateRootAt:][:32]) == (spec.Root{}) {
		if err := c.put(header, stateRootAt, root[:]); err != nil {
			return err
		}
	}
	block, err := c.pieces.FieldRoot(header, c.o.Workers)
	if err != nil {
		return err
	}
	if err := c.put("block_roots", 32*at, block[:]); err != nil {
		return err
	}
	s.BlockRoots[at] = block
	if err := c.forgetPayload(); err != nil {
		return err
	}
	if (uint64(s.Slot)+1)%c.params.SlotsPerEpoch == 0 {
		if err := c.epoch(); err != nil {
			return err
		}
	}
	s.Slot++
	var slot [8]byte
	binary.LittleEndian.PutUint64(slot[:], uint64(s.Slot))
	return c.put("slot", 0, slot[:])
}

func (c *Chain) put(field string, at int, b []byte) error { return c.pieces.Put(field, at, b) }

// forgetPayload clears the next slot's bit of payload availability, from gloas on.
func (c *Chain) forgetPayload() error {
	if c.params.Fork < spec.Gloas {
		return nil
	}
	bit := (uint64(c.state.Slot) + 1) % c.params.SlotsPerHistoricalRoot
	b, err := c.pieces.Field(availability)
	if err != nil {
		return err
	}
	return c.put(availability, int(bit/8), []byte{b[bit/8] &^ (1 << (bit % 8))})
}

// keep remembers what a slot overwrites before its epoch.
func (c *Chain) keep() (undo func(), err error) {
	s := &c.state
	at := uint64(s.Slot) % c.params.SlotsPerHistoricalRoot
	stateRoot, blockRoot := s.StateRoots[at], s.BlockRoots[at]
	fields := map[string][]byte{}
	for _, name := range []string{header, "state_roots", "block_roots", availability} {
		if name == availability && c.params.Fork < spec.Gloas {
			continue
		}
		b, err := c.pieces.Field(name)
		if err != nil {
			return nil, err
		}
		from, to := 0, len(b)
		switch name {
		case "state_roots", "block_roots":
			from, to = int(32*at), int(32*at)+32
		}
		fields[name] = append([]byte(nil), b[from:to]...)
	}
	return func() {
		s.StateRoots[at], s.BlockRoots[at] = stateRoot, blockRoot
		for name, b := range fields {
			from := 0
			if name == "state_roots" || name == "block_roots" {
				from = int(32 * at)
			}
			_ = c.put(name, from, b) // the same bytes as were there fit
		}
	}, nil
}

// epoch runs the transition and brings the pieces up to date.
func (c *Chain) epoch() error {
	var next penalty.Memory
	var err error
	var touched []spec.ValidatorIndex
	if !c.o.Observe.Silent() {
		next, err = epoch.ProcessState(&c.params, &c.o.Rule, &c.state, c.memory, c.o.Crypto, c.o.Observe)
	} else {
		next, err = c.engine.ProcessState(&c.state, c.memory, c.o.Crypto)
		touched = c.engine.Touched()
	}
	if err != nil {
		return err
	}
	c.memory, c.edited = next, true
	return c.flush(touched)
}
