package fetch

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/simmer-go/simmer/timer"
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

// A write that hangs must not hold whoever ends the download: on a worker that would be all tasks.
func TestDiscardDoesNotWaitForAWriteInFlight(t *testing.T) {
	rt, err := simmer.New(simmer.Config{Workers: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	p := &partial{dir: t.TempDir()}
	require.NoError(t, p.write([]byte("half")))
	released := make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	t.Cleanup(release)
	body := simmer.Async(func(cx *simmer.Context) (struct{}, error) {
		defer p.discard()
		return struct{}{}, block(cx, func() error {
			return p.unlessEnded(func() error {
				<-released
				return nil
			})
		})
	})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = simmer.BlockOn(ctx, rt, timer.Timeout(20*time.Millisecond, body))
	require.ErrorIs(t, err, timer.ErrElapsed)
	require.Len(t, filesIn(t, p.dir), 1) // the write still has it
	release()
	require.Eventually(t, func() bool { return len(filesIn(t, p.dir)) == 0 }, 5*time.Second, time.Millisecond)
}

func TestCallInFlightCleansUpForADiscardThatCameBeside(t *testing.T) {
	p := &partial{dir: t.TempDir()}
	require.NoError(t, p.write([]byte("whole")))
	require.NoError(t, p.unlessEnded(func() error {
		p.discard() // leaves the file to the call that is in flight
		require.Len(t, filesIn(t, p.dir), 1)
		return nil
	}))
	require.Empty(t, filesIn(t, p.dir))
	require.ErrorIs(t, p.commit("x"), errDiscarded)
	require.Empty(t, filesIn(t, p.dir))
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
