package backtest_test

import (
	"encoding/json"
	"iter"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// direct computes, validator by validator and pair by pair, what the engine
// computes from sums.
type direct struct {
	p       *backtest.Population
	rule    penalty.Rule
	single  bool // by the single-slot deadline
	memory  penalty.Memory
	co      [cofailure.KindCount]uint64
	share   [cofailure.KindCount]float64
	total   map[string]*big.Int // penalties by group
	basic   map[string]uint64
	late    map[string]uint64
	started bool
}

func (d *direct) clusterOf(v uint32) int {
	if int(v) < len(d.p.Clusters.Of) {
		return int(d.p.Clusters.Of[v])
	}
	return 0
}

func (d *direct) epoch(t *testing.T, slots []backtest.Slot) {
	var total spec.Gwei
	for _, s := range slots {
		total += s.Balance
	}
	var obs []spec.SlotObs
	for _, s := range slots {
		o := spec.SlotObs{Total: total, Reference: total / 32, SlotsPerEpoch: 32, NextBlockMissing: s.NextBlockMissing}
		count, balance := uint64(s.Committee), s.Balance
		for _, f := range s.Failures {
			eb := spec.Gwei(f.Increments()) * spec.ETH
			o.Tally.Add(d.conduct(f), eb)
			count, balance = count-1, balance-eb
		}
		o.Tally[spec.AllFlags].Count += count
		o.Tally[spec.AllFlags].Balance += balance
		obs = append(obs, o)
	}
	if !d.started {
		seed, err := penalty.ForkSeed(obs)
		require.NoError(t, err)
		d.rule.SetWord(&d.memory, penalty.SmoothedOfflineBalance, uint64(seed))
		d.started = true
	}
	root := new(big.Int).Sqrt(new(big.Int).SetUint64(uint64(total)))
	perIncrement := new(big.Int).Div(big.NewInt(64_000_000_000), root)
	for i, s := range slots {
		factors, next, err := d.rule.Step(d.memory, &obs[i])
		require.NoError(t, err)
		d.memory = next
		d.pairs(s)
		for _, f := range s.Failures {
			d.punish(f, factors, perIncrement)
		}
	}
}

func (d *direct) conduct(f cofailure.Failure) spec.Conduct {
	var c spec.Conduct
	how := f.How()
	if d.single {
		if how&cofailure.Late == 0 {
			c = 7
		}
		if how&cofailure.Slashed != 0 {
			c |= 8
		}
		if how&cofailure.LateBefore != 0 {
			c |= 16
		}
		return c
	}
	if how&cofailure.NoSource == 0 {
		c |= 1
	}
	if how&cofailure.NoTarget == 0 {
		c |= 2
	}
	if how&cofailure.Late == 0 {
		c |= 4
	}
	if how&cofailure.Slashed != 0 {
		c |= 8
	}
	if how&cofailure.MissedBefore != 0 {
		c |= 16
	}
	return c
}

// pairs counts ordered pairs of different validators of a cluster.
func (d *direct) pairs(s backtest.Slot) {
	if s.NoHistory {
		return
	}
	for k, is := range [cofailure.KindCount]func(cofailure.How) bool{
		func(h cofailure.How) bool { return h&cofailure.Missed != 0 && h&cofailure.MissedBefore == 0 },
		func(h cofailure.How) bool { return h&cofailure.Missed != 0 && h&cofailure.MissedBefore != 0 },
		func(h cofailure.How) bool { return h&cofailure.Late != 0 && h&cofailure.LateBefore == 0 },
		func(h cofailure.How) bool { return h&cofailure.Late != 0 && h&cofailure.LateBefore != 0 },
	} {
		var failed []uint32
		for _, f := range s.Failures {
			if is(f.How()) {
				failed = append(failed, f.Validator())
			}
		}
		for _, a := range failed {
			cluster := d.clusterOf(a)
			if cluster == 0 || d.p.Clusters.Sizes[cluster] <= 10 {
				continue
			}
			d.share[k] += float64(d.p.Clusters.Sizes[cluster]-1) * float64(len(failed)-1) / float64(d.p.Clusters.Validators-1)
			for _, b := range failed {
				if a != b && d.clusterOf(b) == cluster {
					d.co[k]++
				}
			}
		}
	}
}

func (d *direct) punish(f cofailure.Failure, factors penalty.Factors, perIncrement *big.Int) {
	c := d.conduct(f)
	base := new(big.Int).Mul(perIncrement, big.NewInt(int64(f.Increments())))
	sum := new(big.Int)
	for flag, weight := range map[spec.Flag]int64{spec.TimelySource: 14, spec.TimelyTarget: 26} {
		if c.Participates(flag) {
			continue
		}
		by := penalty.One
		if d.rule.Scope.Of(flag).Has(c) {
			by = factors.Of(flag)
		}
		x := new(big.Int).Mul(base, big.NewInt(weight))
		x.Mul(x, new(big.Int).SetUint64(by.Num))
		sum.Add(sum, x.Div(x, new(big.Int).Mul(big.NewInt(64), new(big.Int).SetUint64(by.Den))))
	}
	cluster := d.clusterOf(f.Validator())
	size := d.p.Clusters.Sizes[cluster]
	for _, g := range d.p.Groups {
		in := g.Name == "all" || g.Name == d.p.Names[cluster] && size > 1000
		if cluster != 0 {
			in = in || g.Name == "big" && size >= 10000 || g.Name == "medium" && size > 300 && size < 10000 || g.Name == "small" && size > 10 && size <= 300
		}
		if !in {
			continue
		}
		if d.total[g.Name] == nil {
			d.total[g.Name] = new(big.Int)
		}
		d.total[g.Name].Add(d.total[g.Name], sum)
		if f.How()&cofailure.Missed != 0 {
			d.basic[g.Name]++
		}
		if f.How()&cofailure.Late != 0 {
			d.late[g.Name]++
		}
	}
}

// randomList is a list with every way to fail, balances of all sizes and
// clusters of every class.
func randomList(t *testing.T) (*backtest.Population, []backtest.Slot) {
	const n = 30_000
	rng := rand.New(rand.NewPCG(9, 9))
	labels := &backtest.Labels{Names: []string{"A", "B", "C", "D", "E"}, Of: make([]int32, n), Duty: make([]uint64, (n+63)/64)}
	for v := range uint32(n) {
		labels.Duty[v/64] |= 1 << (v % 64)
		switch {
		case v < 12_000:
			labels.Of[v] = 0 // big
		case v < 14_000:
			labels.Of[v] = 1 // medium, alone
		case v < 14_400:
			labels.Of[v] = 2 // medium
		case v < 14_500:
			labels.Of[v] = 3 // small
		case v < 14_505:
			labels.Of[v] = 4 // too small
		default:
			labels.Of[v] = -1
		}
	}
	p, err := backtest.NewPopulation(labels, backtest.Post, 0)
	require.NoError(t, err)
	var slots []backtest.Slot
	for slot := range 8 * 32 {
		s := backtest.Slot{Slot: spec.Slot(3200 + slot), Committee: n / 32, NoHistory: slot < 32, NextBlockMissing: rng.IntN(9) == 0}
		s.Balance = spec.Gwei(s.Committee) * 300 * spec.ETH
		for v := uint32(rng.IntN(300)); v < n && len(s.Failures) < n/64; v += uint32(1 + rng.IntN(600)) {
			how := cofailure.How(rng.IntN(128))
			increments := uint16(32)
			if rng.IntN(3) == 0 {
				increments = uint16(rng.IntN(400))
			}
			s.Failures = append(s.Failures, cofailure.NewFailure(v, increments, how))
		}
		slots = append(slots, s)
	}
	return p, slots
}

func TestTheStudyAgreesWithAComputationValidatorByValidator(t *testing.T) {
	for _, name := range []string{
		"status-quo", "slot-relative/average", "slot-relative/as-run", "slot-relative/fumbles", "slot-relative/misses",
		"slot-relative/skip-missing-blocks", "slot-relative/counted", "net-excess-2024", "net-excess-per-flag", "smoothed-2026/E3",
	} {
		for how, o := range map[string]backtest.Options{"": {}, "/single-slot": {Deadline: cofailure.SingleSlot}, "/counted": {Counted: true}} {
			t.Run(name+how, func(t *testing.T) {
				o.Rules = rulesNamed(t, name)
				agrees(t, o)
			})
		}
	}
}

// agrees compares a study of one rule with the direct computation.
func agrees(t *testing.T, o backtest.Options) {
	p, slots := randomList(t)
	study, err := backtest.NewStudy(p, o)
	require.NoError(t, err)
	d := direct{p: p, rule: o.Rules[0], single: o.Deadline == cofailure.SingleSlot, total: map[string]*big.Int{}, basic: map[string]uint64{}, late: map[string]uint64{}}
	for at := 0; at < len(slots); at += 32 {
		d.epoch(t, weighed(slots[at:at+32], o.Counted))
	}
	for _, workers := range []int{1, 3} {
		got, err := study.Run(list(slots), workers)
		require.NoError(t, err)
		require.Equal(t, d.co, got.Counts.Co)
		expected, err := got.Counts.Expected(&p.Clusters)
		require.NoError(t, err)
		for k, x := range expected {
			require.InEpsilon(t, d.share[k], x.ShareOfFailures, 1e-9)
		}
		sums := sumsOf(t, study, got)
		for _, group := range p.Groups {
			want := []uint64{d.basic[group.Name], d.late[group.Name], d.total[group.Name].Uint64()}
			for i, column := range study.Columns() {
				require.Equal(t, [2]uint64{want[i], group.Members}, sums[group.Name][column], group.Name)
			}
		}
	}
}

// weighed are the slots, with every validator at 32 ETH where they are counted.
func weighed(slots []backtest.Slot, counted bool) (of []backtest.Slot) {
	for _, s := range slots {
		if counted {
			s.Balance = spec.Gwei(s.Committee) * 32_000_000_000
			failures := s.Failures
			s.Failures = nil
			for _, f := range failures {
				s.Failures = append(s.Failures, f&^(0xffff<<32)|32<<32)
			}
		}
		of = append(of, s)
	}
	return of
}

// list is a failure list of the slots.
func list(slots []backtest.Slot) iter.Seq2[backtest.Slot, error] {
	return func(yield func(backtest.Slot, error) bool) {
		for _, s := range slots {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// sumsOf are the sum and the members of every group and column.
func sumsOf(t *testing.T, s *backtest.Study, o *backtest.Outcome) map[string]map[string][2]uint64 {
	r, err := s.Result(o, 0, 1)
	require.NoError(t, err)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var of struct {
		Table map[string]map[string][2]uint64
	}
	require.NoError(t, json.Unmarshal(text, &of))
	return of.Table
}

func rulesNamed(t testing.TB, names ...string) (rules []penalty.Rule) {
	for _, n := range names {
		r, err := penalty.RuleNamed(n)
		require.NoError(t, err)
		rules = append(rules, r)
	}
	return rules
}
