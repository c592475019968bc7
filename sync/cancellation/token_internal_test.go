package cancellation

import (
	"bytes"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// A poll begins, and finds the token not cancelled; then Cancel comes, and takes the waiters before the poll has the lock. The poll
// looks again, whether it is the first one of its wait or the place is in the queue already.
func TestAWaitLooksAgainUnderTheLock(t *testing.T) {
	for _, isQueued := range []bool{false, true} {
		tok := New()
		var h waker.Header
		cx := future.NewContext(nil, &h)
		var w Waiter
		if isQueued {
			_, isReady, _ := tok.PollCancelled(&cx, &w)
			require.False(t, isReady)
		}
		tok.mu.Lock()
		ready := make(chan bool)
		go func() { // ends when the lock is let go
			_, isReady, _ := tok.PollCancelled(&cx, &w)
			ready <- isReady
		}()
		for stacks := make([]byte, 1<<16); ; goruntime.Gosched() { // until it waits for the lock
			dump := stacks[:goruntime.Stack(stacks, true)]
			if bytes.Contains(dump, []byte("[sync.Mutex.Lock]")) && bytes.Contains(dump, []byte("PollCancelled")) {
				break
			}
		}
		tok.cancelTree(ErrCancelled)
		tok.mu.Unlock()
		require.True(t, <-ready)
		require.Zero(t, tok.waiters.Len())
		require.Equal(t, Waiter{}, w)
	}
}

// A wait that ends after the token was cancelled, and before its waiters are taken, leaves the queue: its place may be used again.
func TestAWaitThatIsOverBeforeItIsWokenLeavesTheQueue(t *testing.T) {
	tok := New()
	var h waker.Header
	cx := future.NewContext(nil, &h)
	var w Waiter
	_, ready, _ := tok.PollCancelled(&cx, &w)
	require.False(t, ready)
	tok.cancelTree(ErrCancelled)
	_, ready, _ = tok.PollCancelled(&cx, &w)
	require.True(t, ready)
	require.Zero(t, tok.waiters.Len())
	require.Equal(t, Waiter{}, w)
}

// What lies in the pool keeps no token.
func TestARecycledWaitingForgetsItsToken(t *testing.T) {
	d := New().Done()
	d.recycle()
	require.Nil(t, d.token)
}

// noTasks is a worker that is never asked for anything.
type noTasks struct{ future.Worker }

// A body that is aborted while it waits leaves the queue, before its place in it is used for another wait.
func TestAnAbortedBodyLeavesTheQueue(t *testing.T) {
	tok := New()
	var h waker.Header
	local := future.Local{Worker: noTasks{}}
	t.Cleanup(local.CloseBodies)
	cx := future.NewContext(&local, &h)
	local.BeginPoll()
	body := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, tok.Cancelled(cx) })
	_, ready, _ := body.Poll(&cx)
	require.False(t, ready)
	require.Equal(t, 1, tok.waiters.Len())
	future.Drop(&cx, body)
	require.Zero(t, tok.waiters.Len())
}
