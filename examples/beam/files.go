package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"   // gs://
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // everything without a scheme
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/s3"    // s3://

	specfile "github.com/stakesim/stakesim/spec/file"
)

// remote says whether a path is in an object store, as gs://bucket/folder.
func remote(path string) bool { return strings.Contains(path, "://") }

func join(dir, name string) string { return strings.TrimSuffix(dir, "/") + "/" + name }

func base(path string) string { return path[strings.LastIndexByte(filepath.ToSlash(path), '/')+1:] }

// fetch returns a local path of a file, a copy if it is in an object store:
// Beam's file systems have streams only, Parquet is read from its end. Call
// done afterwards.
func fetch(ctx context.Context, path string) (local string, done func(), err error) {
	if !remote(path) {
		return path, func() {}, nil
	}
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return "", nil, err
	}
	defer fs.Close()
	in, err := fs.OpenRead(ctx, path)
	if err != nil {
		return "", nil, err
	}
	defer in.Close()
	to, err := os.CreateTemp("", "fetched-*-"+base(path))
	if err != nil {
		return "", nil, err
	}
	done = func() { os.Remove(to.Name()) }
	_, err = io.Copy(to, in)
	if err = errors.Join(err, to.Close()); err != nil {
		done()
		return "", nil, err
	}
	return to.Name(), done, nil
}

// store copies a local file to a path in an object store.
func store(ctx context.Context, local, path string) error {
	in, err := os.Open(local)
	if err != nil {
		return err
	}
	defer in.Close()
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer fs.Close()
	out, err := fs.OpenWrite(ctx, path)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// list are the files that match a glob, and their sizes.
func list(ctx context.Context, glob string) (files []string, sizes []int64, err error) {
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return nil, nil, err
	}
	defer fs.Close()
	if files, err = fs.List(ctx, glob); err != nil {
		return nil, nil, err
	}
	for _, f := range files {
		n, err := fs.Size(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		sizes = append(sizes, n)
	}
	return files, sizes, nil
}

// read returns a small file.
func read(ctx context.Context, path string) ([]byte, error) {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	return filesystem.Read(ctx, fs, path)
}

// write makes a small file appear under its name at once.
func write(ctx context.Context, path string, content []byte) error {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer fs.Close()
	if remote(path) { // an object appears when it is complete
		return filesystem.Write(ctx, fs, path, content)
	}
	return specfile.Write(path, func(w *specfile.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// rename moves a file within its store.
func rename(ctx context.Context, from, to string) error {
	fs, err := filesystem.New(ctx, from)
	if err != nil {
		return err
	}
	defer fs.Close()
	return filesystem.Rename(ctx, fs, from, to)
}

// remove deletes what matches a glob.
func remove(ctx context.Context, glob string) error {
	if !remote(glob) {
		files, err := filepath.Glob(glob)
		for _, f := range files {
			err = errors.Join(err, os.RemoveAll(f))
		}
		return err
	}
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return err
	}
	defer fs.Close()
	remover, ok := fs.(filesystem.Remover)
	if !ok {
		return errors.New(glob + ": files of this store cannot be removed")
	}
	files, err := fs.List(ctx, glob)
	for _, f := range files {
		err = errors.Join(err, remover.Remove(ctx, f))
	}
	return err
}

// digest is the size and the SHA-256 of a local file.
func digest(local string) (size int64, sum string, err error) {
	f, err := os.Open(local)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}
