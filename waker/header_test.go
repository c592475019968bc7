package waker_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
	const wakers, rounds = 16, 1000
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
//
// tokio: src/runtime/task/state.rs transition_to_notified_and_cancel: an abort among wakes cancels once
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

// together calls act(0) and act(1) from two goroutines at the same instant, as near as the machine can, with small delays
// between them, again and again for a moment. prepare is called before each round, check after it; what check returns
// ends the test, unless it is empty.
func together(t *testing.T, prepare func(), act func(peer int), check func() string) {
	var start, finish atomic.Int64 // rounds; start is negative at the end
	var wg sync.WaitGroup
	wg.Go(func() { // ends when start is negative
		for round := int64(1); ; round++ {
			for spins := 1; start.Load() < round; spins++ {
				if start.Load() < 0 {
					return
				}
				yieldAt(spins)
			}
			delay(round % 61)
			act(1)
			finish.Store(round)
		}
	})
	failure := ""
	for round, end := int64(1), time.Now().Add(moment); failure == "" && round <= 200_000; round++ {
		prepare()
		start.Store(round)
		delay(round % 59)
		act(0)
		for spins := 1; finish.Load() < round; spins++ {
			yieldAt(spins)
		}
		failure = check()
		if round%256 == 0 && time.Now().After(end) {
			break
		}
	}
	start.Store(-1)
	wg.Wait()
	require.Empty(t, failure)
}

// moment bounds one race: enough for 100,000 rounds where two cores are free.
const moment = 100 * time.Millisecond

var nothing atomic.Int64

func delay(n int64) {
	for range n {
		nothing.Load()
	}
}

func yieldAt(spins int) {
	if spins%1000 == 0 {
		runtime.Gosched()
	}
}

// tokio: src/runtime/task/state.rs transition_to_notified_by_ref: many wakes, one entry in a queue
func TestTwoWakesMakeOneQueueEntry(t *testing.T) {
	var h waker.Header
	var entries atomic.Int32
	exec := waker.NewExecutor(func(*waker.Header) { entries.Add(1) })
	together(t,
		func() { h.InitIdle(exec); entries.Store(0) },
		func(int) { h.Waker().Wake() },
		func() string {
			if n := entries.Load(); n != 1 {
				return fmt.Sprintf("%d queue entries", n)
			}
			return ""
		})
}

func TestAWakeBesideIdleIsNotLost(t *testing.T) {
	var h waker.Header
	var entries atomic.Int32
	exec := waker.NewExecutor(func(*waker.Header) { entries.Add(1) })
	h.Init(exec)
	var after waker.AfterPoll
	together(t,
		func() { h.Begin(); entries.Store(0) },
		func(peer int) {
			if peer == 0 {
				after = h.Idle()
			} else {
				h.Waker().Wake()
			}
		},
		func() string {
			scheduled := after == waker.Parked && entries.Load() == 1
			again := after == waker.PollAgain && entries.Load() == 0
			if scheduled == again {
				return fmt.Sprintf("after poll %d, with %d queue entries", after, entries.Load())
			}
			return ""
		})
}

func TestAWakeBesideAnAbortMakesOneQueueEntry(t *testing.T) {
	var h waker.Header
	var entries atomic.Int32
	exec := waker.NewExecutor(func(*waker.Header) { entries.Add(1) })
	together(t,
		func() { h = waker.Header{}; h.InitIdle(exec); entries.Store(0) },
		func(peer int) {
			if peer == 1 {
				h.Waker().Wake()
			} else if h.Abort() {
				exec.Schedule(&h)
			}
		},
		func() string {
			if n := entries.Load(); n != 1 || !h.Begin() {
				return fmt.Sprintf("%d queue entries, cancelled: %t", n, h.IsCancelled())
			}
			return ""
		})
}

func TestTheResultIsTakenOnce(t *testing.T) {
	var h waker.Header
	var takers atomic.Int32
	together(t,
		func() {
			h = waker.Header{}
			h.Init(nil)
			if h.Take() {
				t.Error("taken before completion")
			}
			h.Finish()
			takers.Store(0)
		},
		func(int) {
			if h.Take() {
				takers.Add(1)
			}
		},
		func() string {
			if n := takers.Load(); n != 1 || !h.IsTaken() {
				return fmt.Sprintf("%d takers", n)
			}
			return ""
		})
}
