package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far a long input has been read, on a terminal only.
type progress struct {
	out         io.Writer // nil: not shown
	what        string
	total, read int64
	began, next time.Time
	shown       bool
}

func newProgress() *progress {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "" || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{out: os.Stderr}
}

// start begins a pass over so many bytes.
func (p *progress) start(what string, total int64) {
	now := time.Now()
	p.what, p.total, p.read, p.began, p.next = what, total, 0, now, now.Add(time.Second)
}

// add counts bytes and redraws the line at most five times a second.
func (p *progress) add(n int) {
	p.read += int64(n)
	if p.out == nil {
		return
	}
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(200 * time.Millisecond)
		fmt.Fprint(p.out, "\r\033[K", p.line(now.Sub(p.began)))
		p.shown = true
	}
}

// line is "what: 12 % of 3400 MB, 210 MB/s, 14s left".
func (p *progress) line(took time.Duration) string {
	if p.total <= 0 || p.read <= 0 || took <= 0 {
		return p.what
	}
	rate := float64(p.read) / took.Seconds()
	left := time.Duration(float64(max(p.total-p.read, 0)) / rate * float64(time.Second))
	return fmt.Sprintf("%s: %d %% of %d MB, %.0f MB/s, %v left", p.what,
		min(100, 100*p.read/p.total), p.total/1e6, rate/1e6, left.Round(time.Second))
}

// done removes the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.out, "\r\033[K")
		p.shown = false
	}
}
