package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// attempt is one submission of a job that writes to a folder. Workers write
// into a folder of the attempt, under names that no other worker has; nothing
// there is output. After the job has succeeded, and never before, [attempt.commit]
// gives the files their names and writes the manifest. It is not a step of the
// pipeline, because a runner may run steps behind a failed one.
type attempt struct {
	Dir string // of the output
	ID  string
}

func newAttempt(dir string) attempt { return attempt{dir, unique()} }

func unique() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (a attempt) folder() string { return join(a.Dir, ".attempt-"+a.ID) }

// write writes one file of the output and completes its entry: fill makes a local file of the name it
// is given. The final name is stem, digest and extension, so that the same
// content has the same name and other content never replaces it.
func (a attempt) write(ctx context.Context, f *file, stem, ext string, fill func(local string) error) error {
	dir, part := a.folder(), stem+"-"+unique()
	if remote(a.Dir) {
		dir = os.TempDir()
	} else if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	local := filepath.Join(dir, part)
	if err := fill(local); err != nil {
		os.Remove(local)
		return err
	}
	var err error
	if f.Bytes, f.SHA256, err = digest(local); err != nil {
		return err
	}
	f.Name, f.Part = stem+"-"+f.SHA256[:12]+ext, part
	if remote(a.Dir) {
		defer os.Remove(local)
		err = store(ctx, local, join(a.folder(), part))
	}
	return err
}

// entriesName is what a finished pipeline leaves in the folder of its attempt.
const entriesName = "entries.json"

// leave writes the list of the files that belong to the output.
func (a attempt) leave(ctx context.Context, files []file) error {
	slices.SortFunc(files, func(x, y file) int { return cmp.Compare(x.Name, y.Name) })
	b, err := json.Marshal(files)
	if err != nil {
		return err
	}
	return write(ctx, join(a.folder(), entriesName), b)
}

// entries reads the list again.
func (a attempt) entries(ctx context.Context) (files []file, err error) {
	b, err := read(ctx, join(a.folder(), entriesName))
	if err != nil {
		return nil, fmt.Errorf("the pipeline left no list of its files: %w", err)
	}
	return files, json.Unmarshal(b, &files)
}

// commit makes the files of the attempt the content of the folder. What an
// earlier run or an abandoned attempt left there is removed.
func (a attempt) commit(ctx context.Context, files []file, c counts) (*manifest, error) {
	m := &manifest{Format: 1, Attempt: a.ID, Files: files, Counts: c}
	if err := write(ctx, join(a.Dir, unfinished), []byte("output without "+manifestName+" is not complete\n")); err != nil {
		return nil, err
	}
	keep := map[string]bool{manifestName: true}
	for i := range files {
		f := &files[i]
		if err := rename(ctx, join(a.folder(), f.Part), join(a.Dir, f.Name)); err != nil {
			return nil, err
		}
		f.Part, keep[f.Name] = "", true
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	before, _ := openManifest(ctx, a.Dir)
	if err := write(ctx, join(a.Dir, manifestName), append(b, '\n')); err != nil {
		return nil, err
	}
	if before != nil {
		for _, f := range before.Files {
			if !keep[f.Name] {
				err = errors.Join(err, remove(ctx, join(a.Dir, f.Name)))
			}
		}
	}
	return m, errors.Join(err, remove(ctx, join(a.Dir, unfinished)), a.clean(ctx))
}

// clean removes this attempt and all that were abandoned: one folder is the
// output of one job at a time.
func (a attempt) clean(ctx context.Context) error {
	if !remote(a.Dir) {
		return remove(ctx, join(a.Dir, ".attempt-*"))
	}
	return remove(ctx, join(a.Dir, ".attempt-*/*"))
}

// abandon removes what a failed job has written. Workers that are still at it
// may write more, which is no output either.
func (a attempt) abandon(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if !remote(a.Dir) {
		return remove(ctx, a.folder())
	}
	return remove(ctx, join(a.folder(), "*"))
}

// commit makes what a finished job has written the output, unless there are dead
// letters that were not asked for: these are kept beside it.
func (o *options) commit(ctx context.Context, a attempt, c counts) (*manifest, error) {
	files, err := a.entries(ctx)
	if err != nil {
		return nil, errors.Join(err, a.abandon(ctx))
	}
	for i := range files {
		if files[i].Kind == deadLetter {
			if err := o.undelivered(ctx, a, &files[i]); err != nil {
				return nil, errors.Join(err, a.abandon(ctx))
			}
		}
	}
	return a.commit(ctx, files, c)
}

// undelivered copies the dead letters to where they were asked for. They are an
// error when bad input is not to be left out.
func (o *options) undelivered(ctx context.Context, a attempt, f *file) error {
	b, err := read(ctx, join(a.folder(), f.Part))
	if err != nil {
		return err
	}
	to := o.deadLetter
	if to == "" && !o.lenient {
		to = join(a.Dir, "_dead-letters.jsonl")
	}
	if to != "" {
		if err := write(ctx, to, b); err != nil {
			return err
		}
	}
	if o.lenient {
		return nil
	}
	var first dead
	line, _, _ := bytes.Cut(b, []byte{'\n'})
	if err := json.Unmarshal(line, &first); err != nil {
		return err
	}
	return fmt.Errorf("%d dead letters in %s (-lenient leaves bad input out), the first: %v: %w", f.Rows, to, first, spec.ErrInput)
}
