package ssz

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// containers are the containers of fixed size that are the same in every fork and
// preset, by their names in the specification.
var containers = map[string]*shape{
	"BeaconBlockHeader":        blockHeader,
	"Builder":                  builder,
	"BuilderPendingPayment":    builderPendingPayment,
	"BuilderPendingWithdrawal": builderPendingWithdrawal,
	"Checkpoint":               checkpoint,
	"DepositMessage":           depositMessage,
	"Eth1Data":                 eth1Data,
	"Fork":                     forkShape,
	"ForkData":                 forkData,
	"HistoricalSummary":        historicalSummary,
	"PendingConsolidation":     pendingConsolidation,
	"PendingDeposit":           pendingDeposit,
	"PendingPartialWithdrawal": pendingPartialWithdrawal,
	"SigningData":              container(bytesOf32, bytesOf32),
	"Validator":                validator,
	"Withdrawal":               withdrawal,
}

// Containers lists the names that [ContainerRoot] knows, sorted.
func Containers() []string { return slices.Sorted(maps.Keys(containers)) }

// ContainerRoot returns the hash_tree_root of one of the containers that a state
// is made of, or that are signed with it, from its serialised bytes. An unknown
// name gives [spec.ErrUnknown], bytes of another size or a boolean that is none
// [spec.ErrInput].
func ContainerRoot(name string, b []byte) (root [32]byte, err error) {
	s, ok := containers[name]
	if !ok {
		return root, fmt.Errorf("container %q: %w (one of %s)", name, spec.ErrUnknown, strings.Join(Containers(), ", "))
	}
	if int64(len(b)) != s.size {
		return root, spec.Atf(name, -1, spec.ErrInput, "%d bytes, it has %d", len(b), s.size)
	}
	if rootOf(root[:], s, b, 1) >= 0 {
		return [32]byte{}, spec.Atf(name, -1, spec.ErrInput, "a boolean that is neither 0 nor 1")
	}
	return root, nil
}
