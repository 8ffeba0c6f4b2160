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
func Parse[T ~uint64](s string) (T, error) { return ParseScaled[T](s, 0) }

// ParseScaled is [Parse] of a number times a power of ten, such as Gwei (nine
// digits) of a number of ether: that product must be whole. digits is from 0 to 19.
func ParseScaled[T ~uint64](s string, digits int) (T, error) {
	if len(s) > longest {
		return 0, ErrSyntax
	}
	mantissa, exponent := s, 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		var ok bool
		if exponent, ok = parseExponent(s[at+1:]); !ok {
			return 0, ErrSyntax
		}
		mantissa = s[:at]
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if whole == "" || point && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return 0, ErrSyntax
	}
	value := strings.TrimLeft(whole+fraction, "0")
	exponent += digits - len(fraction) // the number is value times ten to it
	for exponent < 0 && strings.HasSuffix(value, "0") {
		value, exponent = value[:len(value)-1], exponent+1
	}
	switch {
	case value == "":
		return 0, nil
	case exponent < 0:
		return 0, ErrSyntax
	case exponent > 19:
		return 0, ErrRange
	}
	return digitsOf[T](value + strings.Repeat("0", exponent))
}

// digitsOf is the value of decimal digits.
func digitsOf[T ~uint64](digits string) (n T, err error) {
	for i := range len(digits) {
		ten, fits := Mul(n, 10)
		sum, too := Add(ten, T(digits[i]-'0'))
		if !fits || !too {
			return 0, ErrRange
		}
		n = sum
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
