package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
)

func TestAScenarioOfANetworkWithOtherConstantsIsRefused(t *testing.T) {
	var plain, holesky, out bytes.Buffer
	require.NoError(t, run([]string{"-format", "csv"}, nil, &plain))
	require.NoError(t, run([]string{"-format", "csv", "-network", "holesky"}, nil, &holesky))
	require.Equal(t, plain.String(), holesky.String(), "the constants of a run are the same")
	err := run([]string{"-network", "gnosis"}, nil, &out)
	require.ErrorIs(t, err, spec.ErrInput)
	require.NotErrorIs(t, err, cli.ErrUsage)
	require.ErrorContains(t, err, "16 on gnosis")
	require.ErrorIs(t, run([]string{"-network", "holski"}, nil, &out), cli.ErrUsage)
	require.Empty(t, out.String())
}
