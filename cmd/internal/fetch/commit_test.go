package fetch

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/timer"
	"github.com/stretchr/testify/require"
)

// committing is a download whose only worker runs, and whose body has come whole: its commit waits for the name that the
// server has proposed, until the names are unlocked.
type committing struct {
	*running
	rt  *simmer.Runtime
	dir string
}

func startCommit(t *testing.T, opt Options) *committing {
	rt, err := simmer.New(simmer.Config{Workers: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="proposed"`)
		w.Write([]byte("soup"))
	})
	opt.Dir = t.TempDir()
	b := New([]string{url}, opt)
	b.names.mu.Lock()
	c := &committing{running: b.start(rt), rt: rt, dir: opt.Dir}
	require.Eventually(t, func() bool { return c.download().commit.Load() != nil }, 5*time.Second, time.Millisecond)
	return c
}

func (c *committing) download() *Download { return c.b.Downloads[0] }

// hold keeps the worker busy until the function that it returns is called.
func (c *committing) hold() (release func()) {
	held, released := make(chan struct{}), make(chan struct{})
	simmer.Go(c.rt, func(*simmer.Context) (struct{}, error) {
		close(held)
		<-released
		return struct{}{}, nil
	})
	<-held
	return func() { close(released) }
}

func TestDownloadThatIsCancelledWhenItsFileHasItsNameIsDone(t *testing.T) {
	c := startCommit(t, Options{})
	release := c.hold()
	c.b.names.mu.Unlock()
	p := partial{dir: c.dir}
	require.Eventually(t, func() bool { return p.exists("proposed") }, 5*time.Second, time.Millisecond)
	c.handles[0].Abort() // before the task can learn that its commit has ended
	release()
	c.cancel()
	d := c.download()
	require.NoError(t, d.Result.Err)
	require.Equal(t, Result{File: "proposed", Status: 200, Bytes: 4, Took: d.Took()}, d.Result)
	require.Equal(t, Done, d.Phase())
	require.Equal(t, []string{"proposed"}, filesIn(t, c.dir))
}

func TestDownloadThatIsCancelledBeforeItsFileHasItsNameLeavesNone(t *testing.T) {
	c := startCommit(t, Options{})
	c.handles[0].Abort()
	require.Eventually(t, func() bool { return len(filesIn(t, c.dir)) == 0 }, 5*time.Second, time.Millisecond)
	c.b.names.mu.Unlock()
	c.cancel()
	require.EqualError(t, c.download().Result.Err, "cancelled")
	require.Empty(t, filesIn(t, c.dir))
}

func TestCommitThatHangsIsToldAsUncertain(t *testing.T) {
	c := startCommit(t, Options{})
	defer c.b.names.mu.Unlock()
	c.cancel()
	require.Equal(t, errUnsure, c.download().Result.Err)
}

func TestTimeoutDoesNotCoverTheCommit(t *testing.T) {
	const timeout = 100 * time.Millisecond
	c := startCommit(t, Options{Timeout: timeout})
	_, err := simmer.BlockOn(context.Background(), c.rt, simmer.Future[struct{}](timer.After(2*timeout)))
	require.NoError(t, err)
	c.b.names.mu.Unlock()
	require.True(t, c.next(context.Background()))
	require.NoError(t, c.download().Result.Err)
	require.Equal(t, []string{"proposed"}, filesIn(t, c.dir))
}
