package cofailure

// Group is a set of members of which a mean is taken. A member may be in it
// more than once, as in the script, whose groups join whole clusters.
type Group struct {
	Name    string
	Members []uint32
}

// Figure is a sum over the members of a group.
type Figure struct {
	Sum     uint64
	Members int
}

// Mean is the sum per member, 0 for none.
func (f Figure) Mean() float64 {
	if f.Members == 0 {
		return 0
	}
	return float64(f.Sum) / float64(f.Members)
}

// Sizes that divide the clusters of the analysis.
const (
	BigFrom    = 10000 // big: so many members or more
	MediumOver = 300   // medium: more, and fewer than BigFrom
	SmallOver  = 10    // small: more, and at most MediumOver
	AloneOver  = 1000  // a row of its own: more
)

// SizeGroup names the group of a cluster of n members: "big", "medium",
// "small", or "" when it is too small for any.
func SizeGroup(n int) string {
	switch {
	case n >= BigFrom:
		return "big"
	case n > MediumOver:
		return "medium"
	case n > SmallOver:
		return "small"
	}
	return ""
}

// Groups are the rows of the published table in its order: big, medium, small,
// all, every cluster of more than 1000. The script stops when one of the first
// three is empty; here such a group has no members.
func (p *Published) Groups() []Group {
	if p == nil {
		return nil
	}
	groups := []Group{{Name: "big"}, {Name: "medium"}, {Name: "small"}, {Name: "all"}}
	for c := range p.Columns() {
		groups[3].Members = append(groups[3].Members, uint32(c))
	}
	for _, c := range p.Clusters {
		size := SizeGroup(len(c.Columns))
		for i := range groups[:3] {
			if groups[i].Name == size {
				groups[i].Members = append(groups[i].Members, c.Columns...)
			}
		}
		if len(c.Columns) > AloneOver {
			groups = append(groups, Group{c.Name, c.Columns})
		}
	}
	return groups
}

// Schemes are the columns of the published table: absences and absences times
// factor, by the longest and by the single-slot deadline.
var Schemes = [...]string{"basic", "basic_ss", "excess", "excess_ss"}

// Penalty is the vector of a scheme, given by its position in [Schemes]: a
// penalty per column, in ordinary penalties. It is not a copy; nil for no
// scheme.
func (p *Published) Penalty(scheme int) []uint64 {
	switch {
	case p == nil || scheme < 0 || scheme >= len(Schemes):
		return nil
	case scheme < 2:
		return p.Basic[scheme]
	}
	return p.Excess[scheme-2]
}

// Sum adds up a penalty vector over the members of a group. Members that the
// vector does not hold count zero.
func (g Group) Sum(penalty []uint64) Figure {
	f := Figure{Members: len(g.Members)}
	for _, m := range g.Members {
		if uint64(m) < uint64(len(penalty)) {
			f.Sum += penalty[m]
		}
	}
	return f
}
