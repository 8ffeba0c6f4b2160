package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/stakesim/stakesim/spec"
)

// Writer is a file on its way. It is written beside its place and renamed by
// [Writer.Commit] when all bytes are on the disk; until then, and after an error,
// what was there stays as it was. It takes the permissions of the file that it
// replaces, or those of [os.Create]. A symbolic link stays, and what it leads to is
// replaced. What is no regular file (a device, a FIFO, /dev/stdout) is written to,
// by Commit and all at once, never replaced.
type Writer struct {
	name   string // as given
	target string // what is renamed to; empty with to
	to     *os.File
	keep   bool // to is not ours to close
	temp   *os.File
	mu     sync.Mutex // of buf and size
	buf    *bufio.Writer
	size   int64
	ended  bool
}

// Create starts a file. It must end with [Writer.Commit] or [Writer.Discard]. A
// place where nothing can be written is an error here.
func Create(name string) (*Writer, error) {
	w := &Writer{name: name}
	if err := w.create(); err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // of the temporary file, whose name says nothing
		}
		return nil, &fs.PathError{Op: "create", Path: name, Err: err}
	}
	w.buf = bufio.NewWriterSize(w.temp, bufferSize)
	return w, nil
}

func (w *Writer) create() error {
	if w.name == "" || os.IsPathSeparator(w.name[len(w.name)-1]) {
		return fmt.Errorf("%w: no name of a file", spec.ErrInput)
	}
	target, info, err := resolve(w.name)
	switch {
	case err != nil:
		return err
	case info != nil && info.IsDir():
		return errors.New("is a folder")
	case descriptor(target) != 0 || info != nil && !info.Mode().IsRegular():
		return w.spool(target)
	}
	w.target = target
	perm := fs.FileMode(0o666)
	if info != nil {
		perm = info.Mode().Perm()
		old, err := os.OpenFile(target, os.O_WRONLY, 0) // what may not be written is not replaced
		if err != nil {
			return err
		}
		old.Close()
	}
	if w.temp, err = beside(target, perm); err != nil || info == nil {
		return err
	}
	if err := w.temp.Chmod(perm); err != nil {
		w.Discard()
		return err
	}
	return nil
}

// beside creates a temporary file in the folder of a name, subject to the umask.
func beside(name string, perm fs.FileMode) (f *os.File, err error) {
	dir, base := filepath.Split(name)
	err = begin(func() (string, error) {
		for {
			temp := dir + "." + base[:min(len(base), 200)] + ".part-" + strconv.FormatUint(rand.Uint64(), 36)
			if f, err = os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm); !errors.Is(err, fs.ErrExist) {
				return temp, err
			}
		}
	})
	return f, err
}

// spool collects in a temporary file what is to be written to a device or FIFO,
// which knows no offsets.
func (w *Writer) spool(target string) (err error) {
	switch descriptor(target) {
	case 1:
		w.to, w.keep = os.Stdout, true
	case 2:
		w.to, w.keep = os.Stderr, true
	default:
		if w.to, err = os.OpenFile(target, os.O_WRONLY|os.O_APPEND, 0); err != nil {
			return err
		}
	}
	w.temp, err = beside(filepath.Join(os.TempDir(), "spool"), 0o600)
	if err != nil && !w.keep {
		w.to.Close()
	}
	return err
}

// Write implements [io.Writer].
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.buf.Write(p)
	w.size += int64(n)
	return n, err
}

// WriteAt overwrites bytes that were written; several goroutines may call it.
// Behind them it gives [spec.ErrInput].
func (w *Writer) WriteAt(p []byte, off int64) (int, error) {
	w.mu.Lock()
	err, size := w.buf.Flush(), w.size
	w.mu.Unlock()
	if err != nil {
		return 0, err
	}
	if off < 0 || off > size || int64(len(p)) > size-off {
		return 0, fmt.Errorf("%s: write of %d bytes at byte %d of %d: %w", w.name, len(p), off, size, spec.ErrInput)
	}
	return w.temp.WriteAt(p, off)
}

// CopyAll copies a source of so many bytes. One that ends earlier gives
// [io.ErrUnexpectedEOF].
func (w *Writer) CopyAll(r io.Reader, size int64) error {
	n, err := io.CopyN(w, r, size)
	if err == io.EOF {
		err = fmt.Errorf("%w: %d bytes of %d", io.ErrUnexpectedEOF, n, size)
	}
	return err
}

// Commit puts the file in its place: complete, or on an error not at all.
func (w *Writer) Commit() error {
	defer w.Discard()
	if err := w.commit(); err != nil {
		return fmt.Errorf("write %s: %w", w.name, err)
	}
	return nil
}

func (w *Writer) commit() error {
	if w.ended {
		return fs.ErrClosed
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.buf.Flush(); err != nil {
		return err
	}
	info, err := w.temp.Stat()
	if err != nil {
		return err
	}
	if info.Size() != w.size {
		return fmt.Errorf("%w: %d bytes of %d", io.ErrShortWrite, info.Size(), w.size)
	}
	if w.to != nil {
		return w.pour()
	}
	if err := w.temp.Sync(); err != nil {
		return err
	}
	if err := w.temp.Close(); err != nil {
		return err
	}
	err = finish(w.temp.Name(), func() error { return os.Rename(w.temp.Name(), w.target) })
	if err != nil {
		return err
	}
	w.ended = true
	dir, _ := filepath.Split(w.target)
	return syncFolder(dir)
}

// pour writes the spooled bytes to where they belong.
func (w *Writer) pour() error {
	n, err := io.Copy(w.to, io.NewSectionReader(w.temp, 0, w.size))
	if err == nil && n < w.size {
		err = fmt.Errorf("%w: %d bytes of %d", io.ErrShortWrite, n, w.size)
	}
	if !w.keep {
		err = errors.Join(err, w.to.Close())
	}
	return err
}

// Discard removes what was written. After [Writer.Commit] it does nothing, so that
// it can be deferred.
func (w *Writer) Discard() {
	if w.ended {
		return
	}
	w.ended = true
	w.temp.Close()
	if w.to != nil && !w.keep {
		w.to.Close()
	}
	_ = finish(w.temp.Name(), func() error { return os.Remove(w.temp.Name()) })
}

// Write writes a file by a function, and leaves what was there when it fails.
func Write(name string, fill func(w *Writer) error) error {
	w, err := Create(name)
	if err != nil {
		return err
	}
	defer w.Discard()
	if err := fill(w); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return w.Commit()
}
