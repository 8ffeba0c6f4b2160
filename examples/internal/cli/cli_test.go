package cli

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStatusTellsUsageFromData(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{nil, 0, ""},
		{Usagef("-n %d", 5), 2, "x: usage: -n 5 (x -h shows what there is)\n"},
		{io.ErrUnexpectedEOF, 1, "x: unexpected EOF\n"},
	} {
		var b bytes.Buffer
		require.Equal(t, c.status, status(&b, "x", c.err))
		require.Equal(t, c.text, b.String())
	}
}
