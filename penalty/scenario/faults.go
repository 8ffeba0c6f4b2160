package scenario

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Layer is what machines may share, and so fail with.
type Layer uint8

// The layers, from the narrowest to the widest.
const (
	LayerMachine Layer = iota
	LayerSite
	LayerOperator
	LayerClient
	LayerExecution
	LayerProvider
	LayerRegion
	layerCount
)

var layerNames = [layerCount]string{"machine", "site", "operator", "client", "execution", "provider", "region"}

// String is the layer's name in a scenario.
func (l Layer) String() string {
	if l >= layerCount {
		return fmt.Sprintf("layer(%d)", uint8(l))
	}
	return layerNames[l]
}

// ParseLayer is the inverse of [Layer.String]; other names give
// [spec.ErrUnknown].
func ParseLayer(name string) (Layer, error) {
	for i, n := range layerNames {
		if n == name {
			return Layer(i), nil
		}
	}
	return 0, fmt.Errorf("layer %q: %w (one of %s)", name, spec.ErrUnknown, strings.Join(layerNames[:], ", "))
}

// Miss is what validators miss on their own, each in each epoch independently:
// the whole attestation, target and head, or the head alone, in parts of 10^9.
type Miss struct {
	Group  string // empty for every group
	Region string // empty for every region; adds latency to what the group misses
	// Parts of 10^9 that add up to at most 10^9 over all that apply.
	Offline, Target, Head uint64
}

// Billion is the unit of [Miss].
const Billion = 1_000_000_000

// Fault is a failure that machines share because they have something in common:
// each element of the layer (each site, each client) fails now and then and takes
// its machines with it. Correlation follows from that; it is not declared.
type Fault struct {
	Layer Layer
	Name  string // one element of the layer; empty for each
	Group string // only machines of this group; empty for all
	// PerDay is how often an element fails, in millionths of a time a day: 1e6
	// is once a day.
	PerDay   uint64
	Duration uint64 // mean length in epochs, drawn geometrically
	Recovery Recovery
}

// Curve is how machines come back after a failure.
type Curve uint8

// Machines come back all at once, evenly over the recovery's epochs, or with a
// half that is gone after each ln 2 times its epochs.
const (
	Instant Curve = iota
	Linear
	Exponential
)

var curveNames = [...]string{"instant", "linear", "exponential"}

// String is the curve's name in a scenario.
func (c Curve) String() string { return curveNames[c%3] }

// ParseCurve is the inverse of [Curve.String]; other names give
// [spec.ErrUnknown].
func ParseCurve(name string) (Curve, error) {
	for i, n := range curveNames {
		if n == name {
			return Curve(i), nil
		}
	}
	return 0, fmt.Errorf("curve %q: %w (one of %s)", name, spec.ErrUnknown, strings.Join(curveNames[:], ", "))
}

// Recovery says how machines return.
type Recovery struct {
	Curve  Curve
	Epochs uint64 // longest (linear) or mean (exponential) delay
}

// Outage is a failure on the timeline: a share of the stake, or all that have
// something in common, from an epoch on.
type Outage struct {
	Start, Duration uint64 // epochs
	Recovery        Recovery
	Share           PPM // of the stake, machines drawn by chance; 0 with a layer
	Layer           Layer
	Name            string // the element of the layer; empty with a share
	Group           string // only machines of this group; empty for all
	// Late validators are not offline: they miss target or head alone, in
	// parts of 10^9 each epoch. Both zero means offline.
	LateTarget, LateHead uint64
	// MissingBlocks is the share of slots that have no block, on top of those
	// whose proposer is offline.
	MissingBlocks PPM
}

func (o *Outage) late() bool { return o.LateTarget|o.LateHead != 0 }
