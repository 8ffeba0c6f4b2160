package study_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
)

var at407 = scenario.DefaultEconomics

const day = scenario.EpochsPerDay

// The design states the days: 24, 21, 10.5 for a tenth of the stake, 49, 66, 33
// for a hundredth.
func TestTheForkSeedMutesTheFactorsForTheStatedWeeks(t *testing.T) {
	for _, c := range []struct {
		rule   penalty.Smoothed2026
		cohort scenario.PPM
		days   float64
	}{
		{penalty.SmoothedE1, 100_000, 24}, {penalty.SmoothedE2, 100_000, 21}, {penalty.SmoothedE3, 100_000, 10.5},
		{penalty.SmoothedE1, 10_000, 49}, {penalty.SmoothedE2, 10_000, 66}, {penalty.SmoothedE3, 10_000, 33},
	} {
		got, err := study.MutedDays(at407, c.rule, c.cohort)
		require.NoError(t, err)
		require.InDelta(t, c.days, got, 0.5, "%+v, %v", c.rule, c.cohort.Float())
	}
}

func TestALone2048ETHValidatorSeesTwoAndSixtyFourSpreadSeeOne(t *testing.T) {
	lone, together, spread, err := study.Split(at407, penalty.SmoothedE3.Rule())
	require.NoError(t, err)
	require.Equal(t, penalty.Integer(2), lone)
	require.Equal(t, lone, together, "pieces in the same slot change nothing")
	require.Equal(t, penalty.Integer(1), spread)
}

// The factor is one while 765 times the excess stays below R.
func TestAnOutageBelowTheTriggerCostsWhatItCostsToday(t *testing.T) {
	got, err := study.Untriggered(at407, penalty.SmoothedE3.Rule())
	require.NoError(t, err)
	reference := at407.TotalActive / 32
	require.Equal(t, (reference-1)/765, got)
	share := scenario.PPM(uint64(got) * 1_000_000 / uint64(reference))
	loss, err := study.OutageLoss(at407, penalty.SmoothedE3.Rule(), study.Calm, share, day)
	require.NoError(t, err)
	plain, err := study.OutageLoss(at407, penalty.StatusQuo(), study.Calm, share, day)
	require.NoError(t, err)
	require.Equal(t, plain, loss)
}

func TestTheRuleOf2024CyclesFourNoughtNoughtNought(t *testing.T) {
	factors, err := study.Cycle(at407, penalty.DefaultNetExcess2024.Rule(), at407.TotalActive/4096, 16)
	require.NoError(t, err)
	sum := uint64(0)
	for i, f := range factors {
		require.Contains(t, []uint64{0, 4}, f.Num)
		require.Equal(t, factors[(i+4)%16], f)
		sum += f.Num
	}
	require.EqualValues(t, 16, sum, "one on average")
}

func TestGoingOfflineToRaiseTheAverageCostsMoreThanItSpares(t *testing.T) {
	for _, rule := range []penalty.Rule{penalty.SmoothedE1.Rule(), penalty.SmoothedE3.Rule(), penalty.DefaultNetExcess2024.Rule()} {
		for _, prepare := range []uint64{1, 10, day, 5 * day} {
			a, err := study.RaiseAverage(at407, rule, 50_000, prepare, day)
			require.NoError(t, err)
			require.Less(t, a.Gain, a.Cost, "%s, %d epochs", rule.FullName(), prepare)
		}
	}
	a, err := study.RaiseAverage(at407, penalty.SmoothedE3.Rule(), 50_000, 5*day, day)
	require.NoError(t, err)
	require.NotZero(t, a.Gain)
}

// The rule of 2024 has a budget of excess penalties: whoever fails later in an
// outage pays the ordinary penalty, so that a later attack costs less.
func TestJoiningAnOutageHurtsOnlyWhereTheFactorGrows(t *testing.T) {
	quo, err := study.JoinOutage(at407, penalty.StatusQuo(), 50_000, 50_000, day)
	require.NoError(t, err)
	require.Zero(t, quo.Damage)
	require.Zero(t, quo.Griefing())
	e3, err := study.JoinOutage(at407, penalty.SmoothedE3.Rule(), 50_000, 50_000, day)
	require.NoError(t, err)
	require.NotZero(t, e3.Damage)
	require.Less(t, e3.Griefing(), 1., "the attacker pays the raised factor itself")
	small, err := study.JoinOutage(at407, penalty.SmoothedE3.Rule(), 10_000, 100_000, day)
	require.NoError(t, err)
	require.Greater(t, small.Griefing(), e3.Griefing(), "a small attacker beside a large outage")
}

