package penalty_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// epochSeeds start the fuzzing of whole epochs: a seed for what the bytes leave
// open, the number of validators, the rule, and bytes.
var epochSeeds = []struct {
	seed       uint64
	validators uint8
	rule       uint8
	bytes      []byte
}{
	{1, 0, 0, nil},
	{2, 1, 18, []byte{1, 0, 4, 0, 255, 255}},
	{3, 9, 3, []byte("a wild registry")},
	{4, 24, 13, nil},
	{5, 17, 14, []byte{0, 0, 0, 0, 0, 0, 0, 0}},
	{6, 24, 40, nil},
	{7, 24, 255, nil},
}

func addEpochSeeds(f *testing.F) {
	for _, s := range epochSeeds {
		f.Add(s.seed, s.validators, s.rule, s.bytes)
	}
}

// FuzzEpoch makes a small registry of the bytes, as wild as they are, and takes
// it through two epochs under a named rule or one with constants of its own:
// components, fused pass and penalty/ref give the same, or the same kind of error
// with nothing changed (see chain.epoch).
func FuzzEpoch(f *testing.F) {
	addEpochSeeds(f)
	named := subjects(f)
	f.Fuzz(func(t *testing.T, seed uint64, validators, rule uint8, bytes []byte) {
		w := newWorld(t, newDice(seed, bytes))
		var s subject
		if k := int(rule); k < len(named) {
			s = named[k]
		} else {
			s = w.randomSubject()
		}
		b := w.boundary()
		c := newChain(t, w.params, s)
		c.start(spec.Gwei(w.wide(64)), [2]uint64{w.wide(64), w.wide(64)})
		w.run(t, c, w.registry(int(validators%25), b), b, 2)
	})
}

// FuzzStatusQuo sets the factors of every rule to one, in three spellings, and
// wants what penalty/ref gives for the status quo: scopes and memories alone
// change nothing.
func FuzzStatusQuo(f *testing.F) {
	addEpochSeeds(f)
	rules := penalty.Rules()
	f.Fuzz(func(t *testing.T, seed uint64, validators, rule uint8, bytes []byte) {
		w := newWorld(t, newDice(seed, bytes))
		b := w.boundary()
		r := w.registry(int(validators%25), b)
		quiet := rules[int(rule)%len(rules)]
		one := pick(w.dice, penalty.One, penalty.Factor{Num: 7, Den: 7}, penalty.Factor{Num: 3, Den: 3, Squared: true})
		step := quiet.Step
		quiet.Step = func(m penalty.Memory, o *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
			_, m, err := step(m, o)
			return penalty.Factors{Source: one, Target: one}, m, err
		}
		c := newChain(t, w.params, subject{quiet, quieted(oraclesByName()[quiet.FullName()]), 32})
		want, _, wantErr := ref.ProcessEpoch(ref.State{Params: w.params, Boundary: b, Registry: r.Clone()}, ref.StatusQuo, ref.Memory{})
		err := c.epoch(t, r, b)
		sameKind(t, wantErr, err, quiet.FullName())
		if err == nil {
			same(t, want.Registry, r, quiet.FullName(), "is not the status quo")
		}
	})
}

// quieted is a mechanism that remembers, with every factor one.
func quieted(m ref.Mechanism) ref.Mechanism {
	return func(s ref.State, memory ref.Memory) (ref.Factors, ref.Memory, error) {
		_, after, err := m(s, memory)
		return ref.Factors{}, after, err
	}
}

// diversitySeeds start the fuzzing of the reward rule: shape, bounds, the tent's
// shares and slopes, and a byte for each family's stake.
var diversitySeeds = []struct {
	shape           uint8
	low, high       uint64
	from, to, limit uint64
	bonus, malus    uint64
	shift           uint8
	stakes          []byte
}{
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 40, []byte{70, 15, 10, 5}},
	{1, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 40, []byte{70, 15, 10, 5}},
	{2, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 0, []byte{70, 15, 10, 5}},
	{3, 1 << 31, 1 << 33, 85899345, 429496729, 1431655765, 429496729, 429496729, 10, []byte{60, 25, 14, 1, 0}},
	{3, 0, 1 << 33, 1, 2, 1 << 32, 1 << 32, 1 << 32, 56, []byte{200, 1, 2}},
	{0, 0, 1 << 48, 0, 0, 0, 0, 0, 0, []byte{0, 0, 255}},
	{0, 1 << 33, 1 << 33, 0, 0, 0, 0, 0, 0, []byte{1}},
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 0, nil},
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 60, []byte{255, 255}},
	{0, 1<<33 - 29, 1 << 33, 23, 15, 61, 32, 0, 56, []byte("000x")}, // low above the budget, and too much stake
}

// FuzzDiversity holds the multipliers to penalty/ref, to the budget and to the
// bounds.
func FuzzDiversity(f *testing.F) {
	for _, s := range diversitySeeds {
		f.Add(s.shape, s.low, s.high, s.from, s.to, s.limit, s.bonus, s.malus, s.shift, s.stakes)
	}
	f.Fuzz(func(t *testing.T, shape uint8, low, high, from, to, limit, bonus, malus uint64, shift uint8, raw []byte) {
		d := penalty.Diversity{
			Shape: penalty.Shape(shape % 5), Low: penalty.Multiplier(low), High: penalty.Multiplier(high),
			From: from, To: to, Cap: limit, Bonus: penalty.Multiplier(bonus), Malus: penalty.Multiplier(malus),
		}
		stakes := make([]spec.Gwei, min(len(raw), 12))
		for i := range stakes {
			stakes[i] = spec.Gwei(raw[i])<<(shift%57) + spec.Gwei(i)*spec.Gwei(min(raw[i], 1))
		}
		untouched := append([]spec.Gwei(nil), stakes...)
		got := make([]penalty.Multiplier, len(stakes))
		err := d.Multipliers(got, stakes)
		same(t, untouched, append([]spec.Gwei(nil), stakes...), "stakes")
		oracle := ref.Diversity{
			Shape: ref.Shape(d.Shape), Low: bigOf(low), High: bigOf(high),
			Lo: bigOf(from), Hi: bigOf(to), Limit: bigOf(limit), Bonus: bigOf(bonus), Malus: bigOf(malus),
		}
		one := uint64(penalty.Flat)
		if high > 1<<48 || d.Shape == penalty.Tent && (limit > one || bonus > one) { // the fast form's own bounds
			require.ErrorIs(t, err, spec.ErrInput)
			return
		}
		want, _, wantErr := oracle.Multipliers(bigs(gweis(stakes)))
		sameKind(t, wantErr, err, d)
		if err != nil {
			return
		}
		paid, budget := new(big.Int), new(big.Int)
		for i, m := range got {
			require.Equal(t, want[i].Uint64(), uint64(m), "family %d", i)
			require.True(t, d.Low <= m && m <= d.High)
			paid.Add(paid, new(big.Int).Mul(bigOf(stakes[i]), bigOf(m)))
			budget.Add(budget, new(big.Int).Mul(bigOf(stakes[i]), bigOf(penalty.Flat)))
		}
		require.True(t, paid.Cmp(budget) <= 0, "above the budget")
	})
}

func gweis(column []spec.Gwei) []uint64 { return spec.As[uint64](column) }
