package ssz

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// field is one member of BeaconState. Its size in bytes is that of the fixed
// part; variable fields have none and store a four-byte offset there instead.
type field struct {
	name        string
	from, until spec.Fork // first and last fork that have it; until 0: no last one
	size        amount    // none: variable
	element     int64     // bytes of an element of a list; 0: not a list
	limit       amount    // most elements; none: bounded by the file
	progressive spec.Fork // first fork whose list is progressive; 0: none
	rows        bool      // one element per validator
	of          *shape    // of the value, or of an element of a list; nil: bytes in chunks
	each        amount    // bytes of an element of a vector of vectors; none: not one
	inner       *inner    // a container with one variable field in it
}

// inner is a variable field that is itself a container with one list of bytes or
// of byte vectors. The only offset equals the size of the fixed part, which tells
// forks apart whose states are otherwise alike.
type inner struct {
	members     []member
	at          int64  // where the offset is
	element     int64  // bytes of an element of the list
	limit       int64  // most elements
	of          *shape // of an element; nil: bytes in chunks
	progressive bool   // the container and its list
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

// amount is a number of bytes or elements, which the constants of a network may
// decide.
type amount func(*spec.Params) int64

// in is the amount for these constants, 0 for none.
func (a amount) in(p *spec.Params) int64 {
	if a == nil {
		return 0
	}
	return a(p)
}

func fixed(n int64) amount { return func(*spec.Params) int64 { return n } }

// times is so many bytes for each of a number of things.
func times(size int64, number func(*spec.Params) uint64) amount {
	return func(p *spec.Params) int64 { return size * int64(number(p)) }
}

// Numbers of elements, of which [spec.Params.Validate] bounds every factor.
func rootCount(p *spec.Params) uint64              { return p.SlotsPerHistoricalRoot }
func historicalRootLimit(p *spec.Params) uint64    { return p.HistoricalRootsLimit }
func eth1VoteLimit(p *spec.Params) uint64          { return p.EpochsPerEth1VotingPeriod * p.SlotsPerEpoch }
func mixCount(p *spec.Params) uint64               { return p.EpochsPerHistoricalVector }
func slashingCount(p *spec.Params) uint64          { return p.EpochsPerSlashingsVector }
func syncKeyCount(p *spec.Params) uint64           { return p.SyncCommitteeSize + 1 } // the last is the aggregate
func depositLimit(p *spec.Params) uint64           { return p.PendingDepositsLimit }
func partialWithdrawalLimit(p *spec.Params) uint64 { return p.PendingPartialWithdrawalsLimit }
func consolidationLimit(p *spec.Params) uint64     { return p.PendingConsolidationsLimit }
func proposerCount(p *spec.Params) uint64          { return (p.MinSeedLookahead + 1) * p.SlotsPerEpoch }
func availabilityBytes(p *spec.Params) uint64      { return (p.SlotsPerHistoricalRoot + 7) / 8 }
func paymentCount(p *spec.Params) uint64           { return 2 * p.SlotsPerEpoch }
func withdrawalLimit(p *spec.Params) uint64        { return p.MaxWithdrawalsPerPayload }
func ptcSize(p *spec.Params) uint64                { return p.PTCSize }
func ptcSeatCount(p *spec.Params) uint64 {
	return (2 + p.MinSeedLookahead) * p.SlotsPerEpoch * p.PTCSize
}

// header is ExecutionPayloadHeader, bid is ExecutionPayloadBid.
var (
	header = &inner{
		at: 436, element: 1, limit: 32,
		members: []member{
			{size: 32}, {size: 20}, {size: 32}, {size: 32}, {size: 256}, {size: 32}, // parent_hash to prev_randao
			{size: 8}, {size: 8}, {size: 8}, {size: 8}, // block_number, gas_limit, gas_used, timestamp
			{size: 0}, {size: 32}, {size: 32}, {size: 32}, // extra_data, base_fee_per_gas, block_hash, transactions_root
			{size: 32, from: spec.Capella},                           // withdrawals_root
			{size: 8, from: spec.Deneb}, {size: 8, from: spec.Deneb}, // blob_gas_used, excess_blob_gas
		},
	}
	bid = &inner{
		at: 188, element: publicKeySize, limit: 4096, of: bytesOf48, progressive: true,
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
	{name: "genesis_time", size: fixed(8)},
	{name: "genesis_validators_root", size: fixed(32)},
	{name: "slot", size: fixed(8)},
	{name: "fork", size: fixed(16), of: forkShape},
	{name: "latest_block_header", size: fixed(112), of: blockHeader},
	{name: "block_roots", size: times(32, rootCount)},
	{name: "state_roots", size: times(32, rootCount)},
	{name: "historical_roots", element: 32, limit: times(1, historicalRootLimit)},
	{name: "eth1_data", size: fixed(72), of: eth1Data},
	{name: "eth1_data_votes", element: 72, limit: times(1, eth1VoteLimit), of: eth1Data},
	{name: "eth1_deposit_index", size: fixed(8)},
	{name: "validators", element: validatorSize, rows: true, limit: fixed(1 << 40), progressive: spec.Gloas, of: validator},
	{name: "balances", element: 8, rows: true, limit: fixed(1 << 40), progressive: spec.Gloas},
	{name: "randao_mixes", size: times(32, mixCount)},
	{name: "slashings", size: times(8, slashingCount)},
	{name: "previous_epoch_participation", element: 1, rows: true, limit: fixed(1 << 40), progressive: spec.Gloas},
	{name: "current_epoch_participation", element: 1, rows: true, limit: fixed(1 << 40), progressive: spec.Gloas},
	{name: "justification_bits", size: fixed(1), of: bits4},
	{name: "previous_justified_checkpoint", size: fixed(40), of: checkpoint},
	{name: "current_justified_checkpoint", size: fixed(40), of: checkpoint},
	{name: "finalized_checkpoint", size: fixed(40), of: checkpoint},
	{name: "inactivity_scores", element: 8, rows: true, limit: fixed(1 << 40), progressive: spec.Gloas},
	{name: "current_sync_committee", size: times(publicKeySize, syncKeyCount), of: syncCommitteeShape},
	{name: "next_sync_committee", size: times(publicKeySize, syncKeyCount), of: syncCommitteeShape},
	{name: "latest_execution_payload_header", from: spec.Bellatrix, until: spec.Fulu, inner: header},
	{name: "latest_block_hash", from: spec.Gloas, size: fixed(32)},
	{name: "next_withdrawal_index", from: spec.Capella, size: fixed(8)},
	{name: "next_withdrawal_validator_index", from: spec.Capella, size: fixed(8)},
	{name: "historical_summaries", from: spec.Capella, element: 64, limit: times(1, historicalRootLimit), of: historicalSummary},
	{name: "deposit_requests_start_index", from: spec.Electra, size: fixed(8)},
	{name: "deposit_balance_to_consume", from: spec.Electra, size: fixed(8)},
	{name: "exit_balance_to_consume", from: spec.Electra, size: fixed(8)},
	{name: "earliest_exit_epoch", from: spec.Electra, size: fixed(8)},
	{name: "consolidation_balance_to_consume", from: spec.Electra, size: fixed(8)},
	{name: "earliest_consolidation_epoch", from: spec.Electra, size: fixed(8)},
	{name: "pending_deposits", from: spec.Electra, element: 192, limit: times(1, depositLimit), progressive: spec.Gloas, of: pendingDeposit},
	{name: "pending_partial_withdrawals", from: spec.Electra, element: 24, limit: times(1, partialWithdrawalLimit), progressive: spec.Gloas, of: pendingPartialWithdrawal},
	{name: "pending_consolidations", from: spec.Electra, element: 16, limit: times(1, consolidationLimit), progressive: spec.Gloas, of: pendingConsolidation},
	{name: "proposer_lookahead", from: spec.Fulu, size: times(8, proposerCount)},
	{name: "builders", from: spec.Gloas, element: 93, progressive: spec.Gloas, of: builder},
	{name: "next_withdrawal_builder_index", from: spec.Gloas, size: fixed(8)},
	{name: "execution_payload_availability", from: spec.Gloas, size: times(1, availabilityBytes)},
	{name: "builder_pending_payments", from: spec.Gloas, size: times(52, paymentCount), of: builderPendingPayments},
	{name: "builder_pending_withdrawals", from: spec.Gloas, element: 36, progressive: spec.Gloas, of: builderPendingWithdrawal},
	{name: "latest_execution_payload_bid", from: spec.Gloas, inner: bid},
	{name: "payload_expected_withdrawals", from: spec.Gloas, element: 44, limit: times(1, withdrawalLimit), progressive: spec.Gloas, of: withdrawal},
	{name: "ptc_window", from: spec.Gloas, size: times(8, ptcSeatCount), each: times(8, ptcSize)},
	{name: "smoothed_offline_balance", from: spec.EIP7716, size: fixed(8)},
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
	at    int64 // of the value, or of the offset of a variable field
	size  int64 // of either
	limit int64 // most elements of a list; 0: bounded by the file
}

// layoutOf lists the fields of a fork with their places, and the size of the
// fixed part.
func layoutOf(p *spec.Params) (layout []placed, size int64, err error) {
	if err := p.Validate(); err != nil {
		return nil, 0, fmt.Errorf("state layout: %w", err)
	}
	if n := p.SlotsPerHistoricalRoot; n%p.SlotsPerEpoch != 0 || n < 2*p.SlotsPerEpoch {
		return nil, 0, spec.Atf("SLOTS_PER_HISTORICAL_ROOT", -1, spec.ErrInput, "%d, not two or more whole epochs of %d", n, p.SlotsPerEpoch)
	}
	for i := range fields {
		f := &fields[i]
		if !f.in(p.Fork) {
			continue
		}
		at := placed{f, size, offsetSize, f.limit.in(p)}
		if !f.variable() {
			at.size = f.size(p)
		}
		layout = append(layout, at)
		size += at.size
	}
	return layout, size, nil
}

// in reports that the fork has the field.
func (f *field) in(fork spec.Fork) bool {
	return fork >= f.from && (f.until == 0 || fork <= f.until)
}

func (f *field) variable() bool { return f.element != 0 || f.inner != nil }
