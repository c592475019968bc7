package scheduler

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// pinnedJob is newJob for a task that is pinned to slot.
func pinnedJob(slot int, poll func(cx *future.Context) bool) *job {
	j := newJob(poll)
	j.Pin(slot)
	return j
}

// TestPinnedTasksStayOnTheirWorker, whoever wakes them: ordinary goroutines, tasks of other workers, of their own, timers and
// themselves. Those of one worker share data without locks: the race detector watches.
func TestPinnedTasksStayOnTheirWorker(t *testing.T) {
	procs(t, 8)
	for _, workers := range []int{1, 2, 4} {
		s := start(t, workers, Env{DetachOrphans: true})
		n := scale(400)
		counts := make([]int, workers) // of each worker's tasks, without a lock
		var inside [8]atomic.Int32
		var gates []*gate
		var jobs []*job
		for i := range n {
			slot := i % workers
			g := &gate{}
			j := pinnedJob(slot, nil)
			j.poll = func(cx *future.Context) bool {
				if inside[slot].Add(1) != 1 {
					t.Error("two at a time")
				}
				defer inside[slot].Add(-1)
				if workerOf(cx).Index() != slot {
					t.Errorf("polled on %d, pinned to %d", workerOf(cx).Index(), slot)
				}
				counts[slot]++
				switch {
				case j.polls < 5:
					cx.Again()
				case j.polls < 10:
					cx.Waker().Wake()
				case j.polls < 15:
					cx.Wake(cx.Waker())
				default:
					return g.waitFor(cx)
				}
				return false
			}
			gates, jobs = append(gates, g), append(jobs, j)
			if i%2 == 0 {
				s.Spawn(&j.Task)
			} else {
				from := newJob(func(cx *future.Context) bool { return spawn(cx, j) })
				s.Spawn(&from.Task)
			}
		}
		for i, g := range gates {
			if i%3 == 0 {
				g.open()
				continue
			}
			opener := newJob(func(cx *future.Context) bool {
				g.isOpen.Store(true)
				cx.Wake(g.slot.Take())
				return true
			})
			if i%3 == 1 {
				opener.Pin((i / 3) % workers)
			}
			s.Spawn(&opener.Task)
		}
		for _, j := range jobs {
			require.Equal(t, Returned, join(t, j))
		}
		within(t, s.Drain(), "the counts do not match")
		total := 0
		for _, c := range counts {
			total += c
		}
		polls := 0
		for _, j := range jobs {
			polls += j.polls
		}
		require.Equal(t, polls, total, "a count is lost: two have run at a time")
	}
}

// TestAPinnedTaskIsNeverStolen, in whatever way it asks to be polled once more.
func TestAPinnedTaskIsNeverStolen(t *testing.T) {
	for name, ask := range asksAgain {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 2, Env{})
			polls := 0
			for range 4 {
				s.Spawn(&pinnedJob(0, func(cx *future.Context) bool { polls++; ask(cx); return false }).Task)
			}
			for range 10 {
				s.at(0).drainQueues(1)
				require.Nil(t, s.at(1).searchRound())
				require.Nil(t, s.at(1).next())
			}
			require.Equal(t, 10, polls)
		})
	}
}

// TestAWokenPinnedTaskWakesItsSleepingWorker, and no other.
func TestAWokenPinnedTaskWakesItsSleepingWorker(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := start(t, workers, Env{})
		for round := range scale(300) {
			slot := round % workers
			var g gate
			j := pinnedJob(slot, g.waitFor)
			s.Spawn(&j.Task)
			until(t, "it does not wait", j.IsIdle)
			if round%2 == 0 {
				allSleep(t, s)
			}
			g.open()
			require.Equal(t, Returned, join(t, j), "the wake is lost")
		}
	}
}

// TestAWorkerLooksForPinnedTasksAfterItHasSaidThatItSleeps: what came meanwhile has woken nobody.
func TestAWorkerLooksForPinnedTasksAfterItHasSaidThatItSleeps(t *testing.T) {
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
		j := pinnedJob(0, nil)
		s.Spawn(&j.Task)
		point.proceed <- struct{}{}
		join(t, j)
	}
}

