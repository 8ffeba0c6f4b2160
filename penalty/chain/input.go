package chain

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

// Input is what blocks would have put into a state by the last slot of an epoch. Its
// fields are applied in their order; a missing one changes nothing. It decodes from
// JSON.
type Input struct {
	// Exits initiates the exits of these validators, through the churn.
	Exits []spec.ValidatorIndex `json:"exits"`
	// Validators overwrites members of their records.
	Validators []Validator `json:"validators"`
	// Balances, InactivityScores and Slashings are pairs of an index and a value.
	Balances         [][2]uint64 `json:"balances"`
	InactivityScores [][2]uint64 `json:"inactivity_scores"`
	Slashings        [][2]uint64 `json:"slashings"`
	// Participation in the current epoch, a byte for each validator.
	Participation Hex `json:"current_epoch_participation"`
	// PendingDeposits is appended to the queue.
	PendingDeposits []Deposit `json:"pending_deposits"`
	// ConsolidationsWithChurn are pairs of source and target: the source exits through
	// the churn of consolidations. PendingConsolidations are appended as they are.
	ConsolidationsWithChurn [][2]spec.ValidatorIndex `json:"consolidations_with_churn"`
	PendingConsolidations   [][2]spec.ValidatorIndex `json:"pending_consolidations"`
	// PendingPartialWithdrawals are triples of validator, amount and epoch.
	PendingPartialWithdrawals [][3]uint64 `json:"pending_partial_withdrawals"`
	// BuilderPendingPayments replaces entries.
	BuilderPendingPayments []Payment `json:"builder_pending_payments"`
	// Eth1DataVotes appends votes for a block and deposit root with one deposit.
	Eth1DataVotes []Hex `json:"eth1_data_votes"`
	// PayloadAvailability sets these bits.
	PayloadAvailability []uint64     `json:"execution_payload_availability"`
	Eth1DepositIndex    *uint64      `json:"eth1_deposit_index"`
	RandaoMix           Hex          `json:"randao_mix"` // of the current epoch
	LatestBlockHeader   *BlockHeader `json:"latest_block_header"`
}

// Validator is a record's members that are overwritten; nil ones stay.
type Validator struct {
	Index                      spec.ValidatorIndex `json:"index"`
	EffectiveBalance           *spec.Gwei          `json:"effective_balance"`
	ActivationEligibilityEpoch *spec.Epoch         `json:"activation_eligibility_epoch"`
	ActivationEpoch            *spec.Epoch         `json:"activation_epoch"`
	ExitEpoch                  *spec.Epoch         `json:"exit_epoch"`
	WithdrawableEpoch          *spec.Epoch         `json:"withdrawable_epoch"`
	Slashed                    *bool               `json:"slashed"`
	WithdrawalCredentials      Hex                 `json:"withdrawal_credentials"`
}

// Deposit is a pending deposit in JSON.
type Deposit struct {
	PublicKey             Hex       `json:"pubkey"`
	WithdrawalCredentials Hex       `json:"withdrawal_credentials"`
	Amount                spec.Gwei `json:"amount"`
	Signature             Hex       `json:"signature"`
	Slot                  spec.Slot `json:"slot"`
	// Valid is what a verifier says of the signature for a new key; nothing here reads
	// it.
	Valid bool `json:"valid"`
}

// BlockHeader is a latest_block_header in JSON.
type BlockHeader struct {
	Slot          uint64 `json:"slot"`
	ProposerIndex uint64 `json:"proposer_index"`
	ParentRoot    Hex    `json:"parent_root"`
	StateRoot     Hex    `json:"state_root"`
	BodyRoot      Hex    `json:"body_root"`
}

