package epoch

import (
	"crypto/sha256"

	"github.com/stakesim/stakesim/spec"
)

// ProcessEth1DataReset forgets the votes on the deposit contract at the end of a
// voting period (process_eth1_data_reset, phase0).
func ProcessEth1DataReset(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if ends(s.Epoch(p)+1, p.EpochsPerEth1VotingPeriod) {
		s.Eth1DataVotes = nil
	}
	return nil
}

// ends reports whether a period of so many epochs ends before an epoch.
func ends(next spec.Epoch, period uint64) bool { return period != 0 && uint64(next)%period == 0 }

// ProcessSlashingsReset clears the place of the next epoch in the vector of
// slashings (process_slashings_reset, phase0).
func ProcessSlashingsReset(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if len(s.Slashings) == 0 {
		return spec.Atf("slashings", -1, spec.ErrInput, "empty")
	}
	s.Slashings[uint64(s.Epoch(p)+1)%uint64(len(s.Slashings))] = 0
	return nil
}

// ProcessRandaoMixesReset starts the next epoch's mix from the current one
// (process_randao_mixes_reset, phase0).
func ProcessRandaoMixesReset(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	n := uint64(len(s.RandaoMixes))
	if n == 0 {
		return spec.Atf("randao_mixes", -1, spec.ErrInput, "empty")
	}
	current := uint64(s.Epoch(p))
	s.RandaoMixes[(current+1)%n] = s.RandaoMixes[current%n]
	return nil
}

// ProcessHistoricalRootsUpdate keeps one root for a whole period of block and
// state roots (process_historical_roots_update, phase0).
func ProcessHistoricalRootsUpdate(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if historyEnds(p, s) {
		s.HistoricalRoots = append(s.HistoricalRoots, hashPair(VectorRoot(s.BlockRoots), VectorRoot(s.StateRoots)))
	}
	return nil
}

// ProcessHistoricalSummariesUpdate keeps a pair of roots for it
// (process_historical_summaries_update, capella).
func ProcessHistoricalSummariesUpdate(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if historyEnds(p, s) {
		s.HistoricalSummaries = append(s.HistoricalSummaries,
			spec.HistoricalSummary{BlockSummary: VectorRoot(s.BlockRoots), StateSummary: VectorRoot(s.StateRoots)})
	}
	return nil
}

func historyEnds(p *spec.Params, s *spec.BeaconState) bool {
	return ends(s.Epoch(p)+1, p.SlotsPerHistoricalRoot/max(p.SlotsPerEpoch, 1))
}

// VectorRoot is the hash tree root of a vector of roots whose length is a power of
// two, as SLOTS_PER_HISTORICAL_ROOT is; other lengths count as filled up with
// zeros.
func VectorRoot(roots []spec.Root) spec.Root {
	if len(roots) == 0 {
		return spec.Root{}
	}
	level := append([]spec.Root(nil), roots...)
	for len(level) > 1 {
		if len(level)%2 == 1 {
			level = append(level, zeroRoot(len(roots), len(level)))
		}
		for i := range len(level) / 2 {
			level[i] = hashPair(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

// zeroRoot is the root of zeros at the level that n leaves have shrunk to.
func zeroRoot(n, level int) (zero spec.Root) {
	for ; n > level; n = (n + 1) / 2 {
		zero = hashPair(zero, zero)
	}
	return zero
}

// ProcessParticipationFlagUpdates makes the current participation the previous one
// and empties the current (process_participation_flag_updates, altair). The two
// columns change places, so that no memory is copied.
func ProcessParticipationFlagUpdates(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	r := s.Registry
	if r.CurrentFlags == nil {
		r.CurrentFlags = make([]spec.Flags, r.Len())
	}
	r.PreviousFlags, r.CurrentFlags = r.CurrentFlags, r.PreviousFlags
	clear(r.CurrentFlags)
	return nil
}

// hash is SHA-256.
func hash(b []byte) spec.Root { return sha256.Sum256(b) }
