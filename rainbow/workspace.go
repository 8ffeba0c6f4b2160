package rainbow

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// workspace is the scratch of an epoch. Columns by row are parallel to the rows of
// the Go snapshot.
type workspace struct {
	results []ServiceResult // by service; handed out, never reused
	pay     []payment       // by row
	duties  []duty
	items   []Item
	blocks  []Block
	rewards []delegation.EpochReward
	scratch []Duty // duties in order, when they came in another
}

// payment is what an operator is given in an epoch.
type payment struct {
	heavy, light spec.Gwei
	accused      bool
}

// splitLight divides a light payment between the holders of light principal and of
// pointers by their weight; the remainder is the former's.
func (p *payment) splitLight(row *Weight) (light, pointers spec.Gwei) {
	if p.light == 0 || row.Pointers == 0 {
		return p.light, 0
	}
	pointers, _ = u64.MulDiv(p.light, row.Pointers, row.Light())
	return p.light - pointers, pointers
}

// duty is a checked report.
type duty struct {
	row     int
	service int
	weight  spec.Gwei
}

// prepare checks all input and counts who could perform and who did.
func (w *workspace) prepare(s *State, in EpochInput) error {
	w.results = make([]ServiceResult, len(s.Services))
	for i := range s.Services {
		w.results[i].Service = s.Services[i].ID
	}
	w.pay = append(w.pay[:0], make([]payment, len(s.Go.Rows))...)
	if err := w.checkDuties(s, w.sorted(in.Duties)); err != nil {
		return err
	}
	if err := w.checkItems(s, in.Items); err != nil {
		return err
	}
	return w.checkBlocks(s, in.Blocks)
}

func compareDuties(a, b Duty) int {
	return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Service, b.Service))
}

// sorted returns duties by operator and service, the argument itself if it is.
func (w *workspace) sorted(duties []Duty) []Duty {
	if !slices.IsSortedFunc(duties, compareDuties) {
		w.scratch = append(w.scratch[:0], duties...)
		slices.SortFunc(w.scratch, compareDuties)
		duties = w.scratch
	}
	return duties
}

// indexOf is the position of a service that is there; ids are mostly positions.
func (w *workspace) indexOf(s *State, id uint64) int {
	if id < uint64(len(s.Services)) && s.Services[id].ID == id {
		return int(id)
	}
	at, _ := s.serviceAt(id)
	return at
}

// counts returns what a registration weighs in the current epoch: nothing when it
// is younger than the snapshot or inactive.
func (s *State) counts(r *Registration, v *Service, row *Weight) spec.Gwei {
	switch {
	case !r.Active || r.Start >= s.Go.Epoch:
		return 0
	case v.Class == Heavy:
		return row.Heavy
	}
	return row.Light()
}

// checkDuties walks registrations, rows of the snapshot and duties together.
func (w *workspace) checkDuties(s *State, duties []Duty) error {
	w.duties = slices.Grow(w.duties[:0], len(duties))
	now, row, next := s.Ledger.Epoch(), 0, 0
	for i := range s.Registrations {
		r := &s.Registrations[i]
		if next < len(duties) && before(&duties[next], r) {
			return s.notRegistered(&duties[next], now)
		}
		for row < len(s.Go.Rows) && s.Go.Rows[row].Operator < r.Operator {
			row++
		}
		service, weight := w.indexOf(s, r.Service), spec.Gwei(0)
		if row < len(s.Go.Rows) && s.Go.Rows[row].Operator == r.Operator {
			weight = s.counts(r, &s.Services[service], &s.Go.Rows[row])
		}
		res := &w.results[service]
		if weight > 0 {
			res.Weight += weight
			res.Operators++
		}
		if next == len(duties) || duties[next].Operator != r.Operator || duties[next].Service != r.Service {
			continue
		}
		d := &duties[next]
		if err := s.checkDuty(d, r, weight, now); err != nil {
			return err
		}
		w.duties = append(w.duties, duty{row, service, d.Weight})
		res.Performed += d.Weight
		res.Performers++
		if next++; next < len(duties) && compareDuties(*d, duties[next]) == 0 {
			return aboutf("operator", d.Operator, ErrDuplicate, "two reports of service %d", d.Service)
		}
	}
	if next < len(duties) {
		return s.notRegistered(&duties[next], now)
	}
	return nil
}

func before(d *Duty, r *Registration) bool {
	return d.Operator < r.Operator || (d.Operator == r.Operator && d.Service < r.Service)
}

func (s *State) notRegistered(d *Duty, now spec.Epoch) error {
	if _, err := s.findService(d.Service); err != nil {
		return err
	}
	if d.Epoch != now {
		return aboutf("epoch", uint64(d.Epoch), ErrEpoch, "report of operator %d, now %d", d.Operator, now)
	}
	return aboutf("operator", d.Operator, ErrNotRegistered, "service %d", d.Service)
}

func (s *State) checkDuty(d *Duty, r *Registration, weight spec.Gwei, now spec.Epoch) error {
	switch {
	case d.Epoch != now:
		return aboutf("epoch", uint64(d.Epoch), ErrEpoch, "report of operator %d, now %d", d.Operator, now)
	case !r.Active:
		return aboutf("operator", d.Operator, ErrNotRegistered, "left service %d", d.Service)
	case d.Weight == 0 || d.Weight > weight:
		return aboutf("weight", uint64(d.Weight), ErrWeight, "operator %d counts for %d at service %d", d.Operator, weight, d.Service)
	}
	return nil
}

// rowOf finds an operator in the Go snapshot.
func (s *State) rowOf(operator uint64) (int, bool) {
	return slices.BinarySearchFunc(s.Go.Rows, operator, func(w Weight, id uint64) int { return cmp.Compare(w.Operator, id) })
}

// performed reports whether a row has a duty of the service.
func (w *workspace) performed(row, service int) bool {
	_, ok := slices.BinarySearchFunc(w.duties, duty{row: row, service: service}, func(a, b duty) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.service, b.service))
	})
	return ok
}

// markAccused marks the operators of pending penalties.
func (w *workspace) markAccused(s *State) {
	for i := range s.Penalties {
		if p := &s.Penalties[i]; !p.Done {
			if row, ok := s.rowOf(p.Operator); ok {
				w.pay[row].accused = true
			}
		}
	}
}
