package runtime_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// The rules of a scheduler that are easy to get wrong, as far as they can be seen from outside. With one worker the order of
// polls is determined, so that these tests compare whole orders.

// trace collects the order in which polls happen, on one worker.
type trace []string

// step returns a future of n polls that notes each, and lets others run after each but the last.
func (tr *trace) step(name string, n int, again func(cx *future.Context)) future.Future[none] {
	return future.Func(func(cx *future.Context) (none, bool, error) {
		*tr = append(*tr, name)
		if n--; n == 0 {
			return none{}, true, nil
		}
		again(cx)
		return none{}, false, nil
	})
}

// collect runs the futures that make returns as the children of a task on one worker, and returns the order of their polls.
func collect(t *testing.T, build func(tr *trace) []future.Future[none]) []string {
	t.Helper()
	rt := open(t, runtime.Config{Workers: 1})
	var tr trace
	must(t, rt, func(cx *future.Context) {
		var handles []*runtime.JoinHandle[none]
		for _, f := range build(&tr) {
			handles = append(handles, runtime.Spawn(cx, f))
		}
		for _, h := range handles {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
	})
	return tr
}

func TestAWakeDuringThePollCausesOneMorePollBehindTheOthers(t *testing.T) {
	for name, again := range map[string]func(cx *future.Context){
		"Waker": func(cx *future.Context) {
			for range 5 {
				cx.Waker().Wake()
			}
		},
		"Context.Wake": func(cx *future.Context) {
			for range 5 {
				cx.Wake(cx.Waker())
			}
		},
		"Context.Again": func(cx *future.Context) { cx.Again(); cx.Again() },
		"all of them":   func(cx *future.Context) { cx.Again(); cx.Waker().Wake(); cx.Wake(cx.Waker()) },
	} {
		order := collect(t, func(tr *trace) []future.Future[none] {
			self := tr.step("woken", 2, again)
			return []future.Future[none]{
				tr.step("a", 1, nil), tr.step("b", 1, nil), self, // the last one spawned is polled first, from the LIFO slot
			}
		})
		require.Equal(t, []string{"woken", "a", "b", "woken"}, order, name)
	}
}

func TestAWakeDuringThePollCausesExactlyOneMorePoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		p := newProbe()
		p.onPoll = func(cx *future.Context) (int, bool, error) {
			if p.polls.Load() == 1 {
				cx.Waker().Wake()
			}
			return 0, false, nil
		}
		runtime.Spawn(cx, p)
		for range 10 {
			require.NoError(t, future.Yield(cx))
		}
		require.EqualValues(t, 2, p.polls.Load())
	})
}

func TestAWakeFromAnotherGoroutineDuringThePollIsNotLost(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 500 {
		wakers := make(chan waker.Waker)
		woken := make(chan none)
		p := newProbe()
		p.onPoll = func(cx *future.Context) (int, bool, error) {
			if p.polls.Load() > 1 {
				return 7, true, nil
			}
			wakers <- cx.Waker()
			<-woken
			return 0, false, nil
		}
		h := runtime.Spawn(rt, p)
		w := receive(t, wakers)
		w.Wake()
		w.Wake()
		close(woken)
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.EqualValues(t, 2, p.polls.Load())
	}
}

func TestManyWakesOfAnIdleTaskCauseOnePoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var w waker.Waker
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) { w = cx.Waker(); return 0, false, nil }
	runtime.Spawn(rt, p)
	receive(t, p.polled)
	blocked, release := make(chan none), make(chan none)
	runtime.Spawn(rt, future.Func(func(cx *future.Context) (none, bool, error) {
		close(blocked) // holds the only worker while the wakes come
		<-release
		for range 100 {
			cx.Wake(w)
		}
		return none{}, true, nil
	}))
	receive(t, blocked)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { // ends after its wakes
			for range 100 {
				w.Wake()
			}
		})
	}
	wg.Wait()
	close(release)
	must(t, rt, func(cx *future.Context) {
		for range 5 {
			require.NoError(t, future.Yield(cx))
		}
	})
	require.EqualValues(t, 2, p.polls.Load())
}

func TestNoWakeFromManyGoroutinesIsLost(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	const goroutines, rounds = 64, 50
	var wg sync.WaitGroup
	var handles []*runtime.JoinHandle[int]
	for range goroutines {
		ping := make(chan *gate, 1)
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (int, error) {
			n := 0
			for range rounds {
				g := new(gate)
				ping <- g // has room: the goroutine has taken the one before, and opened it
				if err := g.pass(cx); err != nil {
					return n, err
				}
				n++
			}
			close(ping)
			return n, nil
		}))
		wg.Go(func() { // ends when the task closes ping
			for g := range ping {
				g.open()
			}
		})
	}
	for _, h := range handles {
		n, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, rounds, n)
	}
	wg.Wait()
}

func TestAbortsFromManyGoroutinesTouchTheFutureOnTheWorkerOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 200 {
		p := newProbe()
		p.onPoll = func(cx *future.Context) (int, bool, error) {
			cx.Again() // polled again and again, until dropped
			return 0, false, nil
		}
		h := runtime.Spawn(rt, p)
		receive(t, p.polled)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(h.Abort)
		}
		_, err := result(t, h)
		requireCancelled(t, err)
		wg.Wait()
		p.requireDroppedOnce(t)
	}
}

func TestAnAbortThatRacesWithCompletionHasOneOutcome(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	outcomes := map[runtime.Outcome]int{}
	for i := range 1000 {
		p := newProbe()
		var g gate
		p.onPoll = func(cx *future.Context) (int, bool, error) {
			_, ready, _ := g.Poll(cx)
			return 7, ready, nil
		}
		h := runtime.Spawn(rt, p)
		receive(t, p.polled)
		var wg sync.WaitGroup
		if i%2 == 0 {
			wg.Go(h.Abort)
			g.open()
		} else {
			wg.Go(g.open)
			h.Drop(nil)
		}
		v, err := result(t, h)
		outcomes[h.Outcome()]++
		if err == nil {
			require.Equal(t, 7, v)
			require.EqualValues(t, 0, p.drops.Load())
			require.EqualValues(t, 1, p.readies.Load())
		} else {
			requireCancelled(t, err)
			p.requireDroppedOnce(t)
		}
		wg.Wait()
	}
	require.Len(t, outcomes, 2, "both must be reachable")
}

func TestTheFutureIsDroppedBeforeTheTasksEndCanBeSeen(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	dropping, release := make(chan none), make(chan none)
	p := newProbe()
	p.onDrop = func(*future.Context) { close(dropping); <-release }
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h.Abort()
	receive(t, dropping)
	require.False(t, h.IsFinished())
	require.Equal(t, runtime.Running, h.Outcome())
	close(release)
	_, err := result(t, h)
	requireCancelled(t, err)
}

func TestTheJoinersWakeIsNeverLost(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		for range 3000 { // the other worker steals some of the children and completes them while they are being joined
			a, b := runtime.SpawnValue(cx, &counter{}), runtime.SpawnValue(cx, &counter{n: 1})
			_, err := a.Await(cx)
			require.NoError(t, err)
			_, err = b.Await(cx)
			require.NoError(t, err)
		}
	})
}

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
	rt := open(t, runtime.Config{Workers: 1})
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
				time.Sleep(time.Millisecond)
				ticks <- none{}
			}
			close(ticks)
		}()
		for range 20 {
			receive(t, ticks)
		}
	})
}
