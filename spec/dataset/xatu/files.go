package xatu

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stakesim/stakesim/spec/dataset"
)

// find lists the Parquet files below dir by table, in order.
func find(dir string) (files [tableCount][]string, size int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		table, ok := TableOf(below)
		if !ok {
			return nil
		}
		files[table] = append(files[table], path)
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		size += info.Size()
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
