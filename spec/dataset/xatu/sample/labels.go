package sample

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// Labels writes a CSV file that puts most validators of the period into 20
// clusters, of which each is offline in some epochs: columns validator_id and
// cluster.
func (p Period) Labels(name string) error {
	if p.Validators < slotsPerEpoch {
		return spec.Atf("period", -1, spec.ErrInput, "%d validators", p.Validators)
	}
	out, err := create(name)
	if err != nil {
		return err
	}
	defer out.Discard()
	fmt.Fprintln(out, "validator_id,cluster")
	d := p.draw()
	for v := range uint32(p.Validators) {
		if !d.chance(saltCluster, uint64(v), 1, 20) {
			fmt.Fprintf(out, "%d,cluster-%02d\n", v, d.cluster(v))
		}
	}
	return out.Commit()
}
