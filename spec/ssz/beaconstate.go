package ssz

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
)

// ReadBeaconState reads everything that an epoch transition reads or writes into
// dst, whose memory is reused for the registry alone. It uses so many goroutines
// (below 2 the caller's own). Errors as for [State.ReadRegistry]; dst then holds
// nothing of use.
func (s *State) ReadBeaconState(dst *spec.BeaconState, workers int) error {
	if dst == nil {
		return spec.Atf("state", -1, spec.ErrInput, "none")
	}
	r := dst.Registry
	if r == nil {
		r = new(spec.Registry)
	}
	if err := s.ReadRegistry(r, workers); err != nil {
		return err
	}
	*dst = spec.BeaconState{Registry: r}
	if err := s.readIdentities(dst); err != nil {
		return err
	}
	for name, c := range codecs {
		at, ok := s.spans[name]
		if !ok {
			continue
		}
		b, err := s.chunk(make([]byte, at.len()), int(at.len()), name, at.start)
		if err != nil {
			return err
		}
		c.decode(dst, b)
	}
	return nil
}

// readIdentities reads what the registry's columns leave out of a validator.
func (s *State) readIdentities(dst *spec.BeaconState) error {
	dst.PublicKeys = make([]spec.PublicKey, s.rows)
	dst.WithdrawalCredentials = make([]spec.Root, s.rows)
	dst.Registry.ActivationEligibilityEpoch = resize(dst.Registry.ActivationEligibilityEpoch, s.rows)
	const field = "validators"
	buf := make([]byte, min(chunkRows, s.rows)*validatorSize)
	for row := 0; row < s.rows; row += chunkRows {
		n := min(chunkRows, s.rows-row)
		b, err := s.chunk(buf, n*validatorSize, field, s.spans[field].start+int64(row)*validatorSize)
		if err != nil {
			return err
		}
		for i := range n {
			v := (*[validatorSize]byte)(b[i*validatorSize:])
			copy(dst.PublicKeys[row+i][:], v[:])
			copy(dst.WithdrawalCredentials[row+i][:], v[credentialsAt:])
			dst.Registry.ActivationEligibilityEpoch[row+i] = spec.Epoch(binary.LittleEndian.Uint64(v[eligibilityEpochAt:]))
		}
	}
	return nil
}

// eligibilityEpochAt is where a Validator's activation_eligibility_epoch lies.
const eligibilityEpochAt = 89

// codec is how one field of a state stands in a [spec.BeaconState].
type codec struct {
	decode func(dst *spec.BeaconState, b []byte)
	encode func(b []byte, s *spec.BeaconState) []byte
}

