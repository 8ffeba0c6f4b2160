package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
)

func TestAnOfflineFileThatIsNoneEndsInTimeWithAnErrorThatSaysWhere(t *testing.T) {
	dir := t.TempDir()
	names := []string{"/dev/zero"}
	for name, b := range map[string][]byte{
		"one-line.gz":    budget.Zipped(t, "", "1", 64<<20),
		"one-number.gz":  budget.Zipped(t, "validator\n1", "0", 64<<20),
		"empty-lines.gz": budget.Zipped(t, "validator\n", "\n", 64<<20),
		"same-line.gz":   budget.Zipped(t, "validator\n", "7\n", 16<<20),
	} {
		names = append(names, filepath.Join(dir, name))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	for _, name := range names {
		budget.Run(t, budget.Limit{}, func() {
			_, err := execute("-preset", "minimal", "-offline", name)
			require.ErrorIs(t, err, spec.ErrInput, name)
			require.ErrorContains(t, err, name+":")
		})
	}
}

// endless yields a pattern for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

func TestAStateThatIsNoneIsNotReadToItsEnd(t *testing.T) {
	for name, pattern := range map[string]string{"zeros": "\x00", "text": "a,b\n", "ones": "\xff"} {
		plain := endless(strings.Repeat(pattern, 1<<10))
		in, out := io.Pipe()
		go func() {
			z, _ := gzip.NewWriterLevel(out, gzip.BestSpeed)
			_, err := io.Copy(z, plain)
			out.CloseWithError(err)
		}()
		for _, r := range []io.Reader{plain, in} {
			budget.Run(t, budget.Limit{}, func() {
				err := run([]string{"-"}, r, io.Discard)
				require.ErrorIs(t, err, spec.ErrInput, name)
				require.ErrorContains(t, err, "standard input: ", name)
			})
		}
		require.NoError(t, in.Close())
	}
	budget.Run(t, budget.Limit{}, func() {
		_, err := execute("/dev/zero")
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, "/dev/zero: ")
	})
}

func TestMarksCompressionAndLargeNumbersChangeNothing(t *testing.T) {
	const text = "validator\n7\n1000\n"
	for name, b := range map[string][]byte{
		"plain":                []byte(text),
		"a mark":               []byte("\ufeff" + text),
		"a mark in gzip":       budget.Zipped(t, "\ufeff"+text, "", 0),
		"line ends of Windows": []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"exponents":            []byte("validator\n0.7e1\n1E3\n"),
		"blanks":               []byte(" validator \n 7 \n\n1000\n\n"),
	} {
		offline, n, err := readOffline(file.Once("f", bytes.NewReader(b)), 2000)
		require.NoError(t, err, name)
		require.Equal(t, 2, n, name)
		require.True(t, offline[7] && offline[1000], name)
	}
}

func TestTheStandardInputIsReadForEither(t *testing.T) {
	names, raw := written(t, "-preset", "minimal")
	var want, got, offline bytes.Buffer
	require.NoError(t, run([]string{"-offline", "10%", "-format", "json", names[0]}, nil, &want))
	require.NoError(t, run([]string{"-offline", "10%", "-format", "json", "-"}, bytes.NewReader(raw), &got))
	require.Equal(t, want.String(), got.String())
	require.NoError(t, run([]string{"-preset", "minimal", "-offline", "-"}, strings.NewReader("validator\n7\n"), &offline))
	require.Contains(t, offline.String(), "1 validators of standard input offline")
	require.ErrorIs(t, run([]string{"-offline", "-", "-"}, bytes.NewReader(raw), io.Discard), cli.ErrUsage)
}

func FuzzOfflineFile(f *testing.F) {
	for _, s := range []string{"validator\n1\n2\n", "\ufeffvalidator\r\n1e2\r\n", "validator\n1\n1\n", "validator", "who\n", "\x1f\x8b\x08", "PK\x03\x04"} {
		f.Add([]byte(s), uint16(100))
	}
	f.Fuzz(func(t *testing.T, b []byte, n uint16) {
		budget.Run(t, budget.Limit{}, func() {
			offline, count, err := readOffline(file.Once("f", bytes.NewReader(b)), int(n))
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, "f:")
				return
			}
			require.Len(t, offline, int(n))
			for _, o := range offline {
				if o {
					count--
				}
			}
			require.Zero(t, count)
		})
	})
}
