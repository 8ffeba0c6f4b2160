package ssz

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"github.com/stakesim/stakesim/spec"
)

// chunkRows is how many validators are read at a time: 121 bytes each, so that
// a chunk stays in a core's own cache.
const chunkRows = 1024

// Len is the number of validators.
func (s *State) Len() int { return s.rows }

// Params returns the constants of the state's preset and fork.
func (s *State) Params() spec.Params { return s.params }

// ReadRegistry reads the columns into dst with so many goroutines (fewer than
// two: the caller's own). The columns of dst are reused where they are large
// enough; a new registry costs 53 bytes a validator. What a state does not
// hold is cleared: SlotOffset is all [spec.NoSlot] ([State.AssignSlots] fills
// it) and FailedBefore is nil.
//
// On an error (a boolean that is neither 0 nor 1, or what the source returned)
// dst holds nothing of use.
func (s *State) ReadRegistry(dst *spec.Registry, workers int) error {
	if dst == nil {
		return spec.Atf("registry", -1, spec.ErrInput, "none")
	}
	resizeRegistry(dst, s.rows)
	return s.share(workers, func(lo, hi int) error { return s.readRows(dst, lo, hi) })
}

// share cuts the rows into one range for each worker and returns the error of
// the lowest range that has one.
func (s *State) share(workers int, do func(lo, hi int) error) error {
	workers = min(max(workers, 1), s.rows/chunkRows+1)
	cut := func(w int) int { return int(int64(s.rows) * int64(w) / int64(workers)) }
	faults := make([]error, workers)
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			faults[w] = do(cut(w), cut(w+1))
		}()
	}
	faults[0] = do(0, cut(1))
	wg.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

func resizeRegistry(r *spec.Registry, n int) {
	r.EffectiveBalance, r.Balance = resize(r.EffectiveBalance, n), resize(r.Balance, n)
	r.Slashed, r.Compounding = resize(r.Slashed, n), resize(r.Compounding, n)
	r.ActivationEpoch, r.ExitEpoch = resize(r.ActivationEpoch, n), resize(r.ExitEpoch, n)
	r.WithdrawableEpoch = resize(r.WithdrawableEpoch, n)
	r.PreviousFlags, r.CurrentFlags = resize(r.PreviousFlags, n), resize(r.CurrentFlags, n)
	r.InactivityScore = resize(r.InactivityScore, n)
	r.SlotOffset, r.FailedBefore = resize(r.SlotOffset, n), nil
}

func resize[T any](column []T, n int) []T {
	if cap(column) < n {
		return make([]T, n)
	}
	return column[:n]
}

func (s *State) readRows(dst *spec.Registry, lo, hi int) error {
	if err := s.readUints("balances", spec.As[uint64](dst.Balance[lo:hi]), lo); err != nil {
		return err
	}
	if err := s.readUints("inactivity_scores", dst.InactivityScore[lo:hi], lo); err != nil {
		return err
	}
	if err := s.readBytes("previous_epoch_participation", dst.PreviousFlags[lo:hi], lo); err != nil {
		return err
	}
	if err := s.readBytes("current_epoch_participation", dst.CurrentFlags[lo:hi], lo); err != nil {
		return err
	}
	for i := range dst.SlotOffset[lo:hi] {
		dst.SlotOffset[lo+i] = spec.NoSlot
	}
	return s.readValidators(dst, lo, hi)
}

// readUints reads a list of uint64 straight into the column.
func (s *State) readUints(field string, column []uint64, row int) error {
	raw := bytesOf(column)
	if err := s.read(raw, field, s.spans[field].start+8*int64(row)); err != nil {
		return err
	}
	if !littleEndian {
		for i := range column {
			column[i] = binary.LittleEndian.Uint64(raw[8*i:])
		}
	}
	return nil
}

func (s *State) readBytes(field string, column []spec.Flags, row int) error {
	return s.read(spec.AsBytes[byte](column), field, s.spans[field].start+int64(row))
}

func (s *State) readValidators(dst *spec.Registry, lo, hi int) error {
	const field = "validators"
	var buf []byte
	if s.mem == nil {
		buf = make([]byte, min(chunkRows, hi-lo)*validatorSize)
	}
	start := s.spans[field].start
	for row := lo; row < hi; row += chunkRows {
		n := min(chunkRows, hi-row)
		at := start + int64(row)*validatorSize
		b, err := s.chunk(buf, n*validatorSize, field, at)
		if err != nil {
			return err
		}
		if bad := decodeValidators(dst, row, n, b); bad >= 0 {
			v := b[(bad-row)*validatorSize+slashedAt]
			at := start + int64(bad)*validatorSize + slashedAt
			return spec.Atf("validators.slashed", bad, spec.ErrInput, "byte %d: %d is not a boolean", at, v)
		}
	}
	return nil
}

// decodeValidators fills rows row to row+n from their encodings and returns
// the first whose boolean is not one, or -1.
func decodeValidators(dst *spec.Registry, row, n int, b []byte) int {
	effective, slashed, compounding := dst.EffectiveBalance[row:][:n], dst.Slashed[row:][:n], dst.Compounding[row:][:n]
	activation, exit := dst.ActivationEpoch[row:][:n], dst.ExitEpoch[row:][:n]
	withdrawable := dst.WithdrawableEpoch[row:][:n]
	var seen byte
	for i := range n {
		v := (*[validatorSize]byte)(b[i*validatorSize:])
		effective[i] = spec.Gwei(binary.LittleEndian.Uint64(v[effectiveBalanceAt:]))
		seen |= v[slashedAt]
		slashed[i] = v[slashedAt] != 0
		compounding[i] = v[credentialsAt] == compoundingPrefix
		activation[i] = spec.Epoch(binary.LittleEndian.Uint64(v[activationEpochAt:]))
		exit[i] = spec.Epoch(binary.LittleEndian.Uint64(v[exitEpochAt:]))
		withdrawable[i] = spec.Epoch(binary.LittleEndian.Uint64(v[withdrawableEpochAt:]))
	}
	for i := 0; seen > 1 && i < n; i++ {
		if b[i*validatorSize+slashedAt] > 1 {
			return row + i
		}
	}
	return -1
}

// compoundingPrefix is the first byte of compounding withdrawal credentials.
const compoundingPrefix = 2

// littleEndian says that a uint64 in memory is its own SSZ encoding.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// bytesOf is the memory of the column.
func bytesOf(column []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(column))), 8*len(column))
}
