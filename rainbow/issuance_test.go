package rainbow

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow/ref"
	"github.com/stakesim/stakesim/spec"
)

const (
	million = 1_000_000 * spec.ETH
	pow25   = spec.Gwei(1<<25) * spec.ETH
)

func wholeETH(t *testing.T, c Curve, staked spec.Gwei) int64 {
	t.Helper()
	v, err := AnnualIssuance(c, staked)
	require.NoError(t, err)
	if v < 0 {
		return -((-v + 5e8) / 1e9)
	}
	return (v + 5e8) / 1e9
}

// The figures of the texts, in whole ETH a year.
func TestIssuanceFiguresOfTheTexts(t *testing.T) {
	for _, c := range []struct {
		does  string
		curve Curve
		at    spec.Gwei
		want  int64
	}{
		{"tempered at its peak is half of today's", Tempered(pow25), pow25, 481722},
		{"tempered at 60M", Tempered(pow25), 60 * million, 462075},
		{"tempered at 120M", Tempered(pow25), 120 * million, 398134},
		{"generalised at 15M", Generalised(40*million, 2), 15 * million, 564747},
		{"generalised at 30M", Generalised(40*million, 2), 30 * million, 583031},
		{"generalised at 60M", Generalised(40*million, 2), 60 * million, 396409},
		{"generalised at 120M", Generalised(40*million, 2), 120 * million, 182197},
		{"cubed at 30M", Cubed(1_950_000 * spec.ETH), 30 * million, 547201},
		{"cubed at 60M", Cubed(1_950_000 * spec.ETH), 60 * million, 270615},
		{"cubed at 120M", Cubed(1_950_000 * spec.ETH), 120 * million, 81798},
		{"the sigmoid floor at 120M", SigmoidFloor(32*million, 7*million, 120_000*spec.ETH), 120 * million, 120280},
		{"the Hill floor at 30M", HillFloor(30*million, 3, 90_000*spec.ETH), 30 * million, 500493},
		{"the Hill floor at 60M", HillFloor(30*million, 3, 90_000*spec.ETH), 60 * million, 223148},
	} {
		t.Run(c.does, func(t *testing.T) { require.Equal(t, c.want, wholeETH(t, c.curve, c.at)) })
	}
}

func TestSpecificationPath(t *testing.T) {
	for _, c := range []struct {
		does         string
		curve        Curve
		at           spec.Gwei
		perIncrement spec.Gwei
		ETH          int64
	}{
		{"today's at 30M", Sqrt(), 30 * million, 369, 909744},
		{"today's at 2^25", Sqrt(), pow25, 349, 962380},
		{"tempered at 120M takes steps of 1/40", Tempered(pow25), 120 * million, 40, 0},
		{"cubed at 120M takes steps of 1/8", Cubed(1_950_000 * spec.ETH), 120 * million, 8, 0},
	} {
		t.Run(c.does, func(t *testing.T) {
			per, annual, err := SpecIssuance(c.curve, c.at)
			require.NoError(t, err)
			require.Equal(t, c.perIncrement, per)
			require.Equal(t, per*(c.at/spec.ETH)*EpochsPerYear, annual)
			if c.ETH > 0 {
				require.Equal(t, c.ETH, int64(annual+5e8)/1e9)
			}
		})
	}
}

