//go:build unix

package file_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/file"
)

// asProgram names the program that this test binary is to be, and its folder.
const asProgram = "STAKESIM_FILE_PROGRAM"

func TestMain(m *testing.M) {
	if run, ok := programs[os.Getenv(asProgram)]; ok {
		run(os.Args[1])
		return
	}
	os.Exit(m.Run())
}

// programs are what is ended by a signal. Each says "ready" when it can be.
var programs = map[string]func(dir string){
	"writes": func(dir string) {
		file.EndOnSignal()
		begin(dir)
		select {}
	},
	"reads": func(dir string) {
		file.EndOnSignal()
		begin(dir)
		in, err := file.Path(filepath.Join(dir, "fifo"))
		check(err)
		_, err = in.ReadText(file.Limit{}) // blocks: nobody writes
		check(err)
	},
	"ends by itself": func(dir string) {
		file.EndOnSignal()
		ctx, stop := file.UntilSignal(context.Background())
		begin(dir)
		<-ctx.Done()
		time.Sleep(300 * time.Millisecond) // what there is to put in order
		check(file.Write(filepath.Join(dir, "last"), func(*file.Writer) error { return nil }))
		stop()
		file.RemovePending()
		os.Exit(7)
	},
	"does not end": func(dir string) {
		file.EndOnSignal()
		ctx, stop := file.UntilSignal(context.Background())
		begin(dir)
		<-ctx.Done()
		stop()
		select {}
	},
	"stuck": func(dir string) {
		file.EndOnSignal()
		file.HoldPending() // as a rename that does not come back
		begin := make(chan struct{})
		fmt.Println("ready")
		<-begin
	},
}

// begin leaves a file and a folder half written.
func begin(dir string) {
	w, err := file.Create(filepath.Join(dir, "x"))
	check(err)
	_, err = w.Write(make([]byte, 1<<20))
	check(err)
	f, err := file.CreateFolder(filepath.Join(dir, "case"), dir)
	check(err)
	check(f.Write("a", nil))
	fmt.Println("ready")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// start runs this test binary as a program until it is ready.
func start(t *testing.T, program, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, dir)
	c.Env = append(os.Environ(), asProgram+"="+program)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	b := make([]byte, 6)
	_, err = out.Read(b)
	require.NoError(t, err)
	require.Equal(t, "ready\n", string(b))
	return c
}

// ended waits for a program for a few seconds.
func ended(t *testing.T, c *exec.Cmd) *os.ProcessState {
	t.Helper()
	done := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(done)
	}()
	select {
	case <-done:
		return c.ProcessState
	case <-time.After(10 * time.Second):
		t.Fatal("the program goes on")
		return nil
	}
}

func TestASignalRemovesTemporariesAndEndsTheProgram(t *testing.T) {
	for _, c := range []struct {
		program string
		signal  syscall.Signal
	}{{"writes", syscall.SIGINT}, {"writes", syscall.SIGTERM}, {"writes", syscall.SIGHUP}, {"reads", syscall.SIGINT}, {"reads", syscall.SIGTERM}} {
		t.Run(fmt.Sprint(c.program, " ", c.signal), func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
			put(t, filepath.Join(dir, "x"), "before")
			p := start(t, c.program, dir)
			require.NoError(t, p.Process.Signal(c.signal))
			require.Equal(t, 128+int(c.signal), ended(t, p).ExitCode())
			require.Equal(t, "before", read(t, filepath.Join(dir, "x")))
			alone(t, dir, "x", "fifo")
		})
	}
}

func TestAProgramThatEndsByItselfIsLeftToIt(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		dir := t.TempDir()
		p := start(t, "ends by itself", dir)
		require.NoError(t, p.Process.Signal(s))
		require.Equal(t, 7, ended(t, p).ExitCode())
		alone(t, dir, "last")
		dir = t.TempDir()
		p = start(t, "does not end", dir)
		require.NoError(t, p.Process.Signal(s))
		require.Equal(t, 128+int(s), ended(t, p).ExitCode())
		alone(t, dir)
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	p := start(t, "stuck", t.TempDir())
	var state syscall.WaitStatus
	for range 50 { // the first ones may still be on their way
		require.NoError(t, p.Process.Signal(syscall.SIGINT))
		time.Sleep(100 * time.Millisecond)
		if n, err := syscall.Wait4(p.Process.Pid, &state, syscall.WNOHANG, nil); err == nil && n != 0 {
			break
		}
	}
	require.True(t, state.Signaled(), "ended by the signal itself")
	require.Equal(t, syscall.SIGINT, state.Signal())
}

func TestAHangupThatIsIgnoredStaysIgnored(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command("sh", "-c", `trap "" HUP INT; exec "$0" "$1"`, self, t.TempDir())
	c.Env = append(os.Environ(), asProgram+"=writes")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	_, err = out.Read(make([]byte, 6))
	require.NoError(t, err)
	require.NoError(t, c.Process.Signal(syscall.SIGHUP))
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, c.Process.Signal(syscall.SIGINT))
	require.Equal(t, 128+int(syscall.SIGINT), ended(t, c).ExitCode())
}

func TestAFIFOIsReadOnceAndNotWaitedForAgain(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	go func() { _ = os.WriteFile(fifo, zip([]byte("\ufeffa\nb\n")), 0o600) }()
	in, err := file.Path(fifo)
	require.NoError(t, err)
	require.Zero(t, in.Size)
	got, err := lines(in, file.Limit{})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, got)
	_, err = lines(in, file.Limit{})
	require.ErrorIs(t, err, os.ErrClosed)
	require.ErrorContains(t, err, fifo)
}
