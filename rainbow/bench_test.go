package rainbow

import (
	"testing"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

const (
	benchOperators = 100_000
	benchOwners    = 100_000
	benchServices  = 16
	benchPositions = 1_000_000 // half heavy lots, half light positions
)

// benchState is an economy of 100,000 operators, 16 services and a million
// positions; every operator runs the heavy service and so many light ones. Of the
// heavy lots and of the wallets, so many parts in a hundred point to an operator.
func benchState(b testing.TB, light, lots, wallets int) *State {
	b.Helper()
	c := plainLedger()
	balances := make([]spec.Gwei, benchOwners)
	for i := range balances {
		balances[i] = 1000 * eth
	}
	l, err := delegation.New(c, balances...)
	must(b, err)
	config := plainConfig()
	s, err := New(config, l)
	must(b, err)
	must(b, AddService(s, gasper()))
	for id := uint64(1); id < benchServices; id++ {
		v := lists()
		v.ID, v.Coupling = id, Weak
		must(b, AddService(s, v))
	}
	for i := range uint64(benchOperators) {
		r, err := delegation.ProcessRegistration(l, delegation.Registration{Owner: i, Bond: 32 * eth, Commission: delegation.One / 20})
		must(b, err)
		must(b, ProcessEntry(s, Entry{i, r.Created[0], 0, 0}))
		for j := range uint64(light) {
			must(b, ProcessEntry(s, Entry{i, r.Created[0], 1 + (i+j)%(benchServices-1), 0}))
		}
	}
	for i := range uint64(benchPositions / 2) {
		operator := benchOwners + i%benchOperators
		r, err := delegation.ProcessDelegation(l, delegation.Delegation{Owner: i * 7919 % benchOwners, Operator: operator, Amount: eth})
		must(b, err)
		if int(i/7%100) < lots {
			_, err = delegation.ProcessLotPointer(l, delegation.LotPointer{
				Owner: i * 7919 % benchOwners, Position: r.Created[0], Operator: benchOwners + i*15_485_863%benchOperators,
			})
			must(b, err)
		}
		_, err = delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: i * 104_729 % benchOwners, Operator: operator, Amount: eth})
		must(b, err)
	}
	for i := range uint64(benchOwners * wallets / 100) {
		_, err := delegation.ProcessWalletPointer(l, delegation.WalletPointer{Owner: i * 1_299_709 % benchOwners, Operator: benchOwners + i})
		must(b, err)
	}
	for range 3 {
		_, err := ProcessEpoch(s, EpochInput{})
		must(b, err)
	}
	return s
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fullDuties reports full performance of everyone, for the current epoch.
func fullDuties(s *State, dst []Duty) []Duty {
	dst = dst[:0]
	row := 0
	for i := range s.Registrations {
		r := &s.Registrations[i]
		for s.Go.Rows[row].Operator < r.Operator {
			row++
		}
		weight := s.counts(r, &s.Services[r.Service], &s.Go.Rows[row])
		dst = append(dst, Duty{r.Operator, r.Service, s.Ledger.Epoch(), weight})
	}
	return dst
}

// BenchmarkEpoch ends an epoch in which everybody performs and ten operators are
// penalised.
func BenchmarkEpoch(b *testing.B) {
	const nobody, half = 0, 50 // of the lots and wallets have a pointer
	for _, c := range []struct {
		name            string
		light, pointers int
		brief           bool
	}{
		{"2 services", 1, nobody, false},
		{"3 services", 2, nobody, false},
		{"16 services", 15, nobody, false},
		{"3 services, pointers", 2, half, false},
		{"2 services, brief", 1, nobody, true},
		{"3 services, brief", 2, nobody, true},
		{"16 services, brief", 15, nobody, true},
		{"3 services, pointers, brief", 2, half, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := benchState(b, c.light, c.pointers, c.pointers)
			var duties []Duty
			var room []delegation.Event
			evidence := uint64(0)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				b.StopTimer()
				duties = fullDuties(s, duties)
				for range 10 {
					evidence++
					must(b, ProcessPenalty(s, Penalty{
						Service: evidence % 2 * s.Registrations[1].Service, Evidence: evidence, Operator: benchOwners, Epoch: s.Ledger.Epoch(), Amount: 1000,
					}))
				}
				b.StartTimer()
				r, err := ProcessEpoch(s, EpochInput{Duties: duties, Brief: c.brief, Room: room})
				room = r.Ledger.Events
				if err != nil || len(r.Ledger.Skipped) > 0 || len(r.Penalties) != 10 {
					b.Fatal(err, r.Ledger.Skipped)
				}
			}
		})
	}
}

// BenchmarkLedger is the part of the epoch that the ledger takes: rewards for
// 100,000 operators.
func BenchmarkLedger(b *testing.B) {
	s := benchState(b, 2, 0, 0)
	rewards := make([]delegation.EpochReward, benchOperators)
	for i := range rewards {
		rewards[i] = delegation.EpochReward{Operator: benchOwners + uint64(i), Heavy: 100_000, Light: 5000}
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := delegation.ProcessEpoch(s.Ledger, delegation.EpochInput{Rewards: rewards}); err != nil || len(r.Skipped) > 0 {
			b.Fatal(err, r.Skipped)
		}
	}
}

// BenchmarkAnnualIssuance is one evaluation of each form.
func BenchmarkAnnualIssuance(b *testing.B) {
	for _, c := range []Curve{Sqrt(), Tempered(pow25), Cubed(1_950_000 * eth), SigmoidFloor(32*million, 7*million, 120_000*eth)} {
		b.Run(c.Kind.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := AnnualIssuance(c, 30*million); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCopy is the yardstick of this machine: 21 bytes for each of a million
// rows.
func BenchmarkCopy(b *testing.B) {
	src, dst := make([]byte, 21*1_000_000), make([]byte, 21*1_000_000)
	for b.Loop() {
		copy(dst, src)
	}
}
