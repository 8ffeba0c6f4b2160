package rainbow

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// days is an economy that moves on day by day.
type days struct {
	*testing.T
	*rand.Rand
	s         *State
	operators uint64
	lots      []delegation.LotID // that may be undelegated
	lights    []delegation.PositionID
	evidence  EvidenceID
	refused   int
}

func newDays(t *testing.T, e economy) *days {
	c := plainConfig()
	c.Issuance.Curve.EpochsPerYear = 365
	d := &days{T: t, Rand: rand.New(rand.NewPCG(10, 365)), s: e.build(t, c), operators: e.operators}
	for owner := range delegation.AccountID(e.operators) {
		d.lots = slices.AppendSeq(d.lots, d.s.Ledger.LotsOf(owner))
		d.lights = slices.AppendSeq(d.lights, d.s.Ledger.LightsOf(owner))
	}
	return d
}

func (d *days) account() delegation.AccountID { return delegation.AccountID(d.Uint64N(d.operators)) }

func (d *days) operator() delegation.OperatorID {
	return delegation.OperatorID(d.operators + d.Uint64N(d.operators))
}

// take takes a random element off a list.
func take[ID any](d *days, list *[]ID) ID {
	l := *list
	i, last := d.IntN(len(l)), len(l)-1
	l[i], l[last], *list = l[last], l[i], l[:last]
	return l[last]
}

// apply applies an operation, which may be refused, and returns what it created.
func (d *days) apply(op any) delegation.Created {
	r, err := delegation.Process(d.s.Ledger, op)
	if err != nil {
		d.refused++
	}
	return r.Created
}

// churn is what delegators do in a day: so many of each kind of operation.
func (d *days) churn(n int) {
	l := d.s.Ledger
	for range n {
		created := d.apply(delegation.Delegation{Owner: d.account(), Operator: d.operator(), Amount: eth}).Lots
		d.lots = append(d.lots, created...)
		if len(created) > 0 && d.IntN(5) == 0 {
			p, _ := l.Lot(created[0])
			d.apply(delegation.LotPointer{Owner: p.Owner, Lot: p.ID, Operator: d.operator()})
		}
		p, _ := l.Lot(take(d, &d.lots))
		d.apply(delegation.Undelegation{Owner: p.Owner, Lot: p.ID, Shares: p.Shares})
		v, _ := l.Light(take(d, &d.lights))
		d.lights = append(d.lights, d.apply(delegation.LightRedelegation{Owner: v.Owner, Position: v.ID, To: d.operator(), Amount: v.Total()}).Lights...)
		d.lights = append(d.lights, d.apply(delegation.LightDelegation{Owner: d.account(), Operator: d.operator(), Amount: eth}).Lights...)
		v, _ = l.Light(take(d, &d.lights))
		d.apply(delegation.LightUndelegation{Owner: v.Owner, Position: v.ID, Amount: v.Total()})
	}
	for range 3 {
		d.evidence++
		p := Penalty{Service: 0, Evidence: d.evidence, Operator: d.operator(), Epoch: l.Epoch(), Fraction: delegation.Ratio{Num: 1, Den: 1000}}
		require.NoError(d, ProcessPenalty(d.s, p))
	}
}

// Ten years in daily steps of an economy under churn. The long form is that of the
// benchmarks, 100,000 operators with three services each and a million positions,
// where a tenth of the heavy lots and wallets lends its weight; it says how long
// it took and, on Linux, the most memory that the process ever had.
func TestTenYears(t *testing.T) {
	e, epochs, churn := economy{500, 2, 10}, 20, 20
	if longForm(t, "3650 epochs of a million positions") {
		e, epochs, churn = economy{manyOperators, 2, 10}, 3650, 200
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(800 << 20)) // as GOMEMLIMIT would
	}
	start := time.Now()
	d := newDays(t, e)
	t.Logf("built in %.1f s", time.Since(start).Seconds())
	var duties []Duty
	var room []delegation.Event
	var inOperations, inEpochs time.Duration
	burned := spec.Gwei(0)
	start = time.Now()
	for day := range epochs {
		began := time.Now()
		d.churn(churn)
		duties = fullDuties(d.s, duties)
		duties = slices.DeleteFunc(duties, func(duty Duty) bool { return (duty.Operator+delegation.OperatorID(day))%50 == 0 })
		ready := time.Now()
		r, err := ProcessEpoch(d.s, EpochInput{Duties: duties, Options: delegation.EpochOptions{Brief: true, Buffer: room}})
		require.NoError(t, err)
		inOperations += ready.Sub(began)
		inEpochs += time.Since(ready)
		require.Empty(t, r.Ledger.Skipped)
		room = r.Ledger.Events
		for _, p := range r.Penalties {
			burned += p.Collected
		}
		if (day+1)%365 == 0 || day+1 == epochs {
			require.NoError(t, CheckInvariants(d.s))
		}
	}
	end := d.s.Ledger.State()
	require.Equal(t, d.s.Totals.Paid, end.Minted)
	require.Equal(t, burned, end.Burned)
	require.Less(t, d.refused, epochs*churn/10)
	t.Logf("%d epochs of %d operators, %d heavy lots and %d light positions: %.1f s, of which epochs %.1f s, operations and reports %.1f s; %d of %d operations refused; %s",
		epochs, len(end.Operators), len(end.Lots), len(end.Lights), time.Since(start).Seconds(), inEpochs.Seconds(), inOperations.Seconds(),
		d.refused, epochs*churn*5, peakMemory())
}

// peakMemory is the most memory that the process ever had, where Linux tells it.
func peakMemory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "memory unknown"
	}
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return fmt.Sprintf("at most %s of memory", strings.Join(strings.Fields(kib), " "))
		}
	}
	return "memory unknown"
}
