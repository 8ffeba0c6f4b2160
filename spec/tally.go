package spec

// Conduct is how an active validator behaved in the previous epoch: its three
// participation flags in bits 0 to 2, slashed in bit 3, failed in the epoch
// before as well in bit 4.
type Conduct uint8

// The two bits of a [Conduct] above the flags.
const (
	SlashedBit      Conduct = 1 << 3
	FailedBeforeBit Conduct = 1 << 4
)

// ConductCount is the number of different conducts.
const ConductCount = 32

// ConductOf packs what is known of one validator.
func ConductOf(flags Flags, slashed, failedBefore bool) Conduct {
	c := Conduct(flags & AllFlags)
	if slashed {
		c |= SlashedBit
	}
	if failedBefore {
		c |= FailedBeforeBit
	}
	return c
}

// Participates reports whether the flag counts as reached: set, and the
// validator not slashed.
func (c Conduct) Participates(f Flag) bool { return c&SlashedBit == 0 && f.In(Flags(c)) }

// Conducts is a set of conducts: bit c stands for conduct c. It says of whom a
// sum is taken and whose penalty a factor scales.
type Conducts uint32

// Everyone is the set of all conducts.
const Everyone = Conducts(1<<ConductCount - 1)

// Has reports whether c is in the set.
func (s Conducts) Has(c Conduct) bool { return s>>(c%ConductCount)&1 != 0 }

// The sets that the mechanisms are written with.
var (
	// MissedSource holds slashed validators and those without timely source.
	MissedSource = where(func(c Conduct) bool { return !c.Participates(TimelySource) })
	// MissedTarget holds slashed validators and those without timely target.
	MissedTarget = where(func(c Conduct) bool { return !c.Participates(TimelyTarget) })
	// Offline holds validators that are not slashed and miss both timely
	// source and timely target: EIP-7716's test of 2026.
	Offline = where(func(c Conduct) bool {
		return c&SlashedBit == 0 && !TimelySource.In(Flags(c)) && !TimelyTarget.In(Flags(c))
	})
	// FailedBefore holds validators that failed in the epoch before as well.
	FailedBefore = where(func(c Conduct) bool { return c&FailedBeforeBit != 0 })
)

// Participated is the set of those that reached the flag.
func Participated(f Flag) Conducts {
	return where(func(c Conduct) bool { return c.Participates(f) })
}

func where(in func(Conduct) bool) (s Conducts) {
	for c := range Conduct(ConductCount) {
		if in(c) {
			s |= 1 << c
		}
	}
	return s
}

// Bin sums the validators of one conduct.
type Bin struct {
	Balance Gwei   // effective balance
	Count   uint64 // validators
}

// Tally sums the committee members of one slot, apart for every conduct: every
// figure that a mechanism may ask of a slot is a sum over some of its bins.
type Tally [ConductCount]Bin

// Balance is the effective balance of the validators whose conduct is in set.
func (t *Tally) Balance(set Conducts) (sum Gwei) {
	if t == nil {
		return 0
	}
	for c := range Conduct(ConductCount) {
		if set.Has(c) {
			sum += t[c].Balance
		}
	}
	return sum
}

// Count is the number of validators whose conduct is in set.
func (t *Tally) Count(set Conducts) (n uint64) {
	if t == nil {
		return 0
	}
	for c := range Conduct(ConductCount) {
		if set.Has(c) {
			n += t[c].Count
		}
	}
	return n
}

// Add counts one validator of the given effective balance.
func (t *Tally) Add(c Conduct, effectiveBalance Gwei) {
	if t == nil {
		return
	}
	b := &t[c%ConductCount]
	b.Balance += effectiveBalance
	b.Count++
}

func (t *Tally) merge(o *Tally) {
	for c := range t {
		t[c].Balance += o[c].Balance
		t[c].Count += o[c].Count
	}
}

// SlotObs is what a mechanism sees of one slot.
type SlotObs struct {
	Total     Gwei  // T, the total active balance of the current epoch
	Reference Gwei  // R = T // SLOTS_PER_EPOCH
	Tally     Tally // the slot's committee members
	// SlotsPerEpoch tells where an epoch of slots walked from a boundary ends.
	SlotsPerEpoch uint64
	// NextBlockMissing says that the following slot has no block, so that the
	// committee's attestations could not be included at once.
	NextBlockMissing bool
}

// ObsOfOffline is the observation of a slot of which only the offline
// effective balance is known, as in a published series: one offline bin, and
// the rest of the reference balance, if any, participating in everything.
// Counts are in units of 32 ETH, floored. slotsPerEpoch 0 gives [ErrInput].
func ObsOfOffline(offline, total Gwei, slotsPerEpoch uint64) (SlotObs, error) {
	if slotsPerEpoch == 0 {
		return SlotObs{}, Atf("SLOTS_PER_EPOCH", -1, ErrInput, "zero")
	}
	o := SlotObs{Total: total, Reference: total / Gwei(slotsPerEpoch), SlotsPerEpoch: slotsPerEpoch}
	o.Tally[0] = Bin{offline, uint64(offline / (32 * ETH))}
	if offline < o.Reference {
		online := o.Reference - offline
		o.Tally[AllFlags] = Bin{online, uint64(online / (32 * ETH))}
	}
	return o, nil
}
