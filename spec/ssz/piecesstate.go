package ssz

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// WriteBeaconState makes src, which it copies, what the pieces hold, validators that
// src has more of included; fields that src does not have stay. Only what differs is
// marked for [Pieces.Root]. touched lists the validators whose records may differ in
// more than the effective balance, without those that are new; nil means that any
// may, which takes longer than an epoch's hashes. The registry's Compounding,
// SlotOffset and FailedBefore are not read. workers is the number of goroutines.
//
// [spec.ErrInput] when columns have not one length or lack the eligibility epochs,
// when there are fewer validators than before, or when a field cannot hold what src
// has; or what the source returned. The pieces are then as they were.
func (p *Pieces) WriteBeaconState(src *spec.BeaconState, touched []spec.ValidatorIndex, workers int) error {
	if err := p.checkColumns(src, touched); err != nil {
		return err
	}
	var others []*piece // the fields outside the registry
	for i := range p.pieces {
		k := &p.pieces[i]
		c, ok := codecs[k.name]
		if ok {
			k.next = c.encode(k.next[:0], src)
			if err := k.checkNext(p.params.Fork); err != nil {
				return err
			}
			others = append(others, k)
		}
		if ok || k.rows {
			if err := p.take(k); err != nil {
				return err
			}
		}
	}
	for _, k := range others {
		p.replace(k, k.next, workers)
	}
	p.writeRegistry(src.Registry, workers)
	p.writeValidators(src, touched, workers)
	return nil
}

// checkNext reports bytes that the field cannot hold.
func (k *piece) checkNext(fork spec.Fork) error {
	if k.of == bits4 && k.next[0] > bits4.most {
		return spec.Atf(k.name, -1, spec.ErrInput, "%#x has more bits than the field", k.next[0])
	}
	return k.check(fork, k.next)
}

func (p *Pieces) checkColumns(src *spec.BeaconState, touched []spec.ValidatorIndex) error {
	if src == nil {
		return spec.Atf("state", -1, spec.ErrInput, "none")
	}
	r := src.Registry
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	n := r.Len()
	switch {
	case n < p.Len():
		return spec.Atf("validators", -1, spec.ErrInput, "%d, there were %d", n, p.Len())
	case len(r.ActivationEligibilityEpoch) != n:
		return spec.Atf("activation_eligibility_epoch", -1, spec.ErrInput, "%d rows for %d validators", len(r.ActivationEligibilityEpoch), n)
	case len(src.PublicKeys) != n:
		return spec.Atf("pubkey", -1, spec.ErrInput, "%d rows for %d validators", len(src.PublicKeys), n)
	case len(src.WithdrawalCredentials) != n:
		return spec.Atf("withdrawal_credentials", -1, spec.ErrInput, "%d rows for %d validators", len(src.WithdrawalCredentials), n)
	}
	for _, v := range touched {
		if uint64(v) >= uint64(n) {
			return spec.Atf("touched", int(v), spec.ErrInput, "%d validators", n)
		}
	}
	return nil
}

// writeRegistry replaces the four lists that are columns.
func (p *Pieces) writeRegistry(r *spec.Registry, workers int) {
	p.exchange(r)
	for name, column := range map[string][]byte{
		"balances":                     encodeUints(spec.As[uint64](r.Balance)),
		"inactivity_scores":            encodeUints(r.InactivityScore),
		"previous_epoch_participation": spec.AsBytes[byte](r.PreviousFlags),
		"current_epoch_participation":  spec.AsBytes[byte](currentFlags(r)),
	} {
		k, _ := p.find(name)
		p.replace(k, column, workers)
	}
}

// exchange lets the two columns of participation change places with their nodes
// when the current one has become the previous.
func (p *Pieces) exchange(r *spec.Registry) {
	previous, _ := p.find("previous_epoch_participation")
	current, _ := p.find("current_epoch_participation")
	flags := spec.AsBytes[byte](r.PreviousFlags)
	if n := len(current.own); n > len(flags) || !bytes.Equal(current.own, flags[:n]) || bytes.Equal(previous.own, current.own) {
		return
	}
	previous.own, current.own = current.own, previous.own
	previous.tree, current.tree = current.tree, previous.tree
	previous.root, current.root = current.root, previous.root
	previous.fresh, current.fresh = current.fresh, previous.fresh
}

func currentFlags(r *spec.Registry) []spec.Flags {
	if r.CurrentFlags == nil {
		return make([]spec.Flags, r.Len())
	}
	return r.CurrentFlags
}

// encodeUints is the encoding of the column: its memory where that is the same.
func encodeUints(column []uint64) []byte {
	if littleEndian {
		return bytesOf(column)
	}
	b := make([]byte, 8*len(column))
	for i, v := range column {
		binary.LittleEndian.PutUint64(b[8*i:], v)
	}
	return b
}

