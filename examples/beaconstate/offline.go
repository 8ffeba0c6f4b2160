package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
)

// participation says who is offline in every epoch, and how that was chosen;
// nil: the state's own flags hold.
func participation(o *options, n int) (offline []bool, how string, err error) {
	if o.offline == "" {
		return nil, "as in the state's previous epoch", nil
	}
	part, number, err := parseShare(o.offline)
	if number && err != nil {
		return nil, "", cli.Usagef("-offline: %v", err)
	}
	if !number {
		return offlineFile(o.offline, n)
	}
	rng := rand.New(rand.NewPCG(o.seed, 2))
	offline = make([]bool, n)
	for i := range offline {
		offline[i] = rng.Float64() < float64(part)
	}
	return offline, fmt.Sprintf("%s offline, drawn with seed %d", o.offline, o.seed), nil
}

func offlineFile(name string, n int) ([]bool, string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	offline, count, err := readOffline(f, n)
	if err != nil {
		return nil, "", fmt.Errorf("%s:%w", name, err)
	}
	return offline, fmt.Sprintf("%d validators of %s offline", count, name), nil
}

// readOffline reads a header and an index a line; errors begin with the line.
func readOffline(r io.Reader, n int) (offline []bool, count int, err error) {
	offline = make([]bool, n)
	lines := bufio.NewScanner(r)
	line := 0
	for lines.Scan() {
		line++
		text := strings.TrimSpace(lines.Text())
		if line == 1 {
			if text != "validator" {
				return nil, 0, fmt.Errorf("1: header %.40q: %w: want validator", text, spec.ErrInput)
			}
			continue
		}
		i, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, 0, fmt.Errorf("%d: validator %.40q: %w: not an index", line, text, spec.ErrInput)
		}
		if i >= uint64(n) {
			return nil, 0, fmt.Errorf("%d: validator %d: %w: the state has %d", line, i, spec.ErrInput, n)
		}
		if offline[i] {
			return nil, 0, fmt.Errorf("%d: validator %d: %w: named twice", line, i, spec.ErrInput)
		}
		offline[i] = true
		count++
	}
	if err := lines.Err(); err != nil {
		return nil, 0, fmt.Errorf("%d: %w: %v", line+1, spec.ErrInput, err)
	}
	if line == 0 {
		return nil, 0, fmt.Errorf("1: %w: an empty file", spec.ErrInput)
	}
	return offline, count, nil
}
