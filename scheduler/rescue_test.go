package scheduler

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// TestRescueHandsOverAllThatWaits: what is in the deque, the LIFO slot, the deferred slice and the timers goes on while the poll
// blocks, and what the poll spawns after that too.
func TestRescueHandsOverAllThatWaits(t *testing.T) {
	fired := make(chan struct{})
	timers := newFakeTimers()
	timers.onTurn = func(*future.Local, int64) int { close(fired); return 0 }
	s := start(t, 1, Env{DetachOrphans: true, Watch: watching(nil),
		NewTimers: func(func()) Timers { return timers }, NewStage: func() any { return new(int) }})
	begun, more, pushed, release := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	var before, after []*job
	root := newJob(func(cx *future.Context) bool {
		for range dequeSize + 10 {
			j := newJob(times(2, func(cx *future.Context) { cx.Again() }))
			before = append(before, j)
			spawn(cx, j)
		}
		close(begun)
		<-more
		for range 2 * dequeSize {
			j := newJob(nil)
			after = append(after, j)
			spawn(cx, j)
		}
		close(pushed)
		<-release
		return true
	})
	y := newJob(times(50, func(cx *future.Context) { cx.Again() }))
	s.Spawn(&y.Task)
	s.Spawn(&root.Task)
	within(t, begun, "the root does not run")
	s.scanUntilLong()
	for _, j := range append(before, y) {
		require.Equal(t, Returned, join(t, j))
	}
	timers.at.Store(0)
	s.Rouse()
	within(t, fired, "no timer fires")
	close(more)
	within(t, pushed, "the root does not go on")
	for _, j := range after {
		require.Equal(t, Returned, join(t, j))
	}
	require.Equal(t, 1, s.Metrics().Shells, "all that beside the poll that blocks")
	close(release)
	require.Equal(t, Returned, join(t, root))
	until(t, "a shell is left", func() bool { return s.Metrics().Shells == 0 })
	require.Equal(t, 1, s.Workers())
}

// TestWhatIsRobbedWakesASleeper: the worker that goes on with the core may have looked, and gone to sleep, before it was there.
func TestWhatIsRobbedWakesASleeper(t *testing.T) {
	for name, c := range map[string]struct {
		spawn func(w *Worker)
		want  int64
	}{
		"LIFO slot": {func(w *Worker) { w.ScheduleNext(&newJob(nil).Header) }, 1},
		"deque":     {func(w *Worker) { w.ScheduleBack(&newJob(nil).Header) }, 1},
		"nothing":   {func(*Worker) {}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			env, parking := counted(2)
			env.Watch = watching(nil)
			s := stopped(t, 2, env)
			w := s.at(0)
			c.spawn(w)
			asleep, _ := s.idle.sleep(1, false, func() bool { return false })
			require.True(t, asleep)
			parking.unparks.Store(0)
			s.rob(w, &s.watchdog.via)
			require.Equal(t, int(c.want), s.injector.len())
			require.Equal(t, c.want, parking.unparks.Load())
		})
	}
}

// TestARescuedPollMayEndInEveryWay, and its worker ends with it.
func TestARescuedPollMayEndInEveryWay(t *testing.T) {
	for name, how := range ends {
		t.Run(name, func(t *testing.T) {
			s := dogged(t, 2, watching(nil))
			var g gate
			poll, begun, release := blocks()
			j := newJob(nil)
			j.poll = func(cx *future.Context) bool {
				if j.polls == 1 {
					poll(cx)
				}
				return how(cx, &g, j)
			}
			s.Spawn(&j.Task)
			within(t, begun, "it does not run")
			s.scanUntilLong()
			require.Equal(t, 1, s.Metrics().Shells)
			close(release)
			if name == "waits" {
				until(t, "it does not wait", j.IsIdle)
				g.open()
			}
			want := Returned
			if name == "panics" || name == "exits" {
				want = Panicked
			}
			require.Equal(t, want, join(t, j))
			until(t, "shells are left", func() bool { return s.shells.len() == 0 })
		})
	}
}

