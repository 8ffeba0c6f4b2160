package spec

import (
	"sync"

	"github.com/stakesim/stakesim/spec/u64"
)

// Boundary is what an epoch transition reads of a state besides its registry.
type Boundary struct {
	CurrentEpoch   Epoch
	FinalizedEpoch Epoch
	SlashingsSum   Gwei // sum of the slashings vector
	// NextBlockMissing has bit i set when the slot after offset i of the
	// previous epoch has no block. Only slot-relative penalties can read it.
	NextBlockMissing uint64
}

// PreviousEpoch is the epoch that the transition accounts: the one before the
// current, or the first.
func (b Boundary) PreviousEpoch() Epoch { return u64.SubSat(b.CurrentEpoch, 1) }

// Summary holds the sums over a registry from which every reward, penalty and
// factor of one epoch follows. The zero value is ready for [Summarize]; using
// it again allocates nothing.
type Summary struct {
	Boundary
	TotalActive            Gwei   // active in the current epoch, at least one increment
	BaseRewardPerIncrement uint64 // Gwei per increment
	InLeak                 bool
	// Participating is the effective balance that reached each flag, at least
	// one increment.
	Participating [FlagCount]Gwei
	// Slots observes the slots of the previous epoch in order.
	Slots []SlotObs

	// Upper bounds over the rows, less than twice what is there, from which a
	// caller can prove that a product cannot overflow.
	MaxEffectiveBalance Gwei
	MaxBalance          Gwei
	MaxInactivityScore  uint64

	validators int
	parts      []part
}

// Len is the number of validators that were summed.
func (s *Summary) Len() int {
	if s == nil {
		return 0
	}
	return s.validators
}

// part is what one worker sums over its rows. A bin's number is 32 times its
// row plus a conduct.
type part struct {
	bins    [(uncommitted + 1) * ConductCount]Bin
	current Gwei
	// Unions of all bits seen bound the columns from above. The top bit of
	// outside is set when a row lies above the cap or outside the epoch.
	effective, balance Gwei
	score, outside     uint64
	_                  [64]byte // keep workers off one cache line
}

// Rows of bins: those not active in the previous epoch, then 1 plus the slot
// offset, which leaves the last one to those without a committee.
const (
	inactive    = 0
	uncommitted = NoSlot + 1
)

// tally is the bins of one row.
func (a *part) tally(row int) *Tally { return (*Tally)(a.bins[row*ConductCount:]) }

