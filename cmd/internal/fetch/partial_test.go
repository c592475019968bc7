package fetch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/stretchr/testify/require"
)

func TestFinalNameShowsAtCommitOnly(t *testing.T) {
	p := &partial{dir: t.TempDir()}
	require.NoError(t, p.write([]byte("half ")))
	require.NoError(t, p.write([]byte("and half")))
	require.NoFileExists(t, filepath.Join(p.dir, "x"))
	require.Len(t, filesIn(t, p.dir), 1)
	require.NoError(t, p.commit("x"))
	p.discard() // too late
	require.Equal(t, []string{"x"}, filesIn(t, p.dir))
	require.Equal(t, "half and half", read(t, filepath.Join(p.dir, "x")))
	require.EqualValues(t, 13, p.size)
}

func TestEmptyFileIsAFile(t *testing.T) {
	result, dir := one(t, Options{}, text(t, "")+"/empty")
	require.NoError(t, result.Err)
	require.Empty(t, read(t, filepath.Join(dir, "empty")))
}

// A blocking call that was queued when its download was aborted runs after the discard: it must not leave a file behind.
func TestCallsAfterDiscardDoNothing(t *testing.T) {
	for _, written := range []bool{false, true} {
		p := &partial{dir: t.TempDir()}
		if written {
			require.NoError(t, p.write([]byte("half")))
		}
		p.discard()
		p.discard()
		require.ErrorIs(t, p.write([]byte("late")), errDiscarded)
		require.ErrorIs(t, p.commit("x"), errDiscarded)
		require.Empty(t, filesIn(t, p.dir))
	}
}

func TestMissingDirectoryIsMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	result, _ := one(t, Options{Dir: dir}, text(t, "soup")+"/x")
	require.NoError(t, result.Err)
	require.Equal(t, []string{"x"}, filesIn(t, dir))
}

func TestDirectoryThatVanishesFailsTheDownload(t *testing.T) {
	p := &partial{dir: filepath.Join(t.TempDir(), "gone")}
	err := newFileError(p.write([]byte("x")))
	require.EqualError(t, err, "cannot write the file: no such file or directory")
}

func TestLackOfDescriptorsForTheFileMayPass(t *testing.T) {
	require.True(t, httpget.Retryable(newFileError(&os.PathError{Op: "open", Path: "x", Err: syscall.EMFILE})))
	require.False(t, httpget.Retryable(newFileError(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})))
}
