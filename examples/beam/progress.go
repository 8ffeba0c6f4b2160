package main

import (
	"fmt"
	"time"

	"github.com/stakesim/stakesim/examples/internal/cli"
)

// progress is one line about the job under way.
type progress struct {
	*cli.Line
	what  string
	began time.Time
}

func (p *progress) start(what string) { p.what, p.began = what, time.Now() }

// show replaces the line: "reduce, 12s: records read 1200, slots 64".
func (p *progress) show(c counts) {
	p.Show(func() string { return fmt.Sprintf("%s, %v: %v", p.what, time.Since(p.began).Round(time.Second), c) })
}
