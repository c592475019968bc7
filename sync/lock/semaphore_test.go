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

// permit returns n permits of s, which must be free.
func permit(t testing.TB, s *lock.Semaphore, n int) lock.Permit {
	t.Helper()
	p, ready, err := pollFuture(parties(1)[0], s.Acquiring(n))
	require.True(t, ready)
	require.NoError(t, err)
	return p
}

// tokio: T112 tests/sync_semaphore.rs no_permits, add_permits: the zero semaphore has none until some are added
// tokio: T112 src/sync/tests/semaphore_batch.rs poll_acquire_one_zero_permits: who waits gets the first that is added
// covers: F142 F143
func TestTheZeroSemaphoreHasNoPermits(t *testing.T) {
	var s lock.Semaphore
	p := parties(1)[0]
	require.Zero(t, s.Available())
	require.ErrorIs(t, s.TryAcquire(1), lock.ErrNoPermits)
	require.False(t, p.acquire(t, &s, 1))
	s.AddPermits(nil, 1)
	require.True(t, p.woken)
	require.True(t, p.acquire(t, &s, 1))
}

// tokio: T112 tests/sync_semaphore.rs try_acquire: it takes what is free, or nothing
// tokio: T112 src/sync/tests/semaphore_batch.rs try_acquire_many_available: the same for several permits
func TestTryAcquireTakesAllOrNothing(t *testing.T) {
	s := lock.NewSemaphore(5)
	require.NoError(t, s.TryAcquire(3))
	require.ErrorIs(t, s.TryAcquire(3), lock.ErrNoPermits)
	require.Equal(t, 2, s.Available())
	require.NoError(t, s.TryAcquire(2))
	s.Release(nil, 5)
	require.NoError(t, s.TryAcquire(5))
}

// tokio: src/sync/tests/semaphore_batch.rs try_acquire_many_unavailable: while somebody waits nothing is free, and nobody overtakes
func TestASmallWishDoesNotOvertakeALargeOne(t *testing.T) {
	s := lock.NewSemaphore(2)
	ps := parties(2)
	require.False(t, ps[0].acquire(t, s, 3))
	require.Zero(t, s.Available(), "the first collects")
	require.ErrorIs(t, s.TryAcquire(1), lock.ErrNoPermits)
	require.False(t, ps[1].acquire(t, s, 1))
	s.Release(nil, 1)
	require.Equal(t, []int{0}, woken(ps))
	require.True(t, ps[0].acquire(t, s, 3))
	s.Release(nil, 3)
	require.True(t, ps[1].acquire(t, s, 1))
	require.Equal(t, 2, s.Available())
}

// tokio: src/sync/tests/semaphore_batch.rs poll_acquire_many_unavailable: released permits go to as many as they satisfy, in order
func TestReleaseServesAsManyAsItCan(t *testing.T) {
	var s lock.Semaphore
	ps := parties(4)
	for i, n := range []int{1, 2, 3, 1} {
		require.False(t, ps[i].acquire(t, &s, n))
	}
	s.Release(nil, 4)
	require.Equal(t, []int{0, 1}, woken(ps), "the third has one of three")
	s.Release(nil, 2)
	require.Equal(t, []int{0, 1, 2}, woken(ps))
	s.Release(nil, 3)
	require.Equal(t, []int{0, 1, 2, 3}, woken(ps))
	require.Equal(t, 2, s.Available())
}

// TestOneReleaseServesMoreThanABatch has more waiters than are woken in one hold of the lock.
func TestOneReleaseServesMoreThanABatch(t *testing.T) {
	for _, n := range []int{31, 32, 33, 64, 100} {
		var s lock.Semaphore
		ps := parties(n)
		for _, p := range ps {
			require.False(t, p.acquire(t, &s, 1))
		}
		s.Release(nil, n+5)
		require.Len(t, woken(ps), n)
		require.Equal(t, 5, s.Available())
		for _, p := range ps {
			require.True(t, p.acquire(t, &s, 1))
		}
	}
}

