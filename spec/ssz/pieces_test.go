package ssz_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

func TestPiecesThatAreEditedHaveTheBytesAndTheRootOfTheirFields(t *testing.T) {
	for preset, most := range map[spec.Preset]int{spec.Minimal: 300, spec.Mainnet: 100, spec.Gnosis: 100} {
		for _, fork := range spec.Forks() {
			if preset == spec.Gnosis && fork >= spec.Gloas {
				break // its constants are not published
			}
			t.Run(fmt.Sprint(preset, " ", fork), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(11, uint64(fork)))
				rounds := 40
				if preset != spec.Minimal || testing.Short() {
					rounds = 3
				}
				e := newEditor(t, rng, preset, fork, most)
				for range rounds {
					for range rng.IntN(6) {
						e.step()
					}
					e.check()
				}
			})
		}
	}
}

func TestAListThatLosesAByteOfItsLastChunkHasAnotherRoot(t *testing.T) {
	for _, fork := range []spec.Fork{spec.Deneb, spec.Gloas} {
		e := newEditor(t, rand.New(rand.NewPCG(13, 1)), spec.Minimal, fork, 0)
		for _, rows := range []int{70, 69, 71, 64, 33, 32, 31, 85, 86, 1, 0, 40, 39} {
			for _, i := range []int{11, 12, 15, 16, 21} {
				size := e.state.members[i].of.fixed()
				for len(e.parts[i]) < rows*size {
					e.parts[i] = append(e.parts[i], bytes.Repeat([]byte{1}, size)...)
				}
				e.parts[i] = e.parts[i][:rows*size]
				require.NoError(t, e.pieces.Set(e.names[i], e.parts[i]))
			}
			e.check()
		}
	}
}

func TestParticipationThatMovesKeepsWhatChangedSinceTheLastRoot(t *testing.T) {
	e := newEditor(t, rand.New(rand.NewPCG(14, 1)), spec.Minimal, spec.Fulu, 0)
	src := e.read()
	for i := range 200 {
		addValidator(&src, byte(i))
	}
	write := func() {
		require.NoError(t, e.pieces.WriteBeaconState(&src, []spec.ValidatorIndex{}, 1))
		b, err := e.pieces.Bytes()
		require.NoError(t, err)
		e.parts = e.state.parts(b)
	}
	write()
	e.check()
	for _, flags := range []byte{7, 3} {
		e.parts[16] = bytes.Clone(e.parts[16])
		e.parts[16][150] = flags
		require.NoError(t, e.pieces.Put("current_epoch_participation", 150, []byte{flags})) // and no root
		src = e.read()
		src.Registry.PreviousFlags, src.Registry.CurrentFlags = src.Registry.CurrentFlags, nil
		write()
		require.Equal(t, flags, e.parts[15][150])
		require.Zero(t, e.parts[16][150])
		e.check()
	}
}

func FuzzPieces(f *testing.F) {
	f.Add(uint64(1), uint8(spec.EIP7716))
	f.Add(uint64(2), uint8(spec.Deneb))
	f.Fuzz(func(t *testing.T, seed uint64, fork uint8) {
		budget.Run(t, budget.Limit{}, func() {
			e := newEditor(t, rand.New(rand.NewPCG(seed, 12)), spec.Minimal, spec.Fork(int(fork)%len(spec.Forks())), 150)
			e.check()
			for range 4 {
				e.step()
			}
			e.check()
		})
	})
}

func TestEveryFixtureIsWrittenAgainFromItsPieces(t *testing.T) {
	eachState(t, func(t *testing.T, p vector.Path, name string, b ssz.Buffer) {
		s := open(t, b, p)
		pieces, err := s.Pieces()
		require.NoError(t, err)
		var src spec.BeaconState
		require.NoError(t, s.ReadBeaconState(&src, 1))
		require.NoError(t, pieces.WriteBeaconState(&src, nil, 1))
		for _, field := range s.Fields() {
			value, err := s.Field(field)
			require.NoError(t, err)
			require.NoError(t, pieces.Set(field, bytes.Clone(value)))
		}
		got, err := pieces.Bytes()
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, got), "%v %s", p, name)
		want, err := s.Root(1)
		require.NoError(t, err)
		root, err := pieces.Root(1)
		require.NoError(t, err)
		require.Equal(t, want, root, "%v %s", p, name)
	})
}