func TestRelationsBetweenCurves(t *testing.T) {
	for d := million / 4; d < 130*million; d += 777 * million / 1000 {
		today, err := AnnualIssuance(Sqrt(), d)
		require.NoError(t, err)
		halved, err := AnnualIssuance(Halved(), d)
		require.NoError(t, err)
		require.InDelta(t, today, 2*halved, 1)
		tempered, err := AnnualIssuance(Tempered(pow25), d)
		require.NoError(t, err)
		require.Less(t, tempered, today)
		general, err := AnnualIssuance(Generalised(pow25, 1), d)
		require.NoError(t, err)
		require.Equal(t, tempered, general)
		capped, err := AnnualIssuance(Capped(30*million), d)
		require.NoError(t, err)
		if d <= 30*million {
			require.Equal(t, today, capped)
		} else {
			require.Equal(t, wholeETH(t, Sqrt(), 30*million), wholeETH(t, Capped(30*million), d))
		}
	}
	// 0.5 % of 120M ETH, below and above.
	rate := RateCap(120*million, 5_000_000)
	require.EqualValues(t, 600_000*spec.ETH, rate.Level)
	require.EqualValues(t, 600_000, wholeETH(t, rate, 30*million))
	require.Equal(t, wholeETH(t, Sqrt(), 5*million), wholeETH(t, rate, 5*million))
	// tempered at k is exactly half of today's there, up to a floor
	half, _ := AnnualIssuance(Tempered(pow25), pow25)
	today, _ := AnnualIssuance(Sqrt(), pow25)
	require.Equal(t, today/2, half)
}

// The economic cap is zero at 0.8 l = 26843545.6 ETH, exactly, and negative beyond.
func TestEconomicCapChangesItsSign(t *testing.T) {
	c, zero := EconomicCap(pow25), spec.Gwei(26_843_545_600_000_000)
	v, err := AnnualIssuance(c, zero)
	require.NoError(t, err)
	require.InDelta(t, 0, v, 1)
	v, err = AnnualIssuance(c, zero-spec.ETH)
	require.NoError(t, err)
	require.Positive(t, v)
	v, err = AnnualIssuance(c, zero+spec.ETH)
	require.NoError(t, err)
	require.Negative(t, v)
	perEpoch, err := EpochIssuance(c, zero+million)
	require.NoError(t, err)
	require.Zero(t, perEpoch)
}

// A post prints k sqrt(3) for the peak of n = 2; it is k / sqrt(3).
func TestPeaksAreWhereStatedAndHighest(t *testing.T) {
	for _, c := range []struct {
		does  string
		curve Curve
		at    float64 // ETH
	}{
		{"tempered at k", Tempered(pow25), 1 << 25},
		{"generalised, n = 2, at k/sqrt 3", Generalised(40*million, 2), 40e6 / 1.7320508075688772},
		{"generalised, n = 3, at k 5^(-1/3)", Generalised(40*million, 3), 40e6 / 1.709975946676697},
		{"cubed at (k^6/16)^(1/5)", Cubed(1_950_000 * spec.ETH), 20_290_000},
		{"economic cap before its zero", EconomicCap(pow25), 0},
	} {
		t.Run(c.does, func(t *testing.T) {
			at, most, ok, err := Peak(c.curve)
			require.NoError(t, err)
			require.True(t, ok)
			if c.at > 0 {
				require.InEpsilon(t, c.at, float64(at)/1e9, 1e-3)
			}
			for _, step := range []spec.Gwei{million / 1000, million / 10, million, 5 * million} {
				for _, d := range []spec.Gwei{at - step, at + step} {
					v, err := AnnualIssuance(c.curve, d)
					require.NoError(t, err)
					require.Less(t, v, most, "at %d", d)
				}
			}
		})
	}
	for _, c := range []Curve{Sqrt(), Halved(), Capped(million), RateCap(million, 1), SigmoidFloor(1, 1, 1), HillFloor(1, 1, 1)} {
		_, _, ok, err := Peak(c)
		require.NoError(t, err)
		require.False(t, ok, c.Kind)
	}
}

