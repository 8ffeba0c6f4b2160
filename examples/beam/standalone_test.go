package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// process is the program in a process of its own: the test binary, started again
// with [asProgram] set, so that job server, workers and submitter are built from
// this module by the very build that tests it.
type process struct {
	*exec.Cmd
	out bytes.Buffer
}

func start(t testing.TB, args ...string) *process {
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), asProgram+"=1")
	p.Stdout, p.Stderr = &p.out, &p.out
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%v:\n%s", args, &p.out)
		}
	})
	return p
}

func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}

// served starts a command that serves, on a free port.
func served(t testing.TB, command string) (address string, p *process) {
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	require.NoError(t, l.Close())
	p = start(t, command, "-port", port)
	address = "localhost:" + port
	for {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return address, p
		}
		require.Nil(t, p.ProcessState, "%s ended", command)
		time.Sleep(10 * time.Millisecond)
	}
}

// parts waits until workers have written some files of an attempt, or the job
// has ended.
func parts(dir string, n int, ended <-chan struct{}) bool {
	for {
		if found, _ := filepath.Glob(join(dir, ".attempt-*/failures-*")); len(found) >= n {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(200 * time.Microsecond):
		}
	}
}

// A worker, and then a submitter that works itself, is killed while lists are
// being written; the same job submitted again gives the output of one machine,
// each slot once.
func TestAKilledWorkerLeavesNothingThatLooksComplete(t *testing.T) {
	tables, clusters := drawn(t, sample.Period{Seed: 8, Validators: 256, Epochs: 100, BalanceEvery: 5})
	want := filepath.Join(t.TempDir(), "single.list")
	single(t, "-xatu", tables, "-convert", want)
	server, _ := served(t, "jobserver")
	out := filepath.Join(t.TempDir(), "lists")
	reduce := []string{"reduce", "-tables", tables, "-out", out, "-window", "1", "-shards", "100", "-runner", "universal", "-endpoint", server}

	killed := func(args []string, victim func(submitter *process) *process) *process {
		for range 5 { // a machine may be so quick that a job is done before the kill
			p := start(t, args...)
			ended := make(chan struct{})
			go func() {
				_ = p.Wait()
				close(ended)
			}()
			if parts(out, 3, ended) {
				_ = victim(p).Process.Kill()
			}
			<-ended
			if p.ProcessState.ExitCode() != 0 {
				return p
			}
			require.NoError(t, os.RemoveAll(out))
		}
		t.Fatal("five jobs ended before anything could be killed")
		return nil
	}

	pool, worker := served(t, "worker")
	p := killed(append(reduce, "-pool", pool), func(*process) *process { return worker })
	require.Equal(t, 1, p.ProcessState.ExitCode(), "%s", &p.out)
	_, err := openManifest(t.Context(), out)
	require.ErrorIs(t, err, os.ErrNotExist)

	killed(reduce, func(p *process) *process { return p })
	_, err = openManifest(t.Context(), out)
	require.ErrorIs(t, err, os.ErrNotExist)
	left, err := filepath.Glob(join(out, ".attempt-*/failures-*"))
	require.NoError(t, err)
	require.NotEmpty(t, left, "a killed submitter cannot clean up")

	pool, _ = served(t, "worker")
	output(t, append(reduce, "-pool", pool)...)
	m, err := openManifest(t.Context(), out)
	require.NoError(t, err)
	require.Len(t, m.Files, 100)
	require.Len(t, names(t, out), 101, "lists and manifest, and nothing of the two attempts before")
	require.True(t, bytes.Equal(content(t, want), merged(t, out)))

	args := []string{"-clusters", clusters, "-bootstrap", "50", "-failures"}
	require.Equal(t, single(t, append(args, want)...),
		output(t, append(append([]string{"backtest", "-runner", "universal", "-endpoint", server, "-pool", pool}, args...), out)...))
}

func TestAJobServerThatIsNotThereIsNamed(t *testing.T) {
	tables, _ := drawn(t, sample.Period{Seed: 8, Validators: 64, Epochs: 2})
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer l.Close() // listens, and never answers as a job server
	o := &options{runner: "universal", endpoint: l.Addr().String(), progress: new(progress), errs: new(bytes.Buffer), tables: tables, out: t.TempDir(), shards: 1, window: 1}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = o.reduce(ctx)
	require.ErrorContains(t, err, fmt.Sprint(l.Addr()))
	require.Empty(t, names(t, o.out))
}
