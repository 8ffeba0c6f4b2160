package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress is one line about the job under way, on a terminal only.
type progress struct {
	out   io.Writer // nil: not shown
	what  string
	began time.Time
	shown bool
}

func newProgress() *progress {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "" || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{out: os.Stderr}
}

func (p *progress) shows() bool { return p.out != nil }

func (p *progress) start(what string) { p.what, p.began = what, time.Now() }

// show replaces the line: "reduce, 12s: records read 1200, slots 64".
func (p *progress) show(c counts) {
	fmt.Fprintf(p.out, "\r\033[K%s, %v: %v", p.what, time.Since(p.began).Round(time.Second), c)
	p.shown = true
}

// done removes the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.out, "\r\033[K")
		p.shown = false
	}
}