// writeValidators patches the records that differ and appends those that are new.
func (p *Pieces) writeValidators(src *spec.BeaconState, touched []spec.ValidatorIndex, workers int) {
	k, _ := p.find("validators")
	old, n := len(k.own)/validatorSize, src.Registry.Len()
	if p.effective == nil {
		p.effective = effectiveOf(k.own)
	}
	for i := old; i < n; i++ {
		k.own = append(k.own, make([]byte, validatorSize)...)
		encodeValidator(k.own[i*validatorSize:], src, i)
		p.effective = append(p.effective, src.Registry.EffectiveBalance[i])
	}
	if n > old {
		k.fresh = false
		if k.tree != nil {
			k.tree.Resize(n)
		}
	}
	if touched == nil {
		p.writeAll(k, src, old, workers)
	}
	for _, v := range touched {
		p.writeRecord(k, src, int(v))
	}
	p.writeEffective(k, src.Registry.EffectiveBalance, workers)
}

// writeEffective patches the effective balances that differ.
func (p *Pieces) writeEffective(k *piece, column []spec.Gwei, workers int) {
	for _, i := range differing(p.effective, column, workers) {
		binary.LittleEndian.PutUint64(k.own[i*validatorSize+effectiveBalanceAt:], uint64(column[i]))
		p.effective[i] = column[i]
		k.touch(i*validatorSize, (i+1)*validatorSize)
	}
}

// differing lists the rows in which a and b, of the same length, differ, in ranges
// of ascending rows.
func differing(a, b []spec.Gwei, workers int) (all []int) {
	return gathered(len(a), workers, func(lo, hi int) (rows []int) {
		for at := lo; at < hi; at += block / 8 {
			end := min(at+block/8, hi)
			if bytes.Equal(bytesOf(spec.As[uint64](a[at:end])), bytesOf(spec.As[uint64](b[at:end]))) {
				continue
			}
			for i := at; i < end; i++ {
				if a[i] != b[i] {
					rows = append(rows, i)
				}
			}
		}
		return rows
	})
}

// gathered joins what find finds in ranges of n rows.
func gathered[T any](n, workers int, find func(lo, hi int) []T) (all []T) {
	workers = max(1, min(workers, n/block+1))
	found := make([][]T, workers)
	next := make(chan int, len(found))
	for w := range found {
		next <- w
	}
	_ = merkle.Share(n, block, workers, func(lo, hi int) error {
		found[<-next] = find(lo, hi)
		return nil
	})
	return slices.Concat(found...)
}

// effectiveOf reads the effective balances of records.
func effectiveOf(records []byte) []spec.Gwei {
	column := make([]spec.Gwei, len(records)/validatorSize, len(records)/validatorSize+len(records)/validatorSize/64+1)
	for i := range column {
		column[i] = spec.Gwei(binary.LittleEndian.Uint64(records[i*validatorSize+effectiveBalanceAt:]))
	}
	return column
}

// writeAll compares the first n records.
func (p *Pieces) writeAll(k *piece, src *spec.BeaconState, n, workers int) {
	others := gathered(n, workers, func(lo, hi int) (rows []int) {
		var record [validatorSize]byte
		for i := lo; i < hi; i++ {
			encodeValidator(record[:], src, i)
			if !bytes.Equal(record[:], k.own[i*validatorSize:][:validatorSize]) {
				rows = append(rows, i)
			}
		}
		return rows
	})
	for _, i := range others {
		p.writeRecord(k, src, i)
	}
}

func (p *Pieces) writeRecord(k *piece, src *spec.BeaconState, i int) {
	var record [validatorSize]byte
	encodeValidator(record[:], src, i)
	if own := k.own[i*validatorSize:][:validatorSize]; !bytes.Equal(record[:], own) {
		copy(own, record[:])
		p.effective[i] = src.Registry.EffectiveBalance[i]
		k.touch(i*validatorSize, (i+1)*validatorSize)
	}
}

// encodeValidator writes the record of validator i to b.
func encodeValidator(b []byte, src *spec.BeaconState, i int) {
	r, put := src.Registry, binary.LittleEndian.PutUint64
	copy(b, src.PublicKeys[i][:])
	copy(b[credentialsAt:], src.WithdrawalCredentials[i][:])
	put(b[effectiveBalanceAt:], uint64(r.EffectiveBalance[i]))
	b[slashedAt] = 0
	if r.Slashed[i] {
		b[slashedAt] = 1
	}
	put(b[eligibilityEpochAt:], uint64(r.ActivationEligibilityEpoch[i]))
	put(b[activationEpochAt:], uint64(r.ActivationEpoch[i]))
	put(b[exitEpochAt:], uint64(r.ExitEpoch[i]))
	put(b[withdrawableEpochAt:], uint64(r.WithdrawableEpoch[i]))
}