// TestPinnedAndOtherTasksTakeTurns: neither endless local work nor an endless injector starves the pinned ones, nor they others.
func TestPinnedAndOtherTasksTakeTurns(t *testing.T) {
	t.Run("beside tasks that wake each other", func(t *testing.T) {
		s := stopped(t, 1, Env{Clock: pausedClock(), DetachOrphans: true})
		w := s.at(0)
		var respawn func(cx *future.Context) bool
		respawn = func(cx *future.Context) bool {
			spawn(cx, newJob(respawn))
			spawn(cx, newJob(nil)) // so that the deque is never empty
			return true
		}
		s.Spawn(&newJob(respawn).Task)
		ended := 0
		for range 100 {
			s.Spawn(&pinnedJob(0, func(*future.Context) bool { ended++; return true }).Task)
		}
		w.drainQueues(maxTicks + 300)
		require.Equal(t, 100, ended, "one of them for each other task, once the worker has looked around")
	})
	for name, pollTime := range map[string]int64{"beside tasks that yield": 0, "beside long ones that yield": 10_000} {
		t.Run(name, func(t *testing.T) {
			clock := pausedClock()
			s := stopped(t, 1, Env{Clock: clock})
			w := s.at(0)
			var polls [2]int
			for kind := range 2 {
				for range 10 {
					j := newJob(func(cx *future.Context) bool {
						polls[kind]++
						clock.nanos.Add(pollTime)
						cx.Again()
						return false
					})
					if kind == 1 {
						j.Pin(0)
					}
					s.Spawn(&j.Task)
				}
			}
			w.drainQueues(2000)
			require.InDelta(t, polls[0], polls[1], 300)
		})
	}
	t.Run("beside an endless injector", func(t *testing.T) {
		s := stopped(t, 1, Env{Clock: pausedClock()})
		w := s.at(0)
		pinnedPolls := 0
		s.Spawn(&pinnedJob(0, func(cx *future.Context) bool { pinnedPolls++; cx.Again(); return false }).Task)
		others := 0
		for range 1000 {
			s.Spawn(&newJob(func(*future.Context) bool { others++; return true }).Task)
			w.drainQueues(1)
		}
		require.GreaterOrEqual(t, pinnedPolls, 1000/maxTicks, "at every look")
		require.Greater(t, others, 500)
	})
}

// TestPinnedTasksWaitForOneThatBlocks, though their worker was rescued or has left its core: they never run beside it. All other
// tasks go on.
func TestPinnedTasksWaitForOneThatBlocks(t *testing.T) {
	for _, how := range []string{"rescue", "LeaveCore"} {
		t.Run(how, func(t *testing.T) {
			s := dogged(t, 2, watching(nil))
			poll, begun, release := blocks()
			shared := 0 // no lock: the race detector watches
			var ran atomic.Bool
			j := pinnedJob(1, func(cx *future.Context) bool {
				if how == "LeaveCore" {
					workerOf(cx).LeaveCore()
				}
				poll(cx)
				shared++
				return true
			})
			mate := pinnedJob(1, func(*future.Context) bool { ran.Store(true); shared++; return true })
			s.Spawn(&j.Task)
			within(t, begun, "it does not run")
			s.Spawn(&mate.Task)
			s.scanUntilLong()
			require.Equal(t, 1, s.Metrics().Shells)
			var others []*job
			for range 100 {
				o := newJob(times(3, func(cx *future.Context) { cx.Again() }))
				others = append(others, o)
				s.Spawn(&o.Task)
			}
			elsewhere := pinnedJob(0, nil)
			s.Spawn(&elsewhere.Task)
			for _, o := range append(others, elsewhere) {
				require.Equal(t, Returned, join(t, o))
			}
			allSleep(t, s)
			require.False(t, ran.Load(), "it runs beside the one that blocks")
			close(release)
			require.Equal(t, Returned, join(t, mate))
			require.Equal(t, Returned, join(t, j))
			require.Equal(t, 2, shared)
		})
	}
}

// TestPinnedTasksOfARescuedWorkerGoOn, if the poll that blocks is not a pinned one.
func TestPinnedTasksOfARescuedWorkerGoOn(t *testing.T) {
	s := dogged(t, 1, watching(nil))
	var g gate
	waiting, fresh := pinnedJob(0, g.waitFor), pinnedJob(0, times(3, func(cx *future.Context) { cx.Again() }))
	s.Spawn(&waiting.Task)
	until(t, "it does not wait", waiting.IsIdle)
	j, release := blocked(t, s, true)
	s.Spawn(&fresh.Task)
	s.scanUntilLong()
	g.open()
	require.Equal(t, Returned, join(t, fresh))
	require.Equal(t, Returned, join(t, waiting))
	close(release)
	join(t, j)
}