// Summarize sums the registry for the transition at b, with so many goroutines
// (fewer than two: the caller's own). It checks the columns on the way; on an error, a [FieldError], dst holds nothing of use. dst keeps no
// reference to r.
func Summarize(dst *Summary, p *Params, r *Registry, b Boundary, workers int) error {
	if dst == nil {
		return Atf("summary", -1, ErrInput, "none to write to")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	if _, ok := u64.Mul(uint64(b.CurrentEpoch), p.SlotsPerEpoch); !ok {
		return Atf("slot", -1, ErrOverflow, "epoch %d", b.CurrentEpoch)
	}
	if b.FinalizedEpoch > b.PreviousEpoch() {
		return Atf("finalized_checkpoint.epoch", -1, ErrInput, "%d after the previous epoch %d", b.FinalizedEpoch, b.PreviousEpoch())
	}
	dst.Boundary, dst.validators = b, 0
	limit := max(p.MaxEffectiveBalance, p.MaxEffectiveBalanceCompounding)
	all := dst.sum(p, r, limit, workers)
	if (all.outside|uint64(all.effective))>>63 != 0 {
		return r.validateRows(p)
	}
	dst.validators = r.Len()
	dst.MaxEffectiveBalance = min(all.effective, limit)
	dst.MaxBalance, dst.MaxInactivityScore = all.balance, all.score
	if _, ok := u64.Mul(uint64(dst.MaxEffectiveBalance), uint64(r.Len())); !ok && !addsUp(r.EffectiveBalance) {
		return Atf("effective_balance", -1, ErrOverflow, "sum of %d validators", r.Len())
	}
	dst.resolve(p, all)
	if b.CurrentEpoch == GenesisEpoch {
		dst.Participating = participatingNow(r)
	}
	return nil
}

// addsUp reports whether the sum of a column fits 64 bits.
func addsUp(column []Gwei) bool {
	var sum Gwei
	ok := true
	for i := 0; i < len(column) && ok; i++ {
		sum, ok = u64.Add(sum, column[i])
	}
	return ok
}

// minRows is the smallest part of a registry that is worth a goroutine.
const minRows = 1 << 12

// share is where the part of worker w of n rows begins, and that of w-1 ends.
func share(n, w, workers int) int { return int(uint64(n) * uint64(w) / uint64(workers)) }

// sum runs the workers and merges what they found into the first part.
func (s *Summary) sum(p *Params, r *Registry, limit Gwei, wanted int) *part {
	workers := max(1, min(wanted, r.Len()/minRows))
	for len(s.parts) < workers {
		s.parts = append(s.parts, part{})
	}
	parts, n := s.parts[:workers], r.Len()
	if workers == 1 {
		parts[0].add(p, r, s.Boundary, limit, 0, n)
		return &parts[0]
	}
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			parts[w].add(p, r, s.Boundary, limit, share(n, w, workers), share(n, w+1, workers))
		}()
	}
	parts[0].add(p, r, s.Boundary, limit, 0, share(n, 1, workers))
	wg.Wait()
	all := &parts[0]
	for w := 1; w < workers; w++ {
		all.merge(&parts[w])
	}
	return all
}

func (a *part) merge(b *part) {
	for row := range uncommitted + 1 {
		a.tally(row).merge(b.tally(row))
	}
	a.current += b.current
	a.effective |= b.effective
	a.balance |= b.balance
	a.score |= b.score
	a.outside |= b.outside
}

// chunk is so many rows that what the first loop over them has read is still
// near when the second comes; one loop for all would run out of registers.
const chunk = 1024

// add sums rows lo to hi.
func (a *part) add(p *Params, r *Registry, b Boundary, limit Gwei, lo, hi int) {
	*a = part{}
	for ; lo < hi; lo += chunk {
		end := min(lo+chunk, hi)
		a.bound(r, p.SlotsPerEpoch, limit, lo, end)
		a.count(r, b, lo, end)
		if r.FailedBefore != nil {
			a.moveRepeated(r, b, lo, end)
		}
	}
}

// bound checks and bounds the columns.
func (a *part) bound(r *Registry, slots uint64, limit Gwei, lo, hi int) {
	effective := r.EffectiveBalance[lo:hi]
	n := len(effective)
	balance, score, slot := r.Balance[lo:hi][:n], r.InactivityScore[lo:hi][:n], r.SlotOffset[lo:hi][:n]
	var allEffective, allBalance Gwei
	var allScore, outside uint64
	for i, eb := range effective {
		allEffective |= eb
		allBalance |= balance[i]
		allScore |= score[i]
		// a borrow sets the top bit; NoSlot plus one is no slot at all
		outside |= uint64(limit-eb) | (slots - uint64(slot[i]+1))
	}
	a.effective |= allEffective
	a.balance |= allBalance
	a.score |= allScore
	a.outside |= outside
}

// count adds every validator to its bin: one indexed addition says which slot
// and which conduct. Everything else is derived from the bins afterwards.
func (a *part) count(r *Registry, b Boundary, lo, hi int) {
	effective := r.EffectiveBalance[lo:hi]
	n := len(effective)
	activation, exit := r.ActivationEpoch[lo:hi][:n], r.ExitEpoch[lo:hi][:n]
	slot, flags, slashed := r.SlotOffset[lo:hi][:n], r.PreviousFlags[lo:hi][:n], r.Slashed[lo:hi][:n]
	previous, current := b.PreviousEpoch(), b.CurrentEpoch
	var total Gwei
	for i, eb := range effective {
		from, to := activation[i], exit[i]
		row := uint(slot[i]) + 1
		if !(from <= previous && previous < to) {
			row = inactive
		}
		if from <= current && current < to {
			total += eb
		}
		c := Conduct(flags[i] & AllFlags)
		if slashed[i] {
			c |= SlashedBit
		}
		bin := &a.bins[row*ConductCount+uint(c)]
		bin.Balance += eb
		bin.Count++
	}
	a.current += total
}

