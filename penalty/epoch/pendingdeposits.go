package epoch

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Verify reports whether a BLS signature of a root is that of a public key, in
// the scheme of proofs of possession; keys and signatures that are no points, or
// not in the subgroup, are false.
type Verify func(key spec.PublicKey, root spec.Root, signature spec.Signature) bool

// Keys finds validators by public key: an index over a list that only grows.
// The zero value is ready and reads the list at its first use.
type Keys struct {
	index map[spec.PublicKey]int
	read  int
}

// Find returns the lowest index of a key in the list, which must be the one of
// earlier calls, perhaps longer or cut at its end.
func (k *Keys) Find(list []spec.PublicKey, key spec.PublicKey) (int, bool) {
	if k == nil {
		k = new(Keys)
	}
	if k.index == nil {
		k.index = make(map[spec.PublicKey]int, len(list))
	}
	k.read = min(k.read, len(list))
	for ; k.read < len(list); k.read++ {
		if !k.holds(list[:k.read], list[k.read]) {
			k.index[list[k.read]] = k.read
		}
	}
	return k.index[key], k.holds(list, key)
}

// holds reports whether what the index says of a key is still so.
func (k *Keys) holds(list []spec.PublicKey, key spec.PublicKey) bool {
	at, ok := k.index[key]
	return ok && at < len(list) && list[at] == key
}

// ProcessPendingDeposits credits deposits from the front of the queue while the
// activation churn and finality allow (process_pending_deposits, consensus-specs
// a08d8a6, electra). A known key's balance grows; an unknown one becomes a
// validator if its signature is valid. keys is the index of s.PublicKeys, nil for
// one of this call; verify may be nil when no deposit of an unknown key comes up,
// which is [spec.ErrInput] otherwise. A balance above 64 bits gives
// [spec.ErrOverflow].
func ProcessPendingDeposits(p *spec.Params, s *spec.BeaconState, total spec.Gwei, keys *Keys, verify Verify) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if keys == nil {
		keys = new(Keys)
	}
	churn, ok := balanceChurns.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v has no pending deposits", p.Fork)
	}
	available, ok := u64.Add(s.DepositBalanceToConsume, churn(p, total).Activation)
	if !ok {
		return spec.Atf("deposit_balance_to_consume", -1, spec.ErrOverflow, "%d plus the churn", s.DepositBalanceToConsume)
	}
	finalized, ok := u64.Mul(uint64(s.Finality.Finalized.Epoch), p.SlotsPerEpoch)
	if !ok {
		return spec.Atf("finalized_checkpoint.epoch", -1, spec.ErrOverflow, "%d in slots", s.Finality.Finalized.Epoch)
	}
	next := s.Epoch(p) + 1
	waitsForBridge := p.Fork == spec.Electra && s.Eth1DepositIndex < s.DepositRequestsStartIndex
	var used spec.Gwei
	var postponed []spec.PendingDeposit
	done, hit := 0, false
	for i := range s.PendingDeposits {
		d := &s.PendingDeposits[i]
		if d.Slot > 0 && waitsForBridge || uint64(d.Slot) > finalized || uint64(i) >= p.MaxPendingDepositsPerEpoch {
			break
		}
		exited, withdrawn := false, false
		at, known := keys.Find(s.PublicKeys, d.PublicKey)
		if known {
			exited = s.Registry.ExitEpoch[at] < spec.FarFutureEpoch
			withdrawn = s.Registry.WithdrawableEpoch[at] < next
		}
		switch {
		case withdrawn:
		case exited:
			postponed = append(postponed, *d)
			done++
			continue
		default:
			sum, ok := u64.Add(used, d.Amount)
			if !ok {
				return spec.Atf("pending_deposits", i, spec.ErrOverflow, "%d plus %d Gwei", used, d.Amount)
			}
			if sum > available {
				hit = true
			} else {
				used = sum
			}
		}
		if hit {
			break
		}
		if err := applyDeposit(p, s, d, at, known, verify); err != nil {
			return spec.At("pending_deposits", i, err)
		}
		done++
	}
	s.PendingDeposits = append(append([]spec.PendingDeposit(nil), s.PendingDeposits[done:]...), postponed...)
	s.DepositBalanceToConsume = 0
	if hit {
		s.DepositBalanceToConsume = available - used
	}
	return nil
}

