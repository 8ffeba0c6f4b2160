package spec

import (
	"math/bits"
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

	// Standing says of every validator where it is counted.
	Standing []Standing

	parts []part
}

// Standing is where a validator is counted: 32 times its row plus its
// [Conduct]. Row 1+offset is a slot of the previous epoch, row 0 holds the
// active without a committee, row 255 those not active in the previous epoch.
type Standing uint16

const elsewhere = 255

// Conduct is the validator's conduct.
func (s Standing) Conduct() Conduct { return Conduct(s % ConductCount) }

// Row is 1 plus the slot offset, 0 for an active validator without a committee.
func (s Standing) Row() uint8 { return uint8(s / ConductCount) }

// Active reports whether the validator was active in the previous epoch.
func (s Standing) Active() bool { return s < elsewhere*ConductCount }

// part is what one worker sums over its rows, a bin for every standing.
type part struct {
	bins    [256 * ConductCount]Bin
	current Gwei
	// Unions of all bits seen bound the columns from above. The top bit of
	// outside is set when a row lies above the cap or outside the epoch.
	effective, balance Gwei
	score, outside     uint64
	_                  [64]byte // keep workers off one cache line
}

// tally is the bins of one row.
func (a *part) tally(row int) *Tally { return (*Tally)(a.bins[row*ConductCount:]) }

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
func (s *Summary) sum(p *Params, r *Registry, limit Gwei, wanted int) *part {
	workers := max(1, min(wanted, r.Len()/minRows))
	if cap(s.Standing) < r.Len() {
		s.Standing = make([]Standing, r.Len())
	}
	s.Standing = s.Standing[:r.Len()]
	for len(s.parts) < workers {
		s.parts = append(s.parts, part{})
	}
	parts, n := s.parts[:workers], r.Len()
	if workers == 1 {
		parts[0].add(p, r, s.Boundary, limit, s.Standing, 0, n)
		return &parts[0]
	}
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			parts[w].add(p, r, s.Boundary, limit, s.Standing, share(n, w, workers), share(n, w+1, workers))
		}()
	}
	parts[0].add(p, r, s.Boundary, limit, s.Standing, 0, share(n, 1, workers))
	wg.Wait()
	all := &parts[0]
	for w := 1; w < workers; w++ {
		all.merge(&parts[w])
	}
	return all
}

func (a *part) merge(b *part) {
	for row := range MaxSlotsPerEpoch + 1 {
		a.tally(row).merge(b.tally(row))
	}
	a.current += b.current
	a.effective |= b.effective
	a.balance |= b.balance
	a.score |= b.score
	a.outside |= b.outside
}

// chunk is so many rows that their columns stay in the first cache while three
// short loops pass over them; one long loop would run out of registers.
const chunk = 512

// add sums rows lo to hi.
func (a *part) add(p *Params, r *Registry, b Boundary, limit Gwei, standing []Standing, lo, hi int) {
	*a = part{}
	for ; lo < hi; lo += chunk {
		end := min(lo+chunk, hi)
		at := standing[lo:end]
		a.bound(r.Balance[lo:end], r.InactivityScore[lo:end])
		a.place(at, p.SlotsPerEpoch, b, r.EffectiveBalance[lo:end], r.ActivationEpoch[lo:end], r.ExitEpoch[lo:end], r.SlotOffset[lo:end])
		if r.FailedBefore != nil {
			for i, failed := range r.FailedBefore[lo:end] {
				if failed {
					at[i] |= Standing(FailedBeforeBit)
				}
			}
		}
		a.count(at, limit, r.EffectiveBalance[lo:end], r.PreviousFlags[lo:end], r.Slashed[lo:end])
	}
}

func (a *part) bound(balance []Gwei, score []uint64) {
	score = score[:len(balance)]
	var allBalance Gwei
	var allScore uint64
	for i, b := range balance {
		allBalance |= b
		allScore |= score[i]
	}
	a.balance |= allBalance
	a.score |= allScore
}

// place finds the row of every validator and sums who is active now.
func (a *part) place(at []Standing, slots uint64, b Boundary, effective []Gwei, activation, exit []Epoch, slot []uint8) {
	n := len(at)
	effective, activation, exit, slot = effective[:n], activation[:n], exit[:n], slot[:n]
	previous, current := uint64(b.PreviousEpoch()), uint64(b.CurrentEpoch)
	var total Gwei
	var outside uint64
	for i := range at {
		row := slot[i] + 1 // NoSlot becomes row 0
		outside |= slots - uint64(row)
		from, to := uint64(activation[i]), uint64(exit[i])
		row |= uint8(within(previous, from, to)) - 1 // elsewhere unless within
		total += effective[i] & -Gwei(within(current, from, to))
		at[i] = Standing(row) * ConductCount
	}
	a.current += total
	a.outside |= outside
}

// within is 1 when from <= e < to, else 0, without a branch to mispredict.
func within(e, from, to uint64) uint64 {
	_, early := bits.Sub64(e, from, 0)
	_, inside := bits.Sub64(e, to, 0)
	return inside &^ early
}

// count adds every validator to its bin. Everything else is derived from the
// bins afterwards.
func (a *part) count(at []Standing, limit Gwei, effective []Gwei, flags []Flags, slashed []bool) {
	n := len(at)
	effective, flags, slashed = effective[:n], flags[:n], slashed[:n]
	var all Gwei
	var outside uint64
	for i, s := range at {
		eb := effective[i]
		all |= eb
		outside |= uint64(limit - eb)
		s |= Standing(flags[i] & AllFlags)
		if slashed[i] {
			s |= Standing(SlashedBit)
		}
		at[i] = s
		bin := &a.bins[s%(256*ConductCount)]
		bin.Balance += eb
		bin.Count++
	}
	a.effective |= all
	a.outside |= outside
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
	sum := *all.tally(0)
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
