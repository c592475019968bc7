package scheduler

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// trace is the order in which jobs were polled.
type trace struct{ names []string }

// job makes a job that tells its name at each poll.
func (tr *trace) job(name string, poll func(cx *future.Context) bool) *job {
	return newJob(func(cx *future.Context) bool {
		tr.names = append(tr.names, name)
		return poll == nil || poll(cx)
	})
}

func (tr *trace) String() string { return strings.Join(tr.names, " ") }

// times makes a poll that does something before it is ready at its nth call.
func times(n int, do func(cx *future.Context)) func(cx *future.Context) bool {
	return func(cx *future.Context) bool {
		if n--; n == 0 {
			return true
		}
		do(cx)
		return false
	}
}

// asksAgain are the ways in which a task has itself polled once more.
var asksAgain = map[string]func(cx *future.Context){
	"Again":      func(cx *future.Context) { cx.Again() },
	"cx.Wake":    func(cx *future.Context) { cx.Wake(cx.Waker()) },
	"Waker.Wake": func(cx *future.Context) { cx.Waker().Wake() },
	"all, twice": func(cx *future.Context) {
		for range 2 {
			cx.Again()
			cx.Wake(cx.Waker())
			cx.Waker().Wake()
		}
	},
	"budget": func(cx *future.Context) {
		for cx.HasBudget() {
			cx.Spend()
		}
	},
}

// TestAYielderRunsAfterAllThatWereReady: also after those that still wait in the injector, more than a deque holds.
func TestAYielderRunsAfterAllThatWereReady(t *testing.T) {
	for name, again := range asksAgain {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 1, Env{DetachOrphans: true})
			var tr trace
			s.Spawn(&tr.job("y", times(3, again)).Task)
			want := []string{"y"}
			for range 3 * dequeSize {
				s.Spawn(&tr.job("a", nil).Task)
				want = append(want, "a")
			}
			w := s.at(0)
			w.drainQueues(1 << 20)
			require.Equal(t, append(want, "y", "y"), tr.names)
		})
	}
}

// TestEachWakeDuringAPollCausesOneMorePollAtTheBack, no matter how many wakes there are.
func TestEachWakeDuringAPollCausesOneMorePollAtTheBack(t *testing.T) {
	for name, again := range asksAgain {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 1, Env{DetachOrphans: true})
			var tr trace
			s.Spawn(&tr.job("y", times(2, again)).Task)
			s.Spawn(&tr.job("a", nil).Task)
			s.Spawn(&tr.job("b", nil).Task)
			s.at(0).drainQueues(100)
			require.Equal(t, "y a b y", tr.String())
		})
	}
}

func TestAWakeOfATaskThatIsQueuedMakesNoSecondEntry(t *testing.T) {
	s := stopped(t, 1, Env{DetachOrphans: true})
	var tr trace
	b := tr.job("b", nil)
	a := tr.job("a", func(cx *future.Context) bool {
		for range 3 {
			cx.Wake(b.Waker())
			b.Waker().Wake()
		}
		return true
	})
	s.Spawn(&a.Task)
	s.Spawn(&b.Task)
	s.at(0).drainQueues(100)
	a.Waker().Wake()
	b.Waker().Wake()
	b.Cancel()
	s.at(0).drainQueues(100)
	require.Equal(t, "a b", tr.String())
	require.Equal(t, Returned, b.Outcome())
}

// chain makes a job whose poll spawns the next link, without end.
func (tr *trace) chain(name string, before func(cx *future.Context)) *job {
	return tr.job(name, func(cx *future.Context) bool {
		if before != nil {
			before(cx)
		}
		return spawn(cx, tr.chain(name, before))
	})
}

// TestAtMostThreeTasksRunFromTheLIFOSlotInARow: two that wake each other do not keep the queue waiting.
//
// tokio: src/runtime/scheduler/multi_thread/worker.rs run_task: three polls from the LIFO slot in a row, and no more
func TestAtMostThreeTasksRunFromTheLIFOSlotInARow(t *testing.T) {
	s := stopped(t, 1, Env{DetachOrphans: true})
	var tr trace
	s.Spawn(&tr.chain("c", nil).Task)
	for _, name := range []string{"x", "y", "z"} {
		s.Spawn(&tr.job(name, nil).Task)
	}
	s.at(0).drainQueues(5)
	require.Equal(t, "c c c c x y z c c c c", tr.String())
}

