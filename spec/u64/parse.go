package u64

import (
	"errors"
	"strings"
)

// Errors of [Parse].
var (
	ErrSyntax = errors.New("not a whole number")
	ErrRange  = errors.New("not below 2^64")
)

// longest is how many bytes a number may have.
const longest = 1000

// Parse reads a whole number of decimal digits, as people and spreadsheets write
// large ones: with a fraction and an exponent of ten where the value is whole, such
// as 36e15, 4.07E+7 or 12.0. Nothing is rounded. A sign, blanks, other bases and
// values that are not whole give [ErrSyntax], values of 2^64 or more [ErrRange].
func Parse[T ~uint64](s string) (T, error) {
	if len(s) > longest {
		return 0, ErrSyntax
	}
	mantissa, exponent, scientific := s, 0, false
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		var ok bool
		if exponent, ok = parseExponent(s[at+1:]); !ok {
			return 0, ErrSyntax
		}
		mantissa, scientific = s[:at], true
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if whole == "" || point && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return 0, ErrSyntax
	}
	if !point && !scientific {
		return digitsOf[T](whole)
	}
	digits := whole + fraction
	exponent -= len(fraction)                            // the value is digits times ten to it
	for exponent < 0 && strings.HasSuffix(digits, "0") { // no more steps than digits
		digits, exponent = digits[:len(digits)-1], exponent+1
	}
	digits = strings.TrimLeft(digits, "0")
	switch {
	case digits == "":
		return 0, nil
	case exponent < 0:
		return 0, ErrSyntax
	case exponent > 19:
		return 0, ErrRange
	}
	return digitsOf[T](digits + strings.Repeat("0", exponent))
}

// digitsOf is the value of decimal digits.
func digitsOf[T ~uint64](digits string) (n T, err error) {
	for i := range len(digits) {
		var ok, fits bool
		if n, ok = Mul(n, 10); ok {
			n, fits = Add(n, T(digits[i]-'0'))
		}
		if !fits {
			return 0, ErrRange
		}
	}
	return n, nil
}

// parseExponent reads digits with a sign. Beyond a hundred thousand it does not
// matter how many there are.
func parseExponent(s string) (n int, ok bool) {
	digits, negative := strings.CutPrefix(s, "-")
	if !negative {
		digits = strings.TrimPrefix(s, "+")
	}
	if digits == "" || !allDigits(digits) {
		return 0, false
	}
	for i := range len(digits) {
		n = min(10*n+int(digits[i]-'0'), 100_000)
	}
	if negative {
		n = -n
	}
	return n, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
