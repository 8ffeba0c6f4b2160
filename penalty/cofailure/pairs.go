package cofailure

import "slices"

// tallies counts members of clusters that fail, by kind and slot.
type tallies struct {
	clusters int
	counts   [KindCount][]uint64
}

func newTallies(clusters int) *tallies {
	t := &tallies{clusters: clusters}
	for k := range t.counts {
		t.counts[k] = make([]uint64, clusters*EpochSlots)
	}
	return t
}

func (t *tallies) add(k Kind, slot uint8, cluster uint32) {
	t.counts[k][int(slot)*t.clusters+int(cluster)]++
}

// pairs takes the ordered pairs c*c - c of every slot and cluster out.
func (t *tallies) pairs(k Kind) (sum uint64) {
	for i, c := range t.counts[k] {
		sum += c*c - c
		t.counts[k][i] = 0
	}
	return sum
}

// each calls f for every failure of a row by kind, given what was attended in
// the row before.
func (r *Row) each(before *[deadlineCount][]bool, f func(k Kind, column int)) {
	for d := range deadlineCount {
		for c, attended := range r.Attended[d] {
			if !attended {
				f(kindOf(d, !before[d][c]), c)
			}
		}
	}
}

// pass runs over the rows, calls f for every failure from the second row on,
// and after for each row.
func (a *analysis) pass(f func(Row, Kind, int), after func(Row) error) error {
	var before [deadlineCount][]bool
	for row, err := range a.rows() {
		if err != nil {
			return err
		}
		if before[Longest] != nil {
			row.each(&before, func(k Kind, c int) { f(row, k, c) })
		}
		if err := after(row); err != nil {
			return err
		}
		for d := range before {
			before[d] = append(before[d][:0], row.Attended[d]...)
		}
	}
	return nil
}

// count runs over the rows once: co-failures, events by column, penalties.
func (a *analysis) count() error {
	big := a.counted()
	t := newTallies(len(a.Clusters))
	for k := range a.events {
		a.events[k] = make([]uint64, a.Columns())
	}
	for d := range deadlineCount {
		a.Basic[d] = make([]uint64, a.Columns())
		a.Excess[d] = make([]uint64, a.Columns())
	}
	event := func(row Row, k Kind, c int) {
		a.events[k][c]++
		for _, cluster := range a.clusterOf[c] {
			if big[cluster] {
				t.add(k, row.Slot[c], cluster)
			}
		}
	}
	return a.pass(event, func(row Row) error {
		for k := range kindCount {
			a.Counts[k].Co += t.pairs(k)
		}
		a.punish(row)
		if a.Row != nil {
			return a.Row(row)
		}
		return nil
	})
}

// counted says of which clusters co-failures count.
func (a *analysis) counted() []bool {
	big := make([]bool, len(a.Clusters))
	for i, c := range a.Clusters {
		big[i] = len(c.Columns) >= minCluster
	}
	return big
}

// punish adds a row to the penalties. The factor of a slot relates its
// absences to those of the whole row before; without any it is zero.
func (a *analysis) punish(row Row) {
	for d := range deadlineCount {
		var absences, factors [EpochSlots]uint32
		for c, attended := range row.Attended[d] {
			if !attended {
				absences[row.Slot[c]]++
			}
		}
		var total uint64
		if n := len(a.Absences[d]); n > 0 {
			for _, m := range a.Absences[d][n-1] {
				total += uint64(m)
			}
		}
		if total > 0 {
			for slot, m := range absences {
				factors[slot] = uint32(min(uint64(a.Multiplier)*uint64(m)/total, factorCap))
			}
		}
		for c, attended := range row.Attended[d] {
			if !attended {
				a.Basic[d][c]++
				a.Excess[d][c] += uint64(factors[row.Slot[c]])
			}
		}
		a.Absences[d] = append(a.Absences[d], absences)
		a.Factors[d] = append(a.Factors[d], factors)
	}
}

// fake runs over the rows again with clusters whose members are replaced by
// columns of about the same number of events: sorted by it, ties in column
// order, the member of rank r becomes the column of rank r XOR 127.
func (a *analysis) fake() error {
	var member [KindCount][][]uint32 // clusters by replacing column
	big := a.counted()
	for k := range member {
		member[k] = a.replacements(a.events[k], big)
	}
	t := newTallies(len(a.Clusters))
	event := func(row Row, k Kind, c int) {
		for _, cluster := range member[k][c] {
			t.add(k, row.Slot[c], cluster)
		}
	}
	return a.pass(event, func(Row) error {
		for k := range kindCount {
			a.Counts[k].Fake += t.pairs(k)
		}
		return nil
	})
}

// replacements lists for every column the clusters in which it replaces a
// member, once for each. The script's own sort is not stable, so which of two
// columns with the same number of events comes first is not determined by its
// text; a stable sort is the choice that can be reproduced.
func (a *analysis) replacements(events []uint64, big []bool) [][]uint32 {
	order, rank := qualityOrder(events)
	member := make([][]uint32, len(order))
	for i, cluster := range a.Clusters {
		if !big[i] {
			continue
		}
		for _, c := range cluster.Columns {
			to := order[min(rank[c]^xor, len(order)-1)]
			member[to] = append(member[to], uint32(i))
		}
	}
	return member
}

// qualityOrder sorts columns by their events, ties in column order, and gives
// every column its rank.
func qualityOrder(events []uint64) (order, rank []int) {
	order, rank = make([]int, len(events)), make([]int, len(events))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		switch {
		case events[x] < events[y]:
			return -1
		case events[x] > events[y]:
			return 1
		}
		return 0
	})
	for r, c := range order {
		rank[c] = r
	}
	return order, rank
}
