package lock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// tokio: tests/sync_mutex.rs straight_execution: a free lock is had at the first poll, again and again
// covers: F145
func TestAFreeMutexIsHadAtTheFirstPoll(t *testing.T) {
	var m lock.Mutex
	p := parties(1)[0]
	for range 3 {
		require.True(t, p.lock(t, &m))
		m.Unlock(&p.cx)
	}
}

// tokio: tests/sync_mutex.rs readiness: who waits is woken by the unlock, and has the lock then
func TestUnlockHandsTheMutexToTheWaiter(t *testing.T) {
	var m lock.Mutex
	ps := parties(2)
	require.True(t, ps[0].lock(t, &m))
	require.False(t, ps[1].lock(t, &m))
	require.Empty(t, woken(ps))
	m.Unlock(&ps[0].cx)
	require.Equal(t, []int{1}, woken(ps))
	require.False(t, m.TryLock(), "it is the waiter's already")
	require.True(t, ps[1].lock(t, &m))
	m.Unlock(nil)
	require.True(t, m.TryLock())
}

func TestMutexWaitersAreServedInTheOrderOfComing(t *testing.T) {
	var m lock.Mutex
	ps := parties(4)
	for i, p := range ps {
		require.Equal(t, i == 0, p.lock(t, &m))
	}
	for i := range ps[1:] {
		m.Unlock(nil)
		require.Equal(t, []int{i + 1}, woken(ps))
		require.False(t, ps[0].lock(t, &m), "nobody overtakes")
		require.True(t, ps[i+1].lock(t, &m))
		ps[0].drop()
	}
}

// tokio: tests/sync_mutex.rs aborted_future_1: a waiter that goes before it has the lock leaves the others their places
func TestAMutexWaiterThatGoesLeavesTheQueue(t *testing.T) {
	var m lock.Mutex
	ps := parties(3)
	require.True(t, ps[0].lock(t, &m))
	require.False(t, ps[1].lock(t, &m))
	require.False(t, ps[2].lock(t, &m))
	ps[1].drop()
	m.Unlock(nil)
	require.Equal(t, []int{2}, woken(ps))
	require.True(t, ps[2].lock(t, &m))
}

// tokio: tests/sync_mutex.rs aborted_future_2: a waiter that goes when it has been given the lock passes it on
func TestAMutexWaiterThatWasGivenTheLockPassesItOn(t *testing.T) {
	var m lock.Mutex
	ps := parties(3)
	require.True(t, ps[0].lock(t, &m))
	require.False(t, ps[1].lock(t, &m))
	require.False(t, ps[2].lock(t, &m))
	m.Unlock(nil)
	ps[1].drop()
	require.Equal(t, []int{2}, woken(ps))
	ps[2].drop()
	require.True(t, m.TryLock(), "the last one gives it back")
}

// tokio: tests/sync_mutex.rs try_lock: it fails while the lock is held, and succeeds after
func TestTryLockNeverWaits(t *testing.T) {
	var m lock.Mutex
	require.True(t, m.TryLock())
	require.False(t, m.TryLock())
	m.Unlock(nil)
	require.True(t, m.TryLock())
}

func TestUnlockOfAnUnlockedMutexPanics(t *testing.T) {
	var m lock.Mutex
	require.PanicsWithValue(t, "lock: unlock of unlocked Mutex", func() { m.Unlock(nil) })
	require.True(t, m.TryLock(), "and leaves it as it was")
}

func TestASpuriousPollKeepsThePlaceInTheQueue(t *testing.T) {
	var m lock.Mutex
	ps := parties(3)
	require.True(t, ps[0].lock(t, &m))
	for range 3 {
		require.False(t, ps[1].lock(t, &m))
		require.False(t, ps[2].lock(t, &m))
	}
	m.Unlock(nil)
	require.Equal(t, []int{1}, woken(ps))
}

