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
	duties  []Duty          // by operator and service; the caller's if they came so
	items   []Item
	blocks  []Block
	rewards []delegation.EpochReward
	scratch []Duty           // duties in order, when they came in another
	next    []OperatorWeight // rows of the next snapshot; see enrol
	expired bool             // some registration is inactive
}

// payment is what an operator is given in an epoch.
type payment struct {
	heavy, light spec.Gwei
	accused      bool
}

// splitLight divides a light payment between the holders of light principal and of
// pointers by their weight; the remainder is the former's.
func (p *payment) splitLight(row *OperatorWeight) (light, pointers spec.Gwei) {
	if p.light == 0 || row.Pointers == 0 {
		return p.light, 0
	}
	pointers, _ = u64.MulDiv(p.light, row.Pointers, row.Light())
	return p.light - pointers, pointers
}

// prepare checks all input and counts who could perform and who did.
func (w *workspace) prepare(s *State, in EpochInput) error {
	w.pay = append(w.pay[:0], make([]payment, len(s.Go.Rows))...)
	w.duties = in.Duties
	err := w.checkDuties(s)
	if err != nil && !slices.IsSortedFunc(in.Duties, compareDuties) {
		w.scratch = append(w.scratch[:0], in.Duties...)
		slices.SortFunc(w.scratch, compareDuties)
		w.duties = w.scratch
		err = w.checkDuties(s)
	}
	if err != nil {
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

// indexOf is the position of a service that is there; ids are mostly positions.
func (s *State) indexOf(id ServiceID) int {
	if id < ServiceID(len(s.Services)) && s.Services[id].ID == id {
		return int(id)
	}
	at, _ := s.serviceAt(id)
	return at
}

// counts returns what a registration weighs in the current epoch: nothing when it
// is younger than the snapshot or inactive.
func (s *State) counts(r *Registration, v *Service, row *OperatorWeight) spec.Gwei {
	switch {
	case !r.Active || r.Start >= s.Go.Epoch:
		return 0
	case v.Class == Heavy:
		return row.Heavy
	}
	return row.Light()
}

// checkDuties walks registrations, rows of the snapshot and duties together. It
// succeeds only when the duties are in order.
func (w *workspace) checkDuties(s *State) error {
	w.results = make([]ServiceResult, len(s.Services))
	for i := range s.Services {
		w.results[i].Service = s.Services[i].ID
	}
	w.next, w.expired = w.next[:0], false
	results, registrations, left := w.results, s.Registrations, w.duties
	now, row := s.Ledger.Epoch(), 0
	var counted OperatorWeight // of the operator
	for i := range registrations {
		r := &registrations[i]
		if i == 0 || r.Operator != registrations[i-1].Operator {
			row, counted = s.rowFrom(row, r.Operator)
			w.next = append(w.next, OperatorWeight{Operator: r.Operator})
		}
		service := s.indexOf(r.Service)
		if service == len(s.Services) || s.Services[service].ID != r.Service || i > 0 && compareRegistrations(registrations[i-1], *r) >= 0 {
			return broken("registration %d/%d: out of order, or no service", r.Operator, r.Service)
		}
		v, res := &s.Services[service], &results[service]
		w.enrol(r, v)
		weight := s.counts(r, v, &counted)
		if weight > 0 {
			res.Weight += weight
			res.Operators++
		}
		if len(left) == 0 {
			continue
		}
		d := &left[0]
		if d.Operator != r.Operator || d.Service != r.Service {
			if before(d, r) {
				return s.notRegistered(d, now)
			}
			continue
		}
		if d.Epoch != now || d.Weight == 0 || d.Weight > weight {
			return s.badDuty(d, r, weight, now)
		}
		res.Performed += d.Weight
		res.Performers++
		left = left[1:]
	}
	if len(left) > 0 {
		return s.notRegistered(&left[0], now)
	}
	return nil
}

// enrol notes, for the next snapshot, the kind of service that an operator, the
// last one of w.next, runs: 1 Gwei in the place of either weight.
func (w *workspace) enrol(r *Registration, v *Service) {
	row := &w.next[len(w.next)-1]
	switch {
	case !r.Active:
		w.expired = true
	case v.Class == Heavy:
		row.Heavy = 1
	default:
		row.Principal = 1
	}
}

// rowFrom finds an operator in the Go snapshot at row or behind it. Who is not
// there weighs nothing.
func (s *State) rowFrom(row int, operator delegation.OperatorID) (int, OperatorWeight) {
	for row < len(s.Go.Rows) && s.Go.Rows[row].Operator < operator {
		row++
	}
	if row < len(s.Go.Rows) && s.Go.Rows[row].Operator == operator {
		return row, s.Go.Rows[row]
	}
	return row, OperatorWeight{}
}

func before(d *Duty, r *Registration) bool {
	return d.Operator < r.Operator || (d.Operator == r.Operator && d.Service < r.Service)
}

// notRegistered says what is wrong with a report that no registration is left for.
func (s *State) notRegistered(d *Duty, now spec.Epoch) error {
	if _, ok := s.registrationAt(d.Operator, d.Service); ok {
		return spec.Aboutf("operator", d.Operator, delegation.ErrDuplicate, "two reports of service %d", d.Service)
	}
	if _, err := s.findService(d.Service); err != nil {
		return err
	}
	if d.Epoch != now {
		return spec.Aboutf("epoch", d.Epoch, delegation.ErrEpoch, "report of operator %d, now %d", d.Operator, now)
	}
	return spec.Aboutf("operator", d.Operator, ErrNotRegistered, "service %d", d.Service)
}

// badDuty says what is wrong with a report that does not fit its registration.
func (s *State) badDuty(d *Duty, r *Registration, weight spec.Gwei, now spec.Epoch) error {
	switch {
	case d.Epoch != now:
		return spec.Aboutf("epoch", d.Epoch, delegation.ErrEpoch, "report of operator %d, now %d", d.Operator, now)
	case !r.Active:
		return spec.Aboutf("operator", d.Operator, ErrNotRegistered, "left service %d", d.Service)
	}
	return spec.Aboutf("weight", d.Weight, ErrWeight, "operator %d counts for %d at service %d", d.Operator, weight, d.Service)
}

// rowOf finds an operator in the Go snapshot.
func (s *State) rowOf(operator delegation.OperatorID) (int, bool) {
	return slices.BinarySearchFunc(s.Go.Rows, operator, func(w OperatorWeight, id delegation.OperatorID) int { return cmp.Compare(w.Operator, id) })
}

// performed reports whether an operator reports of the service.
func (w *workspace) performed(operator delegation.OperatorID, service ServiceID) bool {
	_, ok := slices.BinarySearchFunc(w.duties, Duty{Operator: operator, Service: service}, compareDuties)
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
