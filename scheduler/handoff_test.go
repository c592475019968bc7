package scheduler

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// TestLeaveCoreHandsOverAllThatWaits: what is in the deque, the LIFO slot and the deferred slice runs while the poll blocks.
func TestLeaveCoreHandsOverAllThatWaits(t *testing.T) {
	s := start(t, 1, Env{DetachOrphans: true})
	poll, begun, release := blocks()
	var before []*job
	root := newJob(func(cx *future.Context) bool {
		for range dequeSize + 10 {
			j := newJob(times(2, func(cx *future.Context) { cx.Again() }))
			before = append(before, j)
			spawn(cx, j)
		}
		workerOf(cx).LeaveCore()
		workerOf(cx).LeaveCore()
		after := newJob(nil)
		spawn(cx, after)
		before = append(before, after)
		return poll(cx)
	})
	y := newJob(times(50, func(cx *future.Context) { cx.Again() }))
	s.Spawn(&y.Task)
	s.Spawn(&root.Task)
	within(t, begun, "the root does not run")
	for _, j := range before {
		require.Equal(t, Returned, join(t, j))
	}
	require.Equal(t, Returned, join(t, y))
	close(release)
	require.Equal(t, Returned, join(t, root))
	require.Equal(t, 1, s.Workers())
}

// ends are the ways in which a poll goes on after it has left its core.
var ends = map[string]func(cx *future.Context, g *gate, j *job) bool{
	"ready":  func(*future.Context, *gate, *job) bool { return true },
	"yields": func(cx *future.Context, _ *gate, j *job) bool { cx.Again(); return j.polls > 3 },
	"waits":  func(cx *future.Context, g *gate, _ *job) bool { return g.waitFor(cx) },
	"woken":  func(cx *future.Context, _ *gate, j *job) bool { cx.Waker().Wake(); return j.polls > 3 },
	"panics": func(*future.Context, *gate, *job) bool { panic("boom") },
	"exits":  func(*future.Context, *gate, *job) bool { goruntime.Goexit(); return true },
}

// TestAPollThatHasLeftItsCoreMayEndInEveryWay, and its worker ends with it.
//
// tokio: L6 src/runtime/tests/loom_multi_thread.rs only_blocking_with_pending: a task that has blocked in place waits, and is woken
func TestAPollThatHasLeftItsCoreMayEndInEveryWay(t *testing.T) {
	for name, how := range ends {
		t.Run(name, func(t *testing.T) {
			s := start(t, 2, Env{})
			var g gate
			j := newJob(nil)
			j.poll = func(cx *future.Context) bool {
				workerOf(cx).LeaveCore()
				return how(cx, &g, j)
			}
			s.Spawn(&j.Task)
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

// TestTimersStagedAfterLeaveCoreReachACore: the sleep of a task that has blocked before in the same poll must end.
func TestTimersStagedAfterLeaveCoreReachACore(t *testing.T) {
	for _, when := range []string{"not ready", "ready", "cancelled"} {
		t.Run(when, func(t *testing.T) {
			timers := newFakeTimers()
			s := start(t, 1, Env{NewTimers: func(func()) Timers { return timers }, NewStage: func() any { return new(int) }})
			j := newJob(func(cx *future.Context) bool {
				workerOf(cx).LeaveCore()
				cx.Local().TimersStaged = true
				if when == "cancelled" {
					TaskOf(cx.Task()).Cancel()
				}
				return when == "ready"
			})
			s.Spawn(&j.Task)
			until(t, "the stage is lost", func() bool { return timers.stages.Load() == 1 })
		})
	}
}

// TestATaskThatWaitsAfterLeaveCoreIsKnown: shutdown finds it, and so does Tasks.
func TestATaskThatWaitsAfterLeaveCoreIsKnown(t *testing.T) {
	s := start(t, 2, Env{})
	var drops atomic.Int64
	j := newJob(func(cx *future.Context) bool { workerOf(cx).LeaveCore(); return false })
	j.drop = func(*future.Context) { drops.Add(1) }
	s.Spawn(&j.Task)
	until(t, "it does not wait", j.IsIdle)
	until(t, "Tasks does not know it", func() bool {
		list := s.Tasks()
		return len(list) == 1 && list[0].ID == j.ID() && list[0].State == StateIdle
	})
	within(t, s.Close(), "the scheduler does not close")
	require.EqualValues(t, 1, drops.Load())
	require.Equal(t, Cancelled, j.Outcome())
}

// TestChildrenBornAfterLeaveCoreAreOwned: the end of their owner aborts them.
func TestChildrenBornAfterLeaveCoreAreOwned(t *testing.T) {
	s := start(t, 2, Env{})
	var drops atomic.Int64
	var g gate
	a, b := parkedJob(&drops), parkedJob(&drops)
	j := newJob(nil)
	j.poll = func(cx *future.Context) bool {
		if j.polls == 1 {
			spawn(cx, a)
			workerOf(cx).LeaveCore()
			spawn(cx, b)
		}
		return g.waitFor(cx)
	}
	s.Spawn(&j.Task)
	until(t, "the children do not wait", func() bool { return a.IsIdle() && b.IsIdle() && j.IsIdle() })
	g.open()
	require.Equal(t, Returned, join(t, j))
	require.Equal(t, Cancelled, join(t, a))
	require.Equal(t, Cancelled, join(t, b))
	require.EqualValues(t, 2, drops.Load())
}

// TestGoexitEndsTheTaskAndReplacesTheWorker, wherever it comes from.
func TestGoexitEndsTheTaskAndReplacesTheWorker(t *testing.T) {
	exit := func(*future.Context) bool { goruntime.Goexit(); return true }
	drop := func(*future.Context) { goruntime.Goexit() }
	cases := map[string]func() *job{
		"poll": func() *job { return newJob(exit) },
		"body": func() *job { return bodyJob(func(*future.Context) { goruntime.Goexit() }) },
		"poll and drop": func() *job {
			j := newJob(exit)
			j.drop = drop
			return j
		},
		"drop after a panic": func() *job {
			j := newJob(func(*future.Context) bool { panic("boom") })
			j.drop = drop
			return j
		},
		"drop of an aborted task": func() *job {
			j := newJob(func(cx *future.Context) bool {
				TaskOf(cx.Task()).Cancel()
				return false
			})
			j.drop = drop
			return j
		},
		"deferred call of an aborted body": func() *job {
			return bodyJob(func(cx *future.Context) {
				defer goruntime.Goexit()
				TaskOf(cx.Task()).Cancel()
				_ = future.Yield(cx)
			})
		},
	}
	for name, make1 := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t, 1, Env{})
			for range 20 {
				j := make1()
				s.Spawn(&j.Task)
				require.Equal(t, Panicked, join(t, j))
				if name == "drop after a panic" {
					require.Equal(t, "boom", j.Failure().Value, "the first is told")
				} else {
					require.Equal(t, ErrGoexit, j.Failure().Value)
				}
				next := newJob(nil)
				s.Spawn(&next.Task)
				require.Equal(t, Returned, join(t, next), "the worker is replaced")
			}
		})
	}
}

