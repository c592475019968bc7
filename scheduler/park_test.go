package scheduler

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// counted returns an Env whose parking counts.
func counted(workers int) (Env, *countingParking) {
	clock := runningClock()
	p := &countingParking{Parking: NewChannelParking(clock, workers)}
	return Env{Clock: clock, Parking: p, DetachOrphans: true}, p
}

// blocks makes a poll that blocks its worker, as a long computation does. begun is closed when it has begun.
func blocks() (poll func(*future.Context) bool, begun chan struct{}, release chan struct{}) {
	begun, release = make(chan struct{}), make(chan struct{})
	return func(*future.Context) bool {
		close(begun)
		<-release
		return true
	}, begun, release
}

// TestOneTaskFromOutsideWakesOneWorker: whoever leaves the search looks whether there is more before it wakes another.
//
// tokio: tests/rt_common.rs spawn_from_other_thread_idle: a task from outside is polled though all workers sleep, and wakes one
func TestOneTaskFromOutsideWakesOneWorker(t *testing.T) {
	env, parking := counted(4)
	s := start(t, 4, env)
	for range 50 {
		allSleep(t, s)
		before := parking.unparks.Load()
		j := newJob(nil)
		s.Spawn(&j.Task)
		join(t, j)
		allSleep(t, s)
		require.EqualValues(t, 1, parking.unparks.Load()-before)
	}
}

// TestABurstWakesOneWorkerAndThenAChain: the one that was woken wakes the next when it has found work.
//
// tokio: L5 src/runtime/tests/loom_multi_thread.rs pool_multi_spawn: tasks that are spawned by a task reach the other workers
// covers: S13 S18
func TestABurstWakesOneWorkerAndThenAChain(t *testing.T) {
	const workers = 4
	env, parking := counted(workers)
	var hold atomic.Bool
	release := make(chan struct{})
	parking.awake = func(int) {
		if hold.Load() {
			<-release
		}
	}
	s := start(t, workers, env)
	allSleep(t, s)
	var started atomic.Int32
	meet := make(chan struct{})
	root := newJob(func(cx *future.Context) bool {
		hold.Store(true)
		before := parking.unparks.Load()
		for range 100 {
			spawn(cx, newJob(func(*future.Context) bool {
				if started.Add(1) == workers {
					close(meet)
				}
				<-meet // until as many run as there are workers
				return true
			}))
		}
		if n := parking.unparks.Load() - before; n != 1 {
			t.Errorf("a burst has woken %d workers", n)
		}
		return true
	})
	s.Spawn(&root.Task)
	join(t, root)
	close(release)
	within(t, meet, "the chain of wake-ups has stopped")
	allSleep(t, s)
}

// TestAWakeIntoTheEmptyLIFOSlotWakesNobody: that task is about to run here.
func TestAWakeIntoTheEmptyLIFOSlotWakesNobody(t *testing.T) {
	env, parking := counted(2)
	s := start(t, 2, env)
	until(t, "the workers do not sleep", func() bool { return parking.parked.Load() == 2 })
	poll, begun, release := blocks()
	root := newJob(func(cx *future.Context) bool {
		before := parking.unparks.Load()
		child := newJob(nil)
		spawn(cx, child)
		poll(cx)
		if parking.unparks.Load() != before {
			t.Error("somebody was woken")
		}
		if child.IsComplete() {
			t.Error("somebody has taken it, though all slept")
		}
		return true
	})
	s.Spawn(&root.Task)
	within(t, begun, "the root does not run")
	until(t, "the other worker does not sleep", func() bool { return s.idle.word.Load() == unparkedOne })
	close(release)
	join(t, root)
}