// moveRepeated moves those that failed in the epoch before as well.
func (a *part) moveRepeated(r *Registry, b Boundary, lo, hi int) {
	for i := lo; i < hi; i++ {
		if r.FailedBefore[i] && r.IsActive(i, b.PreviousEpoch()) {
			eb, t := r.EffectiveBalance[i], a.tally(int(r.SlotOffset[i])+1)
			from := &t[ConductOf(r.PreviousFlags[i], r.Slashed[i], false)]
			from.Balance, from.Count = from.Balance-eb, from.Count-1
			t.Add(ConductOf(r.PreviousFlags[i], r.Slashed[i], true), eb)
		}
	}
}

// resolve derives the summary from the merged sums.
func (s *Summary) resolve(p *Params, all *part) {
	s.TotalActive = max(all.current, EffectiveBalanceIncrement)
	s.BaseRewardPerIncrement, _ = BaseRewardPerIncrement(p.BaseRewardFactor, s.TotalActive) // Validate bounds the factor
	s.InLeak = s.leaks(p, s.PreviousEpoch()-s.FinalizedEpoch)
	slots := int(p.SlotsPerEpoch)
	if cap(s.Slots) < slots {
		s.Slots = make([]SlotObs, slots)
	}
	s.Slots = s.Slots[:slots]
	sum := *all.tally(uncommitted)
	for i := range s.Slots {
		s.Slots[i] = SlotObs{
			Total: s.TotalActive, Reference: s.TotalActive / Gwei(p.SlotsPerEpoch),
			Tally: *all.tally(i + 1), SlotsPerEpoch: p.SlotsPerEpoch, NextBlockMissing: s.NextBlockMissing>>i&1 != 0,
		}
		sum.merge(all.tally(i + 1))
	}
	for f := range s.Participating {
		s.Participating[f] = max(sum.Balance(Participated(Flag(f))), EffectiveBalanceIncrement)
	}
}

// participatingNow is the participation that the specification's flag accessor
// reads in epoch 0, where the previous epoch is the current one.
func participatingNow(r *Registry) (sums [FlagCount]Gwei) {
	for f := range sums {
		for i, flags := range r.CurrentFlags {
			if r.IsActive(i, GenesisEpoch) && ConductOf(flags, r.Slashed[i], false).Participates(Flag(f)) {
				sums[f] += r.EffectiveBalance[i]
			}
		}
		sums[f] = max(sums[f], EffectiveBalanceIncrement)
	}
	return sums
}

// Finalize sets the finalized epoch of a summary that was made before justification
// ran, and with it whether the epoch is one of a leak. An epoch after the previous
// one, which no justification gives, is [ErrOverflow]: in the specification the
// finality delay would be negative.
func (s *Summary) Finalize(p *Params, finalized Epoch) error {
	if s == nil || p == nil {
		return Atf("summary", -1, ErrInput, "none, or without constants")
	}
	delay, ok := u64.Sub(s.PreviousEpoch(), finalized)
	if !ok {
		return Atf("finalized_checkpoint.epoch", -1, ErrOverflow, "%d after the previous epoch %d", finalized, s.PreviousEpoch())
	}
	s.FinalizedEpoch = finalized
	s.InLeak = s.leaks(p, delay)
	return nil
}

func (s *Summary) leaks(p *Params, delay Epoch) bool {
	return delay > Epoch(p.MinEpochsToInactivityPenalty)
}
