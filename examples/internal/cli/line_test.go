package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALineIsReplacedNowAndThenAndRemoved(t *testing.T) {
	var out bytes.Buffer
	l := &Line{out: &out}
	l.Done()
	require.Empty(t, out.String())
	l.Show(func() string { return "one" })
	l.Show(func() string { panic("too soon to ask") })
	l.next = time.Time{}
	l.Show(func() string { return "two" })
	l.Done()
	l.Done()
	require.Equal(t, "\r\033[Kone\r\033[Ktwo\r\033[K", out.String())
}

func TestNoLineIsSilent(t *testing.T) {
	var l *Line
	l.Show(func() string { panic("nobody sees it") })
	l.Done()
}
