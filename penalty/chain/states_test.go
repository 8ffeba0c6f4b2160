package chain_test

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

func is(err, kind error) bool { return errors.Is(err, kind) }

// genesis reads a compressed state of the main network's constants.
func genesis(t testing.TB, dir, name string, fork spec.Fork) *ssz.State {
	f, err := os.Open(filepath.Join(dir, name+".ssz.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	p, err := spec.ParamsFor(spec.Mainnet, fork)
	require.NoError(t, err)
	s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), &p)
	require.NoError(t, err)
	return s
}
