package backtest

import (
	"encoding/binary"
	"math"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/wire"
	"github.com/stakesim/stakesim/spec"
)

// How the factors of a slot are written: the form of that for source in the lower
// three bits, then that for target.
const (
	formOne      = iota // one
	formInteger         // an integer other than one
	formRational        // a numerator and a denominator other than one
	formSquared         // the same, squared; the denominator may be one
	formSame            // as for source; only for target, and not for one
	formCount
)

// AppendBinary appends the binary form: a byte a slot and rule, and the numbers
// that are not one. It never fails.
func (f *Factors) AppendBinary(b []byte) ([]byte, error) {
	if f == nil {
		f = new(Factors)
	}
	b = wire.Header(b, factorsTag, version)
	b = binary.AppendUvarint(b, uint64(f.Epoch))
	b = binary.AppendUvarint(b, uint64(f.Index))
	b = binary.AppendUvarint(b, uint64(len(f.Rules)))
	for r := range f.Rules {
		for i := range f.Rules[r] {
			x := &f.Rules[r][i]
			source, target := formOf(x.Source), formOf(x.Target)
			if target != formOne && x.Target == x.Source {
				target = formSame
			}
			b = append(b, source|target<<3)
			b = appendFactor(b, source, x.Source)
			b = appendFactor(b, target, x.Target)
		}
	}
	return b, nil
}

func formOf(f penalty.Factor) byte {
	switch {
	case f == penalty.One:
		return formOne
	case f.Squared:
		return formSquared
	case f.Den == 1:
		return formInteger
	}
	return formRational
}

func appendFactor(b []byte, form byte, f penalty.Factor) []byte {
	switch form {
	case formInteger:
		return binary.AppendUvarint(b, f.Num)
	case formRational, formSquared:
		return binary.AppendUvarint(binary.AppendUvarint(b, f.Num), f.Den)
	}
	return b
}

// MarshalBinary is the binary form.
func (f *Factors) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// UnmarshalBinary reads the binary form. A rule takes 1.5 KiB of memory for 34
// bytes and more.
func (f *Factors) UnmarshalBinary(data []byte) error {
	if f == nil {
		return absent("factors")
	}
	r := wire.NewReader("factors", factorsTag, version, data)
	n := Factors{Epoch: spec.Epoch(r.Uint(maxEpoch)), Index: uint32(r.Uint(MaxEpochs - 1))}
	n.Rules = make([][SlotsPerEpoch]penalty.Factors, r.Count(MaxWidth, SlotsPerEpoch))
	for rule := range n.Rules {
		for i := range n.Rules[rule] {
			forms := r.Byte()
			x := &n.Rules[rule][i]
			source, target := forms&7, forms>>3
			x.Source = readFactor(r, source)
			if x.Target = x.Source; target != formSame {
				x.Target = readFactor(r, target)
			}
			if target == formSame && source == formOne || target != formSame && target != formOne && x.Target == x.Source ||
				source >= formSame || target >= formCount {
				r.Failf("forms %d and %d", source, target)
			}
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	*f = n
	return nil
}

func readFactor(r *wire.Reader, form byte) penalty.Factor {
	f := penalty.One
	switch form {
	case formInteger:
		f.Num = r.Uint(math.MaxUint64)
	case formRational, formSquared:
		f = penalty.Factor{Num: r.Uint(math.MaxUint64), Den: r.Uint(math.MaxUint64), Squared: form == formSquared}
	default:
		return f
	}
	if r.Ok() && formOf(f) != form || f.Den == 0 {
		r.Failf("%d/%d", f.Num, f.Den)
	}
	return f
}
