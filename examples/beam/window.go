package main

import (
	"context"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func init() {
	register.DoFn6x1[context.Context, int64, func(*[]byte) bool, func(int64, []byte), func([]byte), func([]byte), error](new(joinWindow))
}

// joinWindow joins the rows of a window of epochs into its part of the failure
// list.
type joinWindow struct {
	Window int64
	Timing xatu.Timing
}

// ProcessElement emits the slots of a window as one piece, its duties, and what contradicts itself as dead letters.
func (j *joinWindow) ProcessElement(ctx context.Context, window int64, pieces func(*[]byte) bool, emit func(int64, []byte), duties func([]byte), bury func([]byte)) error {
	faults := dataset.Faults{Lenient: true, Met: func(f *dataset.Fault) { bury(deadOf(tableOf(f), f).line()) }}
	w := &xatu.Window{From: spec.Epoch(window * j.Window), To: spec.Epoch((window + 1) * j.Window), Timing: j.Timing, Faults: &faults}
	if err := gather(w, pieces); err != nil {
		return err
	}
	var p packer
	failures := 0
	for s, err := range w.Failures() {
		if err == nil {
			err = p.value(&s)
		}
		if err != nil {
			return fmt.Errorf("epochs %d to %d: %w", w.From, w.To-1, err)
		}
		failures += len(s.Failures)
	}
	if w.Counts.Slots > 0 {
		emit(window, p)
		set, _ := w.Duties.AppendBinary(nil) // never fails
		duties(set)
	}
	count(ctx, &w.Counts, failures)
	return nil
}

// tableOf is the table of a fault that the join found, attestations where it is
// of no file.
func tableOf(f *dataset.Fault) xatu.Table {
	if t, ok := xatu.TableOf(f.File); ok {
		return t
	}
	return xatu.Attestations
}

// count moves the counts of a window to the counters.
func count(ctx context.Context, c *xatu.Counts, failures int) {
	slotsMade.Inc(ctx, int64(c.Slots))
	failuresMade.Inc(ctx, int64(failures))
	duplicates.Inc(ctx, int64(c.Repeated))
	unknownBalances.Inc(ctx, int64(c.UnknownBalances))
	lateInclusions.Inc(ctx, int64(c.LateRows))
	otherFile.Inc(ctx, int64(c.OtherFileRows))
}

// gather unpacks the pieces of a window. All lists of validators share one
// array.
func gather(w *xatu.Window, pieces func(*[]byte) bool) error {
	w.Known = new(xatu.Balances)
	var ids []uint32
	var piece []byte
	for pieces(&piece) {
		u := unpacker{b: piece}
		switch what := u.byte(); what {
		case ofCommittees, ofAttestations:
			ids = u.rows(w, what, ids)
		case ofBlocks:
			for u.more() {
				at := u.from()
				for range u.uint() {
					w.Blocks = append(w.Blocks, xatu.Block{At: at.row(u.uint()), Slot: spec.Slot(u.uint()), Root: u.root()})
					if u.err != nil {
						break
					}
				}
			}
		case ofBalances:
			u.changes(w)
		case ofKnown:
			u.known(w.Known)
		}
		if u.err != nil {
			return u.err
		}
	}
	return nil
}

func (f from) row(n uint64) xatu.Position {
	return xatu.Position{File: f.path, Group: f.group, Row: int64(n)}
}

func (u *unpacker) rows(w *xatu.Window, what byte, ids []uint32) []uint32 {
	for at := u.from(); u.more(); {
		pos, slot := at.row(u.uint()), spec.Slot(u.uint())
		var of []uint32
		if what == ofCommittees {
			ids, of = u.validators(ids)
			w.Committees = append(w.Committees, xatu.Committee{At: pos, Slot: slot, Validators: of})
			continue
		}
		a := xatu.Attestation{At: pos, Slot: slot, Block: spec.Slot(u.uint()), Target: u.root(), Head: u.root()}
		ids, a.Validators = u.validators(ids)
		w.Attestations = append(w.Attestations, a)
	}
	return ids
}

// changes reads what [packer.changes] wrote, for a block of validators.
func (u *unpacker) changes(w *xatu.Window) {
	first := uint32(u.uint()) * blockSize
	for u.more() {
		epoch := spec.Epoch(u.uint())
		_, changed := u.validators(nil)
		for _, v := range changed {
			what := u.uint()
			w.Balances = append(w.Balances, xatu.Balance{
				At: xatu.Position{Row: int64(epoch)}, Epoch: epoch, Validator: first + v,
				Increments: uint16(what >> 2), Known: what>>1&1 != 0, Slashed: what&1 != 0,
			})
		}
	}
}

// known reads the balances of a block of validators into those of all.
func (u *unpacker) known(all *xatu.Balances) {
	first := uint32(u.uint()) * blockSize
	var b xatu.Balances
	if u.err == nil {
		u.err = b.UnmarshalBinary(u.b)
	}
	if u.err != nil {
		return
	}
	for v := range uint32(blockSize) {
		increments, known, slashed := b.Of(v)
		if known || slashed {
			u.err = all.Add(&xatu.Balance{Validator: first + v, Increments: increments, Known: known, Slashed: slashed})
		}
		if u.err != nil {
			return
		}
	}
}
