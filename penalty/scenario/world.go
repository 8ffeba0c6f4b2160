package scenario

import (
	"math/rand/v2"

	"github.com/stakesim/stakesim/spec"
)

// machine is validators lo to hi, which are up or down together.
type machine struct {
	lo, hi  uint32
	op      uint32 // operator, copies apart
	kind    uint32 // index in the population
	class   uint32 // index of its effective balance
	element [layerCount]uint32
}

// world is a population dealt out to machines for one run.
type world struct {
	machines   []machine
	classes    []spec.Gwei // effective balances
	ops        []owner
	validators uint64
	total      spec.Gwei
	members    [layerCount][][]uint32 // machines of every element
	segments   []segment
	groups     []string
	host       []uint32   // machine of every validator
	hit        [][]uint32 // machines of every outage
}

// owner is one operator.
type owner struct {
	kind       uint32
	group      uint32
	class      uint32
	validators uint64
}

// segment is the validators of one entry of the population, whose own misses
// are drawn together.
type segment struct {
	machines [2]int // from, to
	lo, hi   uint32
	top      uint64 // parts of 10^9 that the worst region misses
	byRegion []Miss
}

func newWorld(s *Scenario, r *rand.PCG) *world {
	w := &world{groups: Groups(s.Population)}
	names := newElements(s.Population)
	groupID, classID := map[string]uint32{}, map[spec.Gwei]uint32{}
	for i, g := range w.groups {
		groupID[g] = uint32(i)
	}
	var sites uint32
	for kind := range s.Population {
		o := &s.Population[kind]
		if _, ok := classID[o.Balance]; !ok {
			classID[o.Balance] = uint32(len(w.classes))
			w.classes = append(w.classes, o.Balance)
		}
		template := machine{kind: uint32(kind), class: classID[o.Balance]}
		from, lo := len(w.machines), uint32(w.validators)
		sites = w.place(o, template, groupID[o.Group], sites)
		w.label(o, names, w.machines[from:], r)
		w.segments = append(w.segments, s.segment(names, o, [2]int{from, len(w.machines)}, lo, uint32(w.validators)))
	}
	for i := range w.machines {
		m := &w.machines[i]
		m.element[LayerMachine] = uint32(i)
		w.total += spec.Gwei(m.hi-m.lo) * w.classes[m.class]
	}
	for i := range s.Outages {
		if o := &s.Outages[i]; o.Share > 0 {
			w.hit = append(w.hit, w.cohort(o, r))
		} else {
			w.hit = append(w.hit, nil)
		}
	}
	w.index()
	for i := range s.Outages {
		if o := &s.Outages[i]; o.Share == 0 && (o.Name != "" || o.Group != "") {
			w.hit[i] = w.sharing(o, names)
		}
	}
	return w
}

// cohort draws machines until they hold the outage's share of the stake (of its
// group's stake), cutting the last one in two.
func (w *world) cohort(o *Outage, r *rand.PCG) (hit []uint32) {
	all := make([]uint32, len(w.machines))
	for i := range all {
		all[i] = uint32(i)
	}
	all = w.inGroup(all, o.Group)
	var stake spec.Gwei
	for _, m := range all {
		stake += w.stake(m)
	}
	want := stake / spec.Gwei(Whole) * spec.Gwei(o.Share)
	for i := range all {
		j := uint64(i) + below(r, uint64(len(all)-i))
		all[i], all[j] = all[j], all[i]
		m := all[i]
		if size := w.stake(m); size <= want {
			want -= size
		} else {
			w.cut(m, uint32(want/w.classes[w.machines[m].class]))
			want = 0
		}
		if w.machines[m].hi > w.machines[m].lo {
			hit = append(hit, m)
		}
		if want == 0 {
			break
		}
	}
	return hit
}

func (w *world) stake(m uint32) spec.Gwei {
	return spec.Gwei(w.machines[m].hi-w.machines[m].lo) * w.classes[w.machines[m].class]
}

// cut leaves a machine its first n validators and gives the others to a new one
// that fails with it but for share outages.
func (w *world) cut(m, n uint32) {
	rest := w.machines[m]
	w.machines[m].hi = rest.lo + n
	rest.lo += n
	w.machines = append(w.machines, rest)
}

