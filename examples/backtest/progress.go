package main

import (
	"fmt"
	"time"

	"github.com/stakesim/stakesim/examples/internal/cli"
)

// progress shows how far a long input has been read.
type progress struct {
	*cli.Line
	what        string
	total, read int64
	began       time.Time
}

// start begins a pass over so many bytes.
func (p *progress) start(what string, total int64) {
	p.what, p.total, p.read, p.began = what, total, 0, time.Now()
}

// add counts bytes.
func (p *progress) add(n int) {
	p.read += int64(n)
	p.Show(func() string { return p.line(time.Since(p.began)) })
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
