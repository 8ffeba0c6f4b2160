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

	parts []part
}

// part is what one worker sums over its rows. Row 1+offset of bins is a slot,
// row 0 the active without committee, row 255 everybody else.
type part struct {
	bins    [256]Tally
	current Gwei
	// Unions of all bits seen bound the columns from above. The top bit of
	// outside is set when a row lies above the cap or outside the epoch.
	effective, balance Gwei
	score, outside     uint64
	_                  [64]byte // keep workers off one cache line
}

const elsewhere = 255

// Summarize sums the registry for the transition at b, with so many goroutines
// (fewer than two: the caller's own). It reads every column once and checks it on
// the way; on an error, a [FieldError], dst holds nothing of use. dst keeps no
// reference to r.
func Summarize(dst *Summary, p *Params, r *Registry, b Boundary, workers int) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := r.validateLengths(); err != nil {
		return err
	}
	if _, ok := u64.Mul(uint64(b.CurrentEpoch), p.SlotsPerEpoch); !ok {
		return Atf("slot", -1, ErrOverflow, "epoch %d", b.CurrentEpoch)
	}
	if b.FinalizedEpoch > b.PreviousEpoch() {
		return Atf("finalized_checkpoint.epoch", -1, ErrInput, "%d after the previous epoch %d", b.FinalizedEpoch, b.PreviousEpoch())
	}
	dst.Boundary = b
	limit := max(p.MaxEffectiveBalance, p.MaxEffectiveBalanceCompounding)
	all := dst.sum(p, r, limit, workers)
	if (all.outside|uint64(all.effective))>>63 != 0 {
		return r.validateRows(p)
	}
	dst.MaxEffectiveBalance = min(all.effective, limit)
	dst.MaxBalance, dst.MaxInactivityScore = all.balance, all.score
	if _, ok := u64.Mul(uint64(dst.MaxEffectiveBalance), uint64(r.Len())); !ok {
		return Atf("effective_balance", -1, ErrOverflow, "%d validators of up to %d Gwei", r.Len(), dst.MaxEffectiveBalance)
	}
	dst.resolve(p, all)
	if b.CurrentEpoch == GenesisEpoch {
		dst.Participating = participatingNow(r)
	}
	return nil
}

// minRows is the smallest part of a registry that is worth a goroutine.
const minRows = 1 << 12

// share is where the part of worker w of n rows begins, and that of w-1 ends.
func share(n, w, workers int) int { return int(uint64(n) * uint64(w) / uint64(workers)) }

// sum runs the workers and merges what they found into the first part.
func (s *Summary) sum(p *Params, r *Registry, limit Gwei, workers int) *part {
	workers = max(1, min(workers, r.Len()/minRows))
	for len(s.parts) < workers {
		s.parts = append(s.parts, part{})
	}
	parts, n := s.parts[:workers], r.Len()
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
	for row := range a.bins[:MaxSlotsPerEpoch+1] {
		a.bins[row].merge(&b.bins[row])
	}
	a.current += b.current
	a.effective |= b.effective
	a.balance |= b.balance
	a.score |= b.score
	a.outside |= b.outside
}

// add sums rows lo to hi. One indexed addition a validator: which slot, which
// conduct. Everything else is derived from the bins afterwards.
func (a *part) add(p *Params, r *Registry, b Boundary, limit Gwei, lo, hi int) {
	*a = part{}
	previous, current := b.PreviousEpoch(), b.CurrentEpoch
	effective, balance := r.EffectiveBalance[lo:hi], r.Balance[lo:hi]
	n := len(effective)
	balance = balance[:n]
	score, slot := r.InactivityScore[lo:hi][:n], r.SlotOffset[lo:hi][:n]
	flags, slashed := r.PreviousFlags[lo:hi][:n], r.Slashed[lo:hi][:n]
	activation, exit := r.ActivationEpoch[lo:hi][:n], r.ExitEpoch[lo:hi][:n]
	var before []bool
	if r.FailedBefore != nil {
		before = r.FailedBefore[lo:hi][:n]
	}
	var allEffective, allBalance, total Gwei
	var allScore, outside uint64
	for i, eb := range effective {
		row := slot[i] + 1 // NoSlot becomes row 0
		allEffective |= eb
		allBalance |= balance[i]
		allScore |= score[i]
		outside |= uint64(limit-eb) | (p.SlotsPerEpoch - uint64(row)) // a borrow sets the top bit
		from, to := activation[i], exit[i]
		if !(from <= previous && previous < to) {
			row = elsewhere
		}
		if from <= current && current < to {
			total += eb
		}
		c := Conduct(flags[i] & AllFlags)
		if slashed[i] {
			c |= SlashedBit
		}
		if before != nil && before[i] {
			c |= FailedBeforeBit
		}
		bin := &a.bins[row][c%ConductCount]
		bin.Balance += eb
		bin.Count++
	}
	a.current, a.effective, a.balance, a.score, a.outside = total, allEffective, allBalance, allScore, outside
}

// resolve derives the summary from the merged sums.
func (s *Summary) resolve(p *Params, all *part) {
	s.TotalActive = max(all.current, EffectiveBalanceIncrement)
	s.BaseRewardPerIncrement = uint64(EffectiveBalanceIncrement) * p.BaseRewardFactor / uint64(u64.Sqrt(s.TotalActive))
	s.InLeak = s.PreviousEpoch()-s.FinalizedEpoch > Epoch(p.MinEpochsToInactivityPenalty)
	slots := int(p.SlotsPerEpoch)
	if cap(s.Slots) < slots {
		s.Slots = make([]SlotObs, slots)
	}
	s.Slots = s.Slots[:slots]
	sum := all.bins[0]
	for i := range s.Slots {
		s.Slots[i] = SlotObs{
			Total: s.TotalActive, Reference: s.TotalActive / Gwei(p.SlotsPerEpoch),
			Tally: all.bins[i+1], SlotsPerEpoch: p.SlotsPerEpoch, NextBlockMissing: s.NextBlockMissing>>i&1 != 0,
		}
		sum.merge(&all.bins[i+1])
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