// TestAWorkerThatIsLostToGoexitHasPublishedItsCounts before its successor runs: that one may close the scheduler.
func TestAWorkerThatIsLostToGoexitHasPublishedItsCounts(t *testing.T) {
	s := stopped(t, 1, Env{})
	w := s.at(0)
	j := newJob(func(*future.Context) bool { goruntime.Goexit(); return true })
	s.Spawn(&j.Task)
	lost := make(chan struct{})
	go func() { // ends at once
		defer close(lost)
		defer func() { w.afterPanic(recover()) }()
		w.drainQueues(1)
	}()
	within(t, lost, "the worker is not lost")
	require.True(t, s.balanced(), "its count of tasks that have ended")
	within(t, s.Close(), "the scheduler does not close")
}

// TestAPanicEndsItsTaskOnly: the worker goes on with the queues as they were.
func TestAPanicEndsItsTaskOnly(t *testing.T) {
	var unjoined atomic.Int64
	s := start(t, 1, Env{DetachOrphans: true, Unjoined: func(_ *Task, f *Failure) {
		if f.Value == "boom" {
			unjoined.Add(1)
		}
	}})
	var after []*job
	root := newJob(func(cx *future.Context) bool {
		for range 500 {
			j := newJob(func(*future.Context) bool { panic("boom") })
			k := newJob(times(3, func(cx *future.Context) { cx.Again() }))
			after = append(after, k)
			spawn(cx, j)
			spawn(cx, k)
		}
		return true
	})
	s.Spawn(&root.Task)
	join(t, root)
	for _, j := range after {
		require.Equal(t, Returned, join(t, j))
	}
	until(t, "panics are not told", func() bool { return unjoined.Load() == 500 })
}

// TestADropThatPanicsMakesTheTaskPanicked, also if its poll has not.
func TestADropThatPanicsMakesTheTaskPanicked(t *testing.T) {
	s := start(t, 1, Env{})
	j := newJob(func(*future.Context) bool { return false })
	j.drop = func(*future.Context) { panic("in drop") }
	s.Spawn(&j.Task)
	allSleep(t, s)
	j.Cancel()
	require.Equal(t, Panicked, join(t, j))
	require.Equal(t, "in drop", j.Failure().Value)
}