// TestLongPollsHaveNoRowInTheLIFOSlot: what is in the queue would wait for all of them.
func TestLongPollsHaveNoRowInTheLIFOSlot(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock, DetachOrphans: true})
	var tr trace
	pollTime := int64(10_000)
	for _, name := range []string{"c", "d"} {
		s.Spawn(&tr.chain(name, func(*future.Context) { clock.nanos.Add(pollTime) }).Task)
	}
	w := s.at(0)
	w.drainQueues(200)
	tr.names = nil
	w.drainQueues(6)
	require.Regexp(t, "^(c d c d c d|d c d c d c)$", tr.String())
	pollTime = 10
	w.drainQueues(1000)
	tr.names = nil
	w.drainQueues(2)
	require.Regexp(t, "^(c c c c d d d d|d d d d c c c c)$", tr.String(), "short polls bring the row back")
}

// TestTasksFromTheLIFOSlotShareTheBudget of the one that was taken from the queue.
//
// tokio: tests/rt_threaded.rs lifo_slot_budget: tasks from the LIFO slot share a budget
func TestTasksFromTheLIFOSlotShareTheBudget(t *testing.T) {
	s := stopped(t, 1, Env{DetachOrphans: true})
	var tr trace
	spend := func(n int) func(cx *future.Context) {
		return func(cx *future.Context) {
			for range n {
				require.True(t, cx.HasBudget())
				cx.Spend()
			}
		}
	}
	last := tr.job("last", func(cx *future.Context) bool {
		spend(future.Budget)(cx) // a new one: it came through the queue
		return true
	})
	rest := tr.job("rest", func(cx *future.Context) bool {
		spend(future.Budget - 100)(cx)
		require.False(t, cx.HasBudget())
		return spawn(cx, last)
	})
	first := tr.job("first", func(cx *future.Context) bool {
		spend(100)(cx)
		return spawn(cx, rest)
	})
	s.Spawn(&first.Task)
	s.Spawn(&tr.job("x", nil).Task)
	s.at(0).drainQueues(100)
	require.Equal(t, "first rest x last", tr.String())
}

func TestATaskThatIsWokenHereRunsNext(t *testing.T) {
	s := stopped(t, 1, Env{DetachOrphans: true})
	var tr trace
	var g gate
	waiter := tr.job("waiter", g.waitFor)
	s.Spawn(&waiter.Task)
	s.at(0).drainQueues(100)
	s.Spawn(&tr.job("waker", func(cx *future.Context) bool {
		g.isOpen.Store(true)
		cx.Wake(g.slot.Take())
		return true
	}).Task)
	s.Spawn(&tr.job("x", nil).Task)
	s.at(0).drainQueues(100)
	require.Equal(t, "waiter waker waiter x", tr.String())
}

// endless are workloads that never let the deque, or the worker, run dry.
func endless(tr *trace) map[string][]*job {
	yielder := func() *job {
		return tr.job("e", func(cx *future.Context) bool { cx.Again(); return false })
	}
	var many []*job
	for range 300 {
		many = append(many, yielder())
	}
	// Two tasks that wake each other, as a channel's two ends do.
	var p, q *job
	p = tr.job("e", func(cx *future.Context) bool { cx.Wake(q.Waker()); return false })
	q = tr.job("e", func(cx *future.Context) bool { cx.Wake(p.Waker()); return false })
	return map[string][]*job{
		"one yielder":       {yielder()},
		"many yielders":     many,
		"chain of spawns":   {tr.chain("e", nil)},
		"chains of spawns":  {tr.chain("e", nil), tr.chain("e", nil), tr.chain("e", nil)},
		"tasks that wake":   {p, q},
		"wake and yield":    {p, q, yielder()},
		"chain and yielder": {tr.chain("e", nil), yielder()},
	}
}

// TestTheInjectorIsServedBesideEndlessWork of all kinds, within two looks.
//
// tokio: src/runtime/scheduler/multi_thread/worker.rs next_task: the shared queue is looked at though local work never ends
// covers: F10
func TestTheInjectorIsServedBesideEndlessWork(t *testing.T) {
	for name := range endless(&trace{}) {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 1, Env{DetachOrphans: true})
			var tr trace
			w := s.at(0)
			for _, j := range endless(&tr)[name] {
				s.Spawn(&j.Task)
			}
			w.drainQueues(1000)
			for range 20 {
				outside := tr.job("outside", nil)
				tr.names = nil
				s.Spawn(&outside.Task)
				for len(tr.names) <= 2*maxTicks {
					require.Equal(t, 1, w.drainQueues(1), "the work has ended")
				}
				require.True(t, outside.IsComplete(), "after %d polls", len(tr.names))
			}
		})
	}
}

