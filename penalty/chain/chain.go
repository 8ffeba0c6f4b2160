// Package chain advances a state without blocks: slots, whole epochs under any
// mechanism, and the roots that the specification keeps of both. What blocks would
// bring (participation, deposits, exits) is put into the state between the slots, by
// code or as an [Input].
package chain

import (
	"fmt"
	"io"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// Options say how a chain runs; the zero value runs today's rules.
type Options struct {
	Rule    penalty.Rule   // without a step: the status quo
	Memory  penalty.Memory // the rule's, where the state does not hold it
	Crypto  epoch.Crypto   // of package spec/bls, or a client's own
	Workers int            // goroutines; below 2 the caller's own
	// Observe is told of the components of every epoch. The epochs then run step by
	// step, which is slower.
	Observe epoch.Observer
}

// Chain is a state that advances from slot to slot. It serves one goroutine at a
// time; its results do not depend on the number of workers.
type Chain struct {
	o      Options
	params spec.Params
	engine *epoch.Engine
	state  spec.BeaconState
	pieces *ssz.Pieces
	memory penalty.Memory
	edited bool // the columns may differ from the pieces
}

// New starts a chain at a state, which is read whole and whose source must stay as it
// is. Errors are those of reading, or [spec.ErrInput] for constants or a rule that no
// transition can use.
func New(s *ssz.State, o Options) (*Chain, error) {
	return NewWith(s, s.Params(), o)
}

// NewWith is [New] with other constants than those of the state's preset and fork.
// Those that the layout of a state depends on must be the state's own.
func NewWith(s *ssz.State, p spec.Params, o Options) (*Chain, error) {
	if o.Rule.Step == nil {
		o.Rule = penalty.StatusQuo()
	}
	c := &Chain{o: o, params: p, memory: o.Memory}
	var err error
	if c.engine, err = epoch.NewEngine(c.params, o.Rule, o.Workers); err != nil {
		return nil, err
	}
	if err := s.ReadBeaconState(&c.state, o.Workers); err != nil {
		return nil, err
	}
	if err := epoch.CheckState(&c.params, &c.state); err != nil {
		return nil, err
	}
	c.pieces, err = s.Pieces()
	return c, err
}

// Params are the constants that the chain runs with.
func (c *Chain) Params() spec.Params { return c.params }

// Slot is the slot of the state.
func (c *Chain) Slot() spec.Slot { return c.state.Slot }

// Memory is what the rule carries into the next epoch.
func (c *Chain) Memory() penalty.Memory {
	m := c.memory
	if epoch.InState(&c.params, &c.o.Rule) {
		c.o.Rule.SetWord(&m, penalty.SmoothedOfflineBalance, uint64(c.state.SmoothedOfflineBalance))
	}
	return m
}

// State is the state as it stands, to be looked at: change it with [Chain.Edit]. It
// is valid until the chain advances.
func (c *Chain) State() *spec.BeaconState { return &c.state }

// Edit lets a function change the state, as blocks would. It must keep the slot, and
// lists of a length that the state can hold. The function's error is returned; the
// state is then as the function left it.
func (c *Chain) Edit(change func(p *spec.Params, s *spec.BeaconState) error) error {
	c.edited = true
	return change(&c.params, &c.state)
}

// Set replaces the serialised bytes of a field that a [spec.BeaconState] does not
// have, such as latest_block_header. Errors as for [ssz.Pieces.Set].
func (c *Chain) Set(field string, b []byte) error { return c.pieces.Set(field, b) }

// Field is the serialised bytes of a field, as [ssz.Pieces.Field] gives them.
func (c *Chain) Field(name string) ([]byte, error) {
	if err := c.flush(nil); err != nil {
		return nil, err
	}
	return c.pieces.Field(name)
}

// Root is the state's hash_tree_root. Only what has changed since the last call is
// hashed.
func (c *Chain) Root() (spec.Root, error) {
	if err := c.flush(nil); err != nil {
		return spec.Root{}, err
	}
	return c.pieces.Root(c.o.Workers)
}

// WriteTo writes the state's SSZ bytes (implements [io.WriterTo]).
func (c *Chain) WriteTo(w io.Writer) (int64, error) {
	if err := c.flush(nil); err != nil {
		return 0, err
	}
	return c.pieces.WriteTo(w)
}

// flush brings the pieces up to date with the columns. touched as for
// [ssz.Pieces.WriteBeaconState].
func (c *Chain) flush(touched []spec.ValidatorIndex) error {
	if !c.edited {
		return nil
	}
	if err := c.pieces.WriteBeaconState(&c.state, touched, c.o.Workers); err != nil {
		return err
	}
	c.edited = false
	return nil
}

// ProcessSlots advances to a later slot (process_slots without blocks,
// consensus-specs a08d8a6). A target that is not later gives [spec.ErrInput]. On any
// other error the chain stands before the slot in which it happened, with that slot's
// state as it was.
func (c *Chain) ProcessSlots(target spec.Slot) error {
	if target <= c.state.Slot {
		return spec.Atf("slot", -1, spec.ErrInput, "%d is not after %d", target, c.state.Slot)
	}
	for c.state.Slot < target {
		if err := c.slot(); err != nil {
			return fmt.Errorf("slot %d: %w", c.state.Slot, err)
		}
	}
	return nil
}
