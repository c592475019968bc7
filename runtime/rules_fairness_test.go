package runtime_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// The twenty rules, continued: fairness and the budget.

// tokio: tests/rt_threaded.rs lifo_slot_budget: two that wake each other do not keep a third one waiting
func TestTasksThatWakeEachOtherDoNotStarveTheQueue(t *testing.T) {
	const turns = 1000
	rt := open(t, runtime.Config{Workers: 1})
	var wakers [2]waker.Waker
	turn, atTurn := 0, 0
	player := func(i int) future.Future[none] {
		return future.Func(func(cx *future.Context) (none, bool, error) {
			if wakers[i].IsZero() { // the first poll makes it known
				wakers[i] = cx.Waker()
				return none{}, false, nil
			}
			turn++
			cx.Wake(wakers[1-i])
			return none{}, turn >= turns, nil
		})
	}
	must(t, rt, func(cx *future.Context) {
		a, b := runtime.Spawn(cx, player(0)), runtime.Spawn(cx, player(1))
		require.NoError(t, future.Yield(cx))
		third := runtime.Spawn(cx, future.Func(func(*future.Context) (none, bool, error) { atTurn = turn; return none{}, true, nil }))
		cx.Wake(wakers[0]) // in the LIFO slot; the third one is at the head of the queue
		for _, h := range []*runtime.JoinHandle[none]{third, a, b} {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
	})
	require.GreaterOrEqual(t, turn, turns)
	require.LessOrEqual(t, atTurn, 4, "at most 3 tasks are polled from the LIFO slot in a row")
}

func TestTasksFromTheLIFOSlotShareABudget(t *testing.T) {
	rt := open(t, noLongPolls())
	spend := func(cx *future.Context, limit int) (spent int) {
		for spent < limit && cx.HasBudget() {
			cx.Spend()
			spent++
		}
		return spent
	}
	first := true
	var w waker.Waker
	var rest, fresh int
	must(t, rt, func(cx *future.Context) {
		second := runtime.Spawn(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			if first { // leaves its waker to the other one
				first, w = false, cx.Waker()
				return none{}, false, nil
			}
			if rest == 0 {
				rest = spend(cx, 1000)
				return none{}, false, nil // it has no budget left, and asked for another poll
			}
			fresh = spend(cx, 1000)
			return none{}, true, nil
		}))
		require.NoError(t, future.Yield(cx))
		runtime.Spawn(cx, future.Func(func(cx *future.Context) (none, bool, error) { // polled from the LIFO slot
			require.Equal(t, 100, spend(cx, 100))
			cx.Wake(w) // and so is the second one after it
			return none{}, true, nil
		}))
		_, err := second.Await(cx)
		require.NoError(t, err)
	})
	require.Equal(t, future.Budget-100, rest)
	require.Equal(t, future.Budget, fresh)
}

// untilOpen is a task that yields until g is open, or until the test has failed.
func untilOpen(g *atomic.Bool, again func(cx *future.Context)) future.Future[none] {
	deadline := time.Now().Add(patience)
	return future.Func(func(cx *future.Context) (none, bool, error) {
		if g.Load() {
			return none{}, true, nil
		}
		if time.Now().After(deadline) {
			return none{}, true, errPatience
		}
		again(cx)
		return none{}, false, nil
	})
}

// busy keeps the workers of rt busy in all ways in which local work never ends, runs f, and lets the work end.
func busy(t *testing.T, rt *runtime.Runtime, f func()) {
	t.Helper()
	var stop atomic.Bool
	var pair [2]waker.Slot
	each := func(i int) func(cx *future.Context) { // wakes the other one, and yields
		return func(cx *future.Context) { pair[i].Set(cx.Waker()); cx.Wake(pair[1-i].Take()); cx.Again() }
	}
	var handles []*runtime.JoinHandle[none]
	must(t, rt, func(cx *future.Context) {
		on := runtime.Of(cx)
		handles = append(handles,
			runtime.Spawn(on, untilOpen(&stop, (*future.Context).Again)),
			runtime.Spawn(on, untilOpen(&stop, func(cx *future.Context) { cx.Waker().Wake() })),
			runtime.Spawn(on, untilOpen(&stop, each(0))),
			runtime.Spawn(on, untilOpen(&stop, each(1))))
	})
	f()
	stop.Store(true)
	for _, h := range handles {
		_, err := result(t, h)
		require.NoError(t, err)
	}
}

// tokio: T8 tests/rt_common.rs complete_task_under_load: a task ends although others wake themselves for ever
// tokio: T8 tests/rt_common.rs complete_block_on_under_load: so does the one that somebody blocks on
// tokio: L8 src/runtime/tests/loom_multi_thread.rs complete_block_on_under_load: woken from a foreign thread
// tokio: tests/rt_common.rs spawn_from_other_thread_under_load: what another thread spawns is polled
func TestEndlessLocalWorkStarvesNeitherTheInjectorNorTimers(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	busy(t, rt, func() {
		sleeper := runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
		_, err := result(t, sleeper)
		require.NoError(t, err)
		var g gate
		woken := runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, g.pass(cx) })
		g.open() // from outside
		_, err = result(t, woken)
		require.NoError(t, err)
	})
}

