//go:build unix

package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/file"
)

// asProgram says that this test binary is to be a program.
const asProgram = "STAKESIM_CLI_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		Main("x", program)
	}
	os.Exit(m.Run())
}

// program writes a file from a FIFO, or fails by the name of a file.
func program(args []string, _ io.Reader, out io.Writer) error {
	if len(args) == 1 {
		_, err := file.Path(args[0])
		return err
	}
	return file.Write(args[1], func(w *file.Writer) error {
		if _, err := io.WriteString(out, "ready\n"); err != nil {
			return err
		}
		in, err := file.Path(args[0])
		if err != nil {
			return err
		}
		text, err := in.ReadText(file.Limit{}) // waits for a writer
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

func TestAProgramThatIsInterruptedLeavesWhatWasThere(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		dir := t.TempDir()
		fifo, target := filepath.Join(dir, "fifo"), filepath.Join(dir, "out")
		require.NoError(t, syscall.Mkfifo(fifo, 0o600))
		require.NoError(t, os.WriteFile(target, []byte("before"), 0o600))
		c := command(t, fifo, target)
		ready, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		_, err = io.ReadFull(ready, make([]byte, 6))
		require.NoError(t, err)
		parts, err := filepath.Glob(filepath.Join(dir, ".out.part-*"))
		require.NoError(t, err)
		require.Len(t, parts, 1)
		require.NoError(t, c.Process.Signal(s))
		var exit *exec.ExitError
		require.True(t, errors.As(c.Wait(), &exit))
		require.Equal(t, 128+int(s), exit.ExitCode())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 2)
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		require.Equal(t, "before", string(text))
	}
}

func TestTheNameOfAFileGivesATerminalNoCommands(t *testing.T) {
	c := command(t, "\x1b]0;owned\x07\r\u202e\x9b2J.csv")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	var exit *exec.ExitError
	require.True(t, errors.As(c.Run(), &exit))
	require.Equal(t, 1, exit.ExitCode())
	require.Equal(t, `x: stat \x1b]0;owned\a\r\u202e\x9b2J.csv: no such file or directory`+"\n", stderr.String())
}
