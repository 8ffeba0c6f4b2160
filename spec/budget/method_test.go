package budget

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type list struct{ rows []int }

func (l *list) own() *list { return l }

func (l *list) First(n int) (int, bool) { return l.rows[0] + n, true }

type owned interface{ own() *list }

func TestAMethodIsAFunctionOfWhatOnlySamplesMake(t *testing.T) {
	first := Of(owned.own, (*list).First).(func(owned, int) (int, bool))
	n, ok := first(&list{rows: []int{40}}, 2)
	require.Equal(t, 42, n)
	require.True(t, ok)
	none := Of(owned.own, func(l *list) bool { return l == nil }).(func(owned) bool)
	require.True(t, none(nil), "the zero receiver")
	require.False(t, none(new(list)))
}

func TestZippedUnpacksToTheHeadAndThePattern(t *testing.T) {
	r, err := gzip.NewReader(bytes.NewReader(Zipped(t, "a,b\n", "1,", 3000)))
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "a,b\n"+strings.Repeat("1,", 2048), string(b))
}
