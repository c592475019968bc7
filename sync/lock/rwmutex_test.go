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

// tokio: tests/sync_rwlock.rs read_shared: readers share the lock
// covers: F146
func TestReadersShareTheLock(t *testing.T) {
	var m lock.RWMutex
	ps := parties(2)
	require.True(t, ps[0].rlock(t, &m))
	require.True(t, ps[1].rlock(t, &m))
}

// tokio: tests/sync_rwlock.rs write_shared_pending, write_shared_drop: a writer waits for the last reader
func TestAWriterWaitsForTheLastReader(t *testing.T) {
	var m lock.RWMutex
	ps := parties(3)
	require.True(t, ps[0].rlock(t, &m))
	require.True(t, ps[1].rlock(t, &m))
	require.False(t, ps[2].wlock(t, &m))
	m.RUnlock(nil)
	require.Empty(t, woken(ps))
	m.RUnlock(nil)
	require.Equal(t, []int{2}, woken(ps))
	require.True(t, ps[2].wlock(t, &m))
}

// tokio: tests/sync_rwlock.rs read_exclusive_pending, write_exclusive_pending: a writer shuts out readers and writers
func TestAWriterShutsOutAll(t *testing.T) {
	var m lock.RWMutex
	ps := parties(3)
	require.True(t, ps[0].wlock(t, &m))
	require.False(t, ps[1].rlock(t, &m))
	require.False(t, ps[2].wlock(t, &m))
	m.Unlock(nil)
	require.Equal(t, []int{1}, woken(ps))
}

// tokio: tests/sync_rwlock.rs write_read_shared_pending, write_read_shared_drop_pending: a waiting writer is overtaken by no reader
func TestAReaderBehindAWriterWaits(t *testing.T) {
	var m lock.RWMutex
	ps := parties(4)
	require.True(t, ps[0].rlock(t, &m))
	require.False(t, ps[1].wlock(t, &m))
	require.False(t, ps[2].rlock(t, &m))
	require.False(t, ps[3].rlock(t, &m))
	require.False(t, m.TryRLock())
	m.RUnlock(nil)
	require.Equal(t, []int{1}, woken(ps), "the writer alone")
	require.True(t, ps[1].wlock(t, &m))
	m.Unlock(nil)
	require.Equal(t, []int{2, 3}, woken(ps), "then the readers together")
	require.True(t, ps[2].rlock(t, &m))
	require.True(t, ps[3].rlock(t, &m))
}

// tokio: src/sync/batch_semaphore.rs Acquire::drop: a writer that goes lets the readers behind it in
func TestAWriterThatGoesLetsTheReadersIn(t *testing.T) {
	var m lock.RWMutex
	ps := parties(3)
	require.True(t, ps[0].rlock(t, &m))
	require.False(t, ps[1].wlock(t, &m))
	require.False(t, ps[2].rlock(t, &m))
	ps[1].drop()
	require.Equal(t, []int{2}, woken(ps))
	require.True(t, ps[2].rlock(t, &m))
	require.True(t, m.TryRLock(), "nobody waits any more")
}

// tokio: tests/sync_rwlock.rs try_write, try_read_try_write: they fail where they would wait
func TestTryRLockAndTryLockNeverWait(t *testing.T) {
	var m lock.RWMutex
	require.True(t, m.TryRLock())
	require.True(t, m.TryRLock())
	require.False(t, m.TryLock())
	m.RUnlock(nil)
	m.RUnlock(nil)
	require.True(t, m.TryLock())
	require.False(t, m.TryRLock())
	require.False(t, m.TryLock())
	m.Unlock(nil)
	require.True(t, m.TryRLock())
}

// tokio: tests/sync_rwlock.rs exhaust_reading, zero_max_readers: as many readers as the lock was made for; one more waits
func TestMaxReadersBoundsTheReaders(t *testing.T) {
	m := lock.NewRWMutex(2)
	ps := parties(3)
	require.True(t, ps[0].rlock(t, m))
	require.True(t, ps[1].rlock(t, m))
	require.False(t, m.TryRLock())
	require.False(t, ps[2].rlock(t, m))
	m.RUnlock(nil)
	require.True(t, ps[2].rlock(t, m))
	m.RUnlock(nil)
	m.RUnlock(nil)
	require.True(t, m.TryLock())
	for _, n := range []int{-1, 0, lock.MaxReaders + 1} {
		require.Panics(t, func() { lock.NewRWMutex(n) })
	}
	require.NotPanics(t, func() { lock.NewRWMutex(lock.MaxReaders) })
}

