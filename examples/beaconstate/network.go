package main

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// detect opens the bytes as the network and fork that are given, or that the state
// states, and says what the reader of the figures should know about that.
func detect(raw ssz.Buffer, o *options) (*ssz.State, []string, error) {
	id, err := ssz.ReadIdentity(raw)
	if err != nil {
		return nil, nil, err
	}
	network := o.network
	phase0 := o.fork == phase0Name
	if network == nil {
		var old bool
		if network, _, old, err = spec.NetworkOf(id.ForkVersion, id.GenesisValidatorsRoot); err != nil {
			return nil, nil, err
		}
		phase0 = phase0 || old && o.fork == ""
	}
	var s *ssz.State
	switch {
	case phase0:
		s, err = upgrade(raw, network)
	case o.fork != "":
		s, err = openAs(raw, network, o.fork)
	default:
		if s, err = ssz.DetectIn(raw, int64(len(raw)), network); errors.Is(err, ssz.ErrPhase0) {
			s, err = upgrade(raw, network)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return s, remarks(id, network), nil
}

// remarks are what is odd about a state of a network.
func remarks(id ssz.Identity, n *spec.Network) []string {
	none := [32]byte{}
	_, _, own := n.ForkOf(id.ForkVersion)
	switch root := n.GenesisValidatorsRoot; {
	case !own:
		return []string{fmt.Sprintf("network: the state's fork version %v is none of %s's, whose constants were asked for", id.ForkVersion, n.Name)}
	case id.GenesisValidatorsRoot != none && root != none && id.GenesisValidatorsRoot != root:
		return []string{fmt.Sprintf("network: %s by the fork version, though another chain by genesis_validators_root", n.Name)}
	}
	return nil
}

// openAs opens the bytes as a fork that was given, whatever they state.
func openAs(raw ssz.Buffer, n *spec.Network, name string) (*ssz.State, error) {
	fork, err := spec.ParseFork(name)
	if err != nil {
		return nil, err
	}
	p, err := n.Params(fork)
	if err != nil {
		return nil, err
	}
	return ssz.Open(raw, int64(len(raw)), &p)
}

// upgrade makes an altair state of a phase0 one.
func upgrade(raw []byte, n *spec.Network) (*ssz.State, error) {
	c, err := zrnt.Config(n)
	if err != nil {
		return nil, err
	}
	state, err := zrnt.UpgradePhase0(c, raw)
	if err != nil {
		return nil, fmt.Errorf("%s %w", n.Name, err)
	}
	altair, err := zrnt.Bytes(state)
	if err != nil {
		return nil, err
	}
	return openAs(altair, n, spec.Altair.String())
}
