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

// Who makes the condition true takes the lock after that, and finds whoever has looked too early.
func TestALobbyLooksUnderItsLock(t *testing.T) {
	var l crowd.Lobby
	cx := future.NewContext(nil, new(waker.Header))
	var w crowd.Waiter
	_, ready, _ := l.Poll(&cx, &w, func() bool {
		require.True(t, crowd.IsLocked(&l))
		return true
	})
	require.True(t, ready)
	require.False(t, crowd.IsLocked(&l))
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

// In every order of six steps of three waiters: exactly those who wait are woken when the condition becomes true, and a poll
// tells the truth about it.
func TestEveryOrderOfSixStepsInALobby(t *testing.T) {
	const waiting, steps = 3, 7
	total := 1
	for range 6 {
		total *= steps
	}
	for order := range total {
		var l crowd.Lobby
		var waiters [waiting]crowd.Waiter
		var tasks [waiting]waker.Header
		var waits, woken [waiting]bool
		over := false
		for i := range tasks {
			tasks[i].InitIdle(exec)
		}
		for rest, n := order, 0; n < 6; rest, n = rest/steps, n+1 {
			switch i := rest % steps; {
			case i < waiting:
				if woken[i] {
					tasks[i].Begin()
					tasks[i].Idle()
				}
				cx := future.NewContext(nil, &tasks[i])
				_, ready, _ := l.Poll(&cx, &waiters[i], func() bool { return over })
				if ready != over {
					t.Fatalf("order %d: ready %v", order, ready)
				}
				waits[i], woken[i] = !ready, false
			case i < 2*waiting:
				waiters[i-waiting].Drop(nil)
				waits[i-waiting] = false
			case over:
				over = false
			default:
				over = true
				l.WakeAll(nil)
				for i := range waits {
					woken[i] = woken[i] || waits[i]
				}
				waits = [waiting]bool{}
			}
			for i := range tasks {
				if tasks[i].IsIdle() == woken[i] {
					t.Fatalf("order %d: waiter %d woken: %v", order, i, !woken[i])
				}
			}
		}
	}
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

func TestAWaitingThatIsDroppedIsNotWoken(t *testing.T) {
	var l crowd.Lobby
	over := false
	isOver := func() bool { return over }
	var stays, goes waker.Header
	stays.InitIdle(exec)
	goes.InitIdle(exec)
	f, dropped := l.Waiting(isOver), l.Waiting(isOver)
	cx, other := future.NewContext(nil, &stays), future.NewContext(nil, &goes)
	_, ready, _ := f.Poll(&cx)
	require.False(t, ready)
	_, ready, _ = dropped.Poll(&other)
	require.False(t, ready)
	future.Drop(&other, dropped)
	over = true
	l.WakeAll(nil)
	require.False(t, stays.IsIdle())
	require.True(t, goes.IsIdle())
	_, ready, _ = f.Poll(&cx)
	require.True(t, ready)
}

// A place whose wait is over, or was given up, keeps neither its lobby nor its task: it may lie in a pool.
func TestAWaitThatIsOverKeepsNothing(t *testing.T) {
	var l crowd.Lobby
	var task waker.Header
	cx := future.NewContext(nil, &task)
	var w crowd.Waiter
	_, ready, _ := l.Poll(&cx, &w, func() bool { return false })
	require.False(t, ready)
	w.Drop(nil)
	require.True(t, crowd.IsReady(&w))
	_, ready, _ = l.Poll(&cx, &w, func() bool { return false })
	require.False(t, ready)
	_, ready, _ = l.Poll(&cx, &w, func() bool { return true })
	require.True(t, ready)
	require.True(t, crowd.IsReady(&w))
}

// A body waits with a place of its own, which is out of the lobby when it is over or aborted, and spends the budget.
func TestABodyWaitsInALobby(t *testing.T) {
	var l crowd.Lobby
	local := future.Local{Executor: exec, Worker: &recording{}}
	t.Cleanup(local.CloseBodies)
	var task waker.Header
	task.InitIdle(exec)
	cx := future.NewContext(&local, &task)
	over, rounds := false, 0
	body := future.Async(func(cx *future.Context) (none struct{}, err error) {
		for ; rounds < 10*future.Budget; rounds++ {
			if err = l.Await(cx, func() bool { return over }); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	turn := func() {
		local.BeginPoll()
		_, ready, err := body.Poll(&cx)
		require.NoError(t, err)
		require.False(t, ready)
	}
	turn()
	require.Zero(t, rounds)
	over = true
	l.WakeAll(nil)
	require.False(t, task.IsIdle())
	turn()
	require.Equal(t, future.Budget, rounds)
	over = false
	turn()
	require.Equal(t, future.Budget, rounds)
	future.Drop(&cx, body)
	task.Begin()
	task.Idle()
	l.WakeAll(nil)
	require.True(t, task.IsIdle(), "it has left")
}

func TestAWaiterMayGoToAnotherLobbyWhenItsWaitIsOver(t *testing.T) {
	var lobbies [3]crowd.Lobby
	var task waker.Header
	task.InitIdle(exec)
	cx := future.NewContext(nil, &task)
	var w crowd.Waiter
	lobbies[0].Poll(&cx, &w, func() bool { return false })
	w.Drop(nil)
	_, ready, _ := lobbies[1].Poll(&cx, &w, func() bool { return true })
	require.True(t, ready)
	_, ready, _ = lobbies[2].Poll(&cx, &w, func() bool { return false })
	require.False(t, ready)
	w.Drop(nil)
	w.Drop(nil)
	lobbies[2].WakeAll(nil)
	require.True(t, task.IsIdle())
}
