package rainbow

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// FuzzAnnualIssuance holds every curve to its bounds: no panic, never negative
// but for the economic cap, tempered at most today's.
func FuzzAnnualIssuance(f *testing.F) {
	f.Add(uint8(0), uint64(64), uint64(82181), uint64(pow25), uint64(2), uint64(pow25), uint64(eth), uint64(30*million))
	f.Add(uint8(8), uint64(64), uint64(82181), uint64(0), uint64(0), uint64(pow25), uint64(0), uint64(27*million))
	f.Fuzz(func(t *testing.T, kind uint8, factor, epochs, k, n, center, level, staked uint64) {
		budget.Run(t, budget.Limit{}, func() {
			c := Curve{CurveKind(kind), factor, epochs, spec.Gwei(k), n, spec.Gwei(center), spec.Gwei(level)}
			v, err := AnnualIssuance(c, spec.Gwei(staked))
			if err != nil {
				return
			}
			if v < 0 && c.Kind != CurveEconomicCap {
				t.Fatalf("%+v at %d: %d", c, staked, v)
			}
			today := c
			today.Kind = CurveSqrt
			most, err := AnnualIssuance(today, spec.Gwei(staked))
			if err != nil {
				return // the others divide what overflows here
			}
			if c.Kind <= CurveRateCap && v > most {
				t.Fatalf("%+v at %d: %d above %d", c, staked, v, most)
			}
			if _, _, _, err := Peak(c); err != nil && c.Kind == CurveSqrt {
				t.Fatal(err)
			}
			if _, _, err := SpecIssuance(c, spec.Gwei(staked)); err != nil && v > 0 && uint64(v) < 1<<60 && c.Kind != CurveSqrt {
				t.Fatalf("%+v at %d: %v", c, staked, err)
			}
		})
	})
}
