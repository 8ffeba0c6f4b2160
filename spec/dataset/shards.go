package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// Shard is one of several failure lists that are read as one: see
// [List.Shard].
type Shard struct {
	Name   string
	Size   int64     // bytes
	Slots  uint64    // in the list
	First  spec.Slot // the lowest one, when there is any
	Duties *Duties
	Origin Origin
	All    func() iter.Seq2[SlotFailures, error]
	OnRead func(told func(n int)) // see [List.OnRead]
	Close  func() error
}

// Shard is the list as one of several.
func (l *List) Shard() Shard {
	return Shard{l.name, l.size, l.head.slots, spec.Slot(l.head.first), &l.Duties, l.Origin, l.All, l.OnRead, l.Close}
}

// Shards are several failure lists read as one, such as those that machines
// wrote side by side. They can be ranged over by several goroutines at once when
// their shards can.
type Shards struct {
	Duties Duties // of all
	of     []Shard
}

// NewShards brings lists together. Their slots may lie in each other's midst, but
// no slot may be in two. A list is read from when its first slot may be next, and
// not kept in memory after its last.
func NewShards(of ...Shard) *Shards {
	s := &Shards{of: slices.Clone(of)}
	slices.SortStableFunc(s.of, func(a, b Shard) int { return cmp.Compare(a.First, b.First) })
	for i := range s.of {
		s.Duties.Union(s.of[i].Duties)
	}
	return s
}

// Origin is that of all lists. Two of different networks give a [Fault].
func (s *Shards) Origin() (of Origin, err error) {
	for i := range s.of {
		if of, err = of.Join(s.of[i].Name, s.of[i].Origin); err != nil {
			return Origin{}, err
		}
	}
	return of, nil
}

// Size is the number of bytes of all lists.
func (s *Shards) Size() (n int64) {
	for i := range s.of {
		n += s.of[i].Size
	}
	return n
}

// Slots is the number of slots of all lists.
func (s *Shards) Slots() (n uint64) {
	for i := range s.of {
		n += s.of[i].Slots
	}
	return n
}

// OnRead sets what is told how many bytes were read.
func (s *Shards) OnRead(told func(n int)) {
	for i := range s.of {
		s.of[i].OnRead(told)
	}
}

// Close releases the lists.
func (s *Shards) Close() error {
	var err error
	for i := range s.of {
		err = errors.Join(err, s.of[i].Close())
	}
	return err
}

// begun is a shard that is being read, and its next slot.
type begun struct {
	name string
	slot SlotFailures
	next func() (SlotFailures, error, bool)
	stop func()
}

// All ranges over the slots of all lists by ascending slot. The failures of a
// slot are reused by the next. An error ends the range; a slot of two lists is a
// [Fault] of kind [SlotTwice].
func (s *Shards) All() iter.Seq2[SlotFailures, error] {
	return func(yield func(SlotFailures, error) bool) {
		if _, err := s.Origin(); err != nil {
			yield(SlotFailures{}, err)
			return
		}
		m := merge{waiting: s.of}
		defer func() {
			for _, b := range m.begun {
				b.stop()
			}
		}()
		var past spec.Slot
		var name string // of the list it was in
		for started := false; ; started = true {
			b, err := m.lowest()
			if err == nil && b != nil && started && b.slot.Slot <= past {
				err = b.overlap(past, name)
			}
			if err != nil {
				yield(SlotFailures{}, err)
				return
			}
			if b == nil || !yield(b.slot, nil) {
				return
			}
			past, name = b.slot.Slot, b.name
			if err := m.advance(b); err != nil {
				yield(SlotFailures{}, err)
				return
			}
		}
	}
}

// overlap is about a slot that should come after one of another list.
func (b *begun) overlap(past spec.Slot, other string) error {
	if b.slot.Slot == past {
		return &Fault{File: b.name, Kind: SlotTwice, Detail: fmt.Sprintf("%d, which is in %s", past, other)}
	}
	return &Fault{File: b.name, Kind: SlotOrder, Detail: fmt.Sprintf("%d after %d of %s", b.slot.Slot, past, other)}
}

// merge is the shards on their way.
type merge struct {
	waiting []Shard
	begun   []*begun
}

// lowest returns the shard with the next slot, nil at the end.
func (m *merge) lowest() (*begun, error) {
	for {
		var low *begun
		for _, b := range m.begun {
			if low == nil || b.slot.Slot < low.slot.Slot {
				low = b
			}
		}
		if len(m.waiting) == 0 || low != nil && low.slot.Slot < m.waiting[0].First {
			return low, nil
		}
		b := &begun{name: m.waiting[0].Name}
		b.next, b.stop = iter.Pull2(m.waiting[0].All())
		m.waiting, m.begun = m.waiting[1:], append(m.begun, b)
		if err := m.advance(b); err != nil {
			return nil, err
		}
	}
}

// advance reads a shard's next slot, and forgets the shard after its last.
func (m *merge) advance(b *begun) (err error) {
	var ok bool
	if b.slot, err, ok = b.next(); ok {
		return err
	}
	b.stop()
	m.begun = slices.DeleteFunc(m.begun, func(o *begun) bool { return o == b })
	return nil
}