// TestBetweenTwoBatchesNothingIsLostOrFree has a release wake a first batch of readers, and looks at the lock at that moment: its other
// permits are still to be handed out.
func TestBetweenTwoBatchesNothingIsLostOrFree(t *testing.T) {
	var m lock.RWMutex
	ps := parties(40)
	late := parties(1)[0]
	calls := 0
	exec := waker.NewExecutor(func(*waker.Header) {
		if calls++; calls > 1 {
			return
		}
		require.False(t, m.TryRLock(), "others wait")
		for _, p := range ps[32:] {
			p.w.Drop(nil)
		}
		require.True(t, ps[0].rlock(t, &m))
		m.RUnlock(nil)
		require.False(t, m.TryRLock())
		require.False(t, late.wlock(t, &m))
	})
	require.True(t, m.TryLock())
	for _, p := range ps {
		p.header.InitIdle(exec)
		require.False(t, p.rlock(t, &m))
	}
	m.Unlock(nil)
	require.Equal(t, 32, calls)
	for _, p := range ps[1:32] {
		require.False(t, late.woken)
		require.True(t, p.rlock(t, &m))
		m.RUnlock(nil)
	}
	require.True(t, late.wlock(t, &m))
	m.Unlock(nil)
	require.True(t, m.TryLock())
}

// tokio: T112 src/sync/tests/semaphore_batch.rs cancel_acquire_releases_permits: a waiter that goes passes on what it has collected
func TestAWaiterThatGoesPassesItsPartOn(t *testing.T) {
	s := lock.NewSemaphore(2)
	ps := parties(3)
	require.False(t, ps[0].acquire(t, s, 3))
	require.False(t, ps[1].acquire(t, s, 1))
	require.False(t, ps[2].acquire(t, s, 2))
	ps[0].drop()
	require.Equal(t, []int{1}, woken(ps))
	ps[2].drop()
	require.Equal(t, 1, s.Available())
	ps[1].drop() // it had been given one
	require.Equal(t, 2, s.Available())
}

func TestNoPermitsAreHadAtOnce(t *testing.T) {
	var s lock.Semaphore
	ps := parties(2)
	require.True(t, ps[0].acquire(t, &s, 0))
	require.False(t, ps[0].acquire(t, &s, 1))
	require.True(t, ps[1].acquire(t, &s, 0), "also while others wait")
	require.NoError(t, s.TryAcquire(0))
	s.Release(nil, 0)
	require.Empty(t, woken(ps))
}

// tokio: T112 src/sync/tests/semaphore_batch.rs forget_permits_basic: free permits go for good
// covers: F144
func TestForgetPermitsTakesFreePermitsAway(t *testing.T) {
	s := lock.NewSemaphore(10)
	require.Equal(t, 3, s.ForgetPermits(3))
	require.Equal(t, 7, s.Available())
	require.Equal(t, 0, s.ForgetPermits(0))
	require.Equal(t, 7, s.ForgetPermits(100))
	require.Equal(t, 0, s.ForgetPermits(1))
	s.AddPermits(nil, 2)
	require.Equal(t, 2, s.Available())
	require.Panics(t, func() { s.ForgetPermits(-1) })
}

// tokio: T112 src/sync/tests/semaphore_batch.rs update_permits_many_times: what a waiter has collected is not forgotten
func TestForgetPermitsLeavesTheWaitersTheirs(t *testing.T) {
	s := lock.NewSemaphore(5)
	p := parties(1)[0]
	require.False(t, p.acquire(t, s, 7))
	require.Zero(t, s.ForgetPermits(5))
	s.AddPermits(nil, 2)
	require.True(t, p.acquire(t, s, 7))
}