// codecs are the fields that are not columns of the registry.
var codecs = map[string]codec{
	"slot":                             number(func(s *spec.BeaconState) *spec.Slot { return &s.Slot }),
	"block_roots":                      list(roots, func(s *spec.BeaconState) *[]spec.Root { return &s.BlockRoots }),
	"state_roots":                      list(roots, func(s *spec.BeaconState) *[]spec.Root { return &s.StateRoots }),
	"historical_roots":                 list(roots, func(s *spec.BeaconState) *[]spec.Root { return &s.HistoricalRoots }),
	"historical_summaries":             list(summaries, func(s *spec.BeaconState) *[]spec.HistoricalSummary { return &s.HistoricalSummaries }),
	"eth1_data_votes":                  list(votes, func(s *spec.BeaconState) *[]spec.Eth1Data { return &s.Eth1DataVotes }),
	"eth1_deposit_index":               number(func(s *spec.BeaconState) *uint64 { return &s.Eth1DepositIndex }),
	"randao_mixes":                     list(roots, func(s *spec.BeaconState) *[]spec.Root { return &s.RandaoMixes }),
	"slashings":                        list(numbers[spec.Gwei](), func(s *spec.BeaconState) *[]spec.Gwei { return &s.Slashings }),
	"justification_bits":               one(justificationBits, func(s *spec.BeaconState) *uint8 { return &s.Finality.Bits }),
	"previous_justified_checkpoint":    one(checkpoints, func(s *spec.BeaconState) *spec.Checkpoint { return &s.Finality.PreviousJustified }),
	"current_justified_checkpoint":     one(checkpoints, func(s *spec.BeaconState) *spec.Checkpoint { return &s.Finality.CurrentJustified }),
	"finalized_checkpoint":             one(checkpoints, func(s *spec.BeaconState) *spec.Checkpoint { return &s.Finality.Finalized }),
	"current_sync_committee":           syncCommittee(func(s *spec.BeaconState) *spec.SyncCommittee { return &s.CurrentSyncCommittee }),
	"next_sync_committee":              syncCommittee(func(s *spec.BeaconState) *spec.SyncCommittee { return &s.NextSyncCommittee }),
	"deposit_requests_start_index":     number(func(s *spec.BeaconState) *uint64 { return &s.DepositRequestsStartIndex }),
	"deposit_balance_to_consume":       number(func(s *spec.BeaconState) *spec.Gwei { return &s.DepositBalanceToConsume }),
	"exit_balance_to_consume":          number(func(s *spec.BeaconState) *spec.Gwei { return &s.Exits.BalanceToConsume }),
	"earliest_exit_epoch":              number(func(s *spec.BeaconState) *spec.Epoch { return &s.Exits.EarliestEpoch }),
	"consolidation_balance_to_consume": number(func(s *spec.BeaconState) *spec.Gwei { return &s.Consolidations.BalanceToConsume }),
	"earliest_consolidation_epoch":     number(func(s *spec.BeaconState) *spec.Epoch { return &s.Consolidations.EarliestEpoch }),
	"pending_deposits":                 list(deposits, func(s *spec.BeaconState) *[]spec.PendingDeposit { return &s.PendingDeposits }),
	"pending_consolidations":           list(consolidations, func(s *spec.BeaconState) *[]spec.PendingConsolidation { return &s.PendingConsolidations }),
	"proposer_lookahead":               list(numbers[spec.ValidatorIndex](), func(s *spec.BeaconState) *[]spec.ValidatorIndex { return &s.ProposerLookahead }),
	"builder_pending_payments":         list(payments, func(s *spec.BeaconState) *[]spec.BuilderPendingPayment { return &s.BuilderPendingPayments }),
	"builder_pending_withdrawals":      list(withdrawals, func(s *spec.BeaconState) *[]spec.BuilderPendingWithdrawal { return &s.BuilderPendingWithdrawals }),
	"ptc_window":                       list(numbers[spec.ValidatorIndex](), func(s *spec.BeaconState) *[]spec.ValidatorIndex { return &s.PTCWindow }),
	smoothedField:                      number(func(s *spec.BeaconState) *spec.Gwei { return &s.SmoothedOfflineBalance }),
}

// element is the encoding of a value of fixed size.
type element[T any] struct {
	size   int
	decode func([]byte) T
	encode func([]byte, T) []byte
}

func one[T any](e element[T], of func(*spec.BeaconState) *T) codec {
	return codec{
		decode: func(dst *spec.BeaconState, b []byte) { *of(dst) = e.decode(b) },
		encode: func(b []byte, s *spec.BeaconState) []byte { return e.encode(b, *of(s)) },
	}
}

func list[T any](e element[T], of func(*spec.BeaconState) *[]T) codec {
	return codec{
		decode: func(dst *spec.BeaconState, b []byte) { *of(dst) = decodeList(e, b) },
		encode: func(b []byte, s *spec.BeaconState) []byte { return encodeList(e, b, *of(s)) },
	}
}

func decodeList[T any](e element[T], b []byte) []T {
	l := make([]T, len(b)/e.size)
	for i := range l {
		l[i] = e.decode(b[i*e.size : (i+1)*e.size])
	}
	return l
}

func encodeList[T any](e element[T], b []byte, l []T) []byte {
	for _, v := range l {
		b = e.encode(b, v)
	}
	return b
}

func number[T ~uint64](of func(*spec.BeaconState) *T) codec { return one(numbers[T](), of) }

func numbers[T ~uint64]() element[T] {
	return element[T]{8,
		func(b []byte) T { return T(binary.LittleEndian.Uint64(b)) },
		func(b []byte, v T) []byte { return binary.LittleEndian.AppendUint64(b, uint64(v)) }}
}

func syncCommittee(of func(*spec.BeaconState) *spec.SyncCommittee) codec {
	return codec{
		decode: func(dst *spec.BeaconState, b []byte) {
			all := decodeList(publicKeys, b)
			*of(dst) = spec.SyncCommittee{PublicKeys: all[:len(all)-1], Aggregate: all[len(all)-1]}
		},
		encode: func(b []byte, s *spec.BeaconState) []byte {
			return append(encodeList(publicKeys, b, of(s).PublicKeys), of(s).Aggregate[:]...)
		},
	}
}

