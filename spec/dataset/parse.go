package dataset

import (
	"bytes"
	"errors"
	"math"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// parse reads a line into the slot and l.ids.
func (l *Lists) parse(text []byte) (spec.Slot, *Fault) {
	before, after, ok := bytes.Cut(text, []byte{'\t'})
	if !ok {
		return 0, l.malformed("no tab", text)
	}
	slot, err := u64.Parse[uint64](string(bytes.TrimSpace(before)))
	if err != nil {
		return 0, l.malformed("slot", before)
	}
	list := bytes.TrimSpace(after)
	if len(list) < 2 || list[0] != '[' || list[len(list)-1] != ']' {
		return 0, l.malformed("no list in brackets", list)
	}
	l.ids = l.ids[:0]
	if len(list) == 2 {
		return spec.Slot(slot), nil
	}
	return spec.Slot(slot), l.parseIDs(list[1:])
}

// parseIDs reads "1,2,3]": every number ends with a comma, the last with the
// bracket. Blanks around numbers are allowed.
func (l *Lists) parseIDs(list []byte) *Fault {
	ids := l.ids
	for i := 0; i < len(list); i++ {
		start := i
		var id uint64
		for ; i < len(list); i++ {
			d := list[i] - '0'
			if d > 9 {
				break
			}
			id = id*10 + uint64(d)
		}
		if i == start || i == len(list) || list[i] != ',' && i != len(list)-1 || i-start > 10 {
			var fault *Fault
			if id, i, fault = l.blanks(list, start); fault != nil {
				return fault
			}
		}
		if id > math.MaxUint32 {
			return l.fault(IDTooLarge, "%d", id)
		}
		ids = append(ids, uint32(id))
	}
	l.ids = ids
	return nil
}

// blanks reads a number that the quick loop does not take: one with blanks
// around it or with more than ten digits.
func (l *Lists) blanks(list []byte, start int) (uint64, int, *Fault) {
	end := start
	for end < len(list)-1 && list[end] != ',' {
		end++
	}
	word := bytes.TrimSpace(list[start:end])
	id, err := u64.Parse[uint64](string(word))
	if err == nil {
		return id, end, nil
	}
	if errors.Is(err, u64.ErrRange) {
		return 0, end, l.fault(IDTooLarge, "%s", clip(word))
	}
	return 0, end, l.malformed("validator index", word)
}

func (l *Lists) malformed(what string, text []byte) *Fault {
	if l.faults.quiet() {
		return l.fault(Malformed, "")
	}
	return l.fault(Malformed, "%s: %q", what, clip(text))
}

// clip keeps messages short.
func clip(text []byte) string {
	const most = 40
	if len(text) > most {
		return string(text[:most]) + "..."
	}
	return string(text)
}
