package backtest

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/penalty/internal/wire"
)

// AppendBinary appends the binary form: names, then runs of validators of one
// cluster. It never fails.
func (p *Population) AppendBinary(b []byte) ([]byte, error) {
	if p == nil {
		p = new(Population)
	}
	b = wire.Header(b, populationTag, version)
	b = append(b, byte(p.grouping))
	b = binary.AppendUvarint(b, uint64(p.top))
	names := p.Names[min(1, len(p.Names)):]
	b = binary.AppendUvarint(b, uint64(len(names)))
	for _, name := range names {
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
	}
	b = binary.AppendUvarint(b, uint64(len(p.duty)))
	run, last := uint64(0), uint64(0)
	for v := range p.Limit() {
		if is := p.membership(v); is == last || v == 0 {
			run, last = run+1, is
		} else {
			b = binary.AppendUvarint(binary.AppendUvarint(b, last), run)
			run, last = 1, is
		}
	}
	if run > 0 {
		b = binary.AppendUvarint(binary.AppendUvarint(b, last), run)
	}
	return b, nil
}

// membership is 0 for a validator without a duty, else 1 plus its cluster.
func (p *Population) membership(v uint32) uint64 {
	switch {
	case !p.Has(v):
		return 0
	case uint64(v) < uint64(len(p.Clusters.Of)):
		return 1 + uint64(p.Clusters.Of[v])
	}
	return 1
}

// MarshalBinary is the binary form.
func (p *Population) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// UnmarshalBinary reads the binary form. It takes up to 8 bytes of memory for
// each of 2^24 validators, however short the form.
func (p *Population) UnmarshalBinary(data []byte) error {
	if p == nil {
		return absent("population")
	}
	r := wire.NewReader("population", populationTag, version, data)
	grouping, top := Grouping(r.Byte()), int(r.Uint(cofailure.MaxClusters))
	l := Labels{Names: make([]string, r.Count(cofailure.MaxClusters-1, 1))}
	for i := range l.Names {
		l.Names[i] = string(r.Bytes(len(data)))
	}
	l.Duty = make([]uint64, r.Uint(MaxValidators/64))
	limit, last := uint64(len(l.Duty))*64, uint64(len(l.Names))+2
	l.Of = make([]int32, 0, limit)
	for v := uint64(0); r.Ok() && v < limit; {
		is := r.Uint(uint64(len(l.Names)) + 1)
		run := r.Uint(limit - v)
		if r.Ok() && (run == 0 || is == last) {
			r.Failf("a run of %d validators, %d after %d", run, is, last)
		}
		for range run {
			l.Of = append(l.Of, int32(is)-2) // without a duty or without a label: negative
			if is > 0 {
				l.Duty[v/64] |= 1 << (v % 64)
			}
			v++
		}
		last = is
	}
	if err := r.Close(); err != nil {
		return err
	}
	n, err := NewPopulation(&l, grouping, top)
	if err != nil {
		return err
	}
	*p = *n
	return nil
}