// TestAWorkerGivesWayBeforeItSleeps to what runs outside and may have work for it, which then needs not wake it.
func TestAWorkerGivesWayBeforeItSleeps(t *testing.T) {
	procs(t, 1)
	env, parking := counted(1)
	env.Busy = func() bool { return true }
	s := start(t, 1, env)
	const rounds = 50
	allSleep(t, s)
	before := parking.unparks.Load()
	for range rounds {
		second := newJob(nil)
		first := newJob(func(*future.Context) bool {
			go s.Spawn(&second.Task)
			return true
		})
		s.Spawn(&first.Task)
		join(t, second)
		allSleep(t, s)
	}
	// Go's scheduler may choose the worker once more before the goroutine, every 61st time.
	require.InDelta(t, rounds, parking.unparks.Load()-before, rounds/5)
}

// TestALIFOTaskOfAStuckWorkerIsStolen by a worker that is awake for another reason.
//
// tokio: src/runtime/scheduler/multi_thread/queue.rs steal_into: a task in the LIFO slot of a worker that does not come back is stolen
func TestALIFOTaskOfAStuckWorkerIsStolen(t *testing.T) {
	env, _ := counted(2)
	s := start(t, 2, env)
	poll, begun, release := blocks()
	child := newJob(nil)
	root := newJob(func(cx *future.Context) bool {
		spawn(cx, child)
		return poll(cx)
	})
	s.Spawn(&root.Task)
	within(t, begun, "the root does not run")
	other := newJob(nil)
	s.Spawn(&other.Task)
	join(t, other)
	join(t, child)
	close(release)
	join(t, root)
}

// TestDeferredTasksAreFlushedBeforeOthersAreStolen: or two workers exchange the whole set of tasks each round.
func TestDeferredTasksAreFlushedBeforeOthersAreStolen(t *testing.T) {
	s := stopped(t, 2, Env{})
	mine, others := newJob(nil), newJob(nil)
	s.at(0).core.deferred.push(&mine.Task)
	s.at(1).deque.push(&others.Task, &s.injector)
	s.at(0).lookIn(maxTicks) // no look, which would flush too
	require.Same(t, &mine.Task, s.at(0).next())
	require.Nil(t, s.at(0).next())
	for range late * roundsPerSurvey {
		require.Nil(t, s.at(0).idle())
	}
	require.Nil(t, s.at(0).next())
	require.Same(t, &others.Task, s.at(0).idle())
}

// beforeSleep is a point in the life of one slot's worker: after it has found nothing, before it says that it sleeps. It is
// reached only if the worker has woken for no reason: otherwise it asks its timers before it searches too.
type beforeSleep struct {
	armed            atomic.Bool
	reached, proceed chan struct{}
}

func (b *beforeSleep) timers() *fakeTimers {
	b.reached, b.proceed = make(chan struct{}), make(chan struct{})
	f := newFakeTimers()
	f.onNext = func() {
		if b.armed.CompareAndSwap(true, false) {
			b.reached <- struct{}{}
			<-b.proceed
		}
	}
	return f
}

// TestAWorkerLooksOnceMoreAfterItHasSaidThatItSleeps: what came meanwhile has woken nobody.
//
// tokio: src/runtime/scheduler/multi_thread/idle.rs transition_worker_to_parked: what came while a worker went to sleep is seen
func TestAWorkerLooksOnceMoreAfterItHasSaidThatItSleeps(t *testing.T) {
	env, _ := counted(1)
	var point beforeSleep
	timers := point.timers()
	env.NewTimers = func(func()) Timers { return timers }
	s := start(t, 1, env)
	for range 20 {
		allSleep(t, s)
		point.armed.Store(true)
		s.env.Parking.Unpark(0, false) // for no reason
		within(t, point.reached, "the worker does not go to sleep")
		j := newJob(nil)
		s.Spawn(&j.Task)
		point.proceed <- struct{}{}
		join(t, j)
	}
}

