package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/scenario"
)

// progressOn draws a bar with the time left.
func progressOn(l *cli.Line) scenario.Progress {
	if l == nil {
		return nil
	}
	start, best := time.Now(), 0
	var mu sync.Mutex
	return func(done, all int) {
		mu.Lock()
		defer mu.Unlock()
		best = max(best, done)
		l.Show(func() string { return bar(best, all, time.Since(start)) })
	}
}

// bar is one line of progress.
func bar(done, all int, passed time.Duration) string {
	const width = 30
	full := width * done / max(all, 1)
	left := time.Duration(float64(passed) / float64(max(done, 1)) * float64(all-done)).Round(time.Second)
	return fmt.Sprintf("[%s%s] %d/%d, %v left", strings.Repeat("#", full), strings.Repeat(".", width-full), done, all, left)
}