// tokio: T112 src/sync/tests/semaphore_batch.rs close_semaphore_prevents_acquire: who comes is refused
// tokio: T112 src/sync/tests/semaphore_batch.rs close_semaphore_notifies_permit1, close_semaphore_notifies_permit2: so are those who wait
func TestCloseRefusesAll(t *testing.T) {
	s := lock.NewSemaphore(2)
	ps := parties(40)
	for _, p := range ps {
		require.False(t, p.acquire(t, s, 3))
	}
	require.False(t, s.IsClosed())
	s.Close(nil)
	require.True(t, s.IsClosed())
	require.Len(t, woken(ps), len(ps))
	for _, p := range ps {
		_, ready, err := s.PollAcquire(&p.cx, &p.w, 3)
		require.True(t, ready)
		require.ErrorIs(t, err, lock.ErrClosed)
	}
	require.Equal(t, 2, s.Available(), "what the first had collected is back")
	require.ErrorIs(t, s.TryAcquire(1), lock.ErrClosed)
	_, ready, err := pollFuture(ps[0], s.Acquiring(1))
	require.True(t, ready)
	require.ErrorIs(t, err, lock.ErrClosed)
	s.Release(nil, 1)
	require.Equal(t, 3, s.Available())
	s.Close(nil)
}

func TestAWaiterThatWasServedBeforeCloseHasItsPermits(t *testing.T) {
	var s lock.Semaphore
	ps := parties(2)
	require.False(t, ps[0].acquire(t, &s, 1))
	require.False(t, ps[1].acquire(t, &s, 1))
	s.Release(nil, 1)
	s.Close(nil)
	require.True(t, ps[0].acquire(t, &s, 1))
	ps[1].drop() // refused, but it does not look
	require.Zero(t, s.Available())
}

// tokio: T112 tests/sync_semaphore.rs add_max_amount_permits, no_panic_at_maxpermits: there may be as many as the bound
// tokio: T112 tests/sync_semaphore.rs add_more_than_max_amount_permits1, add_more_than_max_amount_permits2: and not one more
// tokio: T112 tests/sync_semaphore.rs panic_when_exceeds_maxpermits: nor at first
// tokio: T112 src/sync/tests/semaphore_batch.rs validates_max_permits: whoever asks
func TestCountsAreBounded(t *testing.T) {
	require.NotPanics(t, func() { lock.NewSemaphore(lock.MaxPermits) })
	require.Panics(t, func() { lock.NewSemaphore(lock.MaxPermits + 1) })
	require.Panics(t, func() { lock.NewSemaphore(-1) })

	var s lock.Semaphore
	s.AddPermits(nil, lock.MaxPermits)
	require.Equal(t, lock.MaxPermits, s.Available())
	require.Panics(t, func() { s.AddPermits(nil, 1) })
	require.Panics(t, func() { s.Release(nil, -1) })
	require.Panics(t, func() { s.Release(nil, lock.MaxPermits+1) })
	require.Equal(t, lock.MaxPermits, s.Available(), "it is left as it was")
	for _, n := range []int{-1, lock.MaxPermits + 1} {
		require.ErrorIs(t, s.TryAcquire(n), lock.ErrBadCount)
		_, ready, err := pollFuture(parties(1)[0], s.Acquiring(n))
		require.True(t, ready)
		require.ErrorIs(t, err, lock.ErrBadCount)
		require.ErrorIs(t, s.AcquireBlocking(t.Context(), n), lock.ErrBadCount)
	}
	run(t, 1, func(cx *future.Context) { require.ErrorIs(t, s.Acquire(cx, -1), lock.ErrBadCount) })
	require.NoError(t, s.TryAcquire(lock.MaxPermits))
}

// tokio: T112 tests/sync_semaphore.rs acquire: a permit comes back when it is released
// tokio: T112 src/sync/tests/semaphore_batch.rs release_permits_at_drop: once, also by Drop
func TestAPermitIsReleasedOnce(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := permit(t, s, 2)
	require.Equal(t, 2, p.Count())
	require.Equal(t, 1, s.Available())
	p.Release(nil)
	p.Release(nil)
	p.Drop(nil)
	require.Zero(t, p.Count())
	require.Equal(t, 3, s.Available())
}