// TestAWorkerThatMayNotSearchLooksOnceMoreToo: the one that searches may find a long poll, and then nobody has seen what
// came when all were awake.
func TestAWorkerThatMayNotSearchLooksOnceMoreToo(t *testing.T) {
	env, _ := counted(2)
	var points [2]beforeSleep
	n := 0
	env.NewTimers = func(func()) Timers { n++; return points[n-1].timers() }
	var hold atomic.Int32 // slot of the worker that waits in the driver, plus one
	var inDriver, goOn = make(chan struct{}), make(chan struct{})
	env.Driver = driverFunc(func(l *future.Local) int {
		if w := l.Worker.(*Worker); int(hold.Load()) == w.slot+1 && w.searching && hold.CompareAndSwap(int32(w.slot+1), 0) {
			inDriver <- struct{}{}
			<-goOn
		}
		return 0
	})
	s := start(t, 2, env)
	allSleep(t, s)
	// Both are awake, b is about to sleep, and a searches.
	s.idle.mu.Lock()
	a := s.idle.sleepers[1]
	s.idle.mu.Unlock()
	b := 1 - a
	hold.Store(int32(a + 1))
	first := newJob(nil)
	s.Spawn(&first.Task) // wakes a
	within(t, inDriver, "nobody searches")
	points[b].armed.Store(true)
	s.env.Parking.Unpark(b, false) // for no reason
	until(t, "b does not take it", first.IsComplete)
	within(t, points[b].reached, "b does not go to sleep")
	poll, begun, release := blocks()
	long := newJob(poll)
	s.Spawn(&long.Task)
	goOn <- struct{}{}
	within(t, begun, "a does not find the long one")
	late := newJob(nil)
	s.Spawn(&late.Task) // all are awake, nobody searches: wakes nobody
	points[b].proceed <- struct{}{}
	join(t, late)
	close(release)
	join(t, long)
}

// TestTheLastSearcherWakesAnotherWhenMoreIsLeft: those who made that work saw a searcher and woke nobody.
//
// covers: S13 S18
func TestTheLastSearcherWakesAnotherWhenMoreIsLeft(t *testing.T) {
	env, _ := counted(2)
	var hold atomic.Bool
	inDriver, goOn := make(chan struct{}), make(chan struct{})
	env.Driver = driverFunc(func(l *future.Local) int {
		if l.Worker.(*Worker).searching && hold.CompareAndSwap(true, false) {
			inDriver <- struct{}{}
			<-goOn
		}
		return 0
	})
	s := start(t, 2, env)
	for range 20 {
		allSleep(t, s)
		hold.Store(true)
		met := make(chan struct{})
		var n atomic.Int32
		meet := func(*future.Context) bool {
			if n.Add(1) == 2 {
				close(met)
			}
			<-met
			return true
		}
		j, k := newJob(meet), newJob(meet)
		s.Spawn(&j.Task)
		within(t, inDriver, "nobody was woken")
		s.Spawn(&k.Task)
		goOn <- struct{}{}
		within(t, met, "the second task waits though a worker sleeps")
		join(t, j)
		join(t, k)
	}
}

// TestATimerThatBecomesEarlierIsSeenByABusyWorker: it does not park, so that no unpark could tell it.
func TestATimerThatBecomesEarlierIsSeenByABusyWorker(t *testing.T) {
	timers := newFakeTimers()
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock, NewTimers: func(rouse func()) Timers { timers.rouse = rouse; return timers }})
	w := s.at(0)
	e := newJob(func(cx *future.Context) bool { cx.Again(); return false })
	s.Spawn(&e.Task)
	timers.at.Store(1 << 40)
	w.core.nextTimer = 1 << 40
	w.drainQueues(200)
	require.Zero(t, timers.turns.Load())
	timers.at.Store(5)
	clock.nanos.Store(5)
	timers.rouse()
	w.drainQueues(2 * maxTicks)
	require.EqualValues(t, 1, timers.turns.Load())
}

// onPausedClock starts workers with one fake timer each, on a paused clock.
func onPausedClock(t *testing.T, workers int, change func(*Env)) (*Scheduler, *testClock, []*fakeTimers) {
	clock := pausedClock()
	var timers []*fakeTimers
	env := Env{Clock: clock, NewTimers: func(rouse func()) Timers {
		f := newFakeTimers()
		f.rouse = rouse
		timers = append(timers, f)
		return f
	}}
	if change != nil {
		change(&env)
	}
	return start(t, workers, env), clock, timers
}

