package waker_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

// procs runs the test with more processors than the machine has cores, so that goroutines are preempted in the middle of
// transitions.
func procs(t *testing.T, n int) {
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func TestANewTaskIsActive(t *testing.T) {
	var h waker.Header
	exec := waker.NewExecutor(func(*waker.Header) { t.Error("an active task was scheduled") })
	h.Init(exec)
	require.Same(t, exec, h.Executor())
	require.False(t, h.IsIdle())
	h.Waker().Wake()
	require.False(t, h.Begin())
	require.Equal(t, waker.Parked, h.Idle())
}

func TestInitIdleWaitsForItsFirstWake(t *testing.T) {
	var h waker.Header
	var got []*waker.Header
	h.InitIdle(waker.NewExecutor(func(h *waker.Header) { got = append(got, h) }))
	require.True(t, h.IsIdle())
	h.Waker().Wake()
	h.Waker().Wake()
	require.Equal(t, []*waker.Header{&h}, got)
}

func TestAZeroWakerWakesNobody(t *testing.T) {
	var w waker.Waker
	require.True(t, w.IsZero())
	require.Nil(t, w.Header())
	w.Wake()
}

// TestEachWakeIsSeenByALaterPoll has many goroutines raise a flag each and wake one task, which lowers the flags it finds.
// A flag that nobody lowers is a lost wake; two owners at once are a second queue entry.
func TestEachWakeIsSeenByALaterPoll(t *testing.T) {
	procs(t, 8)
	const wakers, rounds = 16, 2000
	var (
		h       waker.Header
		entries atomic.Int32
		flags   [wakers]atomic.Bool
		queue   = make(chan *waker.Header, 4) // one entry fits; more would be seen as a mistake, not as a block
		done    = make(chan struct{})
		seen    int
	)
	h.Init(waker.NewExecutor(func(h *waker.Header) {
		if n := entries.Add(1); n != 1 {
			t.Errorf("%d queue entries", n)
		}
		queue <- h
	}))
	entries.Store(1)
	queue <- &h

	go func() { // ends when all flags of all rounds were seen
		defer close(done)
		for h := range queue {
			for again := true; again; {
				if h.Begin() {
					t.Error("nobody has aborted it")
				}
				for i := range flags {
					if flags[i].Load() {
						flags[i].Store(false)
						seen++
					}
				}
				if seen == wakers*rounds {
					h.Finish()
					return
				}
				entries.Add(-1) // given up before Idle: whoever schedules from there on makes the next one
				switch h.Idle() {
				case waker.Parked:
					again = false
				case waker.PollAgain:
					entries.Add(1)
				case waker.Cancel:
					t.Error("nobody has aborted it")
				}
			}
		}
	}()
	var wg sync.WaitGroup
	for i := range wakers {
		wg.Go(func() { // ends after its rounds
			for range rounds {
				flags[i].Store(true)
				h.Waker().Wake()
				for flags[i].Load() { // hangs if the wake is lost
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	<-done
	require.Equal(t, wakers*rounds, seen)
	require.Empty(t, queue)
	require.True(t, h.IsComplete())
}

// TestAbortAmongWakesCancelsOnce has goroutines wake and abort one task after the other: each ends cancelled, by one owner.
func TestAbortAmongWakesCancelsOnce(t *testing.T) {
	procs(t, 8)
	const tasks, peers = 1000, 8
	for range tasks {
		var h waker.Header
		var ended, aborts atomic.Int32
		var wg sync.WaitGroup
		poll := func(h *waker.Header) {
			for {
				if h.Begin() {
					break
				}
				after := h.Idle()
				if after == waker.Parked {
					return
				}
				if after == waker.Cancel {
					break
				}
			}
			ended.Add(1)
			h.Finish()
		}
		h.InitIdle(waker.NewExecutor(poll))
		for i := range peers {
			wg.Go(func() { // ends at once
				for j := range 8 {
					if (i+j)%4 != 0 {
						h.Waker().Wake()
					} else if h.Abort() {
						aborts.Add(1)
						poll(&h)
					}
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, ended.Load())
		require.LessOrEqual(t, aborts.Load(), int32(1), "the abort that found it idle queues it")
		require.True(t, h.IsCancelled())
		require.True(t, h.IsComplete())
	}
}

func TestTheResultIsTakenOnce(t *testing.T) {
	procs(t, 8)
	for range 500 {
		var h waker.Header
		h.Init(waker.NewExecutor(func(*waker.Header) {}))
		require.False(t, h.Take(), "not before completion")
		h.Begin()
		var takers atomic.Int32
		var wg sync.WaitGroup
		result := 0
		for range 8 {
			wg.Go(func() { // ends when the result is taken
				for !h.IsTaken() {
					if h.Take() {
						takers.Add(1)
						if result != 1 {
							t.Error("the result was not published")
						}
					}
				}
			})
		}
		result = 1
		h.Finish()
		wg.Wait()
		require.EqualValues(t, 1, takers.Load())
	}
}
