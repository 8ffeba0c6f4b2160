package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
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
}

// Label returns the label of a validator, if it has one.
func (l *Labels) Label(validator uint32) (string, bool) {
	if int64(validator) >= int64(len(l.Of)) || l.Of[validator] < 0 {
		return "", false
	}
	return l.Names[l.Of[validator]], true
}

// ReadLabels reads a CSV file whose column validator_id numbers validators and
// whose column named by column labels them; an empty column name means the
// second. A file without a header line has these two columns. known says which
// validators the record has; nil means all below [MaxValidators].
func ReadLabels(in Input, column string, known func(validator uint32) bool, faults *Faults) (*Labels, error) {
	s, err := in.open()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r := csv.NewReader(s)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	l := labelReader{in: in.Name, faults: faults, known: known, id: 0, label: 1, numbers: map[string]int32{}, labels: &Labels{}}
	for first := true; ; first = false {
		row, err := r.Read()
		if err == io.EOF {
			return l.labels, nil
		}
		if err == nil {
			l.line, _ = r.FieldPos(0)
		}
		switch {
		case err != nil:
			if err = l.broken(err); err == io.EOF {
				return l.labels, nil
			}
		case first:
			err = l.header(row, column)
		default:
			err = l.row(row)
		}
		if err != nil {
			return nil, err
		}
	}
}

type labelReader struct {
	in        string
	line      int
	faults    *Faults
	known     func(uint32) bool
	id, label int
	numbers   map[string]int32
	labels    *Labels
}

func (l *labelReader) fault(kind Kind, column, detail string) error {
	return l.faults.Report(&Fault{File: l.in, Line: l.line, Column: column, Kind: kind, Detail: detail})
}

// broken reports a line that is no CSV; what cannot be read on is io.EOF when
// faults are counted.
func (l *labelReader) broken(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return l.faults.Report(&Fault{File: l.in, Line: parse.Line, Kind: Malformed, Err: parse.Err})
	}
	if err := l.faults.Report(&Fault{File: l.in, Kind: brokenStream(err), Err: err}); err != nil {
		return err
	}
	return io.EOF
}

func (l *labelReader) header(row []string, column string) error {
	row[0] = strings.TrimPrefix(row[0], "\ufeff")
	if _, ok := number([]byte(strings.TrimSpace(row[0]))); ok {
		if column != "" {
			return &Fault{File: l.in, Line: l.line, Column: column, Kind: MissingColumn, Detail: "the file has no header"}
		}
		return l.row(row)
	}
	l.id, l.label = -1, -1
	for i, name := range row {
		switch name = strings.TrimSpace(name); {
		case name == "validator_id":
			l.id = i
		case name == column || column == "" && l.label < 0:
			l.label = i
		}
	}
	if l.id < 0 {
		return &Fault{File: l.in, Line: l.line, Column: "validator_id", Kind: MissingColumn}
	}
	if l.label < 0 {
		return &Fault{File: l.in, Line: l.line, Column: column, Kind: MissingColumn, Detail: "there are " + clip([]byte(strings.Join(row, ",")))}
	}
	return nil
}

func (l *labelReader) row(row []string) error {
	if len(row) <= max(l.id, l.label) {
		return l.fault(Malformed, "", fmt.Sprintf("%d fields", len(row)))
	}
	word := []byte(strings.TrimSpace(row[l.id]))
	id, ok := number(word)
	switch {
	case !ok && !digits(word):
		return l.fault(Malformed, "validator_id", fmt.Sprintf("%q", clip(word)))
	case !ok || id > math.MaxUint32:
		return l.fault(IDTooLarge, "validator_id", clip(word))
	case id >= MaxValidators, l.known != nil && !l.known(uint32(id)):
		return l.fault(UnknownValidator, "validator_id", clip(word))
	}
	return l.set(uint32(id), strings.TrimSpace(row[l.label]))
}

// set labels a validator; the first label stays.
func (l *labelReader) set(id uint32, name string) error {
	of := &l.labels.Of
	for len(*of) <= int(id) {
		*of = append(*of, -1)
	}
	if (*of)[id] != -1 {
		return l.fault(LabelTwice, "validator_id", fmt.Sprint(id))
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
