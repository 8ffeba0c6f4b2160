package budget

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// Zipped is the gzip form of a head and of a pattern that follows it so many times,
// rounded down to a multiple of 1024: a small file that unpacks to a big one.
func Zipped(t testing.TB, head, pattern string, times int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	write := func(text string) {
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write(head)
	block := strings.Repeat(pattern, 1<<10)
	for range times >> 10 {
		write(block)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
