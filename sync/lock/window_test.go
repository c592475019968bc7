package lock

import (
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// These tests stand in the window between a first look without the lock and the second with it, where others come in between.

// window returns a cx of a task that waits, and tells whether it was woken.
func window() (cx *future.Context, isWoken func() bool) {
	n := 0
	var header waker.Header
	header.InitIdle(waker.NewExecutor(func(*waker.Header) { n++ }))
	c := future.NewContext(nil, &header)
	return &c, func() bool { return n == 1 }
}

func TestAPermitThatIsReleasedBeforeTheQueueIsJoinedIsTaken(t *testing.T) {
	s := NewSemaphore(1)
	cx, _ := window()
	var w Waiter
	require.Equal(t, ErrNoPermits, s.p.try(2, 0))
	s.Release(nil, 1)
	ready, err := s.p.join(cx, &w, 2, 0)
	require.True(t, ready)
	require.NoError(t, err)
	require.Zero(t, s.Available())
	require.Nil(t, w.home)
}

func TestASemaphoreThatIsClosedBeforeTheQueueIsJoinedRefuses(t *testing.T) {
	s := NewSemaphore(1)
	cx, _ := window()
	var w Waiter
	require.Equal(t, ErrNoPermits, s.p.try(2, 0))
	s.Close(nil)
	ready, err := s.p.join(cx, &w, 2, 0)
	require.True(t, ready)
	require.Equal(t, ErrClosed, err)
	require.Equal(t, 1, s.Available())
}

// A waiter that was served and is not polled does not hold on to its neighbours.
func TestAWaiterThatWasTakenOutHasNoNeighbours(t *testing.T) {
	s := NewSemaphore(0)
	cx, _ := window()
	var ws [3]Waiter
	for i := range ws {
		_, ready, _ := s.PollAcquire(cx, &ws[i], 1)
		require.False(t, ready)
	}
	for range ws {
		s.Release(nil, 1)
	}
	for i := range ws {
		require.Nil(t, ws[i].next)
		require.Nil(t, ws[i].prev)
	}
}

// Close goes through the queue in batches. What is released between two of them is nobody's: who is still in the queue is refused.
func TestWhatIsReleasedAmidCloseIsGivenToNobody(t *testing.T) {
	for _, n := range []int{1, 7} {
		s := NewSemaphore(0)
		released := 0
		header := make([]waker.Header, 100)
		waiters := make([]Waiter, len(header))
		releasing := waker.NewExecutor(func(*waker.Header) {
			released += n
			s.Release(nil, n)
		})
		for i := range header {
			header[i].InitIdle(releasing)
			cx := future.NewContext(nil, &header[i])
			_, ready, _ := s.PollAcquire(&cx, &waiters[i], 1)
			require.False(t, ready)
		}
		s.Close(nil)
		require.Equal(t, n*len(header), released)
		require.Equal(t, released, s.Available())
		cx, _ := window()
		for i := range waiters {
			_, ready, err := s.PollAcquire(cx, &waiters[i], 1)
			require.True(t, ready)
			require.Equal(t, ErrClosed, err)
		}
	}
}

func TestAReleaseThatFindsTheQueueGoneAddsToTheCount(t *testing.T) {
	for _, n := range []int64{1, 2, 100} {
		var s Semaphore
		require.True(t, s.p.serve(nil, n, MaxPermits))
		require.EqualValues(t, n, s.Available())
		require.False(t, s.p.serve(nil, MaxPermits, MaxPermits))
		require.EqualValues(t, n, s.Available())
	}
}

func TestAWaiterThatIsServedWhileItChangesItsWakerIsReady(t *testing.T) {
	var m Mutex
	require.True(t, m.TryLock())
	old, oldIsWoken := window()
	var w Waiter
	_, ready, _ := m.PollLock(old, &w)
	require.False(t, ready)
	cx, isWoken := window()
	m.Unlock(nil)
	require.EqualValues(t, granted, m.p.redirect(&w, cx.Waker()))
	require.True(t, oldIsWoken())
	require.False(t, isWoken())
	_, ready, _ = m.PollLock(cx, &w)
	require.True(t, ready)
}

func TestANotificationThatIsStoredBeforeTheQueueIsJoinedIsTaken(t *testing.T) {
	var n Notify
	cx, _ := window()
	var w Waiter
	require.False(t, n.takeStored())
	n.NotifyOne(nil)
	require.True(t, n.enroll(&w, cx.Waker()))
	require.Nil(t, w.home)
	require.False(t, n.takeStored())
}

func TestANotifyAllBeforeTheQueueIsJoinedIsSeen(t *testing.T) {
	var n Notify
	cx, _ := window()
	f := n.Waiting()
	since := n.calls()
	n.NotifyAll(nil)
	n.NotifyOne(nil)
	require.EqualValues(t, broadcast, n.join(&f.w, cx.Waker(), since))
	require.Nil(t, f.w.home)
	require.True(t, n.takeStored(), "and leaves the stored one to others")
}

func TestANotifyThatFindsTheQueueGoneStores(t *testing.T) {
	var n Notify
	n.mu.Lock()
	require.True(t, n.pass(granted).IsZero())
	n.mu.Unlock()
	require.True(t, n.takeStored())
}

// TestWhatALeavingWaiterHasCollectedIsNeverMissing watches a lock that one reads, and that writers come to wait for and leave: it must
// never look as if one writes.
func TestWhatALeavingWaiterHasCollectedIsNeverMissing(t *testing.T) {
	before := goruntime.GOMAXPROCS(8)
	defer goruntime.GOMAXPROCS(before)
	var m RWMutex
	require.True(t, m.TryRLock())
	looks := 100_000_000
	if testing.Short() || invariant.Enabled {
		looks = 2_000_000
	}
	var stop sy.Bool
	var wg sync.WaitGroup
	wg.Go(func() { // ends when it has looked so often
		defer stop.Store(true)
		for range looks {
			if m.p.state.Load() == written {
				t.Error("all permits are gone, and nobody waits")
				return
			}
		}
	})
	cx, _ := window()
	var w Waiter
	for !stop.Load() {
		_, ready, _ := m.PollLock(cx, &w)
		require.False(t, ready)
		w.Drop(nil)
	}
	wg.Wait()
}

func TestAValueThatIsSetBeforeTheQueueIsJoinedIsSeen(t *testing.T) {
	for _, waits := range []bool{false, true} {
		var o SetOnce[int]
		cx, _ := window()
		var w Waiter
		if waits {
			_, ready, _ := o.PollWait(cx, &w)
			require.False(t, ready)
		}
		_, ok := o.Get()
		require.False(t, ok)
		require.NoError(t, o.Set(nil, 1))
		require.True(t, o.enter(cx, &w))
		w.Drop(nil)
	}
}
