package backtest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// Grouping is a way to cut validators into groups.
type Grouping uint8

// The groupings.
const (
	// Post has the groups of the analysis of March 2024 (ethresear.ch 19116):
	// big, medium and small clusters, all validators, every cluster of more
	// than 1000.
	Post Grouping = iota
	// Followup has those of April 2024 (ethresear.ch 19244): large, mid, small,
	// unidentified, all, and the largest operators, with the limits of the
	// first post, since it names none.
	Followup
	// EveryLabel has a group of every label, the largest first, then
	// unidentified and all.
	EveryLabel
	groupingCount
)

// String is "post", "followup" or "labels"; "" for any other value.
func (g Grouping) String() string {
	if g >= groupingCount {
		return ""
	}
	return [...]string{"post", "followup", "labels"}[g]
}

// ParseGrouping finds a grouping by its name; any other wraps [spec.ErrUnknown].
func ParseGrouping(name string) (Grouping, error) {
	for g := range groupingCount {
		if g.String() == name {
			return g, nil
		}
	}
	return 0, fmt.Errorf("%w: grouping %q: not post, followup or labels", spec.ErrUnknown, name)
}

// group makes the groups, and classes of the clusters that share them all.
func (p *Population) group() error {
	p.groupsOf = make([][]int, len(p.Names))
	[...]func(*Population){(*Population).groupPost, (*Population).groupFollowup, (*Population).groupLabels}[p.grouping](p)
	p.Clusters.Class = make([]uint16, len(p.Names))
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
			return spec.Atf("top", -1, spec.ErrInput, "%d: at most %d clusters can have a row", p.top, cofailure.MaxClasses-2)
		}
		p.Clusters.Class[c] = uint16(class)
	}
	return nil
}

// add makes a group of the clusters that are in it.
func (p *Population) add(name string, in func(cluster int) bool) {
	g := Group{Name: name}
	for c, size := range p.Clusters.Sizes {
		if in(c) {
			g.Members += size
			p.groupsOf[c] = append(p.groupsOf[c], len(p.Groups))
		}
	}
	p.Groups = append(p.Groups, g)
}

// addAlone makes a group of one cluster.
func (p *Population) addAlone(cluster int) {
	p.groupsOf[cluster] = append(p.groupsOf[cluster], len(p.Groups))
	p.Groups = append(p.Groups, Group{p.Names[cluster], p.Clusters.Sizes[cluster]})
}

func (p *Population) groupPost() {
	for _, name := range []string{"big", "medium", "small"} {
		p.add(name, func(c int) bool { return c > 0 && cofailure.SizeGroup(int(p.Clusters.Sizes[c])) == name })
	}
	p.add("all", func(int) bool { return true })
	for _, c := range p.bySize() {
		if p.Clusters.Sizes[c] > cofailure.AloneOver {
			p.addAlone(c)
		}
	}
}

func (p *Population) groupFollowup() {
	size := map[string]string{"big": "large", "medium": "mid", "small": "small", "": "small"}
	for _, name := range []string{"large", "mid", "small"} {
		p.add(name, func(c int) bool { return c > 0 && size[cofailure.SizeGroup(int(p.Clusters.Sizes[c]))] == name })
	}
	p.add(Unidentified, func(c int) bool { return c == 0 })
	p.add("all", func(int) bool { return true })
	p.addTop()
}

func (p *Population) groupLabels() {
	p.addTop()
	p.add(Unidentified, func(c int) bool { return c == 0 })
	p.add("all", func(int) bool { return true })
}

func (p *Population) addTop() {
	clusters := p.bySize()
	for _, c := range clusters[:min(p.top, len(clusters))] {
		p.addAlone(c)
	}
}

// bySize are the clusters with a label, the largest first.
func (p *Population) bySize() []int {
	var clusters []int
	for c := 1; c < len(p.Names); c++ {
		if p.Clusters.Sizes[c] > 0 {
			clusters = append(clusters, c)
		}
	}
	slices.SortStableFunc(clusters, func(a, b int) int { return cmp.Compare(p.Clusters.Sizes[b], p.Clusters.Sizes[a]) })
	return clusters
}

// index is the position of a group, -1 when there is none of that name.
func (p *Population) index(name string) int {
	return slices.IndexFunc(p.Groups, func(g Group) bool { return g.Name == name })
}