func TestEndlessWakesOfTwoTasksStarveNeitherTheInjectorNorTimersNorYielders(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var stop atomic.Bool
	var pair [2]waker.Waker
	var handles []*runtime.JoinHandle[none]
	start := runtime.Go(rt, func(cx *future.Context) (none, error) { // both are in queues at the same time, and never yield
		for i := range pair {
			handles = append(handles, runtime.Spawn(runtime.Of(cx), untilOpen(&stop, func(cx *future.Context) {
				pair[i] = cx.Waker()
				cx.Wake(pair[1-i])
			})))
		}
		return none{}, nil
	})
	_, err := result(t, start)
	require.NoError(t, err)
	sleeper := runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
	_, err = result(t, sleeper)
	require.NoError(t, err)
	yielder := runtime.Go(rt, func(cx *future.Context) (none, error) {
		return none{}, errors.Join(future.Yield(cx), future.Yield(cx), future.Yield(cx))
	})
	_, err = result(t, yielder)
	require.NoError(t, err)
	stop.Store(true)
	for i := range pair {
		for !handles[i].IsFinished() { // one of them has ended without waking the other
			must(t, rt, func(cx *future.Context) { cx.Wake(pair[i]) })
		}
		_, err := result(t, handles[i])
		require.NoError(t, err)
	}
}

// tokio: src/task/yield_now.rs yield_now: the tasks that are ready run first
// covers: F79
func TestAYielderRunsAfterAllTasksThatWereReady(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var order trace
	must(t, rt, func(cx *future.Context) {
		for _, name := range []string{"a", "b", "c"} {
			runtime.Spawn(cx, order.step(name, 2, (*future.Context).Again))
		}
		for range 3 {
			require.NoError(t, future.Yield(cx))
			order = append(order, "yielder")
		}
	})
	// The root's Yield comes first in the deferred tasks, before those of a, b and c.
	require.Equal(t, trace{"c", "a", "b", "yielder", "c", "a", "b", "yielder", "yielder"}, order)
}

func TestAYielderRunsAfterWhatWaitsInTheInjector(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		const tasks = 5
		ran := 0
		for range tasks {
			runtime.Spawn(rt, future.Func(func(*future.Context) (none, bool, error) { ran++; return none{}, true, nil }))
		}
		require.NoError(t, future.Yield(cx))
		require.Equal(t, tasks, ran)
	})
}

// tokio: src/runtime/scheduler/defer.rs defer: drivers are polled before yielders go on for ever
func TestAYielderLetsTimersFire(t *testing.T) {
	clock := timer.NewPausedClock(time.Unix(0, 0))
	rt := open(t, runtime.Config{Workers: 1, Clock: clock})
	must(t, rt, func(cx *future.Context) {
		h := runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Second) })
		require.NoError(t, future.Yield(cx))
		clock.Advance(time.Second)
		for yields := 0; !h.IsFinished(); yields++ {
			require.Less(t, yields, 100)
			require.NoError(t, future.Yield(cx))
		}
	})
}

func TestABudgetUnitIsSpentOnlyWhenAnOperationIsReady(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		unready := runtime.Spawn(cx, forever)
		done := runtime.Spawn(cx, &counter{})
		require.NoError(t, future.Yield(cx))
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			for range 10 * future.Budget {
				_, ready, _ := unready.Poll(cx)
				require.False(t, ready)
			}
			for range future.Budget {
				require.True(t, cx.HasBudget())
				_, ready, _ := done.Poll(cx)
				require.True(t, ready)
			}
			require.False(t, cx.HasBudget())
			_, ready, _ := done.Poll(cx)
			require.False(t, ready, "an operation that could complete waits for the next turn")
			return none{}, true, nil
		}))
		require.NoError(t, err)
	})
}

func TestATaskWhoseOperationsAreAlwaysReadyLetsOthersRun(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var others atomic.Int32
		runtime.Go(cx, func(cx *future.Context) (none, error) { others.Add(1); return none{}, nil })
		h := runtime.Spawn(cx, &counter{})
		n := 0
		for others.Load() == 0 {
			h.Await(cx) // at first the result, then ErrConsumed: ready each time
			n++
			require.LessOrEqual(t, n, 2*future.Budget)
		}
	})
}

// covers: F86
func TestATimeoutFiresAlthoughItsFutureUsesUpTheBudget(t *testing.T) {
	rt, clock := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		greedy := future.Func(func(cx *future.Context) (none, bool, error) {
			for cx.HasBudget() {
				cx.Spend()
			}
			clock.Advance(time.Second)
			return none{}, false, nil
		})
		_, err := future.Await(cx, timer.Timeout(10*time.Second, greedy))
		require.ErrorIs(t, err, timer.ErrElapsed)
	})
}

func TestABusyRuntimeLetsOrdinaryGoroutinesRun(t *testing.T) {
	rt := open(t, runtime.Config{})
	busy(t, rt, func() {
		ticks := make(chan none)
		go func() { // ends after its ticks
			for range 20 {
				<-time.After(time.Millisecond)
				ticks <- none{}
			}
			close(ticks)
		}()
		for range 20 {
			receive(t, ticks)
		}
	})
}