// TestAPausedClockJumpsToTheEarliestExpiry, and to each in turn.
func TestAPausedClockJumpsToTheEarliestExpiry(t *testing.T) {
	s, clock, timers := onPausedClock(t, 3, nil)
	allSleep(t, s)
	fired := make(chan int64, 3)
	for _, f := range timers {
		f.onTurn = func(_ *future.Local, now int64) int { fired <- now; return 0 }
	}
	hold, begun, release := blocks()
	busy := newJob(hold)
	s.Spawn(&busy.Task)
	within(t, begun, "the task does not run")
	timers[0].at.Store(100)
	timers[2].at.Store(700)
	timers[1].at.Store(300)
	for _, f := range timers {
		f.rouse()
	}
	require.Zero(t, clock.jumps.Load(), "a task runs")
	close(release)
	for _, at := range []int64{100, 300, 700} {
		require.Equal(t, at, within(t, fired, "a timer does not fire"))
	}
	allSleep(t, s)
	require.EqualValues(t, 700, clock.Nanos())
}

// TestAPausedClockWaitsForWhatMayStillAct: blocking jobs, and polls that have left their core.
func TestAPausedClockWaitsForWhatMayStillAct(t *testing.T) {
	var busy atomic.Bool
	s, clock, timers := onPausedClock(t, 2, func(e *Env) { e.Busy = busy.Load })
	allSleep(t, s)
	fired := make(chan struct{}, 1)
	timers[0].onTurn = func(*future.Local, int64) int { fired <- struct{}{}; return 0 }
	busy.Store(true)
	timers[0].at.Store(50)
	timers[0].rouse()
	allSleep(t, s)
	s.JumpIfIdle()
	require.Zero(t, clock.Nanos())
	busy.Store(false)
	until(t, "it does not jump", func() bool { s.JumpIfIdle(); return clock.Nanos() == 50 })
	within(t, fired, "the timer does not fire")

	block, begun, release := blocks()
	shell := newJob(func(cx *future.Context) bool {
		workerOf(cx).LeaveCore()
		return block(cx)
	})
	s.Spawn(&shell.Task)
	within(t, begun, "the task does not run")
	timers[0].at.Store(80)
	timers[0].rouse()
	allSleep(t, s)
	s.JumpIfIdle()
	require.EqualValues(t, 50, clock.Nanos())
	close(release)
	within(t, fired, "nobody jumps after the poll")
	require.EqualValues(t, 80, clock.Nanos())
}

// TestARousedWorkerIsNotTakenForASleepingOne: a task moves another core's timer forward and ends; the clock must not jump
// past that timer because its worker has not come out of its sleep yet.
func TestARousedWorkerIsNotTakenForASleepingOne(t *testing.T) {
	release := make(chan struct{})
	var slow atomic.Int32 // slot that comes late out of its sleep, plus one
	s, clock, timers := onPausedClock(t, 2, func(e *Env) {
		e.Parking = &countingParking{Parking: NewChannelParking(e.Clock, 2), awake: func(slot int) {
			if int(slow.Load()) == slot+1 {
				<-release
			}
		}}
	})
	allSleep(t, s)
	var mover int
	fired := make(chan int64, 2)
	for _, f := range timers {
		f.onTurn = func(_ *future.Local, now int64) int { fired <- now; return 0 }
	}
	j := newJob(func(cx *future.Context) bool {
		mover = workerOf(cx).Index()
		other := 1 - mover
		slow.Store(int32(other + 1))
		timers[mover].at.Store(500)
		timers[other].at.Store(100)
		timers[other].rouse()
		return true
	})
	s.Spawn(&j.Task)
	join(t, j)
	until(t, "the mover does not sleep", func() bool {
		s.idle.mu.Lock()
		defer s.idle.mu.Unlock()
		return s.idle.asleep[mover].Load()
	})
	require.Zero(t, clock.Nanos(), "it has jumped over a timer")
	slow.Store(0)
	close(release)
	require.EqualValues(t, 100, within(t, fired, "no timer fires"))
	require.EqualValues(t, 500, within(t, fired, "the later timer does not fire"))
}