var (
	justificationBits = element[uint8]{1, func(b []byte) uint8 { return b[0] }, func(b []byte, v uint8) []byte { return append(b, v) }}
	roots             = element[spec.Root]{32, func(b []byte) spec.Root { return spec.Root(b) }, func(b []byte, v spec.Root) []byte { return append(b, v[:]...) }}
	publicKeys        = element[spec.PublicKey]{48, func(b []byte) spec.PublicKey { return spec.PublicKey(b) }, func(b []byte, v spec.PublicKey) []byte { return append(b, v[:]...) }}
	votes             = element[spec.Eth1Data]{72, func(b []byte) spec.Eth1Data { return spec.Eth1Data(b) }, func(b []byte, v spec.Eth1Data) []byte { return append(b, v[:]...) }}
	summaries         = element[spec.HistoricalSummary]{64,
		func(b []byte) spec.HistoricalSummary {
			return spec.HistoricalSummary{BlockSummary: spec.Root(b[:32]), StateSummary: spec.Root(b[32:])}
		},
		func(b []byte, v spec.HistoricalSummary) []byte {
			return append(append(b, v.BlockSummary[:]...), v.StateSummary[:]...)
		}}
	checkpoints = element[spec.Checkpoint]{40,
		func(b []byte) spec.Checkpoint {
			return spec.Checkpoint{Epoch: spec.Epoch(binary.LittleEndian.Uint64(b)), Root: spec.Root(b[8:])}
		},
		func(b []byte, v spec.Checkpoint) []byte {
			return append(binary.LittleEndian.AppendUint64(b, uint64(v.Epoch)), v.Root[:]...)
		}}
	deposits = element[spec.PendingDeposit]{192,
		func(b []byte) spec.PendingDeposit {
			return spec.PendingDeposit{
				PublicKey: spec.PublicKey(b[:48]), WithdrawalCredentials: spec.Root(b[48:80]),
				Amount:    spec.Gwei(binary.LittleEndian.Uint64(b[80:])),
				Signature: spec.Signature(b[88:184]), Slot: spec.Slot(binary.LittleEndian.Uint64(b[184:])),
			}
		},
		func(b []byte, v spec.PendingDeposit) []byte {
			b = append(append(b, v.PublicKey[:]...), v.WithdrawalCredentials[:]...)
			b = append(binary.LittleEndian.AppendUint64(b, uint64(v.Amount)), v.Signature[:]...)
			return binary.LittleEndian.AppendUint64(b, uint64(v.Slot))
		}}
	consolidations = element[spec.PendingConsolidation]{16,
		func(b []byte) spec.PendingConsolidation {
			return spec.PendingConsolidation{
				Source: spec.ValidatorIndex(binary.LittleEndian.Uint64(b)),
				Target: spec.ValidatorIndex(binary.LittleEndian.Uint64(b[8:])),
			}
		},
		func(b []byte, v spec.PendingConsolidation) []byte {
			return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, uint64(v.Source)), uint64(v.Target))
		}}
	withdrawals = element[spec.BuilderPendingWithdrawal]{36,
		func(b []byte) spec.BuilderPendingWithdrawal {
			return spec.BuilderPendingWithdrawal{
				FeeRecipient: [20]byte(b[:20]), Amount: spec.Gwei(binary.LittleEndian.Uint64(b[20:])),
				Builder: binary.LittleEndian.Uint64(b[28:]),
			}
		},
		func(b []byte, v spec.BuilderPendingWithdrawal) []byte {
			b = binary.LittleEndian.AppendUint64(append(b, v.FeeRecipient[:]...), uint64(v.Amount))
			return binary.LittleEndian.AppendUint64(b, v.Builder)
		}}
	payments = element[spec.BuilderPendingPayment]{52,
		func(b []byte) spec.BuilderPendingPayment {
			return spec.BuilderPendingPayment{
				Weight: spec.Gwei(binary.LittleEndian.Uint64(b)), Withdrawal: withdrawals.decode(b[8:44]),
				Proposer: spec.ValidatorIndex(binary.LittleEndian.Uint64(b[44:])),
			}
		},
		func(b []byte, v spec.BuilderPendingPayment) []byte {
			b = withdrawals.encode(binary.LittleEndian.AppendUint64(b, uint64(v.Weight)), v.Withdrawal)
			return binary.LittleEndian.AppendUint64(b, uint64(v.Proposer))
		}}
)