// TestABodyGoesOnAfterItsWorkerWasRescued: on another worker, whose Local it then has.
func TestABodyGoesOnAfterItsWorkerWasRescued(t *testing.T) {
	s := dogged(t, 1, watching(nil))
	begun, release := make(chan struct{}), make(chan struct{})
	var first, second *Worker
	j := bodyJob(func(cx *future.Context) {
		first = workerOf(cx)
		close(begun)
		<-release
		if err := future.Yield(cx); err != nil {
			t.Error(err)
		}
		second = workerOf(cx)
	})
	s.Spawn(&j.Task)
	within(t, begun, "it does not run")
	s.scanUntilLong()
	close(release)
	require.Equal(t, Returned, join(t, j))
	require.NotSame(t, first, second)
	require.Same(t, s.at(0), second)
}

// TestLeaveCoreAfterARescueDoesNothing: the core is gone already.
func TestLeaveCoreAfterARescueDoesNothing(t *testing.T) {
	s := dogged(t, 1, watching(nil))
	poll, begun, release := blocks()
	j := newJob(func(cx *future.Context) bool {
		poll(cx)
		workerOf(cx).LeaveCore()
		require.Equal(t, 1, s.Metrics().Shells)
		return true
	})
	s.Spawn(&j.Task)
	within(t, begun, "it does not run")
	s.scanUntilLong()
	successor := s.at(0)
	close(release)
	join(t, j)
	require.Same(t, successor, s.at(0))
}

// TestARevocationThatComesTooLateIsTakenBack: the poll has ended, or another has begun, when the fence is done.
func TestARevocationThatComesTooLateIsTakenBack(t *testing.T) {
	for name, meanwhile := range map[string]func(m *pollMark){
		"ended":        func(m *pollMark) { m.ended.Store(m.begun.Load()) },
		"another poll": func(m *pollMark) { m.ended.Store(m.begun.Load()); m.begin() },
	} {
		t.Run(name, func(t *testing.T) {
			watch := watching(nil)
			s := stopped(t, 1, Env{Watch: watch})
			w := s.at(0)
			w.mark.begin()
			watch.Fence = func() { meanwhile(&w.mark) }
			require.False(t, s.rescue(w, w.mark.tick(), &s.watchdog.via))
			require.Same(t, w, s.at(0))
			require.NotNil(t, w.core)
			require.False(t, w.mark.end(), "nothing is left of it")
			require.Zero(t, s.shells.len())
		})
	}
}

// TestAPollThatEndsDuringARevocationAwaitsTheVerdict: it must not touch the core before that.
func TestAPollThatEndsDuringARevocationAwaitsTheVerdict(t *testing.T) {
	watch := watching(nil)
	s := stopped(t, 1, Env{Watch: watch})
	w := s.at(0)
	w.mark.begin()
	asked := make(chan struct{})
	watch.Fence = func() {
		go func() { // ends when the verdict is known
			w.endPoll()
			close(asked)
		}()
		until(t, "the poll does not end", func() bool { return w.mark.ended.Load() == w.mark.begun.Load() })
		select {
		case <-asked:
			t.Error("it did not wait")
		default:
		}
	}
	require.False(t, s.rescue(w, w.mark.tick(), &s.watchdog.via))
	within(t, asked, "it waits for ever")
	require.NotNil(t, w.core)
}

