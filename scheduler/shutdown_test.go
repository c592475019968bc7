package scheduler

import (
	"context"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// parkedJob waits for a wake that does not come, and counts its drops.
func parkedJob(drops *atomic.Int64) *job {
	j := newJob(func(*future.Context) bool { return false })
	j.drop = func(*future.Context) { drops.Add(1) }
	return j
}

// TestCloseDropsEveryTaskOnce: those that wait, are queued, yield, were never polled, and those in a poll.
//
// tokio: L8 src/runtime/tests/loom_multi_thread.rs pool_shutdown: whatever a task was doing, it is dropped once
func TestCloseDropsEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		env, _ := counted(workers)
		s := New(workers, env)
		var drops atomic.Int64
		var jobs []*job
		add := func(j *job) {
			j.drop = func(*future.Context) { drops.Add(1) }
			jobs = append(jobs, j)
			require.True(t, s.Spawn(&j.Task))
		}
		for range 300 {
			add(newJob(func(*future.Context) bool { return false }))
			add(newJob(func(cx *future.Context) bool { cx.Again(); return false }))
		}
		poll, begun, release := blocks()
		add(newJob(func(cx *future.Context) bool { poll(cx); return false }))
		within(t, begun, "the task does not run")
		for range 1000 {
			add(newJob(func(cx *future.Context) bool { cx.Again(); return false }))
		}
		done := s.Close()
		require.Equal(t, done, s.Close())
		late := newJob(nil)
		require.False(t, s.Spawn(&late.Task))
		require.False(t, s.Number(&late.Task))
		close(release)
		within(t, done, "the scheduler does not close")
		require.EqualValues(t, len(jobs), drops.Load())
		for _, j := range jobs {
			require.Equal(t, Cancelled, j.Outcome())
			j.Waker().Wake() // harmless
			j.Cancel()
		}
		require.True(t, isClosed(s.Drain()), "nothing is left")
		m := s.Metrics()
		require.Zero(t, m.Alive)
		require.EqualValues(t, len(jobs), m.Completed)
		require.EqualValues(t, len(jobs), m.Spawned)
	}
}

// TestDropsMayWakeSpawnAndBlockWhileItCloses: spawns are refused, wakes are harmless, a body may wait once.
func TestDropsMayWakeSpawnAndBlockWhileItCloses(t *testing.T) {
	s := New(2, Env{Clock: runningClock(), Parking: NewChannelParking(runningClock(), 2)})
	var jobs [50]*job
	var drops, accepted atomic.Int64
	for i := range jobs {
		jobs[i] = parkedJob(&drops)
	}
	for i, j := range jobs {
		j.drop = func(cx *future.Context) {
			drops.Add(1)
			for _, other := range jobs {
				other.Waker().Wake()
				cx.Wake(other.Waker())
			}
			if spawn(cx, newJob(nil)) {
				accepted.Add(1)
			}
			if i%7 == 0 {
				workerOf(cx).LeaveCore()
			}
			cx.Again()
		}
		s.Spawn(&j.Task)
	}
	allSleep(t, s)
	within(t, s.Close(), "the scheduler does not close")
	require.EqualValues(t, len(jobs), drops.Load())
	require.Zero(t, accepted.Load())
}

// TestTheContextEndsBeforeTheFutureIsDropped, whether the task waits, is queued or was found by a closing worker.
func TestTheContextEndsBeforeTheFutureIsDropped(t *testing.T) {
	s := New(2, Env{Clock: runningClock(), Parking: NewChannelParking(runningClock(), 2)})
	var wrong atomic.Int64
	for i := range 200 {
		var ctx context.Context
		j := newJob(func(cx *future.Context) bool {
			ctx = cx.Context()
			if i%2 == 0 {
				cx.Again()
			}
			return false
		})
		j.drop = func(*future.Context) {
			if ctx != nil && context.Cause(ctx) != future.ErrCancelled {
				wrong.Add(1)
			}
		}
		s.Spawn(&j.Task)
	}
	within(t, s.Close(), "the scheduler does not close")
	require.Zero(t, wrong.Load())
}