// TestCloseAndOwnersAbortPinnedTasks like all others, and Tasks lists them.
func TestCloseAndOwnersAbortPinnedTasks(t *testing.T) {
	s := start(t, 2, Env{})
	var drops atomic.Int64
	var kids []*job
	var g gate
	owner := newJob(nil)
	owner.poll = func(cx *future.Context) bool {
		if owner.polls == 1 {
			for slot := range 2 {
				kid := parkedJob(&drops)
				kid.Pin(slot)
				kids = append(kids, kid)
				spawn(cx, kid)
			}
		}
		return g.waitFor(cx)
	}
	s.Spawn(&owner.Task)
	until(t, "they do not wait", func() bool { return owner.IsIdle() && kids[0].IsIdle() && kids[1].IsIdle() })
	g.open()
	join(t, owner)
	for _, kid := range kids {
		require.Equal(t, Cancelled, join(t, kid))
	}
	require.EqualValues(t, 2, drops.Load())

	poll, begun, release := blocks()
	stuck := pinnedJob(0, poll)
	s.Spawn(&stuck.Task)
	within(t, begun, "it does not run")
	var left []*job
	for slot := range 2 {
		for range 3 {
			j := parkedJob(&drops)
			j.Pin(slot)
			left = append(left, j)
			s.Spawn(&j.Task)
		}
	}
	until(t, "they do not wait", func() bool { return left[3].IsIdle() && left[4].IsIdle() && left[5].IsIdle() })
	seen := map[uint64]State{}
	for _, info := range s.Tasks() {
		seen[info.ID] = info.State
	}
	require.Len(t, seen, 7)
	require.Equal(t, StateRunning, seen[stuck.ID()])
	require.Equal(t, StateQueued, seen[left[0].ID()])
	require.Equal(t, StateIdle, seen[left[5].ID()])
	done := s.Close()
	late := pinnedJob(1, nil)
	require.False(t, s.Spawn(&late.Task))
	close(release)
	within(t, done, "the scheduler does not close")
	for _, j := range left {
		require.Equal(t, Cancelled, j.Outcome())
	}
	require.EqualValues(t, 8, drops.Load())
}

// TestAPausedClockDoesNotJumpOverAPinnedTask that waits for its worker.
func TestAPausedClockDoesNotJumpOverAPinnedTask(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock})
	s.slots[0].expiry.Store(100)
	s.Spawn(&pinnedJob(0, nil).Task)
	s.jump()
	require.Zero(t, clock.Nanos())
	s.at(0).drainQueues(1)
	s.jump()
	require.EqualValues(t, 100, clock.Nanos())
}

// TestStormsOfRescues: tasks block, are rescued, and meanwhile spawn, wake, yield, leave their core, panic, exit and are aborted,
// pinned ones too. Each ends once, and is never polled by two workers at a time.
func TestStormsOfRescues(t *testing.T) {
	procs(t, 8)
	n := scale(3_000)
	watch := watching(nil)
	s := start(t, 3, Env{DetachOrphans: true, Watch: watch})
	stop, scanned := make(chan struct{}), make(chan struct{})
	go func() { // ends when the tasks have ended
		defer close(scanned)
		for {
			select {
			case <-stop:
				return
			default:
				s.watchdog.scan()
				goruntime.Gosched()
			}
		}
	}()
	var ended, kids, born, doubles atomic.Int64
	var inside [3]atomic.Int32
	var random shared
	work := func(pinnedTo int) *job {
		j := newJob(nil)
		var running atomic.Bool
		var drops atomic.Int64
		if pinnedTo >= 0 {
			j.Pin(pinnedTo)
		}
		j.drop = func(*future.Context) {
			if drops.Add(1) != 1 {
				doubles.Add(1)
			}
		}
		j.poll = func(cx *future.Context) bool {
			if running.Swap(true) || drops.Load() != 0 {
				doubles.Add(1)
			}
			defer running.Store(false)
			if pinnedTo >= 0 {
				if inside[pinnedTo].Add(1) != 1 || workerOf(cx).Index() != pinnedTo {
					doubles.Add(1)
				}
				defer inside[pinnedTo].Add(-1)
			}
			spawnKid := func() {
				born.Add(1)
				kid := newJob(func(*future.Context) bool { kids.Add(1); return true })
				if random.below(4) == 0 {
					kid.Pin(random.below(3))
				}
				spawn(cx, kid)
			}
			spawnKid()
			w := workerOf(cx)
			for range random.below(200) { // until rescued, or not
				if w.mark.revoked.Load() != 0 {
					break
				}
				goruntime.Gosched()
			}
			spawnKid()
			switch random.below(12) {
			case 0:
				w.LeaveCore()
				spawnKid()
				cx.Again()
			case 1:
				goruntime.Goexit()
			case 2:
				panic("boom")
			case 3:
				TaskOf(cx.Task()).Cancel()
			case 4, 5:
				cx.Waker().Wake()
			default:
				cx.Again()
			}
			return j.polls >= 4 && random.below(2) == 0
		}
		return j
	}
	var lists [4]chan *job
	for g := range lists {
		lists[g] = make(chan *job, n)
		go func() { // ends when its tasks have ended
			defer close(lists[g])
			for i := range n / len(lists) {
				j := work(i%7 - 4)
				s.Spawn(&j.Task)
				if i%3 == 0 {
					join(t, j)
				}
				lists[g] <- j
			}
		}()
	}
	for _, list := range lists {
		for j := range list {
			join(t, j)
			j.Waker().Wake()
			ended.Add(1)
		}
	}
	require.EqualValues(t, n/len(lists)*len(lists), ended.Load())
	within(t, s.Drain(), "the counts do not match")
	close(stop)
	within(t, scanned, "the scans do not end")
	require.Equal(t, born.Load(), kids.Load(), "each is polled once")
	require.Zero(t, doubles.Load())
	require.NotZero(t, s.Metrics().Rescues)
	require.Zero(t, s.Metrics().Shells)
}
