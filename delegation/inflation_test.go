package delegation

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
	"github.com/stretchr/testify/require"
)

// I26, the inflation game with 10^6 locked shares: over any 50 attacker moves
// around one victim's deposit the victim loses at most 2 + ceil(Gwei moved into
// the pool / locked shares), and the attacker gains at most 2. Where the pool has
// a price to begin with, the first Gwei of both is ceil(price) instead.
func TestInvariantI26InflationGame(t *testing.T) {
	games := 300
	if longForm(t, "20,000 inflation games") {
		games = 20_000
	}
	c := plainConfig()
	c.MinLockedShares, c.MaxUnbondingEntries, c.UnbondingEpochs = million, Off, 1
	worstLoss, worstGain := int64(0), int64(-1<<62)
	for seed := range games {
		loss, gain := inflationGame(t, c, rand.New(rand.NewPCG(26, uint64(seed))))
		worstLoss, worstGain = max(worstLoss, loss), max(worstGain, gain)
	}
	t.Logf("worst of %d games: the victim loses %d Gwei, the attacker gains %d", games, worstLoss, worstGain)
}

func inflationGame(t *testing.T, c Config, rng *rand.Rand) (loss, gain int64) {
	const victim, attacker = 1, 2
	l, err := New(c, 10*million, 1<<50, 1<<50)
	require.NoError(t, err)
	w := &world{t, l}
	a := func() OperatorID {
		r, _ := ProcessRegistration(l, Registration{Owner: 0, Bond: 0})
		return r.Operators[0]
	}()
	b := func() OperatorID {
		r, _ := ProcessRegistration(l, Registration{Owner: attacker, Bond: 0})
		return r.Operators[0]
	}()
	switch rng.IntN(3) { // a price above, below or at 1
	case 0:
		_, err = ProcessHeavyReward(l, HeavyReward{a, 1 + spec.Gwei(rng.Uint64N(100*million))})
	case 1:
		_, err = ProcessSlashing(l, Slashing{[]Slash{{ID: 1, Operator: a, Amount: 1 + spec.Gwei(rng.Uint64N(million*63/64))}}})
	}
	require.NoError(t, err)
	start := wealth(w, attacker) // with the locked shares of b
	price := ceilPrice(w.op(a))  // 1 in a fresh pool, where the bounds are those of the text
	slash := SlashID(2)
	var lots []LotID
	into := spec.Gwei(0)
	move := func() {
		size := spec.Gwei(rng.Uint64N(1<<(1+rng.Uint64N(40)))) + 1
		pick := func() LotID { return lots[rng.IntN(len(lots))] }
		var op any
		switch k := rng.IntN(6); {
		case k == 5 && rng.IntN(3) == 0: // a lien cut burns shares, rounded up
			slash++
			op = Slashing{[]Slash{{ID: slash, Operator: b, Amount: 1 + size>>rng.Uint64N(20)}}}
		case k <= 1 || len(lots) == 0:
			op = Delegation{attacker, a, size}
		case k == 2:
			p := w.lotOrZero(pick())
			op = Undelegation{attacker, p.ID, 0, 1 + rng.Uint64N(max(p.Shares, 1))}
		case k == 3: // in from b, with a lien that can be slashed in a later
			op = Delegation{attacker, b, size}
		default:
			p := w.lotOrZero(pick())
			to := a
			if p.Operator == a {
				to = b
			}
			op = Redelegation{attacker, p.ID, to, 0, 1 + rng.Uint64N(max(p.Shares, 1))}
		}
		before := w.op(a).PoolTokens
		r, err := Process(l, op)
		if err != nil {
			return
		}
		into += u64.SubSat(w.op(a).PoolTokens, before)
		switch op.(type) {
		case Delegation, Redelegation:
			lots = append(lots, r.Lots[0])
		}
	}
	moves, when := 50, rng.IntN(50)
	deposit := spec.Gwei(rng.Uint64N(1<<(1+rng.Uint64N(40)))) + 1
	victimLot, ok := LotID(0), false
	for i := range moves {
		if i == when {
			if r, err := ProcessDelegation(l, Delegation{victim, a, deposit}); err == nil {
				victimLot, ok = r.Lots[0], true
			}
		}
		move()
	}
	require.NoError(t, CheckInvariants(l))
	gain = int64(wealth(w, attacker)) - int64(start)
	if ok {
		loss = int64(deposit) - int64(w.value(victimLot))
	}
	require.LessOrEqual(t, loss, int64(1+price+(into+million-1)/million))
	require.LessOrEqual(t, gain, int64(1+price))
	return loss, gain
}
