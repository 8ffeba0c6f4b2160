package dataset

import (
	"bufio"
	"os"
	"path/filepath"
)

// Output is a file that appears under its name only when it is complete: it is
// written beside it, and renamed by [Output.Commit].
type Output struct {
	*bufio.Writer
	file *os.File
	name string
}

// Create starts a file. It must end with [Output.Commit] or [Output.Abort].
func Create(name string) (*Output, error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".part-*")
	if err != nil {
		return nil, err
	}
	return &Output{bufio.NewWriterSize(f, 1<<20), f, name}, nil
}

// WriteAt overwrites bytes near the start of the file, once the buffer is
// flushed.
func (o *Output) WriteAt(p []byte, off int64) (int, error) {
	if err := o.Flush(); err != nil {
		return 0, err
	}
	return o.file.WriteAt(p, off)
}

// Commit flushes the file to disk and gives it its name. On an error the file is gone.
func (o *Output) Commit() error {
	err := o.Flush()
	if err == nil {
		err = o.file.Chmod(0o644)
	}
	if err == nil {
		err = o.file.Sync()
	}
	if e := o.file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(o.file.Name(), o.name)
	}
	if err != nil {
		os.Remove(o.file.Name())
	}
	return err
}

// Abort removes what was written. After Commit it does nothing of use, so that
// it can be deferred.
func (o *Output) Abort() {
	if o.file.Close() == nil {
		os.Remove(o.file.Name())
	}
}