// applyDeposit is apply_pending_deposit.
func applyDeposit(p *spec.Params, s *spec.BeaconState, d *spec.PendingDeposit, at int, known bool, verify Verify) error {
	if known {
		balance, ok := u64.Add(s.Registry.Balance[at], d.Amount)
		if !ok {
			return spec.Atf("balances", at, spec.ErrOverflow, "%d plus a deposit of %d", s.Registry.Balance[at], d.Amount)
		}
		s.Registry.Balance[at] = balance
		return nil
	}
	if verify == nil {
		return spec.Atf("signature", -1, spec.ErrInput, "a new public key needs a function that verifies signatures")
	}
	if verify(d.PublicKey, DepositSigningRoot(p, d), d.Signature) {
		addValidator(p, s, d)
	}
	return nil
}

// addValidator is add_validator_to_registry of electra.
func addValidator(p *spec.Params, s *spec.BeaconState, d *spec.PendingDeposit) {
	r := s.Registry
	compounding := d.WithdrawalCredentials[0] == CompoundingPrefix
	s.PublicKeys = append(s.PublicKeys, d.PublicKey)
	s.WithdrawalCredentials = append(s.WithdrawalCredentials, d.WithdrawalCredentials)
	r.Compounding = appendTo(r.Compounding, compounding, len(r.EffectiveBalance))
	r.EffectiveBalance = append(r.EffectiveBalance, min(wholeIncrements(d.Amount), p.EffectiveBalanceCap(compounding)))
	r.Balance = append(r.Balance, d.Amount)
	r.Slashed = append(r.Slashed, false)
	for _, column := range []*[]spec.Epoch{&r.ActivationEligibilityEpoch, &r.ActivationEpoch, &r.ExitEpoch, &r.WithdrawableEpoch} {
		*column = append(*column, spec.FarFutureEpoch)
	}
	rows := len(r.PreviousFlags)
	r.PreviousFlags = append(r.PreviousFlags, 0)
	r.CurrentFlags = appendTo(r.CurrentFlags, 0, rows)
	r.InactivityScore = append(r.InactivityScore, 0)
	r.SlotOffset = append(r.SlotOffset, spec.NoSlot)
	if r.FailedBefore != nil {
		r.FailedBefore = append(r.FailedBefore, false)
	}
}

// appendTo appends to a column that is nil where all of its rows are zero.
func appendTo[T any](column []T, v T, rows int) []T {
	if column == nil {
		column = make([]T, rows)
	}
	return append(column, v)
}

// CompoundingPrefix is COMPOUNDING_WITHDRAWAL_PREFIX, the first byte of the
// withdrawal credentials of a validator whose effective balance may exceed
// MIN_ACTIVATION_BALANCE.
const CompoundingPrefix = 0x02

// domainDeposit is DOMAIN_DEPOSIT.
const domainDeposit = 0x03

// DepositSigningRoot is what the depositor of an unknown key must have signed:
// the root of the deposit message in the domain of the genesis fork version
// (compute_signing_root of DepositMessage, consensus-specs a08d8a6); zero without either.
func DepositSigningRoot(p *spec.Params, d *spec.PendingDeposit) spec.Root {
	if p == nil || d == nil {
		return spec.Root{}
	}
	var amount spec.Root
	binary.LittleEndian.PutUint64(amount[:], uint64(d.Amount))
	var key [64]byte
	copy(key[:], d.PublicKey[:])
	message := hashPair(hashPair(sha256.Sum256(key[:]), d.WithdrawalCredentials), hashPair(amount, spec.Root{}))
	var version spec.Root
	copy(version[:], p.GenesisForkVersion[:])
	fork := hashPair(version, spec.Root{})
	domain := spec.Root{domainDeposit}
	copy(domain[4:], fork[:28])
	return hashPair(message, domain)
}

func hashPair(a, b spec.Root) spec.Root {
	var pair [64]byte
	copy(pair[:32], a[:])
	copy(pair[32:], b[:])
	return sha256.Sum256(pair[:])
}
