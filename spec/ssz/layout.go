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
	progressive spec.Fork // first fork whose list is progressive; 0: none
	rows        bool      // one element per validator
	of          *shape    // of the value, or of an element of a list; nil: bytes in chunks
	each        [2]int64  // bytes of an element of a vector of vectors, by preset; 0: not one
	inner       *inner    // a container with one variable field in it
}

// inner is a variable field that is itself a container with one list of bytes or
// of byte vectors. The only offset equals the size of the fixed part, which tells
// forks apart whose states are otherwise alike.
type inner struct {
	members     []member
	at          int64    // where the offset is
	element     int64    // bytes of an element of the list
	limit       [2]int64 // most elements
	of          *shape   // of an element; nil: bytes in chunks
	progressive bool     // the container and its list
}

// member is a member of a container, of so many bytes; 0: the list.
type member struct {
	size int64
	from spec.Fork // first fork that has it
}

// fixedAt returns the size of the container's fixed part in a fork.
func (n *inner) fixedAt(f spec.Fork) (size int64) {
	for _, m := range n.members {
		switch {
		case m.from > f:
		case m.size == 0:
			size += offsetSize
		default:
			size += m.size
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
		members: []member{
			{size: 32}, {size: 20}, {size: 32}, {size: 32}, {size: 256}, {size: 32}, // parent_hash to prev_randao
			{size: 8}, {size: 8}, {size: 8}, {size: 8}, // block_number, gas_limit, gas_used, timestamp
			{size: 0}, {size: 32}, {size: 32}, {size: 32}, // extra_data, base_fee_per_gas, block_hash, transactions_root
			{size: 32, from: spec.Capella},                           // withdrawals_root
			{size: 8, from: spec.Deneb}, {size: 8, from: spec.Deneb}, // blob_gas_used, excess_blob_gas
		},
	}
	bid = &inner{
		at: 188, element: publicKeySize, limit: both(4096), of: bytesOf48, progressive: true,
		members: []member{
			{size: 32}, {size: 32}, {size: 32}, {size: 32}, {size: 20}, // parent_block_hash to fee_recipient
			{size: 8}, {size: 8}, {size: 8}, {size: 8}, {size: 8}, // gas_limit, builder_index, slot, value, execution_payment
			{size: 0}, {size: 32}, // blob_kzg_commitments, execution_requests_root
			{size: 2, from: spec.Heze}, // inclusion_list_bits
		},
	}
)

// fields is BeaconState of every fork in serialisation order (consensus-specs
// a08d8a6, the beacon-chain.md of each fork and of the feature eip7716; checked
// against its fixtures and roots for every fork, against zrnt up to electra).
// Progressive lists serialise as lists, progressive containers as containers; the
// limits of their lists are those that the chain keeps to.
var fields = []field{
	{name: "genesis_time", size: both(8)},
	{name: "genesis_validators_root", size: both(32)},
	{name: "slot", size: both(8)},
	{name: "fork", size: both(16), of: forkShape},
	{name: "latest_block_header", size: both(112), of: blockHeader},
	{name: "block_roots", size: perPreset(32, 8192, 64)},
	{name: "state_roots", size: perPreset(32, 8192, 64)},
	{name: "historical_roots", element: 32, limit: both(1 << 24)},
	{name: "eth1_data", size: both(72), of: eth1Data},
	{name: "eth1_data_votes", element: 72, limit: [2]int64{2048, 32}, of: eth1Data},
	{name: "eth1_deposit_index", size: both(8)},
	{name: "validators", element: validatorSize, rows: true, limit: both(1 << 40), progressive: spec.Gloas, of: validator},
	{name: "balances", element: 8, rows: true, limit: both(1 << 40), progressive: spec.Gloas},
	{name: "randao_mixes", size: perPreset(32, 65536, 64)},
	{name: "slashings", size: perPreset(8, 8192, 64)},
	{name: "previous_epoch_participation", element: 1, rows: true, limit: both(1 << 40), progressive: spec.Gloas},
	{name: "current_epoch_participation", element: 1, rows: true, limit: both(1 << 40), progressive: spec.Gloas},
	{name: "justification_bits", size: both(1), of: bits4},
	{name: "previous_justified_checkpoint", size: both(40), of: checkpoint},
	{name: "current_justified_checkpoint", size: both(40), of: checkpoint},
	{name: "finalized_checkpoint", size: both(40), of: checkpoint},
	{name: "inactivity_scores", element: 8, rows: true, limit: both(1 << 40), progressive: spec.Gloas},
	{name: "current_sync_committee", size: perPreset(48, 513, 33), of: syncCommitteeShape},
	{name: "next_sync_committee", size: perPreset(48, 513, 33), of: syncCommitteeShape},
	{name: "latest_execution_payload_header", from: spec.Bellatrix, until: spec.Fulu, inner: header},
	{name: "latest_block_hash", from: spec.Gloas, size: both(32)},
	{name: "next_withdrawal_index", from: spec.Capella, size: both(8)},
	{name: "next_withdrawal_validator_index", from: spec.Capella, size: both(8)},
	{name: "historical_summaries", from: spec.Capella, element: 64, limit: both(1 << 24), of: historicalSummary},
	{name: "deposit_requests_start_index", from: spec.Electra, size: both(8)},
	{name: "deposit_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "exit_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "earliest_exit_epoch", from: spec.Electra, size: both(8)},
	{name: "consolidation_balance_to_consume", from: spec.Electra, size: both(8)},
	{name: "earliest_consolidation_epoch", from: spec.Electra, size: both(8)},
	{name: "pending_deposits", from: spec.Electra, element: 192, limit: both(1 << 27), progressive: spec.Gloas, of: pendingDeposit},
	{name: "pending_partial_withdrawals", from: spec.Electra, element: 24, limit: [2]int64{1 << 27, 64}, progressive: spec.Gloas, of: pendingPartialWithdrawal},
	{name: "pending_consolidations", from: spec.Electra, element: 16, limit: [2]int64{1 << 18, 64}, progressive: spec.Gloas, of: pendingConsolidation},
	{name: "proposer_lookahead", from: spec.Fulu, size: perPreset(8, 2*32, 2*8)},
	{name: "builders", from: spec.Gloas, element: 93, progressive: spec.Gloas, of: builder},
	{name: "next_withdrawal_builder_index", from: spec.Gloas, size: both(8)},
	{name: "execution_payload_availability", from: spec.Gloas, size: perPreset(1, 8192/8, 64/8)},
	{name: "builder_pending_payments", from: spec.Gloas, size: perPreset(52, 2*32, 2*8), of: builderPendingPayments},
	{name: "builder_pending_withdrawals", from: spec.Gloas, element: 36, progressive: spec.Gloas, of: builderPendingWithdrawal},
	{name: "latest_execution_payload_bid", from: spec.Gloas, inner: bid},
	{name: "payload_expected_withdrawals", from: spec.Gloas, element: 44, limit: [2]int64{16, 4}, progressive: spec.Gloas, of: withdrawal},
	{name: "ptc_window", from: spec.Gloas, size: perPreset(8, 512*3*32, 16*3*8), each: perPreset(8, 512, 16)},
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
		if !f.in(fork) {
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

// in reports that the fork has the field.
func (f *field) in(fork spec.Fork) bool {
	return fork >= f.from && (f.until == 0 || fork <= f.until)
}

func (f *field) variable() bool { return f.element != 0 || f.inner != nil }
