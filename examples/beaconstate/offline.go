package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/u64"
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
		return offlineFile(o, n)
	}
	rng := rand.New(rand.NewPCG(o.seed, 2))
	offline = make([]bool, n)
	for i := range offline {
		offline[i] = rng.Float64() < float64(part)
	}
	return offline, fmt.Sprintf("%s offline, drawn with seed %d", o.offline, o.seed), nil
}

func offlineFile(o *options, n int) ([]bool, string, error) {
	in, err := file.Argument(o.offline, o.stdin)
	if err != nil {
		return nil, "", err
	}
	offline, count, err := readOffline(in, n)
	if err != nil {
		return nil, "", err
	}
	return offline, fmt.Sprintf("%d validators of %s offline", count, in.Name), nil
}

// readOffline reads a header and an index a line.
func readOffline(in file.Input, n int) (offline []bool, count int, err error) {
	lines, err := in.Text(file.Limit{})
	if err != nil {
		return nil, 0, err
	}
	defer lines.Close()
	header, err := lines.Line()
	if err == io.EOF {
		return nil, 0, file.Errorf(in.Name, 0, "an empty file")
	}
	if err != nil {
		return nil, 0, err
	}
	if string(bytes.TrimSpace(header)) != "validator" {
		return nil, 0, file.Errorf(in.Name, lines.Number(), "header %.40q: want validator", header)
	}
	offline = make([]bool, n)
	for {
		line, err := lines.Line()
		if err == io.EOF {
			return offline, count, nil
		}
		if err != nil {
			return nil, 0, err
		}
		i, err := u64.Parse[uint64](string(bytes.TrimSpace(line)))
		switch {
		case err != nil:
			return nil, 0, file.Errorf(in.Name, lines.Number(), "validator %.40q: %w", line, err)
		case i >= uint64(n):
			return nil, 0, file.Errorf(in.Name, lines.Number(), "validator %d: the state has %d", i, n)
		case offline[i]:
			return nil, 0, file.Errorf(in.Name, lines.Number(), "validator %d: named twice", i)
		}
		offline[i] = true
		count++
	}
}