// TestYieldersAreNotStarved by tasks that wake each other, nor by an injector that is never empty.
func TestYieldersAreNotStarved(t *testing.T) {
	workloads := endless(&trace{})
	workloads["injector"] = nil
	for name := range workloads {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 1, Env{DetachOrphans: true})
			var tr trace
			w := s.at(0)
			for _, j := range endless(&tr)[name] {
				s.Spawn(&j.Task)
			}
			w.drainQueues(100)
			y := tr.job("y", times(100, func(cx *future.Context) { cx.Again() }))
			s.Spawn(&y.Task)
			tr.names = nil
			for !y.IsComplete() && len(tr.names) < 100*1000 {
				if name == "injector" {
					for s.injector.len() < 300 {
						s.Spawn(&tr.job("a", nil).Task)
					}
				}
				require.Equal(t, 1, w.drainQueues(1), "the work has ended")
			}
			require.True(t, y.IsComplete(), "%d polls of %d", y.polls, len(tr.names))
		})
	}
}

// TestYieldersDoNotWaitForWhatComesLater: the deque of two chains is never empty, and the next look may be several long polls away.
func TestYieldersDoNotWaitForWhatComesLater(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock, DetachOrphans: true})
	var tr trace
	w := s.at(0)
	for _, name := range []string{"c", "d"} {
		s.Spawn(&tr.chain(name, func(*future.Context) { clock.nanos.Add(20_000) }).Task)
	}
	w.drainQueues(200)
	y := tr.job("y", times(50, func(cx *future.Context) { cx.Again() }))
	s.Spawn(&y.Task)
	w.drainQueues(20)
	tr.names = nil
	for before := y.polls; y.polls < before+30; {
		require.Equal(t, 1, w.drainQueues(1), "the work has ended")
	}
	require.LessOrEqual(t, len(tr.names), 30*3+3, "each time behind one poll of each chain")
}

// TestYieldersDoNotWaitForWhatOtherWorkersHaveTaken out of the injector, beside a queue that is never empty.
func TestYieldersDoNotWaitForWhatOtherWorkersHaveTaken(t *testing.T) {
	s := stopped(t, 2, Env{DetachOrphans: true})
	var tr trace
	w, other := s.at(0), s.at(1)
	for _, j := range endless(&tr)["tasks that wake"] {
		s.Spawn(&j.Task)
	}
	w.drainQueues(100)
	y := tr.job("y", times(2, func(cx *future.Context) { cx.Again() }))
	s.Spawn(&y.Task)
	for w.core.deferred.len() == 0 {
		w.drainQueues(1)
	}
	for range 300 {
		s.Spawn(&tr.job("a", nil).Task)
	}
	for w.core.deferred.ahead <= 0 {
		w.drainQueues(1)
	}
	for s.injector.len() > 0 {
		require.Equal(t, 1, other.drainQueues(1))
	}
	tr.names = nil
	for !y.IsComplete() && len(tr.names) < 100*maxTicks {
		require.Equal(t, 1, w.drainQueues(1), "the work has ended")
	}
	require.True(t, y.IsComplete(), "after %d polls", len(tr.names))
}

