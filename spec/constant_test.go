package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryFieldHasOneConstantInEachFork(t *testing.T) {
	var p Params
	for fork := range forkCount {
		set := map[*uint64]string{}
		for i := range constants {
			c := &constants[i]
			if !c.applies(fork) {
				continue
			}
			require.Empty(t, set[c.of(&p)], "%s in %v", c.name, fork)
			set[c.of(&p)] = c.name
			require.LessOrEqual(t, c.least, uint64(1), c.name)
			require.NotZero(t, c.mainnet, c.name)
		}
	}
}
