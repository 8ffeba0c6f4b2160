package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// checked computes as the specification does in uint64, and keeps the first
// result that does not fit, so that a formula reads as one expression. The
// value of a calculation with an error is of no use.
type checked struct{ err error }

// given reports an operand that is not there; the result is then of no use.
func (c *checked) given(operands ...*big.Int) bool {
	for _, v := range operands {
		if v == nil {
			if c.err == nil {
				c.err = fmt.Errorf("%w: no number", spec.ErrInput)
			}
			return false
		}
	}
	return true
}

func (c *checked) fit(v *big.Int, op string) *big.Int {
	if c.err == nil && !v.IsUint64() {
		c.err = fmt.Errorf("%w: %s gives %s", spec.ErrOverflow, op, short(v))
	}
	return v
}

// short prints a number, or only its size when it is long.
func short(v *big.Int) string {
	if v.BitLen() > 256 {
		return fmt.Sprintf("a number of %d bits", v.BitLen())
	}
	return v.String()
}

func (c *checked) add(a, b *big.Int) *big.Int {
	if !c.given(a, b) {
		return new(big.Int)
	}
	return c.fit(new(big.Int).Add(a, b), "sum")
}

func (c *checked) sub(a, b *big.Int) *big.Int {
	if !c.given(a, b) {
		return new(big.Int)
	}
	return c.fit(new(big.Int).Sub(a, b), "difference")
}

// mul multiplies left to right, and checks after every product.
func (c *checked) mul(a *big.Int, factors ...*big.Int) *big.Int {
	for _, b := range factors {
		if !c.given(a, b) {
			return new(big.Int)
		}
		a = c.fit(new(big.Int).Mul(a, b), "product")
	}
	return a
}

// div floors; a zero divisor is an error wrapping ErrInput.
func (c *checked) div(a, b *big.Int) *big.Int {
	if !c.given(a, b) {
		return new(big.Int)
	}
	if b.Sign() == 0 {
		if c.err == nil {
			c.err = fmt.Errorf("%w: division by zero", spec.ErrInput)
		}
		return new(big.Int)
	}
	return new(big.Int).Div(a, b)
}

// num is a number of any unit as a big.Int.
func num[T ~uint64 | ~uint8](v T) *big.Int { return new(big.Int).SetUint64(uint64(v)) }

// quo floors a / b where no error can be returned: zero for a divisor of zero and
// for a number that is not there.
func quo(a, b *big.Int) *big.Int {
	if orZero(b).Sign() == 0 {
		return new(big.Int)
	}
	return new(big.Int).Div(orZero(a), b)
}

// product is a * b, a number that is not there being zero.
func product(a, b *big.Int) *big.Int { return new(big.Int).Mul(orZero(a), orZero(b)) }

// orZero reads a number that a zero Memory leaves out.
func orZero(v *big.Int) *big.Int {
	if v == nil {
		return new(big.Int)
	}
	return v
}

// minOf and maxOf copy, so that no result shares memory with an argument.
func minOf(a, b *big.Int) *big.Int {
	a, b = orZero(a), orZero(b)
	if a.Cmp(b) < 0 {
		return new(big.Int).Set(a)
	}
	return new(big.Int).Set(b)
}

func maxOf(a, b *big.Int) *big.Int {
	a, b = orZero(a), orZero(b)
	if a.Cmp(b) > 0 {
		return new(big.Int).Set(a)
	}
	return new(big.Int).Set(b)
}

// zeros is a column of n zeros.
func zeros(n int) []*big.Int {
	column := make([]*big.Int, n)
	for i := range column {
		column[i] = new(big.Int)
	}
	return column
}

// naturals checks numbers handed in from outside.
func naturals(field string, values ...*big.Int) error {
	for i, v := range values {
		if v == nil || !v.IsUint64() {
			return spec.Atf(field, i, spec.ErrInput, "not an unsigned 64-bit integer")
		}
	}
	return nil
}