// TestCloseDuringABlockedPollDropsAllOthers: those of its worker, and those that are born later are refused.
func TestCloseDuringABlockedPollDropsAllOthers(t *testing.T) {
	for _, rescued := range []string{"before", "after"} {
		s := New(1, Env{Clock: runningClock(), Parking: NewChannelParking(runningClock(), 1), Watch: watching(nil)})
		var drops atomic.Int64
		var waiting []*job
		for range 10 {
			j := parkedJob(&drops)
			waiting = append(waiting, j)
			s.Spawn(&j.Task)
			until(t, "it does not wait", j.IsIdle)
		}
		stuck, release := blocked(t, s, false)
		var done <-chan struct{}
		if rescued == "before" {
			s.scanUntilLong()
			done = s.Close()
		} else {
			done = s.Close()
			s.scanUntilLong()
		}
		for _, j := range waiting {
			require.Equal(t, Cancelled, join(t, j))
		}
		require.EqualValues(t, 10, drops.Load())
		list := s.Stuck()
		require.Len(t, list, 1)
		require.Equal(t, stuck.ID(), list[0].ID)
		select {
		case <-done:
			t.Fatal("it has closed without the task")
		default:
		}
		close(release)
		require.Equal(t, Cancelled, join(t, stuck))
		within(t, done, "the scheduler does not close")
	}
}

// TestAbortDuringARescuedPollTakesEffectAtItsEnd.
func TestAbortDuringARescuedPollTakesEffectAtItsEnd(t *testing.T) {
	for _, ready := range []bool{false, true} {
		s := dogged(t, 1, watching(nil))
		j, release := blocked(t, s, ready)
		var drops atomic.Int64
		j.drop = func(*future.Context) { drops.Add(1) }
		s.scanUntilLong()
		j.Cancel()
		require.False(t, j.IsComplete())
		close(release)
		if ready {
			require.Equal(t, Returned, join(t, j), "a poll that is ready wins")
			require.Zero(t, drops.Load())
		} else {
			require.Equal(t, Cancelled, join(t, j))
			require.EqualValues(t, 1, drops.Load())
		}
	}
}

// TestWakesAfterARescueReachTheTask, and those of the poll reach theirs.
func TestWakesAfterARescueReachTheTask(t *testing.T) {
	s := dogged(t, 1, watching(nil))
	var g gate
	waiter := newJob(g.waitFor)
	s.Spawn(&waiter.Task)
	until(t, "it does not wait", waiter.IsIdle)
	begun, release := make(chan struct{}), make(chan struct{})
	j := newJob(nil)
	j.poll = func(cx *future.Context) bool {
		if j.polls > 1 {
			return true
		}
		close(begun)
		<-release
		g.isOpen.Store(true)
		cx.Wake(g.slot.Take())
		release <- struct{}{}
		return false
	}
	s.Spawn(&j.Task)
	within(t, begun, "it does not run")
	s.scanUntilLong()
	j.Waker().Wake() // during the poll
	release <- struct{}{}
	require.Equal(t, Returned, join(t, waiter), "while the poll still blocks")
	<-release
	require.Equal(t, Returned, join(t, j))
}

// TestARescuedPollThatEndsItsTaskAbortsTheChildren, those that wait since earlier polls too: its worker has no core any more.
func TestARescuedPollThatEndsItsTaskAbortsTheChildren(t *testing.T) {
	s := start(t, 1, Env{Watch: watching(nil)})
	var drops atomic.Int64
	var kids []*job
	poll, begun, release := blocks()
	owner := newJob(nil)
	owner.poll = func(cx *future.Context) bool {
		kid := parkedJob(&drops)
		kids = append(kids, kid)
		spawn(cx, kid)
		return owner.polls > 1 && poll(cx)
	}
	s.Spawn(&owner.Task)
	until(t, "the first child does not wait", func() bool { return owner.IsIdle() && kids[0].IsIdle() })
	owner.Waker().Wake()
	within(t, begun, "the owner does not block")
	s.scanUntilLong()
	until(t, "the second child does not wait", kids[1].IsIdle)
	close(release)
	require.Equal(t, Returned, join(t, owner))
	for _, kid := range kids {
		require.Equal(t, Cancelled, join(t, kid))
	}
	require.EqualValues(t, 2, drops.Load())
}