// Every form against the texts' own formula in floating point of 512 bits.
func TestIssuanceAgainstTheReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	eth := func(g spec.Gwei) *big.Float { return new(big.Float).Quo(ref.ETH(float64(g)), ref.ETH(1e9)) }
	for i := range 3000 {
		f := 1 + rng.Uint64N(128)
		epochs := 1 + rng.Uint64N(200_000)
		d := 1 + spec.Gwei(rng.Uint64N(1<<53))>>rng.Uint64N(50) // exact as a float64
		k := spec.ETH + spec.Gwei(rng.Uint64N(1<<53))>>rng.Uint64N(24)
		at := d + spec.Gwei(rng.Uint64N(1<<52))>>rng.Uint64N(30) + 1
		level := spec.Gwei(rng.Uint64N(1 << 52))
		n := 1 + rng.Uint64N(5)
		c, ff := ref.Constant(float64(epochs)), ref.ETH(float64(f))
		var curve Curve
		var want *big.Float
		switch CurveKind(i % int(curveKinds)) {
		case CurveSqrt:
			curve, want = Sqrt(), ref.Sqrt(c, ff, eth(d))
		case CurveTempered:
			curve, want = Tempered(k), ref.Tempered(c, ff, eth(d), eth(k))
		case CurveGeneralised:
			curve, want = Generalised(k, n), ref.Generalised(c, ff, eth(d), eth(k), int(n))
		case CurveCubed:
			curve, want = Cubed(k), ref.Cubed(c, ff, eth(d), eth(k))
		case CurveCapped:
			curve, want = Capped(k), ref.Sqrt(c, ff, eth(min(d, k)))
		case CurveRateCap:
			curve, want = Curve{Kind: CurveRateCap, Level: level}, ref.Sqrt(c, ff, eth(d))
			if want.Cmp(eth(level)) > 0 {
				want = eth(level)
			}
		case CurveSigmoidFloor:
			curve, want = SigmoidFloor(at, k, level), ref.SigmoidFloor(c, ff, eth(d), eth(at), eth(k), eth(level))
			if at < d || rng.IntN(2) == 0 {
				at = d / 2
				curve, want = SigmoidFloor(at, k, level), ref.SigmoidFloor(c, ff, eth(d), eth(at), eth(k), eth(level))
			}
		case CurveHillFloor:
			curve, want = HillFloor(k, n, level), ref.HillFloor(c, ff, eth(d), eth(k), eth(level), int(n))
		case CurveEconomicCap:
			curve, want = EconomicCap(at), ref.EconomicCap(c, ff, eth(d), eth(at))
		}
		curve.Factor, curve.EpochsPerYear = f, epochs
		got, err := AnnualIssuance(curve, d)
		want.Mul(want, ref.ETH(1e9))
		if exact, _ := want.Float64(); exact > 1<<62 || exact < -(1<<62) {
			continue
		}
		require.NoError(t, err, "%+v at %d", curve, d)
		diff, _ := new(big.Float).Sub(want, new(big.Float).SetPrec(512).SetInt64(got)).Float64()
		slack := 1e-6 // root and floor exact; the others within one Gwei
		switch curve.Kind {
		case CurveCubed, CurveSigmoidFloor, CurveHillFloor, CurveEconomicCap:
			slack = 1
		}
		require.GreaterOrEqual(t, diff, -slack, "%+v at %d: %d", curve, d, got)
		require.Less(t, diff, 1+slack, "%+v at %d: %d", curve, d, got)
	}
}

func TestAlphaHasTwoMeaningsAndConvertsExactly(t *testing.T) {
	issuance := 875_000 * spec.ETH
	heavy, light, err := ShareOfTotal{5, 100}.SplitIssuance(issuance)
	require.NoError(t, err)
	require.Equal(t, 43_750*spec.ETH, light)
	require.Equal(t, issuance, heavy+light)
	share, err := RatioToHeavy{5, 100}.Share()
	require.NoError(t, err)
	heavy, light, err = share.SplitIssuance(issuance)
	require.NoError(t, err)
	require.Equal(t, spec.Gwei(41_666_666_666_666), light) // 875000/21 = 41666.67 ETH
	require.Equal(t, issuance, heavy+light)

	ratio, err := TodayShare.Ratio()
	require.NoError(t, err)
	require.Equal(t, TodayRatio, ratio)
	require.InDelta(t, 0.03571, delegation.Ratio(TodayShare).Float64(), 5e-6)
	require.InDelta(t, 0.03704, delegation.Ratio(TodayRatio).Float64(), 5e-6)

	rng := rand.New(rand.NewPCG(3, 2))
	for range 500 {
		den := 2 + rng.Uint64N(1<<40)
		s := ShareOfTotal{rng.Uint64N(den), den}
		r, err := s.Ratio()
		require.NoError(t, err)
		back, err := r.Share()
		require.NoError(t, err)
		require.Equal(t, s, back)
	}
	for _, s := range []ShareOfTotal{{1, 0}, {0, 0}, {2, 1}} {
		_, _, err := s.SplitIssuance(1)
		require.ErrorIs(t, err, ErrAlpha)
		_, err = s.Ratio()
		require.ErrorIs(t, err, ErrAlpha)
	}
	_, err = ShareOfTotal{1, 1}.Ratio()
	require.ErrorIs(t, err, ErrAlpha)
	_, err = RatioToHeavy{1, 0}.Share()
	require.ErrorIs(t, err, ErrAlpha)
	_, err = RatioToHeavy{1 << 63, 1 << 63}.Share()
	require.ErrorIs(t, err, spec.ErrOverflow)
}

