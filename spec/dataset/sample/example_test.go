package sample_test

import (
	"fmt"
	"io/fs"

	"github.com/stakesim/stakesim/spec/dataset/sample"
)

func Example() {
	names, err := fs.Glob(sample.Files, "*")
	fmt.Println(names, err)
	// Output: [attesters.txt.gz clusters.csv committees.txt.gz immediate_attesters.txt.gz] <nil>
}
