package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/stakesim/stakesim/penalty/scenario"
)

// progressOn draws a bar with the time left, on a terminal only.
func progressOn(f *os.File) scenario.Progress {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	var mu sync.Mutex
	start, best := time.Now(), 0
	return func(done, all int) {
		mu.Lock()
		defer mu.Unlock()
		if done <= best {
			return
		}
		best = done
		fmt.Fprint(f, "\r"+bar(done, all, time.Since(start)))
		if done == all {
			fmt.Fprint(f, "\r\x1b[K")
		}
	}
}

// bar is one line of progress.
func bar(done, all int, passed time.Duration) string {
	const width = 30
	full := width * done / max(all, 1)
	left := time.Duration(float64(passed) / float64(max(done, 1)) * float64(all-done)).Round(time.Second)
	return fmt.Sprintf("[%s%s] %d/%d, %v left   ", strings.Repeat("#", full), strings.Repeat(".", width-full), done, all, left)
}