func TestWhatAFieldCannotHoldIsAnErrorAndChangesNothing(t *testing.T) {
	for _, c := range []struct {
		fork  spec.Fork
		field string
		bytes int
	}{
		{spec.Electra, "slot", 7},
		{spec.Electra, "block_roots", 65 * 32},
		{spec.Electra, "validators", validatorSize - 1},
		{spec.Electra, "eth1_data_votes", 33 * 72},
		{spec.Electra, "pending_consolidations", 65 * 16},
		{spec.Electra, "pending_partial_withdrawals", 65 * 24},
		{spec.Electra, "latest_execution_payload_header", 584 + 33},
		{spec.Electra, "latest_execution_payload_header", 100},
		{spec.Electra, "latest_execution_payload_header", 584}, // its offset is zero
		{spec.Gloas, "latest_execution_payload_bid", 224 + 47},
		{spec.Gloas, "payload_expected_withdrawals", 5 * 44},
		{spec.Gloas, "ptc_window", 8},
	} {
		e := newEditor(t, rand.New(rand.NewPCG(1, 1)), spec.Minimal, c.fork, 20)
		err := e.pieces.Set(c.field, make([]byte, c.bytes))
		require.ErrorIs(t, err, spec.ErrInput, c.field)
		require.ErrorContains(t, err, c.field)
		e.check()
	}
	e := newEditor(t, rand.New(rand.NewPCG(1, 1)), spec.Minimal, spec.Electra, 20)
	require.ErrorIs(t, e.pieces.Set("builders", nil), spec.ErrUnknown)
	require.ErrorIs(t, e.pieces.Put("builders", 0, nil), spec.ErrUnknown)
	_, err := e.pieces.Field("builders")
	require.ErrorIs(t, err, spec.ErrUnknown)
	_, err = e.pieces.FieldRoot("builders", 1)
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorIs(t, e.pieces.Put("slot", 1, make([]byte, 8)), spec.ErrInput)
	require.ErrorIs(t, e.pieces.Put("slot", -1, nil), spec.ErrInput)
	require.ErrorIs(t, e.pieces.Put("slot", 9, nil), spec.ErrInput)
	require.ErrorIs(t, e.pieces.Put("latest_execution_payload_header", 0, []byte{1}), spec.ErrInput)
	e.check()
}

func TestListsOfDifferentLengthsAreNeitherWrittenNorHashed(t *testing.T) {
	e := newEditor(t, rand.New(rand.NewPCG(2, 2)), spec.Minimal, spec.Gloas, 20)
	balances, err := e.pieces.Field("balances")
	require.NoError(t, err)
	require.NoError(t, e.pieces.Set("balances", append(bytes.Clone(balances), make([]byte, 8)...)))
	_, err = e.pieces.Root(1)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "balances")
	_, err = e.pieces.Bytes()
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = e.pieces.WriteTo(io.Discard)
	require.ErrorIs(t, err, spec.ErrInput)
	require.NoError(t, e.pieces.Set("balances", balances))
	e.check()
}

