package u64_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/u64"
)

// parsed are texts, with their value in plain digits or their error.
var parsed = []struct {
	text, value string
	err         error
}{
	{text: "0", value: "0"},
	{text: "007", value: "7"},
	{text: "18446744073709551615", value: "18446744073709551615"},
	{text: "0000000000000000000000000000005", value: "5"},
	{text: "4.07e7", value: "40700000"},
	{text: "36e15", value: "36000000000000000"},
	{text: "36E+15", value: "36000000000000000"},
	{text: "1.5e1", value: "15"},
	{text: "12.0", value: "12"},
	{text: "1500e-2", value: "15"},
	{text: "0e-9", value: "0"},
	{text: "0.0", value: "0"},
	{text: "0e9999", value: "0"},
	{text: "9007199254740993.0", value: "9007199254740993"}, // above 2^53, where floats round
	{text: "1.8446744073709551615e19", value: "18446744073709551615"},
	{text: "1.8446744073709551616e19", err: u64.ErrRange},
	{text: "18446744073709551616", err: u64.ErrRange},
	{text: "1e20", err: u64.ErrRange},
	{text: "1e9999", err: u64.ErrRange},
	{text: "1e-1", err: u64.ErrSyntax},
	{text: "1.5", err: u64.ErrSyntax},
	{text: "4.075e2", err: u64.ErrSyntax},
	{text: "1e-9999", err: u64.ErrSyntax},
	{text: "1e99999999999999999999999999", err: u64.ErrRange},
	{text: "1e-99999999999999999999999999", err: u64.ErrSyntax},
	{text: "", err: u64.ErrSyntax},
	{text: "-5", err: u64.ErrSyntax},
	{text: "+5", err: u64.ErrSyntax},
	{text: " 5", err: u64.ErrSyntax},
	{text: "5 ", err: u64.ErrSyntax},
	{text: "1_000", err: u64.ErrSyntax},
	{text: "1,000", err: u64.ErrSyntax},
	{text: "0x10", err: u64.ErrSyntax},
	{text: ".5e1", err: u64.ErrSyntax},
	{text: "5.e1", err: u64.ErrSyntax},
	{text: "1.5.0", err: u64.ErrSyntax},
	{text: "1e", err: u64.ErrSyntax},
	{text: "1e+", err: u64.ErrSyntax},
	{text: "1e+-1", err: u64.ErrSyntax},
	{text: "1e-+1", err: u64.ErrSyntax},
	{text: "1e1e1", err: u64.ErrSyntax},
	{text: strings.Repeat("0", 1001), err: u64.ErrSyntax},
	{text: "e5", err: u64.ErrSyntax},
	{text: "inf", err: u64.ErrSyntax},
	{text: "\u0661", err: u64.ErrSyntax},
}

func TestWholeNumbersAreReadExactlyHoweverTheyAreWritten(t *testing.T) {
	for _, c := range parsed {
		n, err := u64.Parse[uint64](c.text)
		require.Equal(t, c.err, err, c.text)
		if err == nil {
			want, ok := new(big.Int).SetString(c.value, 10)
			require.True(t, ok)
			require.Equal(t, want.Uint64(), n, c.text)
		}
	}
}

func TestANumberOfAUnitIsWholeInTheSmallerOne(t *testing.T) {
	for _, c := range []struct {
		text   string
		digits int
		value  uint64
		err    error
	}{
		{"32", 9, 32_000_000_000, nil},
		{"1.000000001", 9, 1_000_000_001, nil},
		{"1.0000000010", 9, 1_000_000_001, nil},
		{"18446744073.709551615", 9, 18446744073709551615, nil},
		{"18446744073.709551616", 9, 0, u64.ErrRange},
		{"1.0000000001", 9, 0, u64.ErrSyntax},
		{"1e-9", 9, 1, nil},
		{"1e-10", 9, 0, u64.ErrSyntax},
		{"", 9, 0, u64.ErrSyntax},
		{".", 9, 0, u64.ErrSyntax},
	} {
		n, err := u64.ParseScaled[uint64](c.text, c.digits)
		require.Equal(t, c.err, err, c.text)
		require.Equal(t, c.value, n, c.text)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range parsed {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		budget.Run(t, budget.Limit{}, func() {
			n, err := u64.Parse[uint64](s)
			want, ok := new(big.Rat).SetString(s)
			plain := s != "" && strings.Trim(s, "0123456789.eE+-") == "" && len(s) < 20
			switch {
			case err == nil && n == 0 && !ok: // nothing, times ten to more than a big.Rat takes
			case err == nil:
				require.True(t, ok)
				require.Zero(t, want.Cmp(new(big.Rat).SetUint64(n)))
			case plain && ok && want.IsInt() && want.Num().IsUint64() && s[0] != '-' && s[0] != '+' && s[0] != '.' && !strings.Contains(strings.ToLower(s), ".e") && !strings.HasSuffix(s, "."):
				t.Errorf("%q is %v: %v", s, want, err)
			}
		})
	})
}
