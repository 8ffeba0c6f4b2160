// Package sample draws the four tables of package xatu, laid out as published,
// for tests and demonstrations. They are synthetic, drawn by a seeded generator,
// and show nothing about the chain.
package sample

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// Period says what to draw. The same period always gives the same rows.
type Period struct {
	Seed       uint64
	Validators int // all active, index 0 on
	From       spec.Epoch
	Epochs     int
	// ByBlock orders attestations by the block that includes them, and puts them
	// in that block's file; otherwise by the slot attested.
	ByBlock bool
	// BalanceEvery is the number of epochs from one sample of the balances to the
	// next; 0 means one sample.
	BalanceEvery int
	// Gap leaves out the committees of the epoch in the middle.
	Gap bool
	// BadEvery puts a bad row after so many rows of a table; 0 means none.
	BadEvery int
	// GroupRows is the most rows of a row group; 0 means 4096.
	GroupRows int
}

const slotsPerEpoch = dataset.SlotsPerEpoch

// Write writes the tables below a folder: hourly files of committees and
// attestations (canonical_beacon_committee/2024/3/26/9.parquet), daily ones of
// blocks and validators. Attestations are included in several blocks, in part
// in the epoch after their own, and so in another file; some slots have no
// block, some validators no known balance, some are slashed.
func (p Period) Write(dir string) error {
	if p.Validators < slotsPerEpoch || p.Validators > dataset.MaxValidators/2 || p.Epochs < 1 || p.From < 1 || p.From > 1<<32/slotsPerEpoch-spec.Epoch(p.Epochs)-4 || p.BadEvery < 0 || p.GroupRows < 0 || p.BalanceEvery < 0 {
		return spec.Atf("period", -1, spec.ErrInput, "%+v", p)
	}
	if p.GroupRows == 0 {
		p.GroupRows = 4096
	}
	if p.BalanceEvery == 0 {
		p.BalanceEvery = p.Epochs
	}
	tables := []func(string) error{p.committees, p.attestations, p.blocks, p.balances}
	failed := make([]error, len(tables))
	var wait sync.WaitGroup
	for i, write := range tables {
		wait.Add(1)
		go func() {
			defer wait.Done()
			failed[i] = write(dir)
		}()
	}
	wait.Wait()
	return errors.Join(failed...)
}

// genesis is the time of mainnet's slot 0.
const genesis = 1606824023

// hourly and daily name the file of a slot as published.
func hourly(slot spec.Slot) string {
	return time.Unix(genesis+12*int64(slot), 0).UTC().Format("2006/1/2/15") + ".parquet"
}

func daily(slot spec.Slot) string {
	return time.Unix(genesis+12*int64(slot), 0).UTC().Format("2006/1/2") + ".parquet"
}

func (p Period) first() spec.Slot { return spec.Slot(p.From) * slotsPerEpoch }

func (p Period) end() spec.Slot { return spec.Slot(p.From+spec.Epoch(p.Epochs)) * slotsPerEpoch }

func (p Period) committees(dir string) error {
	w := files[committeeRow]{dir: filepath.Join(dir, "canonical_beacon_committee"), of: hourly, p: &p, spoil: (*committeeRow).spoil}
	d := p.draw()
	gap := p.From + spec.Epoch(p.Epochs/2)
	for e := p.From; e < p.From+spec.Epoch(p.Epochs); e++ {
		if p.Gap && e == gap {
			continue
		}
		d.shuffle(e)
		for offset := range slotsPerEpoch {
			slot := spec.Slot(e)*slotsPerEpoch + spec.Slot(offset)
			for i, ids := range d.committees(offset) {
				w.add(slot, committeeRow{uint32(slot), uint32(e), itoa(i), ids})
			}
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.close()
}

func (p Period) blocks(dir string) error {
	w := files[blockRow]{dir: filepath.Join(dir, "canonical_beacon_block"), of: daily, p: &p, spoil: (*blockRow).spoil}
	d := p.draw()
	for slot := p.first() - 3; slot < p.end()+2*slotsPerEpoch; slot++ {
		if d.missed(slot) {
			continue
		}
		row := blockRow{uint32(slot), d.root(slot)}
		w.add(slot, row)
		if d.chance(saltTwice, uint64(slot), 1, 50) {
			w.add(slot, row)
		}
	}
	return errors.Join(w.flush(), w.close())
}

func (p Period) balances(dir string) error {
	w := files[validatorRow]{dir: filepath.Join(dir, "canonical_beacon_validators"), of: daily, p: &p, spoil: (*validatorRow).spoil}
	d := p.draw()
	for i := 0; i < p.Epochs; i += p.BalanceEvery {
		e := p.From + spec.Epoch(i)
		for v := range uint64(p.Validators) {
			row := validatorRow{Epoch: uint32(e), Index: uint32(v), Slashed: d.chance(saltSlashed, v, 1, 500), Status: "active_ongoing"}
			switch d.hash(saltUnknown, v) % 200 {
			case 0:
				continue // no row at all
			case 1: // null
			default:
				gwei := d.increments(v, uint64(e)) * uint64(spec.EffectiveBalanceIncrement)
				row.Balance = &gwei
			}
			w.add(spec.Slot(e)*slotsPerEpoch, row)
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.close()
}

// create makes a file and the folders above it.
func create(name string) (*file.Writer, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, err
	}
	return file.Create(name)
}