// tokio: tests/sync_rwlock.rs downgrade_map: the writer stays in as a reader
// tokio: src/sync/rwlock/write_guard.rs downgrade: with the readers that wait before the next writer
func TestDowngradeLetsReadersInButNoWriter(t *testing.T) {
	var m lock.RWMutex
	ps := parties(4)
	require.True(t, ps[0].wlock(t, &m))
	require.False(t, ps[1].rlock(t, &m))
	require.False(t, ps[2].wlock(t, &m))
	require.False(t, ps[3].rlock(t, &m))
	m.Downgrade(nil)
	require.Equal(t, []int{1}, woken(ps))
	require.True(t, ps[1].rlock(t, &m))
	m.RUnlock(nil)
	require.Empty(t, woken(ps))
	m.RUnlock(nil)
	require.Equal(t, []int{2}, woken(ps))
}

func TestMisuseOfAnRWMutexPanicsWhereItIsSeen(t *testing.T) {
	var m lock.RWMutex
	const unread = "lock: RUnlock of an RWMutex that nobody has locked for reading"
	const unwritten = "lock: Unlock of an RWMutex that nobody has locked for writing"
	require.PanicsWithValue(t, unread, func() { m.RUnlock(nil) })
	require.PanicsWithValue(t, unwritten, func() { m.Unlock(nil) })
	require.True(t, m.TryRLock())
	require.PanicsWithValue(t, unwritten, func() { m.Unlock(nil) })
	require.Panics(t, func() { m.Downgrade(nil) })
	m.RUnlock(nil)
	require.True(t, m.TryLock())
	require.PanicsWithValue(t, unread, func() { m.RUnlock(nil) })
	m.Unlock(nil)
	require.True(t, m.TryLock(), "it is left as it was")

	small := lock.NewRWMutex(3)
	require.PanicsWithValue(t, unread, func() { small.RUnlock(nil) })
	require.PanicsWithValue(t, unwritten, func() { small.Unlock(nil) })
	require.True(t, small.TryRLock())
	require.True(t, small.TryRLock())
	require.Panics(t, func() { small.Downgrade(nil) }, "two shares would fit, but they are not a writer's")
}

func TestRWMutexGuardsUnlockOnce(t *testing.T) {
	var m lock.RWMutex
	p := parties(1)[0]
	r, ready, _ := pollFuture(p, m.RLocking())
	require.True(t, ready)
	r.Unlock(nil)
	r.Drop(nil)
	require.Panics(t, func() { r.Unlock(nil) })

	w, ready, _ := pollFuture(p, m.Locking())
	require.True(t, ready)
	require.False(t, m.TryRLock())
	r = w.Downgrade(nil)
	require.True(t, m.TryRLock())
	m.RUnlock(nil)
	w.Drop(nil)
	require.Panics(t, func() { w.Unlock(nil) })
	require.Panics(t, func() { w.Downgrade(nil) })
	r.Drop(nil)

	w, ready, _ = pollFuture(p, m.Locking())
	require.True(t, ready)
	w.Unlock(nil)
	require.True(t, m.TryLock())
}

func TestFuturesOfAnRWMutexPassOnWhatTheyWereGiven(t *testing.T) {
	var m lock.RWMutex
	ps := parties(2)
	require.True(t, m.TryLock())
	w, r := m.Locking(), m.RLocking()
	_, ready, _ := pollFuture(ps[0], w)
	require.False(t, ready)
	_, ready, _ = pollFuture(ps[1], r)
	require.False(t, ready)
	m.Unlock(nil)
	require.Equal(t, []int{0}, woken(ps))
	w.Drop(nil)
	require.Equal(t, []int{0, 1}, woken(ps))
	r.Drop(nil)
	require.True(t, m.TryLock())
}

func TestRWMutexInBodiesAndGoroutines(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		var m lock.RWMutex
		require.NoError(t, m.Lock(cx))
		reader := runtime.Go(cx, func(cx *future.Context) (none, error) {
			defer m.RUnlock(cx)
			return none{}, m.RLock(cx)
		})
		for range 5 {
			require.NoError(t, future.Yield(cx))
		}
		m.Unlock(cx)
		_, err := reader.Await(cx)
		require.NoError(t, err)
		require.NoError(t, m.Lock(cx))
	})
}

func TestBlockingRWMutexCallsReturnTheCauseAndLoseNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m lock.RWMutex
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		require.NoError(t, m.LockBlocking(ctx))
		got := make(chan error)
		go func() { got <- m.RLockBlocking(ctx) }() // both end when ctx is cancelled
		go func() { got <- m.LockBlocking(ctx) }()
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		require.ErrorIs(t, <-got, cause)
		m.Unlock(nil)
		require.NoError(t, m.RLockBlocking(t.Context()))
		m.RUnlock(nil)
		require.True(t, m.TryLock())
	})
}
