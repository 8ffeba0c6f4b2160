package cli

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/config"
	"github.com/stakesim/stakesim/spec/dataset"
)

// NetworkFlags are the flags by which a command line states a network: -network
// and -config.
type NetworkFlags struct {
	name  string
	files []string
}

// Add adds the flags. usual says what holds without them.
func (n *NetworkFlags) Add(flags *flag.FlagSet, usual string) {
	flags.StringVar(&n.name, "network", "", "`NAME` of the network: "+strings.Join(spec.NetworkNames(), ", ")+" (default: "+usual+")")
	flags.Func("config", "config.yaml `FILE` of another network; repeatable, for the files of its preset", func(name string) error {
		n.files = append(n.files, name)
		return nil
	})
}

// Network returns the network that was stated, nil when none was. A wrong name wraps
// [ErrUsage], a file that is none what package config says.
func (n *NetworkFlags) Network() (*spec.Network, error) {
	switch {
	case n.name != "" && len(n.files) > 0:
		return nil, Usagef("-network and -config exclude each other")
	case n.name != "":
		network, err := spec.NetworkNamed(n.name)
		if err != nil {
			return nil, Usagef("-network: %v", err)
		}
		return network, nil
	case len(n.files) > 0:
		network, err := config.Open(n.files...)
		if err != nil {
			return nil, fmt.Errorf("-config: %w", err)
		}
		return network, nil
	}
	return nil, nil
}

// Or is [NetworkFlags.Network] with a network for when none was stated.
func (n *NetworkFlags) Or(name string) (*spec.Network, error) {
	network, err := n.Network()
	if network != nil || err != nil {
		return network, err
	}
	return spec.NetworkNamed(name)
}

// OfList returns the network of a failure list: the one that was stated, else the one
// that the list says, else the main one. A list of another network than stated wraps
// [spec.ErrInput], one of a network that is not known [spec.ErrUnknown].
func (n *NetworkFlags) OfList(of dataset.Origin) (*spec.Network, error) {
	network, err := n.Network()
	switch {
	case err != nil:
		return nil, err
	case network != nil:
	case of.Network == "":
		network, err = spec.NetworkNamed(spec.Mainnet.String())
	default:
		network, err = spec.NetworkNamed(of.Network)
	}
	if err != nil {
		return nil, WhichNetwork(err)
	}
	_, err = OriginOf(network).Join("-failures", of)
	return network, err
}

// OriginOf is what lists of a network say of it.
func OriginOf(n *spec.Network) dataset.Origin {
	slots, _ := n.Constant("SLOTS_PER_EPOCH")
	return dataset.Origin{Network: n.Name, SlotsPerEpoch: slots}
}

// WhichNetwork adds to an error about a network that is not known how to state one.
func WhichNetwork(err error) error {
	if !errors.Is(err, spec.ErrUnknown) {
		return err
	}
	return fmt.Errorf("%w: say -config FILE with the config.yaml of its network, or -network NAME of one that has the same constants", err)
}
