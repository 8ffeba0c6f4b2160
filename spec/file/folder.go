package file

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/stakesim/stakesim/spec"
)

// Folder is a folder of files on its way: filled elsewhere and renamed by
// [Folder.Commit], so that it appears with all its files or not at all.
type Folder struct {
	name, temp string
	files      []*os.File // written, to be synced
	ended      bool
}

// CreateFolder starts a folder of a name that nothing has yet; else it gives
// [fs.ErrExist]. It is filled within the folder scratch, which must exist on the
// same file system. It must end with [Folder.Commit] or [Folder.Discard].
func CreateFolder(name, scratch string) (*Folder, error) {
	if _, err := os.Lstat(name); err == nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	f := &Folder{name: name}
	err := begin(func() (string, error) {
		for {
			f.temp = filepath.Join(scratch, ".part-"+strconv.FormatUint(rand.Uint64(), 36))
			if err := os.Mkdir(f.temp, 0o777); !errors.Is(err, fs.ErrExist) {
				return f.temp, err
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Write writes one file. A name that leads elsewhere gives [spec.ErrInput], one that
// was given before [fs.ErrExist].
func (f *Folder) Write(name string, data []byte) error {
	if name == "." || name == ".." || filepath.Base(name) != name {
		return fmt.Errorf("file %q: %w: not a name within a folder", name, spec.ErrInput)
	}
	to, err := os.OpenFile(filepath.Join(f.temp, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	f.files = append(f.files, to)
	if _, err = to.Write(data); err == nil && len(f.files) == mostOpen {
		err = f.sync()
	}
	return err
}

// mostOpen is how many files of a folder are open at once.
const mostOpen = 64

// sync waits until all files are on the disk, which takes little longer than for
// one, and closes them.
func (f *Folder) sync() error {
	errs := make([]error, len(f.files)+1)
	var wg sync.WaitGroup
	for i, to := range f.files {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = errors.Join(to.Sync(), to.Close())
		}()
	}
	errs[len(f.files)] = syncFolder(f.temp)
	wg.Wait()
	f.files = nil
	return errors.Join(errs...)
}

// Commit gives the folder its name, below folders that are made where they are
// missing.
func (f *Folder) Commit() error {
	defer f.Discard()
	if f.ended {
		return fmt.Errorf("write %s: %w", f.name, fs.ErrClosed)
	}
	if err := f.sync(); err != nil {
		return err
	}
	parent := filepath.Dir(f.name)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	err := finish(f.temp, func() error {
		if _, err := os.Lstat(f.name); err == nil { // an empty folder would be replaced
			return &fs.PathError{Op: "create", Path: f.name, Err: fs.ErrExist}
		}
		return os.Rename(f.temp, f.name)
	})
	if err != nil {
		return err
	}
	f.ended = true
	return syncFolder(parent)
}

// Discard removes what was written. After [Folder.Commit] it does nothing, so that
// it can be deferred.
func (f *Folder) Discard() {
	for _, to := range f.files {
		to.Close()
	}
	f.files = nil
	if !f.ended {
		f.ended = true
		_ = finish(f.temp, func() error { return os.RemoveAll(f.temp) })
	}
}
