package xatu_test

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// coded is a row that has a binary form.
type coded interface {
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// codedRows are extremes of every table, and empty ones of the same type.
func codedRows() (rows [][2]coded) {
	at := xatu.Position{File: "a/b.parquet", Group: 1<<31 - 1, Row: 1<<63 - 1}
	ids := []uint32{5, 0, 1<<24 - 1}
	root := xatu.Root{1, 31: 2}
	return [][2]coded{
		{&xatu.Committee{At: at, Slot: 1<<62 - 1, Validators: ids}, new(xatu.Committee)},
		{&xatu.Committee{}, &xatu.Committee{At: at, Validators: ids}},
		{&xatu.Attestation{At: at, Slot: 7, Block: 1<<64 - 1, Target: root, Head: xatu.Root{9}, Validators: ids}, new(xatu.Attestation)},
		{&xatu.Block{At: at, Slot: 7, Root: root}, new(xatu.Block)},
		{&xatu.Balance{At: at, Epoch: 1<<57 - 1, Validator: 1<<24 - 1, Increments: 1<<16 - 1, Known: true}, new(xatu.Balance)},
		{&xatu.Balance{Unreadable: true}, &xatu.Balance{Slashed: true}},
		{&xatu.Balance{Slashed: true}, &xatu.Balance{Known: true}},
	}
}

func TestRowsSurviveTheirBinaryForm(t *testing.T) {
	for _, c := range codedRows() {
		row, back := c[0], c[1]
		b, err := row.AppendBinary([]byte("before"))
		require.NoError(t, err)
		b = b[len("before"):]
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, row, back)
		for n := range b {
			require.ErrorIs(t, back.UnmarshalBinary(b[:n]), spec.ErrInput)
		}
		require.ErrorIs(t, back.UnmarshalBinary(append(b[:len(b):len(b)], 0)), spec.ErrInput)
		for _, at := range []int{0, 1} {
			bad := append([]byte(nil), b...)
			bad[at] += 7 // version, table
			require.ErrorIs(t, back.UnmarshalBinary(bad), spec.ErrInput)
		}
		require.Equal(t, row, back, "as it was")
	}
	b, err := (&xatu.Attestation{Slot: 7, Block: 7}).AppendBinary(nil)
	require.NoError(t, err)
	require.ErrorIs(t, new(xatu.Attestation).UnmarshalBinary(b), spec.ErrInput)
	b, err = (&xatu.Committee{Validators: []uint32{1 << 24}}).AppendBinary(nil)
	require.NoError(t, err)
	require.ErrorIs(t, new(xatu.Committee).UnmarshalBinary(b), spec.ErrInput)
}

func FuzzUnmarshalRow(f *testing.F) {
	for i, c := range codedRows() {
		b, err := c[0].AppendBinary(nil)
		require.NoError(f, err)
		f.Add(uint8(i), b)
	}
	f.Fuzz(func(t *testing.T, i uint8, b []byte) {
		budget.Run(t, budget.Limit{}, func() { rowSurvives(t, int(i), b) })
	})
}

// rowSurvives takes the binary form of a row apart and puts it together again.
func rowSurvives(t *testing.T, i int, b []byte) {
	rows := codedRows()
	row, back := rows[i%len(rows)][1], rows[i%len(rows)][0]
	if err := row.UnmarshalBinary(b); err != nil {
		require.ErrorIs(t, err, spec.ErrInput)
		return
	}
	again, err := row.AppendBinary(nil)
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalBinary(again))
	require.Equal(t, row, back)
	if c, ok := row.(*xatu.Committee); ok {
		for _, v := range c.Validators {
			require.Less(t, v, uint32(dataset.MaxValidators))
		}
	}
}
