package lock

import (
	"bytes"
	goruntime "runtime"
	"sync"
	"testing"
	"time"

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

// The last of a round wakes the others before the first of the next round can come: that one is not among them. Both wait for the lock
// here, long enough for it to be handed from one to the other, in the order in which they came.
func TestTheLastOfARoundWakesNobodyOfTheNext(t *testing.T) {
	b := NewBarrier(2)
	var ws [3]Waiter
	first, _ := window()
	_, ready, _ := b.PollWait(first, &ws[0])
	require.False(t, ready)
	type result struct{ isLeader, ready bool }
	come := func(w *Waiter, cx *future.Context) chan result {
		came := make(chan result, 1)
		go func() { // ends when it has had the lock
			isLeader, ready, _ := b.PollWait(cx, w)
			came <- result{isLeader, ready}
		}()
		return came
	}
	waiting := func(n int) {
		for stacks := make([]byte, 1<<16); ; goruntime.Gosched() {
			dump := stacks[:goruntime.Stack(stacks, true)]
			if bytes.Count(dump, []byte("[sync.Mutex.Lock")) == n && bytes.Count(dump, []byte(").arrive(")) == n {
				return
			}
		}
	}
	lastCx, _ := window()
	nextCx, nextIsWoken := window()
	b.n.mu.Lock()
	last := come(&ws[1], lastCx)
	waiting(1)
	next := come(&ws[2], nextCx)
	waiting(2)
	for since := time.Now(); time.Since(since) < 5*time.Millisecond; {
		goruntime.Gosched()
	}
	b.n.mu.Unlock()
	require.Equal(t, result{true, true}, <-last)
	require.Equal(t, result{}, <-next)
	require.False(t, nextIsWoken())
	require.EqualValues(t, pending, ws[2].verdict.Load())
	ws[2].Drop(nil)
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
