package budget

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpoilingChangesACopyAndNotItsOriginal(t *testing.T) {
	type row struct {
		ID   uint64
		Kind uint8
		Set  bool
		hid  int
	}
	type state struct {
		N    uint64
		Rows []row
		None []uint64
		Self *row
		F    func()
	}
	rows := func() []row { return []row{{1, 2, true, 3}, {4, 5, false, 6}} }
	base := state{N: 7, Rows: rows(), Self: &row{}}
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 3000 {
		s := base
		Spoil(rng.Uint64N, &s)
		require.Equal(t, rows(), base.Rows)
		require.Equal(t, row{}, *base.Self)
		require.Same(t, base.Self, s.Self)
		switch {
		case s.N != 7:
			seen["number"]++
		case len(s.None) > 0:
			seen["added"]++
		case len(s.Rows) == 1:
			seen["taken out"]++
		case len(s.Rows) == 3:
			seen["repeated"]++
		case !reflect.DeepEqual(s.Rows, rows()):
			require.Equal(t, []int{3, 6}, []int{s.Rows[0].hid, s.Rows[1].hid})
			seen["changed"]++
		}
	}
	for _, what := range []string{"number", "added", "taken out", "repeated", "changed"} {
		require.Greater(t, seen[what], 50, what)
	}
}