// TestAClosingWorkerEndsTheContextBeforeItDrops, also of a task that it finds in a queue and that nobody has aborted.
func TestAClosingWorkerEndsTheContextBeforeItDrops(t *testing.T) {
	s := stopped(t, 1, Env{})
	w := s.at(0)
	var ctx context.Context
	j := newJob(func(cx *future.Context) bool {
		ctx = cx.Context()
		cx.Again()
		return false
	})
	var cause error
	j.drop = func(*future.Context) { cause = context.Cause(ctx) }
	s.Spawn(&j.Task)
	w.drainQueues(1)
	require.NoError(t, ctx.Err())
	w.closing = true
	w.drainQueues(1)
	require.Equal(t, Cancelled, j.Outcome())
	require.Equal(t, future.ErrCancelled, cause)
}

// TestAnAbortedTaskIsDroppedOnAWorker, never by who aborts it, and once.
func TestAnAbortedTaskIsDroppedOnAWorker(t *testing.T) {
	s := stopped(t, 1, Env{})
	w := s.at(0)
	var drops atomic.Int64
	j := parkedJob(&drops)
	s.Spawn(&j.Task)
	w.drainQueues(10)
	j.Cancel()
	j.Cancel()
	j.Waker().Wake()
	require.Zero(t, drops.Load())
	require.False(t, j.IsComplete())
	require.Equal(t, 1, w.drainQueues(10))
	require.EqualValues(t, 1, drops.Load())
	require.Equal(t, Cancelled, j.Outcome())
}

// TestCloseWaitsForAPollThatHasLeftItsCore, whose task then is dropped.
func TestCloseWaitsForAPollThatHasLeftItsCore(t *testing.T) {
	clock := runningClock()
	s := New(2, Env{Clock: clock, Parking: NewChannelParking(clock, 2)})
	poll, begun, release := blocks()
	var drops atomic.Int64
	j := newJob(func(cx *future.Context) bool {
		workerOf(cx).LeaveCore()
		poll(cx)
		return false
	})
	j.drop = func(*future.Context) { drops.Add(1) }
	s.Spawn(&j.Task)
	within(t, begun, "the task does not run")
	done := s.Close()
	until(t, "the workers do not close", func() bool { return s.acks.Load() == 2 })
	allSleep(t, s)
	require.Zero(t, drops.Load())
	close(release)
	within(t, done, "the scheduler does not close")
	require.EqualValues(t, 1, drops.Load())
}

// TestATaskThatComesLateToAClosingWorkerIsAborted: a poll without core has registered it after the others were aborted.
func TestATaskThatComesLateToAClosingWorkerIsAborted(t *testing.T) {
	s := stopped(t, 1, Env{})
	w := s.at(0)
	var drops atomic.Int64
	j := parkedJob(&drops)
	s.Spawn(&j.Task)
	w.drainQueues(10)
	s.phase.Store(closing)
	w.core.live = liveSet{}
	w.attend()
	require.True(t, w.closing)
	require.Zero(t, w.drainQueues(10))
	s.leave(&j.Task, nil)
	w.attend()
	require.Equal(t, 1, w.drainQueues(10))
	require.EqualValues(t, 1, drops.Load())
}

func TestDrainWaitsForAllTasksAndTheirChildren(t *testing.T) {
	s := start(t, 2, Env{DetachOrphans: true})
	var g gate
	var n atomic.Int64
	grand := func(cx *future.Context) bool {
		if !g.waitFor(cx) {
			return false
		}
		n.Add(1)
		return spawn(cx, newJob(func(*future.Context) bool { n.Add(1); return true }))
	}
	s.Spawn(&newJob(grand).Task)
	allSleep(t, s)
	drained := s.Drain()
	require.False(t, s.Spawn(&newJob(nil).Task), "spawns from outside are refused")
	allSleep(t, s)
	require.False(t, isClosed(drained))
	g.open()
	within(t, drained, "it is not drained")
	require.EqualValues(t, 2, n.Load())
}

// TestDrainWaitsForAPollThatHasLeftItsCore, though what that poll has spawned is counted by others.
func TestDrainWaitsForAPollThatHasLeftItsCore(t *testing.T) {
	s := start(t, 2, Env{DetachOrphans: true})
	poll, begun, release := blocks()
	j := newJob(func(cx *future.Context) bool {
		workerOf(cx).LeaveCore()
		spawn(cx, newJob(nil))
		return poll(cx)
	})
	s.Spawn(&j.Task)
	within(t, begun, "the task does not run")
	allSleep(t, s)
	drained := s.Drain()
	for range 20 {
		s.Rouse()
		allSleep(t, s)
	}
	require.False(t, isClosed(drained), "a task runs")
	close(release)
	within(t, drained, "it is not drained")
	require.Equal(t, Returned, join(t, j))
}

