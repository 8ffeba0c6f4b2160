package cli

import (
	"flag"
	"strconv"

	"github.com/stakesim/stakesim/spec/u64"
)

// number is a whole number of a command line.
type number struct{ to *uint64 }

// Uint64Var is [flag.FlagSet.Uint64Var] of a flag that may also be written as
// [u64.Parse] reads it, such as 36e15.
func Uint64Var(flags *flag.FlagSet, to *uint64, name string, value uint64, usage string) {
	*to = value
	flags.Var(number{to}, name, usage)
}

// Set implements [flag.Value].
func (n number) Set(s string) error {
	v, err := u64.Parse[uint64](s)
	if err != nil {
		plain, other := strconv.ParseUint(s, 0, 64) // 0x10, 1_000
		if other != nil {
			return err
		}
		v = plain
	}
	*n.to = v
	return nil
}

// String implements [flag.Value].
func (n number) String() string {
	if n.to == nil {
		return "0"
	}
	return strconv.FormatUint(*n.to, 10)
}
