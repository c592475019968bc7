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
	"github.com/simmer-go/simmer/waker"
)

// tokio: tests/sync_notify.rs notify_notified_one, test_notify_one_not_enabled: a notification that comes first is stored
// covers: F136
func TestANotificationIsStoredForWhoComesNext(t *testing.T) {
	var n lock.Notify
	p := parties(1)[0]
	n.NotifyOne(nil)
	require.True(t, p.notified(t, &n))
	require.False(t, p.notified(t, &n))
}

// tokio: tests/sync_notify.rs notify_notified_multi: only one is stored
func TestOneNotificationIsStoredAtMost(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	n.NotifyOne(nil)
	n.NotifyLast(nil)
	require.True(t, ps[0].notified(t, &n))
	require.False(t, ps[1].notified(t, &n))
}

// tokio: tests/sync_notify.rs notified_one_notify: a waiter is woken, and the notification is used up
func TestNotifyOneWakesAWaiter(t *testing.T) {
	var n lock.Notify
	p := parties(1)[0]
	require.False(t, p.notified(t, &n))
	n.NotifyOne(nil)
	require.True(t, p.woken)
	require.True(t, p.notified(t, &n))
	require.False(t, p.notified(t, &n))
}

// tokio: tests/sync_notify.rs notified_multi_notify, notify_multi_notified_one: waiters are woken one by one, in the order of coming
func TestNotifyOneWakesInTheOrderOfComing(t *testing.T) {
	var n lock.Notify
	ps := parties(3)
	for _, p := range ps {
		require.False(t, p.notified(t, &n))
	}
	for i := range ps {
		n.NotifyOne(nil)
		require.Equal(t, []int{i}, woken(ps))
		require.True(t, ps[i].notified(t, &n))
	}
}

// tokio: tests/sync_notify.rs notify_multi_notified_last: the one that came last is woken
// covers: F137
func TestNotifyLastWakesTheLast(t *testing.T) {
	var n lock.Notify
	ps := parties(3)
	for _, p := range ps {
		require.False(t, p.notified(t, &n))
	}
	n.NotifyLast(nil)
	n.NotifyOne(nil)
	n.NotifyLast(nil)
	require.Equal(t, []int{0, 1, 2}, woken(ps))
	n.NotifyLast(nil)
	for _, p := range ps {
		require.True(t, p.notified(t, &n))
	}
	require.True(t, ps[0].notified(t, &n), "the last one was stored")
}

// tokio: tests/sync_notify.rs notified_multi_notify_drop_one, notified_multi_notify_one_drop: a waiter that was notified and goes passes it on
// covers: F140
func TestANotifiedWaiterThatGoesPassesItOn(t *testing.T) {
	var n lock.Notify
	ps := parties(3)
	for _, p := range ps {
		require.False(t, p.notified(t, &n))
	}
	n.NotifyOne(nil)
	ps[0].drop()
	require.Equal(t, []int{1}, woken(ps))
	ps[1].drop()
	ps[2].drop()
	require.True(t, ps[0].notified(t, &n), "nobody is left: it is stored")
}

// tokio: tests/sync_notify.rs notified_multi_notify_last_drop: what NotifyLast gave is passed on to the last
func TestWhatNotifyLastGaveIsPassedOnToTheLast(t *testing.T) {
	var n lock.Notify
	ps := parties(3)
	for _, p := range ps {
		require.False(t, p.notified(t, &n))
	}
	n.NotifyLast(nil)
	ps[2].drop()
	require.Equal(t, []int{1}, woken(ps))
}

// tokio: tests/sync_notify.rs notified_drop_notified_notify: waiters that are gone take no notification with them
func TestAWaiterThatIsGoneTakesNoNotification(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	require.False(t, ps[0].notified(t, &n))
	ps[0].drop()
	n.NotifyOne(nil)
	require.True(t, ps[1].notified(t, &n))
}

