package zrnt

import (
	"bytes"
	"fmt"

	"github.com/protolambda/zrnt/eth2/beacon"
	"github.com/protolambda/zrnt/eth2/beacon/altair"
	"github.com/protolambda/zrnt/eth2/beacon/bellatrix"
	"github.com/protolambda/zrnt/eth2/beacon/capella"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/beacon/deneb"
	"github.com/protolambda/zrnt/eth2/beacon/electra"
	"github.com/protolambda/zrnt/eth2/beacon/phase0"
	"github.com/protolambda/ztyp/codec"
	"github.com/protolambda/ztyp/view"

	"github.com/stakesim/stakesim/spec"
)

// UnsupportedError says that zrnt cannot do something for a fork.
type UnsupportedError struct {
	Fork string // as in [spec.Fork.String], or "phase0"
	What string // "state" or "epoch transition"
}

// Error names the fork and the way to take instead.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("zrnt has no %s of %s: use the raw states of package spec/ssz", e.What, e.Fork)
}

// Unwrap returns [spec.ErrUnknown].
func (e *UnsupportedError) Unwrap() error { return spec.ErrUnknown }

// Open decodes the SSZ bytes of a state of altair to electra; b is not kept.
// A later fork gives an [UnsupportedError], malformed bytes [spec.ErrInput].
// The columns and the layout of malformed bytes are better explained by
// ssz.Open of this module.
func Open(c *common.Spec, fork spec.Fork, b []byte) (s common.BeaconState, err error) {
	switch fork {
	case spec.Altair:
		s, err = altair.AsBeaconStateView(decode(altair.BeaconStateType(c), b))
	case spec.Bellatrix:
		s, err = bellatrix.AsBeaconStateView(decode(bellatrix.BeaconStateType(c), b))
	case spec.Capella:
		s, err = capella.AsBeaconStateView(decode(capella.BeaconStateType(c), b))
	case spec.Deneb:
		s, err = deneb.AsBeaconStateView(decode(deneb.BeaconStateType(c), b))
	case spec.Electra:
		s, err = electra.AsBeaconStateView(decode(electra.BeaconStateType(c), b))
	default:
		return nil, &UnsupportedError{fork.String(), "state"}
	}
	if err != nil {
		return nil, fmt.Errorf("%v state: %w: %v", fork, spec.ErrInput, err)
	}
	return s, nil
}

func decode(t *view.ContainerTypeDef, b []byte) (v view.View, err error) {
	err = guarded("decode", func() (err error) {
		v, err = t.Deserialize(codec.NewDecodingReader(bytes.NewReader(b), uint64(len(b))))
		return err
	})
	return v, err
}

// UpgradePhase0 decodes the SSZ bytes of a phase0 state, such as the genesis
// state of a network, and upgrades it to altair at its own slot
// (upgrade_to_altair). Malformed bytes give [spec.ErrInput], and so does a state whose
// active validators have less than 1 ETH each on the average: a sync committee of
// them would take minutes to draw.
func UpgradePhase0(c *common.Spec, b []byte) (common.BeaconState, error) {
	pre, err := phase0.AsBeaconStateView(decode(phase0.BeaconStateType(c), b))
	if err != nil {
		return nil, fmt.Errorf("phase0 state: %w: %v", spec.ErrInput, err)
	}
	var post common.BeaconState
	err = guarded("upgrade to altair", func() error {
		epc, err := common.NewEpochsContext(c, pre)
		if err != nil {
			return fmt.Errorf("phase0 state: %w: %v", spec.ErrInput, err)
		}
		if err := drawable(c, epc, pre); err != nil {
			return fmt.Errorf("phase0 state: %w", err)
		}
		if post, err = altair.UpgradeToAltair(c, epc, pre); err != nil {
			return fmt.Errorf("upgrade to altair: %w: %v", spec.ErrInput, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return post, nil
}

// Bytes encodes a state.
func Bytes(state common.BeaconState) ([]byte, error) {
	var b bytes.Buffer
	err := guarded("encode state", func() error { return state.Serialize(codec.NewEncodingWriter(&b)) })
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	return b.Bytes(), nil
}

// ForkOf returns the fork of a state's type, looking through zrnt's
// upgradeable wrapper. A phase0 state or a foreign type gives an
// [UnsupportedError].
func ForkOf(state common.BeaconState) (spec.Fork, error) {
	switch s := state.(type) {
	case *beacon.StandardUpgradeableBeaconState:
		return ForkOf(s.BeaconState)
	case *altair.BeaconStateView:
		return spec.Altair, nil
	case *bellatrix.BeaconStateView:
		return spec.Bellatrix, nil
	case *capella.BeaconStateView:
		return spec.Capella, nil
	case *deneb.BeaconStateView:
		return spec.Deneb, nil
	case *electra.BeaconStateView:
		return spec.Electra, nil
	case *phase0.BeaconStateView:
		return 0, &UnsupportedError{"phase0", "participation flags"}
	}
	return 0, &UnsupportedError{fmt.Sprintf("%T", state), "state"}
}

// unwrap returns the state inside zrnt's upgradeable wrapper.
func unwrap(state common.BeaconState) common.BeaconState {
	if s, ok := state.(*beacon.StandardUpgradeableBeaconState); ok {
		return unwrap(s.BeaconState)
	}
	return state
}

// altairLike is a state with participation flags.
func altairLike(state common.BeaconState) (altair.AltairLikeBeaconState, error) {
	if _, err := ForkOf(state); err != nil {
		return nil, err
	}
	return unwrap(state).(altair.AltairLikeBeaconState), nil
}