// tokio: T112 tests/sync_semaphore.rs forget: a forgotten permit does not come back
func TestAForgottenPermitDoesNotComeBack(t *testing.T) {
	s := lock.NewSemaphore(3)
	p := permit(t, s, 1)
	p.Forget()
	p.Release(nil)
	require.Equal(t, 2, s.Available())
}

// tokio: T112 tests/sync_semaphore.rs merge, merge_unrelated_permits: permits of one semaphore become one, of two they panic
// tokio: T62 tests/sync_panic.rs semaphore_merge_unrelated_permits, semaphore_merge_unrelated_owned_permits: permits of another one are a mistake, which the panic names
func TestMergeMovesPermitsOfTheSameSemaphore(t *testing.T) {
	s := lock.NewSemaphore(3)
	p, q := permit(t, s, 1), permit(t, s, 2)
	p.Merge(&q)
	require.Equal(t, 3, p.Count())
	require.Zero(t, q.Count())
	q.Release(nil)
	require.Zero(t, s.Available())
	p.Release(nil)
	require.Equal(t, 3, s.Available())

	other := permit(t, lock.NewSemaphore(1), 1)
	require.PanicsWithValue(t, "lock: Merge of permits of different semaphores", func() { p.Merge(&other) })
}

// tokio: T112 tests/sync_semaphore.rs split: a part becomes a permit of its own, if there are so many
func TestSplitMovesSoMany(t *testing.T) {
	s := lock.NewSemaphore(5)
	p := permit(t, s, 5)
	_, ok := p.Split(6)
	require.False(t, ok)
	_, ok = p.Split(-1)
	require.False(t, ok)
	q, ok := p.Split(2)
	require.True(t, ok)
	require.Equal(t, []int{3, 2}, []int{p.Count(), q.Count()})
	q.Release(nil)
	require.Equal(t, 2, s.Available())
	all, ok := p.Split(3)
	require.True(t, ok)
	require.Zero(t, p.Count())
	p.Release(nil)
	require.Equal(t, 2, s.Available())
	all.Drop(nil)
	require.Equal(t, 5, s.Available())
}

func TestAnAcquiringThatIsDroppedReleases(t *testing.T) {
	s := lock.NewSemaphore(1)
	p := parties(1)[0]
	a := s.Acquiring(2)
	_, ready, _ := pollFuture(p, a)
	require.False(t, ready)
	s.Release(nil, 1)
	require.True(t, p.woken)
	a.Drop(nil)
	require.Equal(t, 2, s.Available())
	s.Acquiring(1).Drop(nil) // never polled
	require.Equal(t, 2, s.Available())
}

func TestAcquireInBodies(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		s := lock.NewSemaphore(1)
		require.NoError(t, s.Acquire(cx, 1))
		h := runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, s.Acquire(cx, 2) })
		require.NoError(t, future.Yield(cx))
		s.Release(cx, 2)
		_, err := h.Await(cx)
		require.NoError(t, err)
		h = runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, s.Acquire(cx, 1) })
		s.Close(cx)
		_, err = h.Await(cx)
		require.ErrorIs(t, err, lock.ErrClosed)
	})
}

// tokio: T112 tests/sync_semaphore.rs blocking_acquire_waits_for_permit, blocking_acquire_many, blocking_acquire_closed: ordinary goroutines wait too
func TestAcquireBlockingReturnsTheCauseAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lock.NewSemaphore(1)
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		got := make(chan error)
		go func() { got <- s.AcquireBlocking(ctx, 2) }() // ends when ctx is cancelled
		synctest.Wait()
		require.Zero(t, s.Available())
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		require.Equal(t, 1, s.Available())
		go func() { got <- s.AcquireBlocking(t.Context(), 2) }() // ends when it has two
		synctest.Wait()
		s.Release(nil, 1)
		require.NoError(t, <-got)
		go func() { got <- s.AcquireBlocking(t.Context(), 1) }() // ends when the semaphore is closed
		synctest.Wait()
		s.Close(nil)
		require.ErrorIs(t, <-got, lock.ErrClosed)
	})
}
