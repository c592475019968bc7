package crowd_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
	"github.com/simmer-go/simmer/waker"
)

func TestWakeAllOfALobbyWakesEverybodyOnce(t *testing.T) {
	var l crowd.Lobby
	l.WakeAll(nil)
	over := false
	const n = 100 // more than three batches
	var tasks [n]waker.Header
	var waiters [n]crowd.Waiter
	poll := func(i int) bool {
		cx := future.NewContext(nil, &tasks[i])
		_, ready, err := l.Poll(&cx, &waiters[i], func() bool { return over })
		require.NoError(t, err)
		return ready
	}
	for i := range tasks {
		tasks[i].InitIdle(exec)
		require.False(t, poll(i))
		require.False(t, poll(i), "the same place")
	}
	waiters[50].Drop(nil)
	over = true
	l.WakeAll(nil)
	for i := range tasks {
		require.Equal(t, i != 50, !tasks[i].IsIdle())
	}
	require.True(t, poll(50))
	require.True(t, poll(51))
	waiters[51].Drop(nil)
	var never crowd.Waiter
	never.Drop(nil)
}

func TestWhoComesBackToALobbyWaitsForTheNextTime(t *testing.T) {
	var l crowd.Lobby
	const n = 40 // more than a batch
	var tasks [n]waker.Header
	var waiters [n]crowd.Waiter
	wakes := 0
	poll := func(i int) {
		cx := future.NewContext(nil, &tasks[i])
		l.Poll(&cx, &waiters[i], func() bool { return false })
	}
	for i := range tasks {
		tasks[i].InitIdle(waker.NewExecutor(func(h *waker.Header) {
			wakes++
			h.Begin()
			h.Idle()
			poll(i) // at once
		}))
		poll(i)
	}
	l.WakeAll(nil) // hangs if it wakes whoever comes back
	require.Equal(t, n, wakes)
}

func TestNoWakeOfALobbyIsLost(t *testing.T) {
	procs(t, 8)
	const rounds = 3000
	for range rounds {
		var l crowd.Lobby
		var over sy.Bool
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { // ends when it is woken
				var w crowd.Waiter
				_, err := future.WaitPoll(t.Context(), func(cx *future.Context) (struct{}, bool, error) {
					return l.Poll(cx, &w, over.Load)
				}, w.Drop)
				if err != nil {
					t.Error(err)
				}
			})
		}
		over.Store(true)
		l.WakeAll(nil)
		wg.Wait()
	}
}
