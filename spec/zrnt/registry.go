package zrnt

import (
	"github.com/protolambda/zrnt/eth2/beacon/altair"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/ztyp/view"

	"github.com/stakesim/stakesim/spec"
)

// ReadRegistry reads the columns of a state of altair to electra into dst,
// whose columns are reused where they are large enough. epc fills SlotOffset
// from zrnt's own shuffling of the previous epoch; nil leaves it all
// [spec.NoSlot]. FailedBefore becomes nil. Nothing is shared with the state.
//
// Lists of different lengths give [spec.ErrInput].
func ReadRegistry(dst *spec.Registry, state common.BeaconState, epc *common.EpochsContext) error {
	return guarded("registry", func() error { return readRegistry(dst, state, epc) })
}

func readRegistry(dst *spec.Registry, state common.BeaconState, epc *common.EpochsContext) error {
	s, err := altairLike(state)
	if err != nil {
		return err
	}
	validators, err := s.Validators()
	if err != nil {
		return err
	}
	flats, err := common.FlattenValidators(validators)
	if err != nil {
		return err
	}
	if err := readValidators(dst, validators, flats); err != nil {
		return err
	}
	if err := readLists(dst, s); err != nil {
		return err
	}
	return readSlots(dst, epc)
}

func resize[T any](column []T, n int) []T {
	if cap(column) < n {
		return make([]T, n)
	}
	return column[:n]
}

func readValidators(dst *spec.Registry, validators common.ValidatorRegistry, flats []common.FlatValidator) error {
	n := len(flats)
	dst.EffectiveBalance, dst.Slashed = resize(dst.EffectiveBalance, n), resize(dst.Slashed, n)
	dst.ActivationEpoch, dst.ExitEpoch = resize(dst.ActivationEpoch, n), resize(dst.ExitEpoch, n)
	dst.WithdrawableEpoch, dst.Compounding = resize(dst.WithdrawableEpoch, n), resize(dst.Compounding, n)
	next := validators.Iter()
	for i, f := range flats {
		dst.EffectiveBalance[i], dst.Slashed[i] = spec.Gwei(f.EffectiveBalance), f.Slashed
		dst.ActivationEpoch[i], dst.ExitEpoch[i] = spec.Epoch(f.ActivationEpoch), spec.Epoch(f.ExitEpoch)
		dst.WithdrawableEpoch[i] = spec.Epoch(f.WithdrawableEpoch)
		v, _, err := next()
		if err != nil {
			return err
		}
		credentials, err := v.WithdrawalCredentials()
		if err != nil {
			return err
		}
		dst.Compounding[i] = credentials[0] == compoundingPrefix
	}
	return nil
}

// compoundingPrefix is the first byte of compounding withdrawal credentials.
const compoundingPrefix = 2

func readLists(dst *spec.Registry, s altair.AltairLikeBeaconState) error {
	n := dst.Len()
	balances, err := s.Balances()
	if err != nil {
		return err
	}
	all, err := balances.AllBalances()
	if err != nil {
		return err
	}
	if len(all) != n {
		return spec.Atf("balances", -1, spec.ErrInput, "%d elements for %d validators", len(all), n)
	}
	dst.Balance = append(dst.Balance[:0], spec.As[spec.Gwei](all)...)
	scores, err := s.InactivityScores()
	if err != nil {
		return err
	}
	dst.InactivityScore = resize(dst.InactivityScore, n)
	if err := readList("inactivity_scores", scores.BasicListView, n, func(i int, v view.View) {
		dst.InactivityScore[i] = uint64(v.(view.Uint64View))
	}); err != nil {
		return err
	}
	previous, err := s.PreviousEpochParticipation()
	if err != nil {
		return err
	}
	if dst.PreviousFlags, err = readFlags("previous_epoch_participation", dst.PreviousFlags, previous, n); err != nil {
		return err
	}
	current, err := s.CurrentEpochParticipation()
	if err != nil {
		return err
	}
	dst.CurrentFlags, err = readFlags("current_epoch_participation", dst.CurrentFlags, current, n)
	return err
}

