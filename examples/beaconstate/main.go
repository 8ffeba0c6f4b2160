// Command beaconstate runs epochs of the accounting on a real beacon state under
// penalty mechanisms and prints what each costs whom.
package main

import (
	"fmt"
	"io"

	"github.com/stakesim/stakesim/examples/internal/cli"
)

const usage = `Run epochs on a beacon state under a penalty mechanism and print what it costs, by balance.

usage: beaconstate [flags] [STATE.ssz | STATE.ssz.gz | STATE.ssz_snappy | -]

  beaconstate -offline 10%                             a small state built here
  beaconstate -epochs 225 -offline 0.05 sepolia-genesis.ssz.gz
  beaconstate -mechanism smoothed-2026/E1 -compare net-excess-2024 state.ssz
  beaconstate -offline offline.csv -out post.ssz state.ssz_snappy
  beaconstate -finality-delay 8 -offline 40% -epochs 50 -format json
  beaconstate -network mainnet fusaka-devnet-0-genesis.ssz.gz
  beaconstate -config config.yaml devnet.ssz.gz

Network and fork (altair to eip7716) are recognised by the state's fork version; a
phase0 state is upgraded to altair. A version of no known network is refused
unless -config gives the network's own config.yaml, or -network one that has the
same constants; the layout then tells the fork. -offline takes a share, drawn once with -seed and offline through all
epochs while everybody else attests in time, or a file with the header
"validator" and an index on each line. Files may be gzip; - is the standard input.
Without it the participation of the state's previous
epoch holds in every epoch.

Between epochs only the columns of the accounting move: balances, inactivity
scores, effective balances and the mechanism's memory. There is no justification,
no registry update, no queue, no new slashing. Slot and epoch advance; the finalized
epoch stays -finality-delay epochs behind the current one (a leak begins at 6). The
state's mixes give the committees of its previous, current and next epoch; later
ones are drawn with -seed. A state in epoch 0, which pays nothing, starts in epoch 1.
-out has these columns, the slot after the last epoch and the finalized epoch
changed, nothing else.

flags:
`

func main() { cli.Main("beaconstate", run) }

func run(args []string, in io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if o == nil || err != nil {
		return err
	}
	o.stdin = in
	source, err := open(o)
	if err != nil {
		return err
	}
	result, err := simulate(source, o)
	if err != nil {
		return fmt.Errorf("%s: %w", source.name, err)
	}
	t, err := result.table()
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := result.save(o.out); err != nil {
			return err
		}
	}
	return t.Write(out, o.format)
}
