package fetch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFullDiskIsReportedWithoutTheHiddenName(t *testing.T) {
	full := filepath.Join(t.TempDir(), "full")
	require.NoError(t, os.Mkdir(full, 0o777))
	if err := syscall.Mount("tmpfs", full, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	defer syscall.Unmount(full, 0)
	body := make([]byte, 1<<20)
	result, _ := one(t, Options{Dir: full}, text(t, string(body))+"/large")
	require.EqualError(t, result.Err, "cannot write the file: no space left on device")
	require.Empty(t, filesIn(t, full))
	require.NoError(t, syscall.Unmount(full, 0))
}
