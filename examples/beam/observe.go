package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/dataset"
)

func init() {
	register.DoFn5x1[context.Context, []byte, func(int, []byte), func(int64, []byte), func([]byte), error](new(observe))
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func(int64, []byte), error](new(walk))
	register.DoFn5x1[context.Context, int64, func(*[]byte) bool, func(*[]byte) bool, func([]byte), error](new(punish))
}

// chunk is the number of epochs that travel as one element.
const chunk = 32

// observe is the first step of the back-test, list by list.
type observe struct{ Study studyOf }

// ProcessElement reads a failure list. It emits the aggregates and the failures
// of runs of epochs, and what it counted.
func (o *observe) ProcessElement(ctx context.Context, entry []byte, aggregates func(int, []byte), failures func(int64, []byte), counted func([]byte)) error {
	study, err := o.Study.study(ctx)
	if err != nil {
		return err
	}
	observer, err := study.NewObserver()
	if err != nil {
		return err
	}
	var a backtest.Aggregates
	var f backtest.Failures
	var as, fs packer
	open, n := int64(-1), 0
	flush := func() {
		if n > 0 {
			aggregates(0, bytes.Clone(as))
			failures(open, bytes.Clone(fs))
		}
		as, fs, n = as[:0], fs[:0], 0
	}
	incomplete, err := o.Study.eachEpoch(ctx, entry, func(slots []backtest.Slot) error {
		if err := observer.Observe(&a, &f, slots); err != nil {
			return err
		}
		if at := int64(a.Epoch) / chunk; at != open {
			flush()
			open = at
		}
		n++
		slotsMade.Inc(ctx, int64(len(slots)))
		return errors.Join(as.value(&a), fs.value(&f))
	})
	if err != nil {
		return err
	}
	flush()
	var p packer
	p.uint(uint64(incomplete))
	err = p.value(observer.Counts())
	counted(p)
	return err
}

// eachEpoch shows the complete epochs of a failure list, and counts the others.
func (s *studyOf) eachEpoch(ctx context.Context, entry []byte, show func([]backtest.Slot) error) (incomplete int, err error) {
	var f file
	if err := json.Unmarshal(entry, &f); err != nil {
		return 0, err
	}
	local, done, err := f.open(ctx, s.Dir)
	if err != nil {
		return 0, err
	}
	defer done()
	list, err := dataset.OpenList(local)
	if err != nil {
		return 0, err
	}
	defer list.Close()
	own := dataset.Origin{Network: s.Params.Network, SlotsPerEpoch: s.Params.SlotsPerEpoch}
	if _, err := own.Join(join(s.Dir, f.Name), list.Origin); err != nil {
		return 0, err
	}
	for epoch, err := range backtest.Epochs(asSlots(list.All()), &incomplete) {
		if err == nil {
			err = show(epoch)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", join(s.Dir, f.Name), err)
		}
	}
	return incomplete, nil
}

// walk is the second step: one worker, epoch by epoch, over sums only.
type walk struct{ Study studyOf }

// ProcessElement emits the factors of runs of epochs.
func (w *walk) ProcessElement(ctx context.Context, _ int, pieces func(*[]byte) bool, emit func(int64, []byte)) error {
	study, err := w.Study.study(ctx)
	if err != nil {
		return err
	}
	type run struct {
		first int64
		piece []byte
	}
	var runs []run
	for p := []byte(nil); pieces(&p); p = nil {
		var a backtest.Aggregates
		u := unpacker{b: p}
		if u.value(&a); u.err != nil {
			return u.err
		}
		runs = append(runs, run{int64(a.Epoch), p})
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	step := study.NewWalk()
	for _, r := range runs {
		var a backtest.Aggregates
		var f backtest.Factors
		var out packer
		for u := (unpacker{b: r.piece}); u.more(); {
			if u.value(&a); u.err != nil {
				return u.err
			}
			if err := errors.Join(step.Step(&f, &a), out.value(&f)); err != nil {
				return err
			}
		}
		emit(r.first/chunk, out)
	}
	return nil
}

// punish is the third step: the penalties of runs of epochs.
type punish struct {
	Study  studyOf
	totals *backtest.Totals
}

// StartBundle starts a sum.
func (p *punish) StartBundle(func([]byte)) { p.totals = new(backtest.Totals) }

// ProcessElement adds the penalties of a run of epochs.
func (p *punish) ProcessElement(ctx context.Context, _ int64, failures, factors func(*[]byte) bool, _ func([]byte)) error {
	study, err := p.Study.study(ctx)
	if err != nil {
		return err
	}
	punisher := study.NewPunisher()
	by := map[uint64]backtest.Factors{}
	for b := []byte(nil); factors(&b); b = nil {
		for u := (unpacker{b: b}); u.more(); {
			var f backtest.Factors
			if u.value(&f); u.err != nil {
				return u.err
			}
			by[uint64(f.Epoch)] = f
		}
	}
	var sums backtest.Sums
	for b := []byte(nil); failures(&b); b = nil {
		for u := (unpacker{b: b}); u.more(); {
			var f backtest.Failures
			if u.value(&f); u.err != nil {
				return u.err
			}
			factors := by[uint64(f.Epoch)]
			if err := punisher.Punish(&sums, &f, &factors); err != nil {
				return err
			}
			if err := p.totals.Add(&sums); err != nil {
				return err
			}
		}
	}
	return nil
}

// FinishBundle emits the sum.
func (p *punish) FinishBundle(emit func([]byte)) error {
	b, err := p.totals.MarshalBinary()
	emit(b)
	return err
}

// unpackCounts reads what an observer counted, and how many epochs it left out.
func unpackCounts(b []byte) (*cofailure.Counts, int, error) {
	u := unpacker{b: b}
	incomplete, c := int(u.uint()), new(cofailure.Counts)
	u.value(c)
	return c, incomplete, u.err
}