func TestAWaiterThatMovesToAnotherTaskIsWokenThere(t *testing.T) {
	var m lock.Mutex
	ps := parties(3)
	require.True(t, ps[0].lock(t, &m))
	l := m.Locking()
	for _, p := range ps[1:] {
		_, ready, err := pollFuture(p, l)
		require.False(t, ready)
		require.NoError(t, err)
	}
	m.Unlock(nil)
	require.Equal(t, []int{2}, woken(ps))
}

func TestAWaiterWaitsAtOnePlaceAtATime(t *testing.T) {
	var a, b lock.Mutex
	var n lock.Notify
	require.True(t, a.TryLock())
	p := parties(1)[0]
	require.False(t, p.lock(t, &a))
	const text = "lock: this Waiter waits at another lock: each wait needs a Waiter of its own"
	require.PanicsWithValue(t, text, func() { p.lock(t, &b) })
	require.PanicsWithValue(t, text, func() { p.notified(t, &n) })
}

func TestAGuardUnlocksOnce(t *testing.T) {
	var m lock.Mutex
	p := parties(1)[0]
	g, ready, err := pollFuture(p, m.Locking())
	require.True(t, ready)
	require.NoError(t, err)
	require.False(t, m.TryLock())
	g.Unlock(nil)
	require.True(t, m.TryLock())
	g.Drop(nil)
	require.False(t, m.TryLock(), "Drop after Unlock does nothing")
	require.Panics(t, func() { g.Unlock(nil) })
}

func TestALockingThatIsDroppedGivesTheLockOn(t *testing.T) {
	var m lock.Mutex
	ps := parties(2)
	require.True(t, m.TryLock())
	first, second := m.Locking(), m.Locking()
	pollFuture(ps[0], first)
	pollFuture(ps[1], second)
	m.Unlock(nil)
	first.Drop(nil)
	require.True(t, ps[1].woken)
	second.Drop(nil)
	m.Locking().Drop(nil) // never polled
	require.True(t, m.TryLock())
}

func TestAbortedBodiesLeaveTheQueueAndUnlock(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		var m lock.Mutex
		holds := runtime.Go(cx, func(cx *future.Context) (none, error) {
			if err := m.Lock(cx); err != nil {
				return none{}, err
			}
			defer m.Unlock(cx)
			return future.Await(cx, future.Func(func(*future.Context) (none, bool, error) { return none{}, false, nil }))
		})
		for m.TryLock() { // until the task has it
			m.Unlock(cx)
			require.NoError(t, future.Yield(cx))
		}
		var waiting [3]*runtime.JoinHandle[none]
		for i := range waiting {
			waiting[i] = runtime.Go(cx, func(cx *future.Context) (none, error) {
				err := m.Lock(cx)
				if err == nil {
					m.Unlock(cx)
				}
				return none{}, err
			})
			for range 5 {
				require.NoError(t, future.Yield(cx))
			}
		}
		waiting[1].Abort()
		_, err := waiting[1].Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		holds.Abort()
		_, err = holds.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		for _, i := range []int{0, 2} {
			_, err = waiting[i].Await(cx)
			require.NoError(t, err)
		}
		require.NoError(t, m.Lock(cx))
	})
}

func TestLockBlockingReturnsTheCauseAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m lock.Mutex
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		require.NoError(t, m.LockBlocking(ctx))
		got := make(chan error)
		go func() { got <- m.LockBlocking(ctx) }() // ends when ctx is cancelled
		synctest.Wait()
		go func() { got <- m.LockBlocking(t.Context()) }() // ends when it has the lock
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		m.Unlock(nil)
		require.NoError(t, <-got)
		require.False(t, m.TryLock())
		m.Unlock(nil)
	})
}

