package scheduler

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWaitersThatHaveEndedAreForgotten(t *testing.T) {
	h := newJob(nil)
	live := numbered(3)
	for _, waiter := range live {
		require.False(t, h.AwaitEnd(waiter.Waker()))
	}
	for range 1000 {
		passing := numbered(1)[0]
		require.False(t, h.AwaitEnd(passing.Waker()))
		end(passing)
		require.LessOrEqual(t, len(h.extra.Load().crowd.wakers), 2*(len(live)+1)+minCrowd)
	}
	for _, waiter := range live {
		require.True(t, slices.Contains(h.extra.Load().crowd.wakers, waiter.Waker()))
		h.LeaveEnd(waiter.Waker())
		require.False(t, slices.Contains(h.extra.Load().crowd.wakers, waiter.Waker()))
	}
}

func TestAWaiterThatFindsTheEndIsNotKept(t *testing.T) {
	procs(t, 4)
	waiter := newJob(nil)
	for range scale(100_000) {
		h := newJob(nil)
		var begin atomic.Bool
		ended := make(chan struct{})
		go func() { // ends at once
			for !begin.Load() {
			}
			h.Finish()
			close(ended)
		}()
		begin.Store(true)
		if h.AwaitEnd(waiter.Waker()) {
			require.True(t, h.join.IsEmpty())
		}
		<-ended
	}
}
