//go:build unix

package xatu_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// drawn is a small folder of tables.
func drawn(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	p := sample.Period{Seed: 3, Validators: 64, From: 300_000, Epochs: 4, GroupRows: 40}
	require.NoError(t, p.Write(dir))
	return dir
}

// slotsOf reads a folder to its end and counts the slots.
func slotsOf(dir string, faults *dataset.Faults) (n int, err error) {
	tables, err := xatu.Open(dir, faults)
	if err != nil {
		return 0, err
	}
	for _, err := range tables.Slots() {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func TestAFolderIsReadThroughLinksAndWithoutWhatSystemsLeaveInIt(t *testing.T) {
	dir := drawn(t)
	want, err := slotsOf(dir, nil)
	require.NoError(t, err)
	require.NotZero(t, want)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	got, err := slotsOf(link, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)

	elsewhere := filepath.Join(t.TempDir(), "blocks")
	blocks := filepath.Join(dir, "canonical_beacon_block")
	require.NoError(t, os.Rename(blocks, elsewhere))
	require.NoError(t, os.Symlink(elsewhere, blocks))
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "._0.parquet"), []byte("of macOS"), 0o644))
	got, err = slotsOf(dir, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestWhatIsInAFolderIsNeverTakenForAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(name string) error
		want  error
	}{
		"a link that leads nowhere": {func(name string) error { return os.Symlink("nowhere", name) }, fs.ErrNotExist},
		"a link to itself":          {func(name string) error { return os.Symlink(name, name) }, syscall.ELOOP},
		"a link to its own folder":  {func(name string) error { return os.Symlink(".", name) }, spec.ErrInput},
		"a FIFO":                    {func(name string) error { return syscall.Mkfifo(name, 0o600) }, spec.ErrInput},
		"a device":                  {func(name string) error { return os.Symlink("/dev/zero", name) }, spec.ErrInput},
	} {
		for _, lenient := range []bool{false, true} {
			dir := drawn(t)
			bad := filepath.Join(dir, "canonical_beacon_committee", "1.parquet")
			require.NoError(t, c.spoil(bad), name)
			budget.Run(t, budget.Limit{}, func() {
				_, err := slotsOf(dir, &dataset.Faults{Lenient: lenient})
				require.ErrorIs(t, err, c.want, name)
				require.ErrorContains(t, err, "1.parquet", name)
			})
			_, err := xatu.OpenShards(bad)
			require.ErrorIs(t, err, c.want, name)
		}
	}
}

// FuzzTables changes a byte of a file of a folder of tables, or cuts it, and reads
// the folder.
func FuzzTables(f *testing.F) {
	dir := drawn(f)
	var names []string
	var content [][]byte
	require.NoError(f, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		names, content = append(names, path), append(content, b)
		return err
	}))
	for i := range names {
		f.Add(uint8(i), uint32(0), byte(0), uint32(0))
		f.Add(uint8(i), uint32(200), byte(1), uint32(0))
		f.Add(uint8(i), uint32(len(content[i])-12), byte(0x80), uint32(0))
		f.Add(uint8(i), uint32(0), byte(0), uint32(9))
	}
	whole, err := slotsOf(dir, nil)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, which uint8, at uint32, with byte, cut uint32) {
		i := int(which) % len(names)
		b := append([]byte(nil), content[i]...)
		b[int(at)%len(b)] ^= with
		b = b[:len(b)-int(cut)%len(b)]
		require.NoError(t, os.WriteFile(names[i], b, 0o644))
		defer func() { require.NoError(t, os.WriteFile(names[i], content[i], 0o644)) }()
		budget.Run(t, budget.Limit{}, func() {
			n, err := slotsOf(dir, nil)
			faults := &dataset.Faults{Lenient: true}
			left, lenient := slotsOf(dir, faults)
			switch {
			case err == nil:
				require.NoError(t, lenient)
				require.Zero(t, faults.Total())
				require.Equal(t, n, left)
			default:
				require.ErrorIs(t, err, spec.ErrInput)
				require.True(t, lenient != nil || faults.Total() > 0)
			}
			if with == 0 && len(b) == len(content[i]) {
				require.Equal(t, whole, n)
			}
		})
	})
}