// By hand, status quo: the victims lose 8559 + 6340, the attacker 8559 * 8 / 56
// for each of them.
func TestWithholdingHasTheGriefingFactorOfTheRewards(t *testing.T) {
	quo, err := study.Withhold(at407, penalty.StatusQuo(), 10_000, 56)
	require.NoError(t, err)
	require.InDelta(t, (8559.+6340)/(8559./7), quo.Griefing(), 1e-4)
	e3, err := study.Withhold(at407, penalty.SmoothedE3.Rule(), 10_000, 56)
	require.NoError(t, err)
	require.Greater(t, e3.Griefing(), 2*quo.Griefing())
}

// By hand: 2219 of the head votes of each slot before against 8559 / 7 of a block.
func TestEmptyBlocksCostTheirProposerMoreThanHalfTheDamage(t *testing.T) {
	a, err := study.EmptyBlocks(at407, 100_000, day)
	require.NoError(t, err)
	require.InDelta(t, 2219/(8559./7), a.Griefing(), 1e-3)
	_, err = study.EmptyBlocks(at407, 1_000_001, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestACrowdedRegionPaysAPremiumUnderTheRulesThatSeeCorrelation(t *testing.T) {
	shares := []scenario.PPM{50_000, 150_000, 300_000}
	quo, err := study.ByShare(at407, penalty.StatusQuo(), shares, 10)
	require.NoError(t, err)
	require.Equal(t, quo[0], quo[2])
	e3, err := study.ByShare(at407, penalty.SmoothedE3.Rule(), shares, 10)
	require.NoError(t, err)
	require.Less(t, e3[0], e3[1])
	require.Less(t, e3[1], e3[2])
}

func TestAMinorityClientMayFailMoreOftenUnderTheRuleOf2026(t *testing.T) {
	quo, err := study.BreakEven(at407, penalty.StatusQuo(), 300_000, 30_000, day)
	require.NoError(t, err)
	require.Equal(t, 1., quo)
	e3, err := study.BreakEven(at407, penalty.SmoothedE3.Rule(), 300_000, 30_000, day)
	require.NoError(t, err)
	require.Greater(t, e3, 5.)
}

func TestDeclaringOwnershipNeverCostsAnything(t *testing.T) {
	for _, rule := range penalty.Rules() {
		undeclared, declared, err := study.Declared(at407, rule, 100_000, 500_000, 30)
		require.NoError(t, err)
		require.LessOrEqual(t, declared, undeclared, rule.FullName())
	}
	undeclared, all, err := study.Declared(at407, penalty.SmoothedE3.Rule(), 100_000, 1_000_000, 30)
	require.NoError(t, err)
	plain, err := study.OutageLoss(at407, penalty.StatusQuo(), study.Calm, 100_000, 30)
	require.NoError(t, err)
	require.Equal(t, plain, all, "a full discount is the status quo")
	require.Greater(t, undeclared, all)
}

func TestTheCheapestAttackIsTheBestOfTheBoxOnAnyNumberOfWorkers(t *testing.T) {
	box := study.Box{Attacker: []scenario.PPM{1000, 10_000, 50_000}, Victims: []scenario.PPM{10_000, 100_000}, Epochs: []uint64{1, 20}}
	one, err := study.Cheapest(at407, penalty.SmoothedE3.Rule(), box, 1, nil)
	require.NoError(t, err)
	four, err := study.Cheapest(at407, penalty.SmoothedE3.Rule(), box, 4, nil)
	require.NoError(t, err)
	require.Equal(t, one, four)
	for _, f := range one {
		if f.Name != "join-outage" {
			continue
		}
		for _, a := range box.Attacker {
			for _, v := range box.Victims {
				for _, n := range box.Epochs {
					other, err := study.JoinOutage(at407, penalty.SmoothedE3.Rule(), a, v, n)
					require.NoError(t, err)
					require.LessOrEqual(t, other.Griefing(), f.Attack.Griefing())
				}
			}
		}
	}
	_, err = study.Cheapest(at407, penalty.SmoothedE3.Rule(), study.Box{}, 1, nil)
	require.ErrorIs(t, err, spec.ErrInput)
}
