package dataset

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/u64"
)

// MaxValidators bounds the validator indices for which this package keeps a
// table: about eight times mainnet's.
const MaxValidators = 1 << 24

// Labels gives validators a label each, such as the operator behind them.
type Labels struct {
	Names []string // the different labels in the order of their first use
	// Of is the position in Names by validator; negative where a validator has no
	// label, -2 where the file has an empty one. Higher indices have none.
	Of []int32
	// Skipped is the number of labels left out, see [LabelOptions].
	Skipped uint64
}

// Label returns the label of a validator, if it has one.
func (l *Labels) Label(validator uint32) (string, bool) {
	if int64(validator) >= int64(len(l.Of)) || l.Of[validator] < 0 {
		return "", false
	}
	return l.Names[l.Of[validator]], true
}

// LabelOptions say how a file of labels is read.
type LabelOptions struct {
	ID    string // column of the validators' indices; empty means validator_id
	Label string // column of the labels; empty means the first other one
	// SkipUnknown leaves out the labels of validators that the record does not know,
	// whatever their index, and counts them; they are no faults.
	SkipUnknown bool
}

// idColumn is the name that the published files have.
const idColumn = "validator_id"

// ReadLabels reads a CSV file of which one column numbers validators and another one
// labels them. A file without a header line has these two columns. known says which
// validators the record has; nil means all below [MaxValidators].
func ReadLabels(in file.Input, o LabelOptions, known func(validator uint32) bool, faults *Faults) (*Labels, error) {
	rows, err := in.Rows(file.Limit{})
	if err != nil {
		return nil, asFault(err)
	}
	defer rows.Close()
	l := labelReader{LabelOptions: o, in: in.Name, faults: faults, known: known, id: 0, label: 1, numbers: map[string]int32{}, labels: &Labels{}}
	l.names = [...]string{cmp.Or(o.ID, idColumn), cmp.Or(o.Label, "label")}
	for first := true; ; first = false {
		row, err := rows.Next()
		if err == io.EOF {
			return l.labels, nil
		}
		l.line = rows.Line()
		switch {
		case err != nil:
			if err = l.broken(err); err == io.EOF {
				return l.labels, nil
			}
		case first:
			err = l.header(row)
		default:
			err = l.row(row)
		}
		if err != nil {
			return nil, err
		}
	}
}

type labelReader struct {
	LabelOptions
	in        string
	line      int
	faults    *Faults
	known     func(uint32) bool
	names     [2]string // of the two columns
	id, label int
	numbers   map[string]int32
	labels    *Labels
}

func (l *labelReader) fault(kind Kind, column, detail string) error {
	return l.faults.Report(&Fault{File: l.in, Line: l.line, Column: column, Kind: kind, Detail: detail})
}

// broken reports a line that is no CSV; what cannot be read on is io.EOF when
// faults are counted, and an error when it is above a limit.
func (l *labelReader) broken(err error) error {
	fault := new(Fault)
	if err = asFault(err); !errors.As(err, &fault) || errors.Is(err, file.ErrLimit) {
		return err
	}
	if err := l.faults.Report(fault); err != nil {
		return err
	}
	if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		return nil
	}
	return io.EOF
}

// header finds the columns, or takes the first line as a row.
func (l *labelReader) header(row []string) error {
	if _, err := u64.Parse[uint64](strings.TrimSpace(row[0])); err == nil {
		if name := cmp.Or(l.ID, l.Label); name != "" {
			return &Fault{File: l.in, Line: l.line, Column: name, Kind: MissingColumn, Detail: "the file has no header"}
		}
		return l.row(row)
	}
	var err error
	if l.id, err = file.Column(row, l.names[0]); err != nil {
		return &Fault{File: l.in, Line: l.line, Kind: MissingColumn, Err: err}
	}
	if l.Label == "" {
		l.label = 0
		if l.id == 0 {
			l.label = 1
		}
		if l.label >= len(row) {
			return &Fault{File: l.in, Line: l.line, Kind: MissingColumn, Detail: "there is no column of labels beside " + l.names[0]}
		}
		l.names[1] = strings.TrimSpace(row[l.label])
		return nil
	}
	if l.label, err = file.Column(row, l.Label); err != nil {
		return &Fault{File: l.in, Line: l.line, Kind: MissingColumn, Err: err}
	}
	if l.label == l.id {
		return &Fault{File: l.in, Line: l.line, Column: l.Label, Kind: MissingColumn, Detail: "it is that of the validators"}
	}
	return nil
}

// wanted are the names of the columns up to the last one that is read.
func (l *labelReader) wanted() []string {
	names := make([]string, max(l.id, l.label)+1)
	for i := range names {
		names[i] = "..."
	}
	names[l.id], names[l.label] = l.names[0], l.names[1]
	return names
}

func (l *labelReader) row(row []string) error {
	if len(row) <= max(l.id, l.label) {
		return l.faults.Report(&Fault{File: l.in, Line: l.line, Kind: Malformed, Err: file.Wanted(row, l.wanted())})
	}
	word := strings.TrimSpace(row[l.id])
	id, err := u64.Parse[uint64](word)
	tooLarge := errors.Is(err, u64.ErrRange) || err == nil && id > math.MaxUint32
	unknown := err == nil && (id >= MaxValidators || l.known != nil && !tooLarge && !l.known(uint32(id)))
	switch {
	case l.SkipUnknown && (tooLarge || unknown):
		l.labels.Skipped++
		return nil
	case tooLarge:
		return l.fault(IDTooLarge, l.names[0], clip([]byte(word)))
	case err != nil:
		return l.fault(Malformed, l.names[0], fmt.Sprintf("%q", clip([]byte(word))))
	case unknown:
		return l.fault(UnknownValidator, l.names[0], clip([]byte(word)))
	}
	return l.set(uint32(id), strings.TrimSpace(row[l.label]))
}

// set labels a validator; the first label stays.
func (l *labelReader) set(id uint32, name string) error {
	of := &l.labels.Of
	if int(id) >= cap(*of) {
		grown := make([]int32, len(*of), max(int(id)+1, min(2*cap(*of), MaxValidators)))
		copy(grown, *of)
		*of = grown
	}
	for len(*of) <= int(id) {
		*of = append(*of, -1)
	}
	if (*of)[id] != -1 {
		return l.fault(LabelTwice, l.names[0], fmt.Sprint(id))
	}
	if name == "" {
		(*of)[id] = -2
		return nil
	}
	n, ok := l.numbers[name]
	if !ok {
		name = strings.Clone(name)
		n = int32(len(l.labels.Names))
		l.labels.Names = append(l.labels.Names, name)
		l.numbers[name] = n
	}
	(*of)[id] = n
	return nil
}
