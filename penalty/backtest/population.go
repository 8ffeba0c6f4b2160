package backtest

import (
	"math/bits"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// Labels say who had a duty, and who belongs together.
type Labels struct {
	Names []string // the different labels
	// Of is the position in Names by validator; negative where a validator has
	// no label, as have those beyond the end.
	Of []int32
	// Duty has a bit for every validator that had to attest in some slot:
	// Duty[v/64] >> (v%64) & 1. Only these count.
	Duty []uint64
}

// has reports whether a validator had a duty.
func (l *Labels) has(v uint32) bool {
	word := uint64(v / 64)
	return word < uint64(len(l.Duty)) && l.Duty[word]>>(v%64)&1 != 0
}

// Population is the validators of a record in clusters, and the groups of which
// the tables have rows. It is not changed once made, and may be shared. It travels
// by its binary form.
type Population struct {
	// Clusters are those of validators with a duty; the first holds the
	// unlabelled.
	Clusters cofailure.Clusters
	Names    []string // of the clusters
	Groups   []Group

	duty     []uint64
	grouping Grouping
	top      int
	groupsOf [][]int // by cluster
	classes  [][]int // groups by class
}

// Group is some of the validators.
type Group struct {
	Name    string
	Members uint64
}

// Unidentified is the name of the validators without a label.
const Unidentified = "unidentified"

// MaxValidators bounds the validators.
const MaxValidators = 1 << 24

// NewPopulation sorts validators with a duty into clusters by their labels, and
// clusters into groups. Top bounds the labels with a row of their own where the
// grouping asks for it. Duty is kept, not copied. Too many labels, validators or
// rows, or a label that is not there, wrap [spec.ErrInput]; where the rows are
// meant, the field is "top".
func NewPopulation(l *Labels, grouping Grouping, top int) (*Population, error) {
	if l == nil {
		return nil, absent("labels")
	}
	if len(l.Names) >= cofailure.MaxClusters {
		return nil, spec.Atf("labels", -1, spec.ErrInput, "%d different labels: at most %d can be told apart", len(l.Names), cofailure.MaxClusters-1)
	}
	if len(l.Duty) > MaxValidators/64 {
		return nil, spec.Atf("duty", -1, spec.ErrInput, "%d words for at most %d validators", len(l.Duty), MaxValidators)
	}
	if grouping >= groupingCount || top < 0 {
		return nil, spec.Atf("grouping", -1, spec.ErrInput, "%d, top %d", grouping, top)
	}
	p := &Population{Names: append([]string{Unidentified}, l.Names...), duty: l.Duty, grouping: grouping, top: min(top, cofailure.MaxClusters)}
	p.Clusters = cofailure.Clusters{Of: make([]uint16, min(len(l.Of), len(l.Duty)*64)), Sizes: make([]uint64, len(p.Names))}
	for _, word := range l.Duty {
		p.Clusters.Validators += uint64(bits.OnesCount64(word))
	}
	p.Clusters.Sizes[0] = p.Clusters.Validators
	for v := range p.Clusters.Of {
		n := l.Of[v]
		if n >= 0 && int(n) >= len(l.Names) {
			return nil, spec.Atf("labels", v, spec.ErrInput, "label %d of %d", n, len(l.Names))
		}
		if n >= 0 && l.has(uint32(v)) {
			p.Clusters.Of[v] = uint16(n) + 1
			p.Clusters.Sizes[n+1]++
			p.Clusters.Sizes[0]--
		}
	}
	return p, p.group()
}

// Has reports whether a validator had a duty: those of whom fake clusters are
// made (see [cofailure.Quality.Fake]).
func (p *Population) Has(validator uint32) bool {
	return p != nil && (&Labels{Duty: p.duty}).has(validator)
}

// Limit is above every validator with a duty: that of a [cofailure.Quality].
func (p *Population) Limit() uint32 {
	if p == nil {
		return 0
	}
	return uint32(len(p.duty)) * 64
}

// made says that [NewPopulation] made it, and that it has groups.
func (p *Population) made() bool {
	return p != nil && len(p.groupsOf) > 0 && len(p.groupsOf) == len(p.Names) && len(p.Groups) > 0
}
