package spec

// Registry is the validator registry in columns: row i of every column is
// validator i. The caller owns the memory. Transitions write only Balance,
// InactivityScore and EffectiveBalance, in place; nothing else keeps a
// reference, so the columns may be a client's own arrays (see [As]).
//
// No two columns may overlap.
type Registry struct {
	EffectiveBalance []Gwei
	Balance          []Gwei
	Slashed          []bool
	Compounding      []bool // 0x02 credentials; nil means none

	// ActivationEligibilityEpoch is read and written by registry updates alone;
	// nil where those are not run.
	ActivationEligibilityEpoch []Epoch
	ActivationEpoch            []Epoch
	ExitEpoch                  []Epoch
	WithdrawableEpoch          []Epoch

	PreviousFlags   []Flags  // participation in the previous epoch
	CurrentFlags    []Flags  // read in epoch 0 only; nil means no participation
	InactivityScore []uint64 // score points

	// SlotOffset is the slot of the previous epoch, counted from its start, in
	// which the validator's committee attested; NoSlot where it had none.
	SlotOffset []uint8
	// FailedBefore says whether the validator also failed in the epoch before
	// the previous one: only mechanisms scoped to misses or fumbles read it.
	// nil means nobody did.
	FailedBefore []bool
}

// NoSlot is the slot offset of a validator without a committee.
const NoSlot = 0xff

// MaxSlotsPerEpoch bounds SLOTS_PER_EPOCH, so that a slot offset fits a byte.
const MaxSlotsPerEpoch = 64

// MaxValidators bounds what is allocated for so many validators as a caller names,
// ten times those of the main network.
const MaxValidators = 1 << 24

// Len is the number of validators; zero for no registry.
func (r *Registry) Len() int {
	if r == nil {
		return 0
	}
	return len(r.EffectiveBalance)
}

// NewRegistry returns a registry of n validators with every column allocated:
// all zero but for exit and withdrawable epochs ([FarFutureEpoch]) and slot
// offsets ([NoSlot]). It takes 48 bytes for each of them. An n outside 0 to
// [MaxValidators] gives a registry of none.
func NewRegistry(n int) *Registry {
	if n < 0 || n > MaxValidators {
		n = 0
	}
	r := &Registry{
		EffectiveBalance: make([]Gwei, n), Balance: make([]Gwei, n),
		Slashed: make([]bool, n), Compounding: make([]bool, n),
		ActivationEpoch: make([]Epoch, n), ExitEpoch: make([]Epoch, n), WithdrawableEpoch: make([]Epoch, n),
		PreviousFlags: make([]Flags, n), CurrentFlags: make([]Flags, n), InactivityScore: make([]uint64, n),
		SlotOffset: make([]uint8, n), FailedBefore: make([]bool, n),
	}
	for i := range n {
		r.ExitEpoch[i], r.WithdrawableEpoch[i], r.SlotOffset[i] = FarFutureEpoch, FarFutureEpoch, NoSlot
	}
	return r
}

// Validate reports the first fault that makes the columns unusable, as a
// [FieldError] wrapping [ErrInput]: a column of another length, an effective
// balance above the fork's cap, a slot offset outside the epoch.
func (r *Registry) Validate(p *Params) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	return r.validateRows(p)
}

// ValidateColumns reports the first column that has not a row for every validator,
// as a [FieldError] wrapping [ErrInput], whatever the rows hold. Columns that may be
// nil are then no fault. Functions that take a registry check this.
func (r *Registry) ValidateColumns() error {
	if r == nil {
		return Atf("validators", -1, ErrInput, "no registry")
	}
	n := r.Len()
	for _, c := range [...]struct {
		field    string
		len      int
		optional bool
	}{
		{"balance", len(r.Balance), false},
		{"slashed", len(r.Slashed), false},
		{"compounding", len(r.Compounding), r.Compounding == nil},
		{"activation_eligibility_epoch", len(r.ActivationEligibilityEpoch), r.ActivationEligibilityEpoch == nil},
		{"activation_epoch", len(r.ActivationEpoch), false},
		{"exit_epoch", len(r.ExitEpoch), false},
		{"withdrawable_epoch", len(r.WithdrawableEpoch), false},
		{"previous_epoch_participation", len(r.PreviousFlags), false},
		{"current_epoch_participation", len(r.CurrentFlags), r.CurrentFlags == nil},
		{"inactivity_scores", len(r.InactivityScore), false},
		{"slot_offset", len(r.SlotOffset), false},
		{"failed_before", len(r.FailedBefore), r.FailedBefore == nil},
	} {
		if c.len != n && !c.optional {
			return Atf(c.field, -1, ErrInput, "%d rows, effective_balance has %d", c.len, n)
		}
	}
	return nil
}

func (r *Registry) validateRows(p *Params) error {
	limit := max(p.MaxEffectiveBalance, p.MaxEffectiveBalanceCompounding)
	for i, eb := range r.EffectiveBalance {
		if eb > limit {
			return Atf("effective_balance", i, ErrInput, "%d Gwei above the cap of %d", eb, limit)
		}
		if s := r.SlotOffset[i]; s != NoSlot && uint64(s) >= p.SlotsPerEpoch {
			return Atf("slot_offset", i, ErrInput, "%d outside an epoch of %d slots", s, p.SlotsPerEpoch)
		}
	}
	return nil
}

// IsActive reports whether validator i is active in epoch e; one that is not there
// is not.
func (r *Registry) IsActive(i int, e Epoch) bool {
	return r != nil && uint(i) < uint(len(r.ActivationEpoch)) && uint(i) < uint(len(r.ExitEpoch)) &&
		r.ActivationEpoch[i] <= e && e < r.ExitEpoch[i]
}

// IsEligible reports whether rewards, penalties and scores touch validator i
// when epoch previous is accounted: it was active then, or it is slashed and
// not yet withdrawable. One that is not there is not eligible.
func (r *Registry) IsEligible(i int, previous Epoch) bool {
	return r.IsActive(i, previous) || r != nil && uint(i) < uint(len(r.Slashed)) && uint(i) < uint(len(r.WithdrawableEpoch)) &&
		r.Slashed[i] && previous+1 < r.WithdrawableEpoch[i]
}

// ActiveIndices appends to dst the indices of the validators active in epoch
// e, ascending, and returns the extended slice.
func (r *Registry) ActiveIndices(dst []ValidatorIndex, e Epoch) []ValidatorIndex {
	if r == nil {
		return dst
	}
	for i := range r.ActivationEpoch {
		if r.IsActive(i, e) {
			dst = append(dst, ValidatorIndex(i))
		}
	}
	return dst
}

// Clone copies every column, so that the copy shares no memory with r; nil of nil.
func (r *Registry) Clone() *Registry {
	if r == nil {
		return nil
	}
	return &Registry{
		EffectiveBalance: clone(r.EffectiveBalance), Balance: clone(r.Balance),
		Slashed: clone(r.Slashed), Compounding: clone(r.Compounding),
		ActivationEligibilityEpoch: clone(r.ActivationEligibilityEpoch),
		ActivationEpoch:            clone(r.ActivationEpoch), ExitEpoch: clone(r.ExitEpoch),
		WithdrawableEpoch: clone(r.WithdrawableEpoch),
		PreviousFlags:     clone(r.PreviousFlags), CurrentFlags: clone(r.CurrentFlags),
		InactivityScore: clone(r.InactivityScore),
		SlotOffset:      clone(r.SlotOffset), FailedBefore: clone(r.FailedBefore),
	}
}

func clone[T any](column []T) []T {
	if column == nil {
		return nil
	}
	return append(make([]T, 0, len(column)), column...)
}
