package xatu

import (
	"fmt"

	"github.com/stakesim/stakesim/spec/dataset"
)

// networkColumn is where the published tables say of which network they are.
var networkColumn = []field{{"meta_network_name", text}}

// Network is the network that the first row of the file names, such as "holesky";
// empty where the file has no such column, no row, or none that can be read.
func (f *File) Network() string {
	leaf := f.of.Leaf(networkColumn[0].name)
	if leaf == nil {
		return ""
	}
	only := *f
	only.fields, only.leaf = networkColumn, append(only.leaf[:0:0], leaf)
	for i := range f.Groups() {
		if f.Rows(i) <= 0 {
			continue
		}
		var g group
		defer g.close()
		if g.open(&only, i) != nil {
			return ""
		}
		if ok, err := g.next(); !ok || err != nil || len(g.column[0].Texts) != 1 {
			return ""
		}
		return string(g.column[0].Texts[0])
	}
	return ""
}

// CheckNetwork makes a [dataset.Fault] of a file that names another network than its
// Timing. A file that names none passes, and so does any with a Timing that names
// none.
func (f *File) CheckNetwork() error {
	if f.Timing.Network == "" {
		return nil
	}
	if n := f.Network(); n != "" && n != f.Timing.Network {
		return &dataset.Fault{File: f.Name, Column: networkColumn[0].name, Kind: dataset.OtherNetwork, Detail: fmt.Sprintf("%.40q, not %q", n, f.Timing.Network)}
	}
	return nil
}