// TestDriversArePolledThoughTheQueueIsNeverEmpty: at least every 61 polls, and every 8th time that deferred tasks go round.
//
// tokio: T5 tests/rt_common.rs io_driver_called_when_under_load: drivers are polled every 61 polls at the latest
// tokio: L11 src/runtime/tests/loom_multi_thread/yield_now.rs yield_calls_park_before_scheduling_again (ours: every 8th round): and among yielders
// covers: F11
func TestDriversArePolledThoughTheQueueIsNeverEmpty(t *testing.T) {
	for name := range endless(&trace{}) {
		t.Run(name, func(t *testing.T) {
			driven, turned := 0, newFakeTimers()
			s := stopped(t, 1, Env{
				DetachOrphans: true,
				Driver:        driverFunc(func(*future.Local) int { driven++; return 0 }),
				NewTimers:     func(func()) Timers { return turned },
			})
			turned.at.Store(0)
			var tr trace
			w := s.at(0)
			for _, j := range endless(&tr)[name] {
				s.Spawn(&j.Task)
			}
			w.drainQueues(1000)
			tr.names, driven = nil, 0
			turned.turns.Store(0)
			for len(tr.names) < 100*maxTicks {
				turned.at.Store(0)
				w.core.nextTimer = 0
				require.Equal(t, 1, w.drainQueues(1), "the work has ended")
			}
			polled := len(tr.names)
			require.GreaterOrEqual(t, driven, polled/(maxTicks+maxRow)-1)
			require.GreaterOrEqual(t, int(turned.turns.Load()), polled/(maxTicks+maxRow)-1)
			if name == "one yielder" {
				require.GreaterOrEqual(t, driven, polled/flushesPerLook, "each poll was a round")
				require.LessOrEqual(t, driven, polled/flushesPerLook+polled/maxTicks+2, "but not at each round")
			}
		})
	}
}

// TestWhatADriverWakesRunsBehindWhatIsReady: sockets do not overtake.
func TestWhatADriverWakesRunsBehindWhatIsReady(t *testing.T) {
	var g gate
	s := stopped(t, 1, Env{Driver: driverFunc(func(l *future.Local) int {
		if k := g.slot.Take(); !k.IsZero() && l.Ready(k) {
			g.isOpen.Store(true)
			return 1
		}
		return 0
	})})
	var tr trace
	w := s.at(0)
	s.Spawn(&tr.job("socket", g.waitFor).Task)
	require.Equal(t, 1, w.drainQueues(1), "the work has ended")
	for range 2 {
		s.Spawn(&tr.job("a", nil).Task)
	}
	w.drainQueues(1) // takes both from the injector
	w.lookIn(0)
	w.drainQueues(100)
	require.Equal(t, "socket a a socket", tr.String())
}

// TestLooksComeMoreOftenAmongLongPolls, so that a task from outside waits for tens of microseconds and not for 61 polls.
//
// tokio: T46 tests/rt_threaded.rs test_tuning: long polls make the looks at the shared queue come more often, short ones less
func TestLooksComeMoreOftenAmongLongPolls(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock, DetachOrphans: true})
	var tr trace
	w := s.at(0)
	pollTime := int64(10_000)
	for range 3 {
		s.Spawn(&tr.job("e", func(cx *future.Context) bool {
			clock.nanos.Add(pollTime)
			cx.Again()
			return false
		}).Task)
	}
	w.drainQueues(200)
	for range 10 {
		var begun int64
		outside := tr.job("outside", func(*future.Context) bool { begun = clock.Nanos(); return true })
		before := clock.Nanos()
		s.Spawn(&outside.Task)
		w.drainQueues(30)
		require.True(t, outside.IsComplete())
		require.LessOrEqual(t, begun-before, int64(2*lookEvery))
	}
	require.LessOrEqual(t, w.interval.Load(), uint32(lookEvery/10_000+1))
	pollTime = 10
	w.drainQueues(1000)
	require.EqualValues(t, maxTicks, w.interval.Load(), "short polls bring the long interval back")
	pollTime = 1_000_000
	w.drainQueues(2 * maxTicks)
	require.EqualValues(t, 1, w.interval.Load())
}

// TestAnOrdinaryGoroutineRunsBesideABusyWorker: the worker gives its processor back every 500 us.
func TestAnOrdinaryGoroutineRunsBesideABusyWorker(t *testing.T) {
	procs(t, 1)
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock, DetachOrphans: true})
	w := s.at(0)
	var tr trace
	s.Spawn(&tr.job("e", func(cx *future.Context) bool {
		clock.nanos.Add(5_000)
		cx.Again()
		return false
	}).Task)
	require.Equal(t, 1, w.drainQueues(1), "the work has ended")
	for range 20 {
		ran := make(chan struct{})
		go close(ran) // ends at once
		begun := clock.Nanos()
		for !isClosed(ran) && clock.Nanos()-begun < 4*giveBackEvery {
			require.Equal(t, 1, w.drainQueues(1), "the work has ended")
		}
		require.True(t, isClosed(ran), "a busy worker must let others run")
		// Go's scheduler may choose the worker once more, every 61st time.
		require.LessOrEqual(t, clock.Nanos()-begun, int64(2*(giveBackEvery+2*lookEvery)))
	}
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
