package main

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// direct computes, validator by validator and pair by pair, what the engine
// computes from sums.
type direct struct {
	p       *population
	rule    penalty.Rule
	memory  penalty.Memory
	co      [cofailure.KindCount]uint64
	share   [cofailure.KindCount]float64
	total   map[string]*big.Int // penalties by group
	basic   map[string]uint64
	late    map[string]uint64
	started bool
}

func (d *direct) clusterOf(v uint32) int {
	if int(v) < len(d.p.Of) {
		return int(d.p.Of[v])
	}
	return 0
}

func (d *direct) epoch(t *testing.T, slots []dataset.SlotFailures) {
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
		d.memory.Smoothed, d.started = seed, true
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

func (d *direct) conduct(f dataset.Failure) spec.Conduct {
	var c spec.Conduct
	how := f.Failing()
	if how&dataset.NoSource == 0 {
		c |= 1
	}
	if how&dataset.NoTarget == 0 {
		c |= 2
	}
	if how&dataset.Late == 0 {
		c |= 4
	}
	if how&dataset.Slashed != 0 {
		c |= 8
	}
	if how&dataset.MissedBefore != 0 {
		c |= 16
	}
	return c
}

// pairs counts ordered pairs of different validators of a cluster.
func (d *direct) pairs(s dataset.SlotFailures) {
	if s.NoHistory {
		return
	}
	for k, is := range [cofailure.KindCount]func(dataset.Failing) bool{
		func(h dataset.Failing) bool { return h&dataset.Missed != 0 && h&dataset.MissedBefore == 0 },
		func(h dataset.Failing) bool { return h&dataset.Missed != 0 && h&dataset.MissedBefore != 0 },
		func(h dataset.Failing) bool { return h&dataset.Late != 0 && h&dataset.LateBefore == 0 },
		func(h dataset.Failing) bool { return h&dataset.Late != 0 && h&dataset.LateBefore != 0 },
	} {
		var failed []uint32
		for _, f := range s.Failures {
			if is(f.Failing()) {
				failed = append(failed, f.Validator())
			}
		}
		for _, a := range failed {
			cluster := d.clusterOf(a)
			if cluster == 0 || d.p.Sizes[cluster] <= 10 {
				continue
			}
			d.share[k] += float64(d.p.Sizes[cluster]-1) * float64(len(failed)-1) / float64(d.p.Validators-1)
			for _, b := range failed {
				if a != b && d.clusterOf(b) == cluster {
					d.co[k]++
				}
			}
		}
	}
}

func (d *direct) punish(f dataset.Failure, factors penalty.Factors, perIncrement *big.Int) {
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
	size := d.p.Sizes[cluster]
	for _, g := range d.p.groups {
		in := g.name == "all" || g.name == d.p.names[cluster] && size > 1000
		if cluster != 0 {
			in = in || g.name == "big" && size >= 10000 || g.name == "medium" && size > 300 && size < 10000 || g.name == "small" && size > 10 && size <= 300
		}
		if !in {
			continue
		}
		if d.total[g.name] == nil {
			d.total[g.name] = new(big.Int)
		}
		d.total[g.name].Add(d.total[g.name], sum)
		if f.Failing()&dataset.Missed != 0 {
			d.basic[g.name]++
		}
		if f.Failing()&dataset.Late != 0 {
			d.late[g.name]++
		}
	}
}

// randomList is a list with every way to fail, balances of all sizes and
// clusters of every class.
func randomList(t *testing.T) (*population, []dataset.SlotFailures) {
	const n = 30_000
	rng := rand.New(rand.NewPCG(9, 9))
	var duties dataset.Duties
	labels := &dataset.Labels{Names: []string{"A", "B", "C", "D", "E"}, Of: make([]int32, n)}
	for v := range uint32(n) {
		duties.Add(v)
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
	p, err := populate(labels, &duties)
	require.NoError(t, err)
	require.NoError(t, p.group("post", 0))
	var slots []dataset.SlotFailures
	for slot := range 8 * 32 {
		s := dataset.SlotFailures{Slot: spec.Slot(3200 + slot), Committee: n / 32, NoHistory: slot < 32, NextBlockMissing: rng.IntN(9) == 0}
		s.Balance = spec.Gwei(s.Committee) * 300 * spec.ETH
		for v := uint32(rng.IntN(300)); v < n && len(s.Failures) < n/64; v += uint32(1 + rng.IntN(600)) {
			how := dataset.Failing(rng.IntN(128))
			increments := uint16(32)
			if rng.IntN(3) == 0 {
				increments = uint16(rng.IntN(400))
			}
			s.Failures = append(s.Failures, dataset.NewFailure(v, increments, how))
		}
		slots = append(slots, s)
	}
	return p, slots
}

func TestTheEngineAgreesWithAComputationValidatorByValidator(t *testing.T) {
	for _, name := range []string{
		"status-quo", "slot-relative/average", "slot-relative/as-run", "slot-relative/fumbles", "slot-relative/misses",
		"slot-relative/skip-missing-blocks", "slot-relative/counted", "net-excess-2024", "net-excess-per-flag", "smoothed-2026/E3",
	} {
		t.Run(name, func(t *testing.T) {
			p, slots := randomList(t)
			rule := rulesNamed(t, name)[0]
			d := direct{p: p, rule: rule, total: map[string]*big.Int{}, basic: map[string]uint64{}, late: map[string]uint64{}}
			for at := 0; at < len(slots); at += 32 {
				d.epoch(t, slots[at:at+32])
			}
			for _, workers := range []int{1, 3} {
				e, err := newEngine(p, []penalty.Rule{rule}, cofailure.Longest, false, workers)
				require.NoError(t, err)
				require.NoError(t, e.run(func(yield func(dataset.SlotFailures, error) bool) {
					for _, s := range slots {
						if !yield(s, nil) {
							return
						}
					}
				}))
				counts, err := e.counter()
				require.NoError(t, err)
				require.Equal(t, d.co, counts.Co)
				for k, x := range counts.Expected() {
					require.InEpsilon(t, d.share[k], x.ShareOfFailures, 1e-9)
				}
				sums := e.blocks.totals()
				for g, group := range p.groups {
					require.Equal(t, []uint64{d.basic[group.name], d.late[group.name], d.total[group.name].Uint64()}, sums[g*3:g*3+3], group.name)
				}
			}
		})
	}
}
