package rainbow

import (
	"testing"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// economy is what a benchmark or a long run is about: the heavy service and 15
// light ones, so many operators and owners, and ten positions for each, half of
// them heavy lots, half light ones.
type economy struct {
	operators uint64
	light     uint64 // light services that every operator runs beside the heavy one
	pointers  uint64 // parts in a hundred of heavy lots and of wallets that point to an operator
}

const (
	manyOperators = 100_000 // with a million positions
	services      = 16
)

// build makes an economy whose registrations all count. Operator i has the id
// operators + i.
func (e economy) build(b testing.TB, c Config) *State {
	b.Helper()
	balances := make([]spec.Gwei, e.operators)
	for i := range balances {
		balances[i] = 1000 * eth
	}
	l, err := delegation.New(plainLedger(), balances...)
	must(b, err)
	s, err := New(c, l)
	must(b, err)
	must(b, AddService(s, gasper()))
	for id := ServiceID(1); id < services; id++ {
		v := lists()
		v.ID, v.Coupling = id, Weak
		must(b, AddService(s, v))
	}
	account := func(i uint64) delegation.AccountID { return delegation.AccountID(i % e.operators) }
	operatorAt := func(i uint64) delegation.OperatorID { return delegation.OperatorID(e.operators + i%e.operators) }
	for i := range e.operators {
		r, err := delegation.ProcessRegistration(l, delegation.Registration{Owner: account(i), Bond: 32 * eth, Commission: delegation.One / 20})
		must(b, err)
		must(b, ProcessOptIn(s, OptIn{account(i), r.Operators[0], 0, 0}))
		for j := range e.light {
			must(b, ProcessOptIn(s, OptIn{account(i), r.Operators[0], ServiceID(1 + (i+j)%(services-1)), 0}))
		}
	}
	for i := range 5 * e.operators {
		operator, round := operatorAt(i), i/e.operators
		owner := account(i*7919 + round*31)
		r, err := delegation.ProcessDelegation(l, delegation.Delegation{Owner: owner, Operator: operator, Amount: eth})
		must(b, err)
		if i/7%100 < e.pointers {
			_, err = delegation.ProcessLotPointer(l, delegation.LotPointer{Owner: owner, Lot: r.Lots[0], Operator: operatorAt(i * 15_485_863)})
			must(b, err)
		}
		_, err = delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: account(i*104_729 + round*57), Operator: operator, Amount: eth})
		must(b, err)
	}
	for i := range e.operators * e.pointers / 100 {
		_, err := delegation.ProcessWalletPointer(l, delegation.WalletPointer{Owner: account(i * 1_299_709), Operator: operatorAt(i)})
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

// fullDuties reports full performance of everyone that counts, for the current
// epoch; all registrations are of operators in the snapshot, all services at their id.
func fullDuties(s *State, dst []Duty) []Duty {
	dst = dst[:0]
	row := 0
	for i := range s.Registrations {
		r := &s.Registrations[i]
		for s.Go.Rows[row].Operator < r.Operator {
			row++
		}
		if weight := s.counts(r, &s.Services[r.Service], &s.Go.Rows[row]); weight > 0 {
			dst = append(dst, Duty{r.Operator, r.Service, s.Ledger.Epoch(), weight})
		}
	}
	return dst
}

// BenchmarkEpoch ends an epoch in which everybody performs and ten operators are
// penalised. Its receipt is full in memory of its own, full in that of the one
// before (room), or brief.
func BenchmarkEpoch(b *testing.B) {
	for _, c := range []struct {
		name string
		economy
		brief, room bool
	}{
		{"2 services", economy{manyOperators, 1, 0}, false, false},
		{"3 services", economy{manyOperators, 2, 0}, false, false},
		{"16 services", economy{manyOperators, 15, 0}, false, false},
		{"3 services, room", economy{manyOperators, 2, 0}, false, true},
		{"2 services, brief", economy{manyOperators, 1, 0}, true, true},
		{"3 services, brief", economy{manyOperators, 2, 0}, true, true},
		{"16 services, brief", economy{manyOperators, 15, 0}, true, true},
		{"3 services, tenth points, brief", economy{manyOperators, 2, 10}, true, true},
		{"3 services, half point, brief", economy{manyOperators, 2, 50}, true, true},
		{"3 services, half point, room", economy{manyOperators, 2, 50}, false, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := c.build(b, plainConfig())
			var duties []Duty
			var room []delegation.Event
			evidence := EvidenceID(0)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				b.StopTimer()
				duties = fullDuties(s, duties)
				for range 10 {
					evidence++
					must(b, ProcessPenalty(s, Penalty{
						Service: ServiceID(evidence%2) * s.Registrations[1].Service, Evidence: evidence, Operator: manyOperators, Epoch: s.Ledger.Epoch(), Amount: 1000,
					}))
				}
				b.StartTimer()
				r, err := ProcessEpoch(s, EpochInput{Duties: duties, Options: delegation.EpochOptions{Brief: c.brief, Buffer: room}})
				if c.room {
					room = r.Ledger.Events
				}
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
	s := economy{manyOperators, 2, 0}.build(b, plainConfig())
	rewards := make([]delegation.EpochReward, manyOperators)
	for i := range rewards {
		rewards[i] = delegation.EpochReward{Operator: delegation.OperatorID(manyOperators + i), Heavy: 100_000, Light: 5000}
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
