package xatu

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// find lists the Parquet files below dir by table, in order. Symbolic links are
// followed; names that begin with a dot, such as those of macOS, are no files.
func find(dir string) (files [tableCount][]string, size int64, err error) {
	hidden := func(name string) bool { return strings.HasPrefix(name, ".") }
	err = file.Walk(dir, hidden, func(path string, info fs.FileInfo) error {
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if table, ok := TableOf(below); ok {
			files[table] = append(files[table], path)
			size += info.Size()
		}
		return nil
	})
	for i := range files {
		slices.SortFunc(files[i], CompareNames)
	}
	return files, size, err
}

// missing reports a table without files.
func missing(dir string, table int, faults *dataset.Faults) error {
	return faults.Report(&dataset.Fault{File: filepath.Join(dir, tableNames[table]), Kind: dataset.MissingFile})
}
