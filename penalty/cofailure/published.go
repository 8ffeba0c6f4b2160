package cofailure

import (
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// Lists is what a record says of one slot; every list ascends.
type Lists struct {
	Slot      spec.Slot
	Committee []uint32 // who had to attest
	Attesters []uint32 // who did within the longest deadline
	Immediate []uint32 // who did in the very next slot
	// AttestersKnown and ImmediateKnown say that the record has these lists.
	AttestersKnown, ImmediateKnown bool
}

// Constants of the published script.
const (
	EpochSlots  = 32      // slots of an epoch
	edgeSlots   = 320     // ten epochs: validators must attest at both ends
	PublishedBy = 322     // multiplier of the script; 32 was meant
	IntendedBy  = 32      // multiplier of the formula
	factorCap   = 4       // highest penalty factor
	minCluster  = 11      // smallest cluster of which co-failures count
	xor         = 127     // rank distance of a fake cluster's members
	maxIndex    = 1 << 24 // bound of validator indices
)

// Count is one row of the co-failure table: ordered pairs of members of one
// cluster that fail in the same slot, in real clusters and in fake ones.
type Count struct{ Co, Fake uint64 }

// Published is the analysis as its script computes it, quirks included. A
// column is a validator that attests in the first and in the last 320 slots,
// in ascending order; the last column, the sink, stands for all others. Rows
// are epochs.
type Published struct {
	Validators   []uint32 // of the columns, without the sink
	MaxValidator uint32   // highest index in a committee
	Epochs       []spec.Epoch
	Clusters     []Cluster // of more than one column, in the order of their first member
	Counts       [KindCount]Count
	// Absences[d][row][slot] counts absent columns, Factors their penalty
	// factors, by deadline.
	Absences, Factors [deadlineCount][][EpochSlots]uint32
	// Basic[d][column] counts absences, Excess[d][column] adds the factors of
	// the slots in which they fell.
	Basic, Excess [deadlineCount][]uint64
}

// Cluster is a set of columns under one name.
type Cluster struct {
	Name    string
	Columns []uint32 // ascending, the sink at most once
}

// Options of [AsPublished].
type Options struct {
	Multiplier uint32 // of the excess factor; 0 means [PublishedBy]
	// Cluster names a validator's cluster; false when it has none.
	Cluster func(validator uint32) (string, bool)
	// Row, if not nil, sees every row of the participation matrices; the
	// slices are reused.
	Row func(Row) error
}

// Row is one epoch of the participation matrices.
type Row struct {
	Epoch    spec.Epoch
	Attended [deadlineCount][]bool // by column: a member attested in some slot
	Slot     []uint8               // by column: of its latest committee, else 0
}

// AsPublished runs the analysis over a record, which it ranges over five
// times; memory grows with the validators and, by 512 bytes each, with the
// epochs. Errors are those of the record, or wrap [spec.ErrInput]: a slot that
// the script would need and does not find, or an index of 2^24 or more.
func AsPublished(record iter.Seq2[Lists, error], o Options) (*Published, error) {
	if record == nil {
		return nil, spec.Atf("record", -1, spec.ErrInput, "none")
	}
	if o.Multiplier == 0 {
		o.Multiplier = PublishedBy
	}
	if o.Cluster == nil {
		o.Cluster = func(uint32) (string, bool) { return "", false }
	}
	a := &analysis{record: record, Options: o}
	for _, step := range []func() error{a.extent, a.keep, a.cluster, a.count, a.fake} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &a.Published, nil
}

// analysis is a run of [AsPublished].
type analysis struct {
	Published
	Options
	record    iter.Seq2[Lists, error]
	low, high spec.Slot // of the committees
	column    []uint32  // by validator
	clusterOf [][]uint32
	events    [KindCount][]uint64 // by column
}

// extent finds the slots, the epochs of full rows and the highest index.
func (a *analysis) extent() error {
	epochs, any := map[int64]bool{}, false
	for l, err := range a.record {
		if err != nil {
			return err
		}
		if !any {
			a.low, any = l.Slot, true
		}
		if l.Slot < a.high || uint64(l.Slot) > 1<<62 {
			return spec.Atf("slot", -1, spec.ErrInput, "%d after %d", l.Slot, a.high)
		}
		a.high = l.Slot
		epochs[floorDiv(int64(l.Slot)-31, EpochSlots)] = true
		for _, v := range l.Committee {
			a.MaxValidator = max(a.MaxValidator, v)
		}
	}
	if !any {
		return spec.Atf("committees", -1, spec.ErrInput, "no slots")
	}
	if a.MaxValidator >= maxIndex {
		return spec.Atf("committees", -1, spec.ErrInput, "validator %d of at most %d", a.MaxValidator, maxIndex-1)
	}
	for e := range epochs {
		if epochs[e-1] && epochs[e-2] && e >= 0 {
			a.Epochs = append(a.Epochs, spec.Epoch(e))
		}
	}
	slices.Sort(a.Epochs)
	if len(a.Epochs) == 0 {
		return spec.Atf("committees", -1, spec.ErrInput, "no three epochs in a row in slots %d to %d", a.low, a.high)
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// keep chooses the columns.
func (a *analysis) keep() error {
	const front, back = 1, 2
	seen := make([]uint8, a.MaxValidator+1)
	for l, err := range a.record {
		if err != nil {
			return err
		}
		var ends uint8
		if l.Slot < a.low+edgeSlots {
			ends |= front
		}
		if l.Slot+edgeSlots >= a.high {
			ends |= back
		}
		if ends == 0 {
			continue
		}
		for _, v := range l.Attesters {
			if uint64(v) >= uint64(len(seen)) {
				return spec.Atf("attesters", -1, spec.ErrInput, "validator %d of slot %d is in no committee", v, l.Slot)
			}
			seen[v] |= ends
		}
	}
	a.column = make([]uint32, len(seen))
	for v, ends := range seen {
		if ends == front|back {
			a.column[v] = uint32(len(a.Validators))
			a.Validators = append(a.Validators, uint32(v))
		}
	}
	for v, ends := range seen {
		if ends != front|back {
			a.column[v] = a.sink()
		}
	}
	return nil
}

// sink is the column of the validators that are not kept.
func (a *analysis) sink() uint32 { return uint32(len(a.Validators)) }

// Columns is the number of columns, the sink included.
func (p *Published) Columns() int {
	if p == nil {
		return 0
	}
	return len(p.Validators) + 1
}

// Column is the column of a validator; false for one above every committee.
func (p *Published) Column(validator uint32) (uint32, bool) {
	if p == nil {
		return 0, false
	}
	i, found := slices.BinarySearch(p.Validators, validator)
	if !found {
		i = len(p.Validators)
	}
	return uint32(i), validator <= p.MaxValidator
}

// cluster gathers the columns of every name.
func (a *analysis) cluster() error {
	number := map[string]int{}
	a.clusterOf = make([][]uint32, a.Columns())
	for v := range a.MaxValidator + 1 {
		name, ok := a.Cluster(v)
		if !ok {
			continue
		}
		n, ok := number[name]
		if !ok {
			n = len(a.Clusters)
			number[name] = n
			a.Clusters = append(a.Clusters, Cluster{Name: name})
		}
		c := &a.Clusters[n]
		if col := a.column[v]; col != a.sink() || !slices.Contains(a.clusterOf[col], uint32(n)) {
			a.clusterOf[col] = append(a.clusterOf[col], uint32(n))
			c.Columns = append(c.Columns, col)
		}
	}
	for i := range a.Clusters {
		slices.Sort(a.Clusters[i].Columns)
	}
	return nil
}

// rows assembles the rows in order.
func (a *analysis) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := a.walk(yield); err != nil {
			yield(Row{}, err)
		}
	}
}

func missing(list string, slot uint64) error {
	return spec.Atf(list, -1, spec.ErrInput, "nothing about slot %d, which its epoch's row needs", slot)
}

func (a *analysis) walk(yield func(Row, error) bool) error {
	n := a.Columns()
	row := Row{Slot: make([]uint8, n)}
	row.Attended = [deadlineCount][]bool{make([]bool, n), make([]bool, n)}
	at, next := 0, uint64(a.Epochs[0])*EpochSlots
	for l, err := range a.record {
		switch {
		case err != nil:
			return err
		case at == len(a.Epochs) || uint64(l.Slot) < next:
			continue
		case uint64(l.Slot) > next:
			return missing("committees", next)
		case !l.AttestersKnown:
			return missing("attesters", next)
		}
		if err := a.enter(&row, l); err != nil {
			return err
		}
		if next++; next%EpochSlots != 0 {
			continue
		}
		row.Epoch = a.Epochs[at]
		if !yield(row, nil) {
			return nil
		}
		clear(row.Attended[Longest])
		clear(row.Attended[SingleSlot])
		clear(row.Slot)
		if at++; at < len(a.Epochs) {
			next = uint64(a.Epochs[at]) * EpochSlots
		}
	}
	if at < len(a.Epochs) {
		return missing("committees", next)
	}
	return nil
}

// enter adds a slot to its row. A slot without immediate attesters counts as
// attested by its whole committee.
func (a *analysis) enter(row *Row, l Lists) error {
	immediate := l.Immediate
	if len(immediate) == 0 {
		immediate = l.Committee
	}
	for d, ids := range [deadlineCount][]uint32{l.Attesters, immediate} {
		for _, v := range ids {
			if uint64(v) >= uint64(len(a.column)) {
				return spec.Atf("attesters", -1, spec.ErrInput, "validator %d of slot %d is in no committee", v, l.Slot)
			}
			row.Attended[d][a.column[v]] = true
		}
	}
	for _, v := range l.Committee {
		if uint64(v) >= uint64(len(a.column)) {
			return spec.Atf("committees", -1, spec.ErrInput, "validator %d of slot %d was not there before", v, l.Slot)
		}
		row.Slot[a.column[v]] = uint8(l.Slot % EpochSlots)
	}
	return nil
}