// tokio: src/sync/mutex.rs blocking_lock: ordinary goroutines and tasks share a lock
func TestGoroutinesAndTasksShareAMutex(t *testing.T) {
	rt := open(t, 2)
	var m lock.Mutex
	require.NoError(t, m.LockBlocking(t.Context()))
	h := runtime.Go(rt, func(cx *future.Context) (none, error) {
		defer m.Unlock(cx)
		return none{}, m.Lock(cx)
	})
	m.Unlock(nil)
	_, err := h.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, m.LockBlocking(t.Context()))
}

// budgeted returns a cx of p with a budget, and the Local that it comes from.
func budgeted(p *party) (*future.Context, *future.Local) {
	local := &future.Local{}
	local.BeginPoll()
	cx := future.NewContext(local, &p.header)
	return &cx, local
}

// tokio: src/sync/batch_semaphore.rs poll_acquire: a lock that is always free does not keep its task from yielding
func TestEachLockSpendsTheBudget(t *testing.T) {
	var (
		m    lock.Mutex
		rw   lock.RWMutex
		s    = lock.NewSemaphore(future.Budget + 1)
		n    lock.Notify
		b    lock.Barrier
		once lock.SetOnce[int]
	)
	require.NoError(t, once.Set(nil, 1))
	for name, take := range map[string]func(cx *future.Context, w *lock.Waiter) bool{
		"Mutex": func(cx *future.Context, w *lock.Waiter) bool {
			_, ready, _ := m.PollLock(cx, w)
			if ready {
				m.Unlock(cx)
			}
			return ready
		},
		"RWMutex": func(cx *future.Context, w *lock.Waiter) bool {
			_, ready, _ := rw.PollRLock(cx, w)
			return ready
		},
		"Semaphore": func(cx *future.Context, w *lock.Waiter) bool {
			_, ready, _ := s.PollAcquire(cx, w, 1)
			return ready
		},
		"Notify": func(cx *future.Context, w *lock.Waiter) bool {
			n.NotifyOne(cx)
			_, ready, _ := n.PollNotified(cx, w)
			return ready
		},
		"Waiting": func(cx *future.Context, w *lock.Waiter) bool {
			t := n.Waiting()
			n.NotifyAll(cx)
			_, ready, _ := t.Poll(cx)
			return ready
		},
		"Barrier": func(cx *future.Context, w *lock.Waiter) bool {
			_, ready, _ := b.PollWait(cx, w)
			return ready
		},
		"SetOnce": func(cx *future.Context, w *lock.Waiter) bool {
			_, ready, _ := once.PollWait(cx, w)
			return ready
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := parties(1)[0]
			cx, local := budgeted(p)
			for range future.Budget {
				require.True(t, take(cx, &p.w))
			}
			require.False(t, take(cx, &p.w))
			require.True(t, local.TakeAgain(), "it asks for its next turn")
			local.BeginPoll()
			require.True(t, take(cx, &p.w))
		})
	}
}

func TestAWaiterWithoutBudgetKeepsWhatItWasGiven(t *testing.T) {
	var m lock.Mutex
	p := parties(1)[0]
	require.True(t, m.TryLock())
	require.False(t, p.lock(t, &m))
	m.Unlock(nil)
	cx, local := budgeted(p)
	for local.HasBudget() {
		cx.Spend()
	}
	_, ready, err := m.PollLock(cx, &p.w)
	require.False(t, ready)
	require.NoError(t, err)
	require.False(t, m.TryLock())
	local.BeginPoll()
	_, ready, _ = m.PollLock(cx, &p.w)
	require.True(t, ready)
}

func TestABodyThatLocksAFreeMutexYieldsInTheEnd(t *testing.T) {
	run(t, 1, func(cx *future.Context) {
		other := false
		h := runtime.Go(cx, func(*future.Context) (none, error) {
			other = true
			return none{}, nil
		})
		var m lock.Mutex
		for range 2 * future.Budget {
			require.NoError(t, m.Lock(cx))
			m.Unlock(cx)
		}
		require.True(t, other, "the other task has had its turn")
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
}
