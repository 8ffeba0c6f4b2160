package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// mostLinks is how many symbolic links may lead to a file, as in Linux.
const mostLinks = 40

// resolve follows the symbolic links of a name, also to where nothing is yet; info
// is nil then. It stops at a name of an open descriptor, see [descriptor].
func resolve(name string) (target string, info fs.FileInfo, err error) {
	for range mostLinks {
		if descriptor(name) != 0 {
			return name, nil, nil
		}
		info, err = os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil, nil
		}
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return name, info, err
		}
		to, err := os.Readlink(name)
		if err != nil {
			return "", nil, err
		}
		if !filepath.IsAbs(to) {
			dir, _ := filepath.Split(name) // joined as it stands: ".." behind a link is not the text before it
			to = dir + to
		}
		name = to
	}
	return "", nil, errors.New("too many levels of symbolic links")
}

// descriptor is the number of the open descriptor that a name stands for, such as 1 for
// /dev/stdout, and 0 for other names: nothing is written to descriptor 0.
func descriptor(name string) int {
	switch name {
	case "/dev/stdout":
		return 1
	case "/dev/stderr":
		return 2
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/", "/proc/" + strconv.Itoa(os.Getpid()) + "/fd/"} {
		if number, ok := strings.CutPrefix(name, dir); ok {
			if n, err := strconv.Atoi(number); err == nil && n > 0 {
				return n
			}
		}
	}
	return 0
}

// syncFolder makes a rename last. Systems whose folders cannot be synced are left
// alone.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if name == "" {
		name = "."
	}
	dir, err := os.Open(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil // one may write into a folder that one may not read
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