func TestABeaconStateThatDoesNotFitIsAnErrorAndChangesNothing(t *testing.T) {
	for name, spoil := range map[string]func(src *spec.BeaconState) []spec.ValidatorIndex{
		"balance": func(s *spec.BeaconState) []spec.ValidatorIndex {
			s.Registry.Balance = s.Registry.Balance[1:]
			return nil
		},
		"validators": func(s *spec.BeaconState) []spec.ValidatorIndex { s.Registry = nil; return nil },
		"activation_eligibility_epoch": func(s *spec.BeaconState) []spec.ValidatorIndex {
			s.Registry.ActivationEligibilityEpoch = nil
			return nil
		},
		"pubkey":                 func(s *spec.BeaconState) []spec.ValidatorIndex { s.PublicKeys = s.PublicKeys[1:]; return nil },
		"withdrawal_credentials": func(s *spec.BeaconState) []spec.ValidatorIndex { s.WithdrawalCredentials = nil; return nil },
		"touched":                func(s *spec.BeaconState) []spec.ValidatorIndex { return []spec.ValidatorIndex{1 << 40} },
		"block_roots":            func(s *spec.BeaconState) []spec.ValidatorIndex { s.BlockRoots = s.BlockRoots[1:]; return nil },
		"slashings":              func(s *spec.BeaconState) []spec.ValidatorIndex { s.Slashings = nil; return nil },
		"justification_bits":     func(s *spec.BeaconState) []spec.ValidatorIndex { s.Finality.Bits = 16; return nil },
		"next_sync_committee":    func(s *spec.BeaconState) []spec.ValidatorIndex { s.NextSyncCommittee.PublicKeys = nil; return nil },
		"pending_consolidations": func(s *spec.BeaconState) []spec.ValidatorIndex {
			s.PendingConsolidations = make([]spec.PendingConsolidation, 65)
			return nil
		},
	} {
		e := newEditor(t, rand.New(rand.NewPCG(3, 3)), spec.Minimal, spec.Electra, 20)
		b := e.state.join(e.parts)
		s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, spec.Electra))
		require.NoError(t, err)
		var src spec.BeaconState
		require.NoError(t, s.ReadBeaconState(&src, 1))
		src.Slot++
		for i := range src.Registry.Balance {
			src.Registry.Balance[i]++
		}
		touched := spoil(&src)
		err = e.pieces.WriteBeaconState(&src, touched, 1)
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.ErrorContains(t, err, name)
		e.check()
	}
	e := newEditor(t, rand.New(rand.NewPCG(3, 3)), spec.Minimal, spec.Electra, 20)
	require.ErrorIs(t, e.pieces.WriteBeaconState(nil, nil, 1), spec.ErrInput)
	require.ErrorIs(t, e.pieces.WriteBeaconState(&spec.BeaconState{Registry: spec.NewRegistry(0)}, nil, 1), spec.ErrInput)
}

func TestPiecesAreWrittenInPlaceOnlyWhenNoLengthChanged(t *testing.T) {
	b := fixture(t, electraCase, "pre")
	s := open(t, bytes.Clone(b), must(vector.ParsePath(electraCase)))
	p := must(s.Pieces())
	require.NoError(t, p.Put("slot", 0, []byte{9}))
	require.NoError(t, p.Put("balances", 8, []byte{1, 2, 3}))
	out := ssz.Buffer(bytes.Clone(b))
	require.NoError(t, p.WriteBack(out))
	require.Equal(t, must(p.Bytes()), []byte(out))
	require.ErrorIs(t, p.WriteBack(out[:100]), spec.ErrInput)
	require.NoError(t, p.Set("historical_roots", make([]byte, 32)))
	saved := bytes.Clone(out)
	err := p.WriteBack(out)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "historical_roots")
	require.Equal(t, saved, []byte(out))
}

// failing writes so many bytes.
type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	n := min(f.left, len(b))
	f.left -= n
	if n < len(b) {
		return n, errBroken
	}
	return n, nil
}

func TestAStateThatIsNotInMemoryIsStreamedAndItsFaultsReported(t *testing.T) {
	b := randomState(rand.New(rand.NewPCG(4, 4)), spec.Mainnet, spec.Heze, 3000)
	source := broken{b, int64(len(b))}
	s, err := ssz.Open(&source, int64(len(b)), paramsOf(spec.Mainnet, spec.Heze))
	require.NoError(t, err)
	p := must(s.Pieces())
	require.NoError(t, p.Put("slot", 0, []byte{1, 2, 3, 4, 5, 6, 7, 8}))
	want := bytes.Clone(b)
	copy(want[40:], []byte{1, 2, 3, 4, 5, 6, 7, 8})
	var out bytes.Buffer
	n, err := p.WriteTo(&out)
	require.NoError(t, err)
	require.EqualValues(t, len(b), n)
	require.True(t, bytes.Equal(want, out.Bytes()))
	_, err = p.WriteTo(&failing{100_000})
	require.ErrorIs(t, err, errBroken)
	root, err := p.Root(2)
	require.NoError(t, err)
	require.Equal(t, beaconState(spec.Mainnet, spec.Heze).root(want), root)

	source.at = 3_000_000
	_, err = p.WriteTo(io.Discard)
	require.True(t, errors.Is(err, errBroken), err)
	var src spec.BeaconState
	source.at = int64(len(b))
	require.NoError(t, s.ReadBeaconState(&src, 1))
	source.at = 3_000_000
	src.Slot++
	require.ErrorIs(t, p.WriteBeaconState(&src, nil, 1), errBroken)
	again, err := p.Root(1)
	require.NoError(t, err)
	require.Equal(t, root, again)
}
