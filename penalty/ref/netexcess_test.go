package ref_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// settle feeds a constant slot and returns the counter after each.
func settle(t *testing.T, rule ref.NetExcess, net uint64, nab, total *big.Int, slots int) (nets, factors []uint64) {
	t.Helper()
	n := gwei(net)
	for range slots {
		f, after, err := rule.Step(n, nab, total)
		require.NoError(t, err)
		n = after
		nets, factors = append(nets, n.Uint64()), append(factors, f.Num().Uint64())
	}
	return nets, factors
}

func TestExcessPenaltiesEqualTheMoveOfTheCounter(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 1))
	rule, total := ref.DefaultNetExcess(), gwei(1_000_000_000)
	n, sum, idle := gwei(9), int64(0), int64(0)
	start := n.Int64()
	for range 5000 {
		nab := gwei(rng.Uint64N(4) * rng.Uint64N(3_000_000))
		if nab.Sign() == 0 && n.Sign() == 0 {
			idle++
		}
		f, after, err := rule.Step(n, nab, total)
		require.NoError(t, err)
		if n.Sign() == 0 && nab.Sign() > 0 {
			requireFactor(t, 4, f)
		}
		n, sum = after, sum+f.Num().Int64()-1
	}
	require.Equal(t, n.Int64()-start-idle, sum)
}

func TestACounterRestsExactlyWhereStated(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 2))
	for range 20_000 {
		n, total, nab := rng.Uint64N(40), 1+rng.Uint64N(1_000_000), rng.Uint64N(10_000)
		_, after, err := ref.DefaultNetExcess().Step(gwei(n), gwei(nab), gwei(total))
		require.NoError(t, err)
		d := n*total + 1
		rests := d <= 4096*nab && 4096*nab < 2*d
		if n == 0 && nab == 0 {
			require.Zero(t, after.Sign())
			continue
		}
		require.Equal(t, rests, after.Uint64() == n, "n %d, nab %d, total %d", n, nab, total)
	}
}

func TestUpToOneIn4096AConstantInputCycles(t *testing.T) {
	total := gwei(4096 * 1_000_000)
	nets, factors := settle(t, ref.DefaultNetExcess(), 0, gwei(1_000_000), total, 8)
	require.Equal(t, []uint64{4, 0, 0, 0, 4, 0, 0, 0}, factors)
	require.Equal(t, []uint64{3, 2, 1, 0, 3, 2, 1, 0}, nets)
	_, factors = settle(t, ref.DefaultNetExcess(), 1, gwei(1_000_001), total, 8)
	require.Equal(t, []uint64{1, 1, 1, 1, 1, 1, 1, 1}, factors, "just above, the counter rests at 1")
	require.InDelta(t, 0.78125, 100*32./4096, 0)
}

func TestTheBudgetOfAStepFromOneToTenPercentDoesNotDependOnItsDuration(t *testing.T) {
	total := gwei(32 * 1_000_000_000)
	for limit, budget := range map[uint64]uint64{2: 6, 4: 6, 8: 7, 16: 11} {
		rule := ref.NetExcess{Adjustment: 4096, Cap: limit}
		nets, _ := settle(t, rule, 1, gwei(10_000_000), total, 10)
		require.Equal(t, uint64(1), nets[9])
		for _, slots := range []int{32, 320, 3200} {
			_, factors := settle(t, rule, 1, gwei(100_000_000), total, slots)
			sum := uint64(0)
			for _, f := range factors {
				sum += f
			}
			require.Equal(t, budget, sum-uint64(slots), "cap %d, %d slots", limit, slots)
		}
	}
}

func TestNetExcessCountsByItsOption(t *testing.T) {
	s := newState(96)
	s.Registry.PreviousFlags[0] = 1 // slot 0, source only
	s.Registry.PreviousFlags[32] = 0
	s.Registry.Slashed[64] = true
	requireNumber(t, uint64(96*spec.ETH), must(ref.GetSlotNotAttestingBalance(s, 0))(t))
	requireNumber(t, uint64(32*spec.ETH), must(ref.GetSlotOfflineBalance(s, 0))(t))
	rule := ref.DefaultNetExcess()
	factors, after, err := rule.Walk(s, ref.Memory{})
	require.NoError(t, err)
	requireFactor(t, 4, factors.Slots[spec.TimelySource][0])
	requireFactor(t, 0, factors.Slots[spec.TimelyTarget][1])
	requireNumber(t, 0, after.Excess[0])
	for i, scaled := range map[spec.ValidatorIndex][2]bool{0: {true, false}, 32: {true, true}, 64: {true, false}} {
		_, got := factors.Of(s, spec.TimelyTarget, i)
		require.Equal(t, scaled[0], got)
		rule.Offline = true
		offline, _, err := rule.Walk(s, ref.Memory{})
		require.NoError(t, err)
		_, got = offline.Of(s, spec.TimelyTarget, i)
		require.Equal(t, scaled[1], got)
		rule.Offline = false
	}
}

func TestEachFlagHasItsCounterAndFactor(t *testing.T) {
	s := newState(64)
	s.Registry.PreviousFlags[31] = 1 // slot 31, target missed
	factors, after, err := ref.DefaultNetExcessPerFlag().Walk(s, ref.Memory{})
	require.NoError(t, err)
	requireFactor(t, 0, factors.Slots[spec.TimelySource][31])
	requireFactor(t, 4, factors.Slots[spec.TimelyTarget][31])
	requireNumber(t, 0, after.Excess[0])
	requireNumber(t, 3, after.Excess[1])
	require.Nil(t, factors.Slots[spec.TimelyHead])
	committee, participating, err := ref.GetSlotFlagBalances(s, 31, spec.TimelyTarget)
	require.NoError(t, err)
	requireNumber(t, uint64(64*spec.ETH), committee)
	requireNumber(t, uint64(32*spec.ETH), participating)

	f, n, err := ref.DefaultNetExcessPerFlag().Step(gwei(2), gwei(0), gwei(0))
	require.NoError(t, err)
	requireFactor(t, 0, f)
	requireNumber(t, 1, n)
}
