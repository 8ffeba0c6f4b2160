package rainbow

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stakesim/stakesim/spec/budget"
)

// longForm reports whether the long form of a test was asked for, and says what the
// short one leaves out.
func longForm(t *testing.T, long string) bool {
	if os.Getenv("STAKESIM_LONG") == "1" {
		return true
	}
	t.Logf("short form: STAKESIM_LONG=1 runs %s", long)
	return false
}

// I16 to I25 and all of the ledger's invariants after every epoch of random
// economies; paid = minted, collected = burned, light principal untouched.
func TestInvariantsOfRandomEconomies(t *testing.T) {
	seeds, epochs := 30, 40
	if longForm(t, "100 seeds x 200 epochs") {
		seeds, epochs = 100, 200
	}
	done := map[string]int{}
	for seed := range seeds {
		if err := walk(dice{rand.New(rand.NewPCG(uint64(seed), 16))}, epochs, 40, done); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for _, what := range []string{"service", "role price", "entry", "departure", "penalty", "certificate", "ledger", "item", "block", "penalised", "over service", "over bond", "rewarded"} {
		if done[what] < seeds {
			t.Errorf("only %d times: %s", done[what], what)
		}
	}
	t.Logf("%v", done)
}

// FuzzEconomy decodes bytes into an economy and checks the same invariants.
func FuzzEconomy(f *testing.F) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 3))
		data := make([]byte, 3000)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Run(t, budget.Limit{}, func() {
			if err := walk(&tape{data}, 1+len(data)/200%16, 30, map[string]int{}); err != nil {
				t.Fatal(err)
			}
		})
	})
}
