package ssz_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

func TestRootsOfContainersAreThoseOfTheLiteralRules(t *testing.T) {
	types := map[string]*typ{
		"BeaconBlockHeader": aHeader, "Builder": aBuilder, "BuilderPendingPayment": aPayment,
		"BuilderPendingWithdrawal": aPayout, "Checkpoint": aCheckpoint, "DepositMessage": record(aKey, aRoot, aNumber),
		"Eth1Data": aVote, "Fork": record(octets(4), octets(4), aNumber), "ForkData": record(octets(4), aRoot),
		"HistoricalSummary": record(aRoot, aRoot), "PendingConsolidation": aMerger, "PendingDeposit": aDeposit,
		"PendingPartialWithdrawal": aPartial, "SigningData": record(aRoot, aRoot), "Validator": aValidator,
		"Withdrawal": aWithdrawal,
	}
	rng := rand.New(rand.NewPCG(1, 2))
	require.Len(t, types, len(ssz.Containers()))
	for _, name := range ssz.Containers() {
		for range 20 {
			b := types[name].draw(rng, nil)
			root, err := ssz.ContainerRoot(name, b)
			require.NoError(t, err)
			require.Equal(t, types[name].root(b), root, name)
			_, err = ssz.ContainerRoot(name, append(b, 0))
			require.ErrorIs(t, err, spec.ErrInput)
		}
	}
	_, err := ssz.ContainerRoot("Attestation", nil)
	require.ErrorIs(t, err, spec.ErrUnknown)
	v := make([]byte, validatorSize)
	v[88] = 7
	_, err = ssz.ContainerRoot("Validator", v)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestTheSigningRootOfADepositIsMadeOfContainerRoots(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	root := func(name string, parts ...[]byte) [32]byte {
		r, err := ssz.ContainerRoot(name, bytes.Join(parts, nil))
		require.NoError(t, err)
		return r
	}
	for range 20 {
		p, err := spec.ParamsFor(spec.Preset(rng.IntN(2)), spec.Electra)
		require.NoError(t, err)
		b := aDeposit.draw(rng, nil)
		d := &spec.PendingDeposit{
			PublicKey: spec.PublicKey(b[:48]), WithdrawalCredentials: spec.Root(b[48:80]),
			Amount: spec.Gwei(binary.LittleEndian.Uint64(b[80:])),
		}
		fork := root("ForkData", p.GenesisForkVersion[:], make([]byte, 32))
		message := root("DepositMessage", b[:88])
		want := root("SigningData", message[:], []byte{3, 0, 0, 0}, fork[:28])
		require.EqualValues(t, want, epoch.DepositSigningRoot(&p, d))
	}
}
