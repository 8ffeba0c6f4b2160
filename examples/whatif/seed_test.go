package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// The same seed gives the same bytes from a program of 32 bits, whose integers
// and floating-point instructions are others.
func TestTheSameSeedGivesTheSameBytesOn386(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skipf("NOT RUN: a 386 program does not run on %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	program := filepath.Join(t.TempDir(), "whatif386")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0")
	text, err := build.CombinedOutput()
	require.NoError(t, err, string(text))
	for _, name := range []string{"headline", "cloud-10pct-24h", "maxeb-consolidation"} {
		args := []string{"-scenario", name, "-format", "csv", "-seed", "716"}
		if name != "headline" {
			args = append(args, append(small, "-set", "sweep=[]")...)
		}
		got, err := exec.Command(program, args...).Output()
		require.NoError(t, err)
		require.Equal(t, whatif(t, args...), string(got), name)
	}
}