// sharing is the machines that a layer's outage takes down.
func (w *world) sharing(o *Outage, names *elements) (hit []uint32) {
	if o.Name != "" {
		return w.inGroup(w.members[o.Layer][names.ids[o.Layer][o.Name]], o.Group)
	}
	for i := range w.machines {
		hit = append(hit, uint32(i))
	}
	return w.inGroup(hit, o.Group)
}

// place cuts every copy of an operator into sites and machines.
func (w *world) place(o *Operator, template machine, group, sites uint32) uint32 {
	boxes := o.Sites * o.Machines
	for range o.Count {
		op := uint32(len(w.ops))
		w.ops = append(w.ops, owner{template.kind, group, template.class, o.Validators})
		for b := range boxes {
			m := template
			m.op = op
			m.lo = uint32(w.validators + o.Validators*b/boxes)
			m.hi = uint32(w.validators + o.Validators*(b+1)/boxes)
			m.element[LayerOperator] = op
			m.element[LayerSite] = sites + uint32(b/o.Machines)
			w.machines = append(w.machines, m)
		}
		w.validators += o.Validators
		sites += uint32(o.Sites)
	}
	return sites
}

// label deals clients to machines, providers and regions to sites.
func (w *world) label(o *Operator, names *elements, machines []machine, r *rand.PCG) {
	first := machines[0].element[LayerSite]
	for l := LayerClient; l <= LayerRegion; l++ {
		shares := o.layers()[l]
		if len(shares) == 0 {
			shares = []Share{{anyElement, Whole}}
		}
		perSite := l == LayerProvider || l == LayerRegion
		n := uint64(len(machines))
		if perSite {
			n = o.Count * o.Sites
		}
		labels := dealLabels(names, l, shares, n, r)
		for i := range machines {
			at := uint32(i)
			if perSite {
				at = machines[i].element[LayerSite] - first
			}
			machines[i].element[l] = labels[at]
		}
	}
}

// dealLabels is n labels in the given shares, the places beyond the whole
// numbers drawn by chance, in random order.
func dealLabels(names *elements, l Layer, shares []Share, n uint64, r *rand.PCG) []uint32 {
	labels := make([]uint32, 0, n)
	for _, s := range shares {
		for range n * uint64(s.Part) / uint64(Whole) {
			labels = append(labels, names.ids[l][s.Name])
		}
	}
	for uint64(len(labels)) < n {
		u := PPM(below(r, uint64(Whole)))
		for _, s := range shares {
			if u < s.Part {
				labels = append(labels, names.ids[l][s.Name])
				break
			}
			u -= s.Part
		}
	}
	for i := n; i > 1; i-- {
		j := below(r, i)
		labels[i-1], labels[j] = labels[j], labels[i-1]
	}
	return labels
}

// segment resolves what the validators of an entry miss on their own.
func (s *Scenario) segment(names *elements, o *Operator, machines [2]int, lo, hi uint32) segment {
	seg := segment{machines: machines, lo: lo, hi: hi, byRegion: make([]Miss, len(names.ids[LayerRegion]))}
	for region, id := range names.ids[LayerRegion] {
		m := s.missOf(o.Group, region)
		seg.byRegion[id] = m
		seg.top = max(seg.top, m.Offline+m.Target+m.Head)
	}
	return seg
}

// index lists the machines of every element and finds every validator's.
func (w *world) index() {
	w.host = make([]uint32, w.validators)
	for i := range w.machines {
		m := &w.machines[i]
		for v := m.lo; v < m.hi; v++ {
			w.host[v] = uint32(i)
		}
	}
	for l := range w.members {
		var count uint32
		for i := range w.machines {
			count = max(count, w.machines[i].element[l]+1)
		}
		sizes := make([]uint32, count)
		for i := range w.machines {
			sizes[w.machines[i].element[l]]++
		}
		all := make([]uint32, len(w.machines))
		w.members[l] = make([][]uint32, count)
		for e, n := range sizes {
			w.members[l][e], all = all[:0:n], all[n:]
		}
		for i := range w.machines {
			e := w.machines[i].element[l]
			w.members[l][e] = append(w.members[l][e], uint32(i))
		}
	}
}

// inGroup keeps the machines of one group; "" keeps all.
func (w *world) inGroup(machines []uint32, group string) []uint32 {
	if group == "" {
		return machines
	}
	var kept []uint32
	for _, m := range machines {
		if w.groups[w.ops[w.machines[m].op].group] == group {
			kept = append(kept, m)
		}
	}
	return kept
}
