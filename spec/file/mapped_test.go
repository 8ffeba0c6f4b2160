package file_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/exp/mmap"

	"github.com/stakesim/stakesim/spec/file"
)

func TestAFileThatIsCutWhileMappedIsAnError(t *testing.T) {
	const size = 1 << 16
	for _, left := range []int64{0, 1, 4096, size/2 + 7, size - 1} {
		name := filepath.Join(t.TempDir(), "state")
		require.NoError(t, os.WriteFile(name, bytes.Repeat([]byte{7}, size), 0o644))
		m, err := file.Map(name)
		require.NoError(t, err)
		raw, err := mmap.Open(name)
		require.NoError(t, err)
		b := make([]byte, size)
		n, err := m.ReadAt(b, 0)
		require.NoError(t, err)
		require.Equal(t, size, n)
		require.NoError(t, os.Truncate(name, left))
		n, err = m.ReadAt(b, 0)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes left", left)
		require.ErrorContains(t, err, name)
		require.Zero(t, n)
		n, err = file.Guard(raw).ReadAt(b, 0)
		if left < size-4096 { // a page is gone
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes left", left)
			require.Zero(t, n)
		}
		require.NoError(t, m.Close())
		require.NoError(t, raw.Close())
	}
}

func TestAGuardPassesOnWhatIsNoFaultOfMemory(t *testing.T) {
	n, err := file.Guard(bytes.NewReader([]byte("abc"))).ReadAt(make([]byte, 4), 1)
	require.Equal(t, 2, n)
	require.Equal(t, io.EOF, err)
	require.PanicsWithValue(t, "other", func() { _, _ = file.Guard(panics("other")).ReadAt(nil, 0) })
	_, err = file.Map(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// panics is a reader that does.
type panics string

func (p panics) ReadAt([]byte, int64) (int, error) { panic(string(p)) }

func ExampleMap() {
	dir, done := folder()
	defer done()
	name := filepath.Join(dir, "state.ssz")
	_ = os.WriteFile(name, []byte("state"), 0o644)
	m, err := file.Map(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	b := make([]byte, 2)
	_, err = m.ReadAt(b, 3)
	fmt.Printf("%d %s %v\n", m.Size(), b, err)
	// Output: 5 te <nil>
}

func ExampleGuard() {
	b := make([]byte, 2)
	n, err := file.Guard(bytes.NewReader([]byte("state"))).ReadAt(b, 1)
	fmt.Printf("%d %s %v\n", n, b, err)
	// Output: 2 ta <nil>
}
