package scheduler

import (
	"slices"
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
	h := newJob(nil)
	h.Finish()
	waiter := newJob(nil)
	h.join.Set(waiter.Waker()) // as if the end had come between
	require.True(t, h.AwaitEnd(waiter.Waker()))
	h.LeaveEnd(waiter.Waker())
	require.True(t, h.join.IsEmpty())
}