// Hex is bytes in hexadecimal digits, with or without 0x in front.
type Hex []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hex) UnmarshalText(text []byte) error {
	if len(text) >= 2 && text[0] == '0' && text[1] == 'x' {
		text = text[2:]
	}
	b := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(b, text); err != nil {
		return spec.Atf("hexadecimal digits", -1, spec.ErrInput, "%.20s: %v", text, err)
	}
	*h = b
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// Apply puts an input into the chain's state. [spec.ErrInput] for an index outside its
// list or bytes of a wrong length, [spec.ErrUnknown] for a field that the fork does not
// have. After an error the chain has a part of the input: make it anew.
func (c *Chain) Apply(in *Input) error {
	err := c.Edit(func(p *spec.Params, s *spec.BeaconState) error {
		for _, apply := range []func(*spec.Params, *spec.BeaconState) error{
			in.exits, in.validators, in.columns, in.participation, in.queues, in.payments, in.rest,
		} {
			if err := apply(p, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.applyFields(in)
}

func (in *Input) exits(p *spec.Params, s *spec.BeaconState) error {
	for _, i := range in.Exits {
		if uint64(i) >= uint64(s.Registry.Len()) {
			return outside("exits", uint64(i), s.Registry.Len())
		}
		if err := epoch.InitiateExit(p, s, int(i), activeBalance(p, s)); err != nil {
			return err
		}
	}
	return nil
}

func activeBalance(p *spec.Params, s *spec.BeaconState) (sum spec.Gwei) {
	current := s.Epoch(p)
	for i, eb := range s.Registry.EffectiveBalance {
		if s.Registry.IsActive(i, current) {
			sum += eb
		}
	}
	return max(sum, spec.EffectiveBalanceIncrement)
}

func outside(field string, i uint64, n int) error {
	return spec.Atf(field, -1, spec.ErrInput, "%d of %d", i, n)
}

func (in *Input) validators(_ *spec.Params, s *spec.BeaconState) error {
	r := s.Registry
	for _, v := range in.Validators {
		i := uint64(v.Index)
		if i >= uint64(r.Len()) {
			return outside("validators", i, r.Len())
		}
		replace(&r.EffectiveBalance[i], v.EffectiveBalance)
		replace(&r.ActivationEligibilityEpoch[i], v.ActivationEligibilityEpoch)
		replace(&r.ActivationEpoch[i], v.ActivationEpoch)
		replace(&r.ExitEpoch[i], v.ExitEpoch)
		replace(&r.WithdrawableEpoch[i], v.WithdrawableEpoch)
		replace(&r.Slashed[i], v.Slashed)
		if v.WithdrawalCredentials != nil {
			if err := fill(s.WithdrawalCredentials[i][:], v.WithdrawalCredentials, "withdrawal_credentials"); err != nil {
				return err
			}
			if r.Compounding == nil {
				r.Compounding = make([]bool, r.Len())
			}
			r.Compounding[i] = s.WithdrawalCredentials[i][0] == epoch.CompoundingPrefix
		}
	}
	return nil
}

func replace[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

// fill copies bytes that must have the length of dst.
func fill(dst, src []byte, field string) error {
	if len(dst) != len(src) {
		return spec.Atf(field, -1, spec.ErrInput, "%d bytes where there are %d", len(src), len(dst))
	}
	copy(dst, src)
	return nil
}

func (in *Input) columns(_ *spec.Params, s *spec.BeaconState) error {
	for _, c := range []struct {
		field  string
		pairs  [][2]uint64
		column []uint64
	}{
		{"balances", in.Balances, spec.As[uint64](s.Registry.Balance)},
		{"inactivity_scores", in.InactivityScores, s.Registry.InactivityScore},
		{"slashings", in.Slashings, spec.As[uint64](s.Slashings)},
	} {
		for _, pair := range c.pairs {
			if pair[0] >= uint64(len(c.column)) {
				return outside(c.field, pair[0], len(c.column))
			}
			c.column[pair[0]] = pair[1]
		}
	}
	return nil
}

func (in *Input) participation(_ *spec.Params, s *spec.BeaconState) error {
	r := s.Registry
	if in.Participation == nil {
		return nil
	}
	if len(in.Participation) != r.Len() {
		return spec.Atf("current_epoch_participation", -1, spec.ErrInput, "%d bytes for %d validators", len(in.Participation), r.Len())
	}
	if r.CurrentFlags == nil {
		r.CurrentFlags = make([]spec.Flags, r.Len())
	}
	for i, b := range in.Participation {
		r.CurrentFlags[i] = spec.Flags(b)
	}
	return nil
}

func (in *Input) queues(p *spec.Params, s *spec.BeaconState) error {
	for _, d := range in.PendingDeposits {
		deposit := spec.PendingDeposit{Amount: d.Amount, Slot: d.Slot}
		for _, f := range []struct {
			dst, src []byte
			field    string
		}{
			{deposit.PublicKey[:], d.PublicKey, "pubkey"},
			{deposit.WithdrawalCredentials[:], d.WithdrawalCredentials, "withdrawal_credentials"},
			{deposit.Signature[:], d.Signature, "signature"},
		} {
			if err := fill(f.dst, f.src, f.field); err != nil {
				return err
			}
		}
		s.PendingDeposits = append(s.PendingDeposits, deposit)
	}
	for _, pair := range in.ConsolidationsWithChurn {
		if err := epoch.InitiateConsolidation(p, s, pair[0], pair[1], activeBalance(p, s)); err != nil {
			return err
		}
	}
	for _, pair := range in.PendingConsolidations {
		s.PendingConsolidations = append(s.PendingConsolidations, spec.PendingConsolidation{Source: pair[0], Target: pair[1]})
	}
	return nil
}

func (in *Input) rest(p *spec.Params, s *spec.BeaconState) error {
	for _, h := range in.Eth1DataVotes {
		var vote spec.Eth1Data
		if err := fill(vote[:32], h, "eth1_data_votes"); err != nil {
			return err
		}
		binary.LittleEndian.PutUint64(vote[32:], 1)
		copy(vote[40:], h)
		s.Eth1DataVotes = append(s.Eth1DataVotes, vote)
	}
	replace(&s.Eth1DepositIndex, in.Eth1DepositIndex)
	if in.RandaoMix != nil {
		return fill(s.RandaoMixes[uint64(s.Epoch(p))%uint64(len(s.RandaoMixes))][:], in.RandaoMix, "randao_mix")
	}
	return nil
}
