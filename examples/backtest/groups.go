package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/dataset"
)

// population is the validators of a record in clusters, and the groups of which
// the table has rows.
type population struct {
	names     []string // of clusters; the first holds the unlabelled
	clusterOf []uint32 // by validator
	sizes     []uint64 // validators with a duty
	everyone  uint64
	groups    []group
	groupsOf  [][]int // by cluster
}

type group struct {
	name    string
	members uint64
}

const unidentified = "unidentified"

// populate sorts validators with a duty into clusters by their labels.
func populate(labels *dataset.Labels, duties *dataset.Duties) (*population, error) {
	if len(labels.Names) >= cofailure.MaxClusters {
		return nil, fmt.Errorf("%d different labels: at most %d can be told apart", len(labels.Names), cofailure.MaxClusters-1)
	}
	p := &population{
		names:     append([]string{unidentified}, labels.Names...),
		clusterOf: make([]uint32, min(len(labels.Of), int(duties.Limit()))),
		sizes:     make([]uint64, len(labels.Names)+1),
		everyone:  uint64(duties.Count()),
	}
	p.groupsOf = make([][]int, len(p.names))
	p.sizes[0] = p.everyone
	for v := range p.clusterOf {
		if n := labels.Of[v]; n >= 0 && duties.Has(uint32(v)) {
			p.clusterOf[v] = uint32(n) + 1
			p.sizes[n+1]++
			p.sizes[0]--
		}
	}
	return p, nil
}

// add makes a group of the clusters that are in it.
func (p *population) add(name string, in func(cluster int) bool) {
	g := group{name: name}
	for c, size := range p.sizes {
		if in(c) {
			g.members += size
			p.groupsOf[c] = append(p.groupsOf[c], len(p.groups))
		}
	}
	p.groups = append(p.groups, g)
}

// groupings are the ways to cut validators into groups, by name.
var groupings = map[string]func(p *population, top int){
	"post":     (*population).groupPost,
	"followup": (*population).groupFollowup,
	"labels":   (*population).groupLabels,
}

// groupPost makes the groups of the analysis of March 2024.
func (p *population) groupPost(int) {
	for _, name := range []string{"big", "medium", "small"} {
		p.add(name, func(c int) bool { return c > 0 && cofailure.SizeGroup(int(p.sizes[c])) == name })
	}
	p.add("all", func(int) bool { return true })
	for _, c := range p.bySize() {
		if p.sizes[c] > cofailure.AloneOver {
			p.add(p.names[c], func(i int) bool { return i == c })
		}
	}
}

// groupFollowup makes those of the follow-up of April 2024, with the limits of
// the first post (it names none), and the largest operators apart.
func (p *population) groupFollowup(top int) {
	size := map[string]string{"big": "large", "medium": "mid", "small": "small", "": "small"}
	for _, name := range []string{"large", "mid", "small"} {
		p.add(name, func(c int) bool { return c > 0 && size[cofailure.SizeGroup(int(p.sizes[c]))] == name })
	}
	p.add(unidentified, func(c int) bool { return c == 0 })
	p.add("all", func(int) bool { return true })
	p.addTop(top)
}

// groupLabels makes a group of every label, the largest first.
func (p *population) groupLabels(top int) {
	p.addTop(top)
	p.add(unidentified, func(c int) bool { return c == 0 })
	p.add("all", func(int) bool { return true })
}

func (p *population) addTop(top int) {
	clusters := p.bySize()
	for _, c := range clusters[:min(top, len(clusters))] {
		p.add(p.names[c], func(i int) bool { return i == c })
	}
}

// bySize are the clusters with a label, the largest first.
func (p *population) bySize() []int {
	var clusters []int
	for c := 1; c < len(p.names); c++ {
		if p.sizes[c] > 0 {
			clusters = append(clusters, c)
		}
	}
	slices.SortStableFunc(clusters, func(a, b int) int { return cmp.Compare(p.sizes[b], p.sizes[a]) })
	return clusters
}

// index is the position of a group, -1 when there is none of that name.
func (p *population) index(name string) int {
	return slices.IndexFunc(p.groups, func(g group) bool { return g.name == name })
}