// tokio: src/sync/tests/notify.rs notify_simple: all who wait are woken, and nothing is stored
// covers: F138
func TestNotifyAllWakesAllAndStoresNothing(t *testing.T) {
	for _, count := range []int{0, 1, 31, 32, 33, 65, 100} {
		var n lock.Notify
		ps := parties(count)
		for _, p := range ps {
			require.False(t, p.notified(t, &n))
		}
		n.NotifyAll(nil)
		require.Len(t, woken(ps), count)
		for _, p := range ps {
			require.True(t, p.notified(t, &n))
		}
		require.False(t, parties(1)[0].notified(t, &n))
	}
}

// tokio: tests/sync_notify.rs unpolled_future_completed_by_notify_waiters_preserves_notify_one_permit: a future that NotifyAll has reached leaves a stored notification to others
func TestAFutureThatNotifyAllHasReachedTakesNoStoredNotification(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	f := n.Waiting()
	n.NotifyAll(nil)
	n.NotifyOne(nil)
	_, ready, _ := pollFuture(ps[0], f)
	require.True(t, ready)
	require.True(t, ps[1].notified(t, &n))
}

// tokio: tests/sync_notify.rs notify_one_after_dropped_all: a NotifyOne after a NotifyAll is stored, also if nobody has seen that yet
func TestANotifyOneAfterNotifyAllIsStored(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	require.False(t, ps[0].notified(t, &n))
	n.NotifyAll(nil)
	n.NotifyOne(nil)
	ps[0].drop()
	require.True(t, ps[1].notified(t, &n))
}

func TestNotifyAllLeavesAStoredNotification(t *testing.T) {
	var n lock.Notify
	n.NotifyOne(nil)
	n.NotifyAll(nil)
	require.True(t, parties(1)[0].notified(t, &n))
}

