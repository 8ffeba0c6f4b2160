package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// manifestName is the file that makes a folder of output complete. Like dead
// letters it begins with an underscore, so that examples/backtest, which takes
// every other file of a folder for a failure list, passes it over.
const manifestName = "_MANIFEST.json"

// unfinished is a file that is there while files get their names: who reads the
// folder without the manifest stumbles over it.
const unfinished = "UNFINISHED"

// What a file of an output folder is.
const (
	failureList = "failure list"
	deadLetter  = "dead letters"
	outcomeFile = "outcome"
	reportFile  = "report"
)

// manifest lists the files of an output folder. Readers go by it alone: a
// folder without one is an unfinished run, and other files in it are no output.
type manifest struct {
	Format  int    `json:"format"`
	Attempt string `json:"attempt"`
	Files   []file `json:"files"`
	Counts  counts `json:"counts,omitempty"`
}

// file is one file of an output folder. Of a failure list, the rows are
// failures; of dead letters, lines.
type file struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Bytes  int64     `json:"bytes"`
	SHA256 string    `json:"sha256"`
	Rows   int64     `json:"rows"`
	Slots  int64     `json:"slots,omitempty"`
	First  spec.Slot `json:"first_slot,omitempty"`
	Last   spec.Slot `json:"last_slot,omitempty"`

	Part string `json:"part,omitempty"` // name in the folder of the attempt, until committed
}

// openManifest reads the manifest of a folder and compares names and sizes
// with what is there. Contents are compared by whoever reads them, with
// [file.open].
func openManifest(ctx context.Context, dir string) (*manifest, error) {
	name := join(dir, manifestName)
	b, err := read(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("no complete output in %s: %w", dir, err)
	}
	m := new(manifest)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, &dataset.Fault{File: name, Kind: dataset.Malformed, Err: err}
	}
	if m.Format != 1 {
		return nil, &dataset.Fault{File: name, Kind: dataset.Malformed, Detail: fmt.Sprintf("format %d, not 1", m.Format)}
	}
	files, sizes, err := list(ctx, join(dir, "*"))
	if err != nil {
		return nil, err
	}
	there := map[string]int64{}
	for i, f := range files {
		there[base(f)] = sizes[i]
	}
	for _, f := range m.Files {
		switch size, ok := there[f.Name]; {
		case !ok:
			return nil, &dataset.Fault{File: join(dir, f.Name), Kind: dataset.MissingFile, Detail: "named in " + manifestName}
		case size < f.Bytes:
			return nil, &dataset.Fault{File: join(dir, f.Name), Kind: dataset.Truncated, Detail: fmt.Sprintf("%d bytes, not %d", size, f.Bytes)}
		case size > f.Bytes:
			return nil, &dataset.Fault{File: join(dir, f.Name), Kind: dataset.Malformed, Detail: fmt.Sprintf("%d bytes, not %d", size, f.Bytes)}
		}
	}
	return m, nil
}

// of are the files of one kind.
func (m *manifest) of(kind string) (files []file) {
	for _, f := range m.Files {
		if f.Kind == kind {
			files = append(files, f)
		}
	}
	return files
}

// holds says whether bytes that were read from somewhere are those of the file.
func (f *file) holds(from string, b []byte) error {
	if sum := sha256.Sum256(b); int64(len(b)) != f.Bytes || hex.EncodeToString(sum[:]) != f.SHA256 {
		return &dataset.Fault{File: from, Kind: dataset.Malformed, Detail: "not the content that was written"}
	}
	return nil
}

// open returns a local path of a file whose content is what the manifest
// says. Call done afterwards.
func (f *file) open(ctx context.Context, dir string) (local string, done func(), err error) {
	path := join(dir, f.Name)
	if local, done, err = fetch(ctx, path); err != nil {
		return "", nil, err
	}
	size, sum, err := digest(local)
	if err == nil && (size != f.Bytes || sum != f.SHA256) {
		err = &dataset.Fault{File: path, Kind: dataset.Malformed, Detail: "not the content that " + manifestName + " names"}
	}
	if err != nil {
		done()
		return "", nil, err
	}
	return local, done, nil
}
