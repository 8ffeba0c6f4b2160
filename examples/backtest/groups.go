package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/dataset"
)

// population is the validators of a record in clusters, and the groups of which
// the table has rows.
type population struct {
	cofailure.Clusters // the first holds the unlabelled; of validators with a duty
	names              []string
	groups             []group
	groupsOf           [][]int // by cluster
	classes            [][]int // groups by class
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
		names: append([]string{unidentified}, labels.Names...),
		Clusters: cofailure.Clusters{
			Of:         make([]uint16, min(len(labels.Of), int(duties.Limit()))),
			Sizes:      make([]uint64, len(labels.Names)+1),
			Validators: uint64(duties.Count()),
		},
	}
	p.groupsOf = make([][]int, len(p.names))
	p.Sizes[0] = p.Validators
	for v := range p.Of {
		if n := labels.Of[v]; n >= 0 && duties.Has(uint32(v)) {
			p.Of[v] = uint16(n) + 1
			p.Sizes[n+1]++
			p.Sizes[0]--
		}
	}
	return p, nil
}

// group makes the groups, and classes of the clusters that share them all.
func (p *population) group(grouping string, top int) error {
	groupings[grouping](p, top)
	p.Class = make([]uint16, len(p.Sizes))
	known := map[string]int{}
	for c, groups := range p.groupsOf {
		key := fmt.Sprint(groups)
		class, ok := known[key]
		if !ok {
			class = len(p.classes)
			known[key] = class
			p.classes = append(p.classes, groups)
		}
		if class >= cofailure.MaxClasses {
			return cli.Usagef("-top %d: at most %d operators can have a row", top, cofailure.MaxClasses-2)
		}
		p.Class[c] = uint16(class)
	}
	return nil
}

// add makes a group of the clusters that are in it.
func (p *population) add(name string, in func(cluster int) bool) {
	g := group{name: name}
	for c, size := range p.Sizes {
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
		p.add(name, func(c int) bool { return c > 0 && cofailure.SizeGroup(int(p.Sizes[c])) == name })
	}
	p.add("all", func(int) bool { return true })
	for _, c := range p.bySize() {
		if p.Sizes[c] > cofailure.AloneOver {
			p.add(p.names[c], func(i int) bool { return i == c })
		}
	}
}

// groupFollowup makes those of the follow-up of April 2024, with the limits of
// the first post (it names none), and the largest operators apart.
func (p *population) groupFollowup(top int) {
	size := map[string]string{"big": "large", "medium": "mid", "small": "small", "": "small"}
	for _, name := range []string{"large", "mid", "small"} {
		p.add(name, func(c int) bool { return c > 0 && size[cofailure.SizeGroup(int(p.Sizes[c]))] == name })
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
		if p.Sizes[c] > 0 {
			clusters = append(clusters, c)
		}
	}
	slices.SortStableFunc(clusters, func(a, b int) int { return cmp.Compare(p.Sizes[b], p.Sizes[a]) })
	return clusters
}

// index is the position of a group, -1 when there is none of that name.
func (p *population) index(name string) int {
	return slices.IndexFunc(p.groups, func(g group) bool { return g.name == name })
}