func readFlags(field string, dst []spec.Flags, list *altair.ParticipationRegistryView, n int) ([]spec.Flags, error) {
	dst = resize(dst, n)
	return dst, readList(field, list.BasicListView, n, func(i int, v view.View) {
		dst[i] = spec.Flags(v.(view.Uint8View))
	})
}

func readList(field string, list *view.BasicListView, n int, set func(int, view.View)) error {
	length, err := list.Length()
	if err != nil {
		return err
	}
	if length != uint64(n) {
		return spec.Atf(field, -1, spec.ErrInput, "%d elements for %d validators", length, n)
	}
	elements := list.ReadonlyIter()
	for i := range n {
		v, _, err := elements.Next()
		if err != nil {
			return err
		}
		set(i, v)
	}
	return nil
}

// readSlots fills the slot offsets from the shuffling of the previous epoch.
func readSlots(dst *spec.Registry, epc *common.EpochsContext) error {
	dst.FailedBefore = nil
	dst.SlotOffset = resize(dst.SlotOffset, dst.Len())
	for i := range dst.SlotOffset {
		dst.SlotOffset[i] = spec.NoSlot
	}
	if epc == nil {
		return nil
	}
	for offset, committees := range epc.PreviousEpoch.Committees {
		for _, committee := range committees {
			for _, v := range committee {
				if int(v) >= dst.Len() {
					return spec.Atf("committees", int(v), spec.ErrInput, "%d validators", dst.Len())
				}
				dst.SlotOffset[v] = uint8(offset)
			}
		}
	}
	return nil
}

// WriteBack writes the columns that a transition changes (balances, inactivity
// scores, effective balances) to the state; where nothing changed its root is
// the same. Another number of rows than the state has gives [spec.ErrInput]
// before anything is written; after another error the state is half-written:
// work on a copy (CopyState).
func WriteBack(state common.BeaconState, r *spec.Registry) error {
	s, err := altairLike(state)
	if err != nil {
		return err
	}
	validators, err := s.Validators()
	if err != nil {
		return err
	}
	n, err := validators.ValidatorCount()
	if err != nil {
		return err
	}
	for _, c := range [...]struct {
		field string
		rows  int
	}{
		{"effective_balance", len(r.EffectiveBalance)},
		{"balances", len(r.Balance)},
		{"inactivity_scores", len(r.InactivityScore)},
	} {
		if uint64(c.rows) != n {
			return spec.Atf(c.field, -1, spec.ErrInput, "%d rows for a state of %d validators", c.rows, n)
		}
	}
	return guarded("write the columns", func() error {
		if err := s.SetBalances(spec.As[common.Gwei](r.Balance)); err != nil {
			return err
		}
		if err := writeScores(s, r.InactivityScore); err != nil {
			return err
		}
		return writeEffective(validators, r.EffectiveBalance)
	})
}

func writeScores(s altair.AltairLikeBeaconState, column []uint64) error {
	scores, err := s.InactivityScores()
	if err != nil {
		return err
	}
	for i, v := range column {
		old, err := scores.GetScore(common.ValidatorIndex(i))
		if err != nil {
			return err
		}
		if old == v {
			continue
		}
		if err := scores.SetScore(common.ValidatorIndex(i), v); err != nil {
			return err
		}
	}
	return nil
}

func writeEffective(validators common.ValidatorRegistry, column []spec.Gwei) error {
	for i, eb := range column {
		v, err := validators.Validator(common.ValidatorIndex(i))
		if err != nil {
			return err
		}
		old, err := v.EffectiveBalance()
		if err != nil {
			return err
		}
		if spec.Gwei(old) == eb {
			continue
		}
		if err := v.SetEffectiveBalance(common.Gwei(eb)); err != nil {
			return err
		}
	}
	return nil
}