// The seed's check: 875000 ETH a year at about $2B; 5 % to light services is $100M;
// at $1000 in 5 years a node that carries 500000 solo operators.
func TestMoneyCheckOfTheSeed(t *testing.T) {
	const dollars = 2_000_000_000
	_, light, err := ShareOfTotal{5, 100}.SplitIssuance(dollars)
	require.NoError(t, err)
	require.EqualValues(t, 100_000_000, light)
	require.EqualValues(t, 500_000, light*5/1000)
}

func TestCurvesBeyondTheirDomain(t *testing.T) {
	for does, c := range map[string]struct {
		curve Curve
		at    spec.Gwei
		kind  error
	}{
		"a stake of 2^57 Gwei":          {Sqrt(), delegation.MaxSupply, ErrDomain},
		"the asymptote":                 {EconomicCap(pow25), pow25, ErrDomain},
		"an unknown form":               {Curve{Kind: curveKinds, Factor: 1, EpochsPerYear: 1}, 1, spec.ErrInput},
		"no factor":                     {Curve{EpochsPerYear: 1}, 1, spec.ErrInput},
		"no epochs":                     {Curve{Factor: 1}, 1, spec.ErrInput},
		"no scale":                      {Tempered(0), 1, spec.ErrInput},
		"no exponent":                   {Generalised(1, 0), 1, spec.ErrInput},
		"an exponent of 17":             {HillFloor(1, 17, 0), 1, spec.ErrInput},
		"an issuance of 64 bits":        {Curve{Factor: maxFactor, EpochsPerYear: maxEpochs}, 1 << 56, spec.ErrOverflow},
		"a negative one of 64 bits":     {Curve{Kind: CurveEconomicCap, Factor: 1, EpochsPerYear: maxEpochs, Center: 1<<56 + 1}, 1 << 56, spec.ErrOverflow},
		"a level above the supply":      {HillFloor(1, 1, delegation.MaxSupply+1), 1, spec.ErrInput},
		"a scale above the supply":      {Cubed(delegation.MaxSupply + 1), 1, spec.ErrInput},
		"a year of 2^32 epochs and one": {Curve{Factor: 1, EpochsPerYear: 1<<32 + 1}, 1, spec.ErrInput},
	} {
		t.Run(does, func(t *testing.T) {
			_, err := AnnualIssuance(c.curve, c.at)
			require.ErrorIs(t, err, c.kind)
			_, err = EpochIssuance(c.curve, c.at)
			require.ErrorIs(t, err, c.kind)
			_, _, err = SpecIssuance(c.curve, c.at)
			require.ErrorIs(t, err, c.kind)
		})
	}
	for k := range curveKinds {
		v, err := AnnualIssuance(Curve{Kind: k, Factor: 1, EpochsPerYear: 1, K: 1, N: 1, Center: 1, Level: 1}, 0)
		require.NoError(t, err)
		require.Zero(t, v)
	}
	_, err := BaseRewardPerIncrement(64, 0)
	require.ErrorIs(t, err, ErrDomain)
}
