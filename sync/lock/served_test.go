package lock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// What a body has without waiting spends the budget too, so that a loop which never waits lets others run.
//
// covers: S14
func TestABodyThatNeverWaitsYields(t *testing.T) {
	var (
		m    lock.Mutex
		rw   lock.RWMutex
		s    = lock.NewSemaphore(1)
		n    lock.Notify
		b    lock.Barrier
		once lock.SetOnce[int]
	)
	require.NoError(t, once.Set(nil, 1))
	for name, take := range map[string]func(cx *future.Context) error{
		"Mutex.Lock": func(cx *future.Context) error {
			defer m.Unlock(cx)
			return m.Lock(cx)
		},
		"RWMutex.RLock": func(cx *future.Context) error {
			defer rw.RUnlock(cx)
			return rw.RLock(cx)
		},
		"RWMutex.Lock": func(cx *future.Context) error {
			defer rw.Unlock(cx)
			return rw.Lock(cx)
		},
		"Semaphore.Acquire": func(cx *future.Context) error {
			defer s.Release(cx, 1)
			return s.Acquire(cx, 1)
		},
		"Notify.Wait": func(cx *future.Context) error {
			n.NotifyOne(cx)
			return n.Wait(cx)
		},
		"Barrier.Wait": func(cx *future.Context) error {
			_, err := b.Wait(cx)
			return err
		},
		"SetOnce.Wait": func(cx *future.Context) error {
			_, err := once.Wait(cx)
			return err
		},
	} {
		run(t, 1, func(cx *future.Context) {
			other := false
			h := runtime.Go(cx, func(*future.Context) (none, error) {
				other = true
				return none{}, nil
			})
			times := 0
			for ; !other && times < 10*future.Budget; times++ {
				require.NoError(t, take(cx))
			}
			require.LessOrEqual(t, times, future.Budget+1, name)
			_, err := h.Await(cx)
			require.NoError(t, err)
		})
	}
}

// A free lock is had at once, and a closed semaphore refuses at once: neither needs a turn of its own.
func TestABodyHasWhatIsFreeAtOnce(t *testing.T) {
	var m lock.Mutex
	var rw lock.RWMutex
	s, closed := lock.NewSemaphore(1), lock.NewSemaphore(0)
	closed.Close(nil)
	run(t, 1, func(cx *future.Context) {
		other := false
		h := runtime.Go(cx, func(*future.Context) (none, error) {
			other = true
			return none{}, nil
		})
		require.NoError(t, m.Lock(cx))
		require.NoError(t, rw.RLock(cx))
		require.NoError(t, s.Acquire(cx, 1))
		require.ErrorIs(t, closed.Acquire(cx, 1), lock.ErrClosed)
		require.False(t, other, "this is still the body's first turn")
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
}

// A reader that was given its share while it waited takes no second one, however many are free.
func TestAReaderThatWasServedTakesOneShare(t *testing.T) {
	const readers = 3
	rw := lock.NewRWMutex(readers)
	require.True(t, rw.TryLock())
	run(t, 1, func(cx *future.Context) {
		var w lock.Waiter
		polls := 0
		_, err := future.AwaitPoll(cx, func(cx *future.Context) (none, bool, error) {
			polls++
			_, ready, err := rw.PollRLock(cx, &w)
			if !ready {
				rw.Unlock(cx)
			}
			return none{}, ready, err
		}, w.Drop)
		require.NoError(t, err)
		require.Equal(t, 2, polls)
	})
	rw.RUnlock(nil)
	require.True(t, rw.TryLock(), "all shares are back")
}

// A guard that has given its lock up takes it from nobody who has it now.
func TestAWriteGuardUnlocksOnce(t *testing.T) {
	var rw lock.RWMutex
	g, ready, err := pollFuture(parties(1)[0], rw.Locking())
	require.True(t, ready)
	require.NoError(t, err)
	g.Drop(nil)
	g.Drop(nil)
	require.True(t, rw.TryLock())
	g.Drop(nil)
	require.False(t, rw.TryRLock(), "another one writes")
	rw.Unlock(nil)
	for name, use := range map[string]func(){
		"Unlock":    func() { g.Unlock(nil) },
		"Downgrade": func() { g.Downgrade(nil) },
	} {
		require.PanicsWithValue(t, "lock: this guard has given up its lock before", use, name)
	}
}

// An acquire that was refused has no permits to give back.
func TestAnAcquireThatIsRefusedHasNoPermits(t *testing.T) {
	s := lock.NewSemaphore(1)
	s.Close(nil)
	p, ready, err := pollFuture(parties(1)[0], s.Acquiring(1))
	require.True(t, ready)
	require.ErrorIs(t, err, lock.ErrClosed)
	require.Zero(t, p.Count())
	p.Release(nil)
	require.Equal(t, 1, s.Available())
}