// tokio: src/sync/notify.rs drop_notified: what NotifyAll gave is passed on to nobody
func TestWhatNotifyAllGaveIsPassedOnToNobody(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	require.False(t, ps[0].notified(t, &n))
	n.NotifyAll(nil)
	require.False(t, ps[1].notified(t, &n))
	ps[0].drop()
	require.False(t, ps[1].woken)
	require.False(t, ps[1].notified(t, &n))
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_waiters_poll_consistency_variant: NotifyAll reaches what was made before it, polled or not, and nothing made after
func TestNotifyAllReachesWhatWasMadeBefore(t *testing.T) {
	var n lock.Notify
	ps := parties(3)
	before, polled := n.Waiting(), n.Waiting()
	_, ready, _ := pollFuture(ps[0], polled)
	require.False(t, ready)
	n.NotifyAll(nil)
	after := n.Waiting()
	require.Equal(t, []int{0}, woken(ps))
	for p, f := range map[*party]*lock.Waiting{ps[0]: polled, ps[1]: before} {
		_, ready, _ = pollFuture(p, f)
		require.True(t, ready)
	}
	_, ready, _ = pollFuture(ps[2], after)
	require.False(t, ready)
	after.Drop(nil)
}

// tokio: src/sync/notify.rs notified: NotifyOne does not reach a future that has not been polled
func TestNotifyOneNeedsAPollOrEnable(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	first, second := n.Waiting(), n.Waiting()
	_, ready, _ := pollFuture(ps[1], second)
	require.False(t, ready)
	n.NotifyOne(nil)
	require.Equal(t, []int{1}, woken(ps))
	_, ready, _ = pollFuture(ps[0], first)
	require.False(t, ready)
	first.Drop(nil)
	second.Drop(nil)
}

// tokio: tests/sync_notify.rs test_notify_one_after_enable, test_poll_after_enable: Enable takes a place in the queue
// covers: F139
func TestEnableTakesAPlaceInTheQueue(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	first, second := n.Waiting(), n.Waiting()
	require.False(t, first.Enable())
	require.False(t, first.Enable())
	_, ready, _ := pollFuture(ps[1], second)
	require.False(t, ready)
	n.NotifyOne(nil)
	require.False(t, ps[1].woken)
	require.True(t, first.Enable())
	_, ready, _ = pollFuture(ps[0], first)
	require.True(t, ready)
	second.Drop(nil)
}

// tokio: tests/sync_notify.rs test_enable_after_poll: Enable after a poll keeps the waker
func TestEnableAfterAPollKeepsTheWaker(t *testing.T) {
	var n lock.Notify
	p := parties(1)[0]
	f := n.Waiting()
	_, ready, _ := pollFuture(p, f)
	require.False(t, ready)
	require.False(t, f.Enable())
	n.NotifyOne(nil)
	require.True(t, p.woken)
	f.Drop(nil)
}

// tokio: tests/sync_notify.rs test_enable_consumes_permit: Enable takes a stored notification; if its future is dropped, it goes on
func TestEnableTakesAStoredNotification(t *testing.T) {
	var n lock.Notify
	n.NotifyOne(nil)
	f := n.Waiting()
	require.True(t, f.Enable())
	require.True(t, f.Enable())
	p := parties(1)[0]
	require.False(t, p.notified(t, &n))
	f.Drop(nil)
	require.True(t, p.woken)
}

func TestEnableAfterNotifyAllIsThrough(t *testing.T) {
	var n lock.Notify
	f := n.Waiting()
	n.NotifyAll(nil)
	require.True(t, f.Enable())
	f.Drop(nil)
	require.False(t, parties(1)[0].notified(t, &n), "NotifyAll's is passed on to nobody")
}

// tokio: tests/sync_notify.rs test_waker_update: the task that polled last is woken
func TestTheTaskThatPolledLastIsNotified(t *testing.T) {
	var n lock.Notify
	ps := parties(2)
	f := n.Waiting()
	for _, p := range ps {
		_, ready, _ := pollFuture(p, f)
		require.False(t, ready)
	}
	n.NotifyOne(nil)
	require.Equal(t, []int{1}, woken(ps))
	f.Drop(nil)
}

// amid has 40 wait, calls NotifyAll, and calls then when the first batch of them has been taken out of the queue.
func amid(then func(n *lock.Notify, ps []*party)) (n *lock.Notify, ps []*party) {
	n = &lock.Notify{}
	calls := 0
	ps = parties(40)
	exec := waker.NewExecutor(func(h *waker.Header) {
		if calls++; calls == 1 {
			then(n, ps)
		}
		ps[h.Tag].woken = true
	})
	for _, p := range ps {
		p.header.InitIdle(exec)
		_, _, _ = n.PollNotified(&p.cx, &p.w)
	}
	n.NotifyAll(nil)
	return n, ps
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_waiters_is_atomic: a NotifyOne amid a NotifyAll is not spent on whom that wakes
func TestNotifyOneAmidNotifyAllIsForWhoComesAfter(t *testing.T) {
	n, ps := amid(func(n *lock.Notify, _ []*party) { n.NotifyOne(nil) })
	require.Len(t, woken(ps), 40)
	late := parties(2)
	require.True(t, late[0].notified(t, n), "it was stored")

	n, ps = amid(func(n *lock.Notify, _ []*party) {
		for _, p := range late {
			require.False(t, p.notified(t, n))
		}
		n.NotifyLast(nil)
	})
	require.Len(t, woken(ps), 40)
	require.Equal(t, []int{1}, woken(late))
	late[1].drop()
	require.Equal(t, []int{0, 1}[:1], woken(late), "it is passed on among those who came after")
	late[0].drop()
	require.True(t, late[0].notified(t, n))
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_waiters_poll_consistency: amid a NotifyAll those who are still to be woken are through already
func TestAmidNotifyAllAllAreThrough(t *testing.T) {
	n, ps := amid(func(n *lock.Notify, ps []*party) {
		require.True(t, ps[39].notified(t, n))
		ps[38].drop()
		require.False(t, ps[39].notified(t, n), "it is a new wait")
	})
	require.Len(t, woken(ps), 38)
	require.False(t, ps[38].notified(t, n), "what NotifyAll gave is not passed on")
	n.NotifyOne(nil)
	require.True(t, ps[39].notified(t, n))
}

// TestAWakerMayUseTheLockThatWakesIt has an executor that calls back into all of them: no lock may be held then.
//
// tokio: tests/sync_notify.rs notify_in_drop_after_wake: a waker may call back into what wakes it
func TestAWakerMayUseTheLockThatWakesIt(t *testing.T) {
	type locks struct {
		n  lock.Notify
		m  lock.Mutex
		rw lock.RWMutex
		s  lock.Semaphore
	}
	for name, wake := range map[string]func(l *locks, cx *future.Context, w *lock.Waiter){
		"NotifyOne": func(l *locks, cx *future.Context, w *lock.Waiter) {
			_, _, _ = l.n.PollNotified(cx, w)
			l.n.NotifyOne(nil)
		},
		"NotifyAll": func(l *locks, cx *future.Context, w *lock.Waiter) {
			_, _, _ = l.n.PollNotified(cx, w)
			l.n.NotifyAll(nil)
		},
		"Notify Drop": func(l *locks, cx *future.Context, w *lock.Waiter) {
			first := parties(1)[0]
			_, _, _ = l.n.PollNotified(&first.cx, &first.w)
			_, _, _ = l.n.PollNotified(cx, w)
			l.n.NotifyOne(nil)
			first.w.Drop(nil)
		},
		"Unlock": func(l *locks, cx *future.Context, w *lock.Waiter) {
			l.m.TryLock()
			_, _, _ = l.m.PollLock(cx, w)
			l.m.Unlock(nil)
		},
		"RWMutex Unlock": func(l *locks, cx *future.Context, w *lock.Waiter) {
			l.rw.TryLock()
			_, _, _ = l.rw.PollRLock(cx, w)
			l.rw.Unlock(nil)
		},
		"Release": func(l *locks, cx *future.Context, w *lock.Waiter) {
			_, _, _ = l.s.PollAcquire(cx, w, 2)
			l.s.Release(nil, 2)
		},
		"Semaphore Drop": func(l *locks, cx *future.Context, w *lock.Waiter) {
			first := parties(1)[0]
			_, _, _ = l.s.PollAcquire(&first.cx, &first.w, 2)
			_, _, _ = l.s.PollAcquire(cx, w, 1)
			l.s.Release(nil, 1)
			first.w.Drop(nil)
		},
		"Close": func(l *locks, cx *future.Context, w *lock.Waiter) {
			_, _, _ = l.s.PollAcquire(cx, w, 1)
			l.s.Close(nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var l locks
			calls := 0
			var header waker.Header
			header.InitIdle(waker.NewExecutor(func(*waker.Header) {
				calls++
				l.n.NotifyOne(nil)
				l.n.NotifyAll(nil)
				if l.m.TryLock() {
					l.m.Unlock(nil)
				}
				l.rw.TryRLock()
				l.s.Release(nil, 1)
				l.s.Close(nil)
			}))
			cx := future.NewContext(nil, &header)
			var w lock.Waiter
			wake(&l, &cx, &w)
			require.Equal(t, 1, calls)
		})
	}
}

func TestNotifyInBodies(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		var ping, pong lock.Notify
		h := runtime.Go(cx, func(cx *future.Context) (none, error) {
			for range 1000 {
				if err := ping.Wait(cx); err != nil {
					return none{}, err
				}
				pong.NotifyOne(cx)
			}
			return none{}, nil
		})
		for range 1000 {
			ping.NotifyOne(cx)
			require.NoError(t, pong.Wait(cx))
		}
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
}

func TestWaitBlockingReturnsTheCauseAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n lock.Notify
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		got := make(chan error)
		go func() { got <- n.WaitBlocking(ctx) }() // ends when ctx is cancelled
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		n.NotifyOne(nil)
		require.NoError(t, n.WaitBlocking(t.Context()), "nobody waits: it was stored")
		go func() { got <- n.WaitBlocking(t.Context()) }() // ends when it is notified
		synctest.Wait()
		n.NotifyAll(nil)
		require.NoError(t, <-got)
	})
}
