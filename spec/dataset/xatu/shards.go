package xatu

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// OpenShards opens failure lists, binary or Parquet, as one. A name is a file, a
// pattern as of [filepath.Match], or a folder, of which every file counts whose
// name does not begin with a dot or an underscore. Nothing to open, and
// lists of different networks, are a [dataset.Fault].
func OpenShards(names ...string) (*dataset.Shards, error) {
	files, err := shardFiles(names)
	if err != nil {
		return nil, err
	}
	var of []dataset.Shard
	for _, name := range files {
		s, err := openShard(name)
		if err != nil {
			dataset.NewShards(of...).Close()
			return nil, err
		}
		of = append(of, s)
	}
	shards := dataset.NewShards(of...)
	if _, err := shards.Origin(); err != nil {
		shards.Close()
		return nil, err
	}
	return shards, nil
}

// shardFiles are the files that names stand for.
func shardFiles(names []string) (files []string, err error) {
	for _, name := range names {
		found := []string{name}
		if _, err := os.Stat(name); err != nil {
			if found, _ = filepath.Glob(name); len(found) == 0 {
				return nil, err
			}
		}
		for _, name := range found {
			hidden := func(name string) bool { return strings.ContainsAny(name[:1], "._") }
			err := file.Walk(name, hidden, func(path string, _ fs.FileInfo) error {
				files = append(files, path)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(files, CompareNames)
	if files = slices.Compact(files); len(files) == 0 {
		return nil, &dataset.Fault{File: strings.Join(names, ", "), Kind: dataset.MissingFile}
	}
	return files, nil
}

// openShard goes by the first bytes.
func openShard(name string) (dataset.Shard, error) {
	var magic [4]byte
	f, _, err := file.OpenRegular(name)
	if err != nil {
		return dataset.Shard{}, err
	}
	_, _ = io.ReadFull(f, magic[:])
	f.Close()
	if string(magic[:]) == "PAR1" {
		l, err := OpenList(name)
		if err != nil {
			return dataset.Shard{}, err
		}
		return l.Shard(), nil
	}
	l, err := dataset.OpenList(name)
	if err != nil {
		return dataset.Shard{}, err
	}
	return l.Shard(), nil
}

// Shard is the list as one of several: see [dataset.NewShards].
func (l *List) Shard() dataset.Shard {
	return dataset.Shard{
		Name: l.name, Size: l.Size, Slots: l.slots, First: l.first, Duties: &l.Duties, Origin: l.Origin, All: l.All,
		OnRead: func(told func(int)) { l.Read = told }, Close: func() error { return nil },
	}
}

// readFirst finds the first slot.
func (l *List) readFirst(f *File) error {
	for i := range f.Groups() {
		rows := f.Rows(i)
		if rows <= 0 {
			continue
		}
		if l.slots == 0 {
			var g group
			if err := g.open(f.key(), i); err != nil {
				return err
			}
			if _, err := g.next(); err != nil {
				return err
			}
			first, wrong := g.column[0].number(1 << 62)
			if wrong != "" {
				return g.at.fault("slot", dataset.Malformed, wrong)
			}
			l.first = spec.Slot(first)
			g.close()
		}
		l.slots += uint64(rows)
	}
	return nil
}
