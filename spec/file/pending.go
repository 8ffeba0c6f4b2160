package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// ErrInterrupted marks writing after a signal has ended the program.
var ErrInterrupted = errors.New("interrupted")

// pending are the temporary files and folders that are not in place yet.
var pending = struct {
	sync.Mutex
	names map[string]bool
	ended bool
}{names: map[string]bool{}}

// begin creates a temporary file or folder and remembers it, so that no signal
// comes between.
func begin(create func() (name string, err error)) error {
	pending.Lock()
	defer pending.Unlock()
	if pending.ended {
		return ErrInterrupted
	}
	name, err := create()
	if err == nil {
		pending.names[name] = true
	}
	return err
}

// finish puts a temporary in place, or removes it, and forgets it.
func finish(name string, end func() error) error {
	pending.Lock()
	defer pending.Unlock()
	if !pending.names[name] {
		return ErrInterrupted
	}
	err := end()
	if err == nil {
		delete(pending.names, name)
	}
	return err
}

// RemovePending removes all that was begun and is not in place, and lets nothing be
// begun afterwards. It is for a program that ends before its time.
func RemovePending() {
	pending.Lock()
	defer pending.Unlock()
	pending.ended = true
	for name := range pending.names {
		for range 10 { // another goroutine may be filling the folder
			if os.RemoveAll(name) == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		delete(pending.names, name)
	}
}

// hangup is SIGHUP by its number, because not every system that Go builds for has a
// name for it.
const hangup = syscall.Signal(1)

// endings are the signals that end a program.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, hangup}

// EndOnSignal ends the program on SIGINT, SIGTERM or SIGHUP with status 128 and the
// signal's number, however it may be blocked, after [RemovePending]. A second signal
// ends it at once. A hangup that the program was started to ignore, as by nohup, stays
// ignored; SIGINT does not, which a shell's script ignores for all that it starts in
// the background. A program that ends by itself says so by [UntilSignal].
func EndOnSignal() {
	c := make(chan os.Signal, 1)
	for _, s := range endings {
		if s != hangup || !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
	go func() {
		s := <-c
		signal.Reset(endings...)
		waitForParts()
		RemovePending()
		status := 1
		if n, ok := s.(syscall.Signal); ok {
			status = 128 + int(n)
		}
		fmt.Fprintf(os.Stderr, "\n%v\n", s)
		os.Exit(status)
	}()
}

// ending are the parts of the program that end by themselves on a signal.
var ending struct {
	sync.Mutex
	cancels   map[int]func()
	next      int
	signalled bool
}

// waitForParts tells the parts that end by themselves, and waits until they have, and
// a second more for the program to say how.
func waitForParts() {
	ending.Lock()
	ending.signalled = true
	for _, cancel := range ending.cancels {
		cancel()
	}
	some := len(ending.cancels) > 0
	ending.Unlock()
	for left := some; left; {
		time.Sleep(10 * time.Millisecond)
		ending.Lock()
		left = len(ending.cancels) > 0
		ending.Unlock()
	}
	if some {
		time.Sleep(time.Second)
	}
}

// UntilSignal returns a context that the first signal cancels, for what has more to
// put in order than files: a program of [EndOnSignal] goes on until stop is called or
// a second signal comes.
func UntilSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	ending.Lock()
	defer ending.Unlock()
	if ending.signalled {
		cancel()
		return ctx, func() {}
	}
	ctx, quiet := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	if ending.cancels == nil {
		ending.cancels = map[int]func(){}
	}
	id := ending.next
	ending.next++
	ending.cancels[id] = cancel
	return ctx, func() {
		cancel()
		quiet()
		ending.Lock()
		defer ending.Unlock()
		delete(ending.cancels, id)
	}
}
