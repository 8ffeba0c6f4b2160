package ssz

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// field is one member of BeaconState. Its size in bytes is that of the fixed
// part for the preset; variable fields have size 0 and store a four-byte offset
// there instead.
type field struct {
	name        string
	from, until spec.Fork // first and last fork that have it; until 0: no last one
	size        [2]int64  // by preset: mainnet, minimal
	element     int64     // bytes of an element of a list; 0: not a list
	limit       [2]int64  // most elements, by preset; 0: bounded by the file
	rows        bool      // one element per validator
	inner       *inner    // a container with one variable field at its end
}

// inner checks a variable field that is itself a container: its only offset,
// at a known place, equals the size of its fixed part, which tells forks apart
// whose states are otherwise alike.
type inner struct {
	at      int64               // where the offset is
	fixed   map[spec.Fork]int64 // fixed part, by the first fork that has it
	element int64               // bytes of an element behind it
	limit   [2]int64            // most elements; 0: bounded by the file
}

// fixedAt returns the size of the container's fixed part in a fork.
func (n *inner) fixedAt(f spec.Fork) (size int64) {
	for _, fork := range spec.Forks() {
		if s := n.fixed[fork]; fork <= f && s != 0 {
			size = s
		}
	}
	return size
}

func both(size int64) [2]int64 { return [2]int64{size, size} }

// perPreset is per bytes times a count that differs between the presets.
func perPreset(per, mainnet, minimal int64) [2]int64 { return [2]int64{per * mainnet, per * minimal} }

// header is ExecutionPayloadHeader, bid is ExecutionPayloadBid.
var (
	header = &inner{
		at: 436, element: 1, limit: both(32),
		fixed: map[spec.Fork]int64{spec.Bellatrix: 536, spec.Capella: 568, spec.Deneb: 584},
	}
	bid = &inner{
		at: 188, element: 48, limit: both(4096),
		fixed: map[spec.Fork]int64{spec.Gloas: 224, spec.Heze: 226},
	}
)

// fields is BeaconState of every fork in serialisation order (consensus-specs
// a08d8a6, the beacon-chain.md of each fork and of the feature eip7716; checked
// against its fixtures for altair, electra and eip7716, against zrnt up to
// deneb). Progressive lists serialise as lists, progressive containers as
// containers.
var fields = []field{
	{name: "genesis_time", size: both(8)},
	{name: "genesis_validators_root", size: both(32)},
	{name: "slot", size: both(8)},
	{name: "fork", size: both(16)},
	{name: "latest_block_header", size: both(112)},
	{name: "block_roots", size: perPreset(32, 8192, 64)},
	{name: "state_roots", size: perPreset(32, 8192, 64)},
	{name: "historical_roots", element: 32, limit: both(1 << 24)},
	{name: "eth1_data", size: both(72)},
	{name: "eth1_data_votes", element: 72, limit: [2]int64{2048, 32}},
	{name: "eth1_deposit_index", size: both(8)},
	{name: "validators", element: validatorSize, rows: true},
	{name: "balances", element: 8, rows: true},
	{name: "randao_mixes", size: perPreset(32, 65536, 64)},
	{name: "slashings", size: perPreset(8, 8192, 64)},
	{name: "previous_epoch_participation", element: 1, rows: true},
	{name: "current_epoch_participation", element: 1, rows: true},
	{name: "justification_bits", size: both(1)},
	{name: "previous_justified_checkpoint", size: both(40)},
	{name: "current_justified_checkpoint", size: both(40)},
	{name: "finalized_checkpoint", size: both(40)},
	{name: "inactivity_scores", element: 8, rows: true},
	{name: "current_sync_committee", size: perPreset(48, 513, 33)},
	{name: "next_sync_committee", size: perPreset(48, 513, 33)},
	{name: "latest_execution_payload_header", from: spec.Bellatrix, until: spec.Fulu, inner: header},
	{name: "latest_block_hash", from: spec.Gloas, size: both(32)},
	{name: "next_withdrawal_index", from: spec.Capella, size: both(8)},
	{name: "next_withdrawal_validator_index", from: spec.Capella, size: both(8)},
	{name: "historical_summaries", from: spec.Capella, element: 64, limit: both(1 << 24)},
	{name: "deposit_requests_start_index", from: spec.Electra, size: both(8)},
	{name: "deposit_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "exit_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "earliest_exit_epoch", from: spec.Electra, size: both(8)},
	{name: "consolidation_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "earliest_consolidation_epoch", from: spec.Electra, size: both(8)},
	{name: "pending_deposits", from: spec.Electra, element: 192},
	{name: "pending_partial_withdrawals", from: spec.Electra, element: 24},
	{name: "pending_consolidations", from: spec.Electra, element: 16},
	{name: "proposer_lookahead", from: spec.Fulu, size: perPreset(8, 2*32, 2*8)},
	{name: "builders", from: spec.Gloas, element: 93},
	{name: "next_withdrawal_builder_index", from: spec.Gloas, size: both(8)},
	{name: "execution_payload_availability", from: spec.Gloas, size: perPreset(1, 8192/8, 64/8)},
	{name: "builder_pending_payments", from: spec.Gloas, size: perPreset(52, 2*32, 2*8)},
	{name: "builder_pending_withdrawals", from: spec.Gloas, element: 36},
	{name: "latest_execution_payload_bid", from: spec.Gloas, inner: bid},
	{name: "payload_expected_withdrawals", from: spec.Gloas, element: 44, limit: [2]int64{16, 4}},
	{name: "ptc_window", from: spec.Gloas, size: perPreset(8, 512*3*32, 16*3*8)},
	{name: "smoothed_offline_balance", from: spec.EIP7716, size: both(8)},
}

// Where the members of a Validator lie.
const (
	validatorSize       = 121
	credentialsAt       = 48
	effectiveBalanceAt  = 80
	slashedAt           = 88
	activationEpochAt   = 97
	exitEpochAt         = 105
	withdrawableEpochAt = 113
)

const offsetSize = 4

// placed is a field with its place in the fixed part.
type placed struct {
	*field
	at int64 // of the value, or of the offset of a variable field
}

// layoutOf lists the fields of a fork with their places, and the size of the
// fixed part.
func layoutOf(preset spec.Preset, fork spec.Fork) (layout []placed, fixed int64, err error) {
	if _, err := spec.ParamsFor(preset, fork); err != nil {
		return nil, 0, fmt.Errorf("state layout: %w", err)
	}
	for i := range fields {
		f := &fields[i]
		if fork < f.from || (f.until != 0 && fork > f.until) {
			continue
		}
		layout = append(layout, placed{f, fixed})
		if f.variable() {
			fixed += offsetSize
		} else {
			fixed += f.size[preset]
		}
	}
	return layout, fixed, nil
}

func (f *field) variable() bool { return f.element != 0 || f.inner != nil }
