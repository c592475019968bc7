package lock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// TestLockLooksTwiceBeforeItQueues has a body find the lock taken for one turn of the others: it need not queue.
func TestLockLooksTwiceBeforeItQueues(t *testing.T) {
	run(t, 1, func(cx *future.Context) {
		var m lock.Mutex
		require.True(t, m.TryLock())
		h := runtime.Go(cx, func(cx *future.Context) (bool, error) {
			defer m.Unlock(cx)
			return true, m.Lock(cx)
		})
		require.NoError(t, future.Yield(cx)) // it has looked once
		m.Unlock(cx)
		require.True(t, m.TryLock(), "the lock is free: nobody was queued")
		m.Unlock(cx)
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
}

// stepsAside polls m for a task that has not come before, twice if it steps aside, and reports whether it did.
func stepsAside(t *testing.T, m *lock.Mutex) bool {
	p := onWorker(parties(1))[0]
	require.False(t, p.lock(t, m))
	if !p.woken {
		return false
	}
	require.False(t, p.lock(t, m))
	require.False(t, p.woken, "once is enough")
	return true
}

// Where locks are held for longer than a turn, 16 of 256 that come step aside, also of those that come at once, until one of them gains by
// it.
func TestTasksStepAsideLessWhereItIsInVain(t *testing.T) {
	var m lock.Mutex
	require.True(t, m.TryLock())
	for i := range 600 {
		require.Equal(t, i%256 < 16, stepsAside(t, &m), i)
	}

	m = lock.Mutex{}
	require.True(t, m.TryLock())
	for i, p := range onWorker(parties(300)) {
		require.False(t, p.lock(t, &m))
		require.Equal(t, i%256 < 16, p.woken, i)
	}

	m = lock.Mutex{}
	require.True(t, m.TryLock())
	var waiting []*party
	for range 15 {
		p := onWorker(parties(1))[0]
		p.lock(t, &m)
		p.lock(t, &m)
		waiting = append(waiting, p)
	}
	lucky := onWorker(parties(1))[0]
	require.False(t, lucky.lock(t, &m))
	for _, p := range waiting {
		p.drop()
	}
	m.Unlock(nil)
	require.True(t, lucky.lock(t, &m))
	for i := range 20 {
		require.Equal(t, i < 16, stepsAside(t, &m), i)
	}
}

// Who steps aside is in no queue, and leaves none.
func TestATaskThatStandsAsideMayBeDropped(t *testing.T) {
	var m lock.Mutex
	p, next := onWorker(parties(1))[0], parties(1)[0]
	require.True(t, m.TryLock())
	require.False(t, p.lock(t, &m))
	p.drop()
	require.False(t, next.lock(t, &m))
	m.Unlock(nil)
	require.True(t, next.lock(t, &m))
	m.Unlock(nil)
	require.True(t, p.lock(t, &m), "its Waiter is as good as new")

	moved := onWorker(parties(1))[0]
	require.False(t, moved.lock(t, &m))
	moved.local, moved.cx = nil, future.NewContext(nil, &moved.header)
	require.False(t, moved.lock(t, &m), "it is polled by no worker, and queues")
	m.Unlock(nil)
	require.True(t, moved.woken)
	require.True(t, moved.lock(t, &m))

	var other lock.Mutex
	require.True(t, other.TryLock())
	require.False(t, next.lock(t, &m))
	q := onWorker(parties(1))[0]
	require.False(t, q.lock(t, &m))
	require.Panics(t, func() { q.lock(t, &other) }, "a Waiter waits at one lock, also aside")
}

// A combinator polls who stands aside in it once more, in its own order.
func TestWhoStandsAsideInACombinatorIsPolledAgain(t *testing.T) {
	for name, wrap := range map[string]func(f future.Future[lock.Guard]) future.Future[lock.Guard]{
		"Race": func(f future.Future[lock.Guard]) future.Future[lock.Guard] {
			return future.Race(f, future.Pending[lock.Guard]())
		},
		"Select2": func(f future.Future[lock.Guard]) future.Future[lock.Guard] {
			return future.Map(future.Select2(f, future.Pending[none]()), func(s future.Selected2[lock.Guard, none]) (lock.Guard, error) { return s.A, nil })
		},
		"JoinAll": func(f future.Future[lock.Guard]) future.Future[lock.Guard] {
			return future.Map(future.JoinAll(f), func(all []future.Result[lock.Guard]) (lock.Guard, error) { return all[0].Value, nil })
		},
		"Shared": func(f future.Future[lock.Guard]) future.Future[lock.Guard] { return future.Share(f) },
	} {
		t.Run(name, func(t *testing.T) {
			var m lock.Mutex
			require.True(t, m.TryLock())
			p := onWorker(parties(1))[0]
			f := wrap(m.Locking())
			_, ready, _ := pollFuture(p, f)
			require.False(t, ready)
			require.True(t, p.woken, "it asks for its next turn")
			_, ready, _ = pollFuture(p, f)
			require.False(t, ready)
			require.False(t, p.woken, "it is in the queue")
			m.Unlock(nil)
			require.True(t, p.woken)
			_, ready, err := pollFuture(p, f)
			require.NoError(t, err)
			require.True(t, ready)
			require.False(t, m.TryLock(), "it has the lock")
		})
	}
}
