package epoch

import (
	"github.com/stakesim/stakesim/spec"
)

// Aggregate adds public keys up, each as often as it stands in the list.
type Aggregate func(keys []spec.PublicKey) (spec.PublicKey, error)

// ProcessSyncCommitteeUpdates draws the sync committee after next at the end of a
// period (process_sync_committee_updates, consensus-specs a08d8a6, altair and
// electra). aggregate may be nil where no period ends; at its end that is
// [spec.ErrInput], and so is a registry without active validators.
func ProcessSyncCommitteeUpdates(p *spec.Params, s *spec.BeaconState, aggregate Aggregate) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	next := s.Epoch(p) + 1
	if !ends(next, p.EpochsPerSyncCommitteePeriod) {
		return nil
	}
	if aggregate == nil {
		return spec.Atf("next_sync_committee", -1, spec.ErrInput, "epoch %d needs a function that adds public keys up", next)
	}
	members, err := SyncCommitteeIndices(p, s, next)
	if err != nil {
		return err
	}
	committee := spec.SyncCommittee{PublicKeys: make([]spec.PublicKey, len(members))}
	for i, v := range members {
		if uint64(v) >= uint64(len(s.PublicKeys)) {
			return spec.Atf("validators", int(v), spec.ErrInput, "%d public keys", len(s.PublicKeys))
		}
		committee.PublicKeys[i] = s.PublicKeys[v]
	}
	if committee.Aggregate, err = aggregate(committee.PublicKeys); err != nil {
		return spec.At("next_sync_committee", -1, err)
	}
	s.CurrentSyncCommittee, s.NextSyncCommittee = s.NextSyncCommittee, committee
	return nil
}

// SyncCommitteeIndices draws SYNC_COMMITTEE_SIZE of the validators that are active
// in an epoch, some perhaps more than once (get_next_sync_committee_indices).
func SyncCommitteeIndices(p *spec.Params, s *spec.BeaconState, e spec.Epoch) ([]spec.ValidatorIndex, error) {
	if err := CheckState(p, s); err != nil {
		return nil, err
	}
	list := s.Registry.ActiveIndices(nil, e)
	seed, err := seedOf(p, s, spec.DomainSyncCommittee, e)
	if err != nil {
		return nil, err
	}
	c := drawable(p, s.Registry, list)
	c.shuffled(list, seed)
	members := make([]spec.ValidatorIndex, p.SyncCommitteeSize)
	return members, c.draw(members, seed)
}

// ProcessProposerLookahead moves the proposers of two epochs by one and draws those
// of the epoch after next (process_proposer_lookahead, consensus-specs a08d8a6,
// fulu). From gloas on the slashed do not propose. A list of another length gives
// [spec.ErrInput], and so does an epoch that nobody can propose in.
func ProcessProposerLookahead(p *spec.Params, s *spec.BeaconState) error {
	return proposerLookahead(p, s, nil)
}

// proposerLookahead may be given who can be drawn, which else it looks for.
func proposerLookahead(p *spec.Params, s *spec.BeaconState, list []spec.ValidatorIndex) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	n := int(p.SlotsPerEpoch)
	if len(s.ProposerLookahead) != 2*n {
		return spec.Atf("proposer_lookahead", -1, spec.ErrInput, "%d slots, two epochs have %d", len(s.ProposerLookahead), 2*n)
	}
	e := lookahead(p, s)
	if list == nil {
		list = canPropose(p, s, e)
	}
	last := make([]spec.ValidatorIndex, n)
	if err := proposers(last, p, s, e, list); err != nil {
		return err
	}
	copy(s.ProposerLookahead, s.ProposerLookahead[n:])
	copy(s.ProposerLookahead[n:], last)
	return nil
}

// lookahead is the last epoch that the mixes of the current one decide.
func lookahead(p *spec.Params, s *spec.BeaconState) spec.Epoch {
	return s.Epoch(p) + spec.Epoch(p.MinSeedLookahead) + 1
}

// slashedPropose says in which forks a slashed validator may be drawn.
var slashedPropose = perFork[bool]{spec.Altair: true, spec.Gloas: false}

// canPropose lists who can be drawn to propose in an epoch.
func canPropose(p *spec.Params, s *spec.BeaconState, e spec.Epoch) []spec.ValidatorIndex {
	list := s.Registry.ActiveIndices(nil, e)
	if with, _ := slashedPropose.at(p.Fork); with {
		return list
	}
	kept := list[:0]
	for _, v := range list {
		if !s.Registry.Slashed[v] {
			kept = append(kept, v)
		}
	}
	return kept
}

// proposers draws the proposer of every slot of an epoch from a list.
func proposers(dst []spec.ValidatorIndex, p *spec.Params, s *spec.BeaconState, e spec.Epoch, list []spec.ValidatorIndex) error {
	seed, err := seedOf(p, s, spec.DomainBeaconProposer, e)
	if err != nil {
		return err
	}
	c := drawable(p, s.Registry, list)
	first := uint64(e) * p.SlotsPerEpoch
	for i := range dst {
		own := withNumber(seed, first+uint64(i))
		c.shuffled(list, own)
		if err := c.draw(dst[i:i+1], own); err != nil {
			return spec.At("proposer_lookahead", i, err)
		}
	}
	return nil
}

// ProcessPTCWindow moves the payload timeliness committees of three epochs by one
// and draws those of the epoch after next from its beacon committees
// (process_ptc_window, consensus-specs a08d8a6, gloas). A list of another length
// gives [spec.ErrInput], and so does a slot without a committee.
func ProcessPTCWindow(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	size := int(p.PTCSize)
	n := int(p.SlotsPerEpoch) * size
	if len(s.PTCWindow) != 3*n || n == 0 {
		return spec.Atf("ptc_window", -1, spec.ErrInput, "%d members, three epochs have %d", len(s.PTCWindow), 3*n)
	}
	e := lookahead(p, s)
	attesters, err := seedOf(p, s, spec.DomainBeaconAttester, e)
	if err != nil {
		return err
	}
	seed, err := seedOf(p, s, spec.DomainPTCAttester, e)
	if err != nil {
		return err
	}
	var committees spec.Committees
	if err := committees.Assign(p, s.Registry.ActiveIndices(nil, e), attesters, 1); err != nil {
		return err
	}
	last := make([]spec.ValidatorIndex, n)
	for i := range p.SlotsPerEpoch {
		members, err := committees.Slot(i)
		if err != nil {
			return err
		}
		list := make([]spec.ValidatorIndex, len(members))
		for k, v := range members {
			list[k] = spec.ValidatorIndex(v)
		}
		slot := uint64(e)*p.SlotsPerEpoch + i
		if err := drawable(p, s.Registry, list).draw(last[int(i)*size:][:size], withNumber(seed, slot)); err != nil {
			return spec.At("ptc_window", int(i), err)
		}
	}
	copy(s.PTCWindow, s.PTCWindow[n:])
	copy(s.PTCWindow[2*n:], last)
	return nil
}
