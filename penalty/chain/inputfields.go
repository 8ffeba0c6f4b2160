package chain

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// Payment replaces a builder's pending payment: in JSON an array of its place, weight,
// fee recipient, amount and builder index.
type Payment struct {
	Place, Weight uint64
	FeeRecipient  Hex
	Amount        uint64
	Builder       uint64
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Payment) UnmarshalJSON(b []byte) error {
	fields := []any{&p.Place, &p.Weight, &p.FeeRecipient, &p.Amount, &p.Builder}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if len(raw) != len(fields) {
		return spec.Atf("builder_pending_payments", -1, spec.ErrInput, "%d members, not %d", len(raw), len(fields))
	}
	for i, f := range fields {
		if err := json.Unmarshal(raw[i], f); err != nil {
			return fmt.Errorf("%w: builder_pending_payments: %v", spec.ErrInput, err)
		}
	}
	return nil
}

func (in *Input) payments(_ *spec.Params, s *spec.BeaconState) error {
	for _, pay := range in.BuilderPendingPayments {
		if pay.Place >= uint64(len(s.BuilderPendingPayments)) {
			return outside("builder_pending_payments", pay.Place, len(s.BuilderPendingPayments))
		}
		entry := spec.BuilderPendingPayment{
			Weight:     spec.Gwei(pay.Weight),
			Withdrawal: spec.BuilderPendingWithdrawal{Amount: spec.Gwei(pay.Amount), Builder: pay.Builder},
		}
		if err := fill(entry.Withdrawal.FeeRecipient[:], pay.FeeRecipient, "fee_recipient"); err != nil {
			return err
		}
		s.BuilderPendingPayments[pay.Place] = entry
	}
	return nil
}

// applyFields changes the fields that the columns do not have.
func (c *Chain) applyFields(in *Input) error {
	if len(in.PendingPartialWithdrawals) > 0 {
		if err := c.appendWithdrawals(in.PendingPartialWithdrawals); err != nil {
			return err
		}
	}
	if len(in.PayloadAvailability) > 0 {
		if err := c.setAvailability(in.PayloadAvailability); err != nil {
			return err
		}
	}
	if in.LatestBlockHeader == nil {
		return nil
	}
	b, err := in.LatestBlockHeader.bytes()
	if err != nil {
		return err
	}
	return c.Set(header, b)
}

func (c *Chain) appendWithdrawals(list [][3]uint64) error {
	const field = "pending_partial_withdrawals"
	b, err := c.pieces.Field(field)
	if err != nil {
		return err
	}
	b = append([]byte(nil), b...)
	for _, w := range list {
		for _, v := range w {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	return c.Set(field, b)
}

func (c *Chain) setAvailability(bits []uint64) error {
	b, err := c.pieces.Field(availability)
	if err != nil {
		return err
	}
	b = append([]byte(nil), b...)
	for _, bit := range bits {
		if bit/8 >= uint64(len(b)) {
			return outside(availability, bit, 8*len(b))
		}
		b[bit/8] |= 1 << (bit % 8)
	}
	return c.Set(availability, b)
}

func (h *BlockHeader) bytes() ([]byte, error) {
	b := make([]byte, 112)
	binary.LittleEndian.PutUint64(b, h.Slot)
	binary.LittleEndian.PutUint64(b[8:], h.ProposerIndex)
	for i, root := range []Hex{h.ParentRoot, h.StateRoot, h.BodyRoot} {
		if err := fill(b[16+32*i:][:32], root, header); err != nil {
			return nil, err
		}
	}
	return b, nil
}
