package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/stakesim/stakesim/spec/table"
)

// between is how long a line stays before it is replaced.
const between = 200 * time.Millisecond

// Line tells of work under way in one line of a terminal. A nil one is silent.
// Several goroutines may use it.
type Line struct {
	mu    sync.Mutex
	out   io.Writer
	next  time.Time
	shown bool
}

// NewLine is on standard error, and nil where that is no terminal.
func NewLine() *Line {
	info, err := os.Stderr.Stat()
	if term := os.Getenv("TERM"); err != nil || info.Mode()&os.ModeCharDevice == 0 || term == "" || term == "dumb" {
		return nil
	}
	return &Line{out: os.Stderr}
}

// Show replaces the line by a text, which is not asked for more than five times a
// second.
func (l *Line) Show(text func() string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.After(l.next) {
		l.next, l.shown = now.Add(between), true
		fmt.Fprint(l.out, "\r\033[K", table.Text.Line(text()))
	}
}

// Done removes the line.
func (l *Line) Done() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown {
		fmt.Fprint(l.out, "\r\033[K")
		l.shown = false
	}
}
