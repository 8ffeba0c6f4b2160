package delegation

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
)

const (
	benchPositions = 1_000_000
	benchOperators = 10_000
	benchOwners    = 100_000
)

// benchLedger has a million heavy positions over ten thousand operators, of a
// hundred thousand owners; light holders at operator 0.
func benchLedger(b *testing.B, holders int) (*Ledger, []OperatorID) {
	b.Helper()
	c := plainConfig()
	c.MaxUnbondingEntries = Off
	balances := make([]spec.Gwei, benchOwners)
	for i := range balances {
		balances[i] = 1000 * spec.ETH
	}
	l, err := New(c, balances...)
	if err != nil {
		b.Fatal(err)
	}
	operators := make([]OperatorID, benchOperators)
	for i := range operators {
		r, err := ProcessRegistration(l, Registration{Owner: AccountID(i), Bond: 32 * spec.ETH, Commission: One / 20})
		if err != nil {
			b.Fatal(err)
		}
		operators[i] = r.Operators[0]
	}
	for i := range benchPositions {
		if _, err := ProcessDelegation(l, Delegation{AccountID(i*7919) % benchOwners, operators[i%benchOperators], spec.ETH}); err != nil {
			b.Fatal(err)
		}
	}
	for i := range holders {
		if _, err := ProcessLightDelegation(l, LightDelegation{AccountID(i), operators[0], spec.ETH}); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := ProcessEpoch(l, EpochInput{}); err != nil {
		b.Fatal(err)
	}
	return l, operators
}

// BenchmarkEpoch is an epoch of a large ledger: rewards for all operators, 1,000
// delegations, 1,000 undelegations and 10 slashings. In the steady state 1,000
// entries of earlier epochs are paid as well.
func BenchmarkEpoch(b *testing.B) {
	l, operators := benchLedger(b, 1000)
	rewards := make([]EpochReward, len(operators))
	for i, id := range operators {
		rewards[i] = EpochReward{Operator: id, Heavy: 1_000_000, Light: 1000}
	}
	var lots []LotID // to be undelegated, oldest first
	for p := range l.lots.All() {
		if !p.Locked && p.ID%97 == 0 {
			lots = append(lots, p.ID)
		}
	}
	slashID, round := SlashID(0), 0
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		for i := range 1000 {
			if r, err := ProcessDelegation(l, Delegation{AccountID(round*31+i*101) % benchOwners, operators[(round*17+i*13)%len(operators)], spec.ETH}); err != nil {
				b.Fatal(err)
			} else {
				lots = append(lots, r.Lots[0])
			}
		}
		for _, id := range lots[:1000] {
			p, _ := l.Lot(id)
			if _, err := ProcessUndelegation(l, Undelegation{Owner: p.Owner, Lot: id, Shares: p.Shares}); err != nil {
				b.Fatal(err)
			}
		}
		lots = lots[1000:]
		slashes := make([]Slash, 10)
		for i := range slashes {
			slashID++
			slashes[i] = Slash{ID: slashID, Operator: operators[(round*10+i)%len(operators)], Epoch: l.epoch, Fraction: Ratio{1, 1000}}
		}
		if r, err := ProcessEpoch(l, EpochInput{Rewards: rewards, Slashes: slashes}); err != nil || len(r.Skipped) > 0 {
			b.Fatal(err, r.Skipped)
		}
		round++
	}
}

// BenchmarkLightReward costs the same for any number of holders.
func BenchmarkLightReward(b *testing.B) {
	for name, holders := range map[string]int{"holders=1": 1, "holders=100000": benchOwners} {
		b.Run(name, func(b *testing.B) {
			c := plainConfig()
			balances := make([]spec.Gwei, benchOwners+1)
			for i := range balances {
				balances[i] = 10 * spec.ETH
			}
			l, _ := New(c, balances...)
			r, err := ProcessRegistration(l, Registration{Owner: benchOwners, Bond: spec.ETH})
			if err != nil {
				b.Fatal(err)
			}
			op := r.Operators[0]
			for i := range holders {
				if _, err := ProcessLightDelegation(l, LightDelegation{AccountID(i), op, spec.ETH}); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := ProcessEpoch(l, EpochInput{}); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ProcessLightReward(l, LightReward{op, 1000}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLookup finds a position of a million by id, and an owner's positions.
func BenchmarkLookup(b *testing.B) {
	l, _ := benchLedger(b, 0)
	b.Run("position", func(b *testing.B) {
		b.ReportAllocs()
		for i := LotID(0); b.Loop(); i += 7919 {
			l.Lot(120_000 + i%900_000)
		}
	})
	b.Run("positions of an owner", func(b *testing.B) {
		b.ReportAllocs()
		for i := AccountID(0); b.Loop(); i += 7919 {
			for range l.LotsOf(i % benchOwners) {
				break
			}
		}
	})
}

// BenchmarkCopy is the yardstick of this machine: 21 bytes for each of a million
// rows.
func BenchmarkCopy(b *testing.B) {
	src, dst := make([]byte, 21*1_000_000), make([]byte, 21*1_000_000)
	for b.Loop() {
		copy(dst, src)
	}
}