func TestStuckNamesThePollsThatDoNotEnd(t *testing.T) {
	s := New(2, Env{Clock: runningClock(), Parking: NewChannelParking(runningClock(), 2)})
	poll, begun, release := blocks()
	stuck := newJob(poll)
	stuck.SetName("stuck")
	s.Spawn(&stuck.Task)
	poll2, begun2, release2 := blocks()
	shell := newJob(func(cx *future.Context) bool { workerOf(cx).LeaveCore(); return poll2(cx) })
	s.Spawn(&shell.Task)
	within(t, begun, "it does not run")
	within(t, begun2, "it does not run")
	done := s.Close()
	allButStuck := func() bool { return s.acks.Load() == 1 }
	until(t, "the other worker does not close", allButStuck)
	list := s.Stuck()
	require.Len(t, list, 2)
	require.Equal(t, "stuck", list[0].Name)
	require.Equal(t, StateRunning, list[0].State)
	require.Equal(t, shell.ID(), list[1].ID)
	require.False(t, isClosed(done))
	close(release)
	close(release2)
	within(t, done, "the scheduler does not close")
	require.Equal(t, Returned, stuck.Outcome(), "ready wins over abort")
}

// TestShutdownUnderLoad closes schedulers whose tasks spawn, yield, wake each other, leave their core and end, while other
// goroutines spawn and wake: a thousand times.
//
// tokio: L4 src/runtime/tests/loom_multi_thread.rs racy_shutdown: a scheduler is closed while a core changes hands
// tokio: L6 src/runtime/tests/loom_multi_thread.rs blocking_and_regular: beside ordinary tasks
// tokio: L6 src/runtime/tests/loom_multi_thread.rs blocking_and_regular_with_pending: which wait, wake and yield
func TestShutdownUnderLoad(t *testing.T) {
	procs(t, 8)
	for round := range scale(1000) {
		workers := 1 + round%4
		clock := runningClock()
		s := New(workers, Env{Clock: clock, Parking: NewChannelParking(clock, workers), Seed: uint64(round), DetachOrphans: round%2 == 0})
		var begun, ended, spawned, refused atomic.Int64
		var random shared
		var gates [8]gate
		var make1 func(depth int) *job
		make1 = func(depth int) *job {
			spawned.Add(1)
			kind := random.below(8)
			j := newJob(nil)
			j.poll = func(cx *future.Context) bool {
				begun.Add(1)
				if depth > 0 && j.polls < 3 {
					if child := make1(depth - 1); !spawn(cx, child) {
						refused.Add(1)
					}
				}
				switch kind {
				case 0:
					cx.Again()
				case 1:
					gates[random.below(len(gates))].slot.Set(cx.Waker())
				case 2:
					cx.Wake(gates[random.below(len(gates))].slot.Take())
					cx.Again()
				case 3:
					workerOf(cx).LeaveCore()
					cx.Again()
				case 4:
					return false
				default:
					if j.polls > kind {
						ended.Add(1)
						return true
					}
					cx.Again()
				}
				return false
			}
			j.drop = func(*future.Context) { ended.Add(1) }
			return j
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { // ends when the scheduler refuses
				for {
					if j := make1(2); !s.Spawn(&j.Task) {
						refused.Add(1)
						return
					}
					gates[random.below(len(gates))].slot.Take().Wake()
					goruntime.Gosched()
				}
			})
		}
		for range round % 50 {
			goruntime.Gosched()
		}
		s.Drain()
		within(t, s.Close(), "the scheduler does not close")
		wg.Wait()
		require.Equal(t, spawned.Load()-refused.Load(), ended.Load(), "round %d: every task ends once", round)
		m := s.Metrics()
		require.EqualValues(t, ended.Load(), m.Completed)
		require.Zero(t, m.Alive)
		require.Zero(t, s.injector.len())
		for i := range s.slots {
			require.Zero(t, s.at(i).deque.len())
			require.Nil(t, s.at(i).lifo.peek())
		}
	}
}

func TestCloseFailsTheTimersOfEveryCore(t *testing.T) {
	var made []*fakeTimers
	s := start(t, 3, Env{NewTimers: func(func()) Timers {
		made = append(made, newFakeTimers())
		return made[len(made)-1]
	}})
	within(t, s.Close(), "the scheduler does not close")
	for _, timers := range made {
		require.True(t, timers.closed.Load())
	}
}
