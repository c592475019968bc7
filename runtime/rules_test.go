package runtime_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
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

// tokio: src/runtime/tests/task.rs schedule: a task that wakes itself is queued behind the others
// tokio: tests/rt_common.rs yield_once: and is polled again
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

// tokio: L13 src/runtime/tests/loom_current_thread.rs assert_no_unnecessary_polls: one wake is one poll more, and no other
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

// tokio: L8 src/runtime/tests/loom_multi_thread.rs pool_multi_notify: wakes from outside while the task is polled are one poll more
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

// tokio: L12 src/runtime/tests/loom_current_thread.rs block_on_num_polls: many wakes from many threads are one poll
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

// tokio: tests/rt_common.rs spawn_from_other_thread_idle: a wake from another thread reaches workers that sleep
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

// tokio: L14 src/runtime/tests/loom_current_thread.rs drop_jh_during_schedule: the handle is given up while its task completes
// tokio: src/runtime/tests/task.rs shutdown: a task is cancelled or ends, never both
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

// tokio: src/runtime/task/join.rs abort: the destructor has finished before the end can be observed
// covers: F44 S29 S54 S55 S56 S57 S64
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

// tokio: L7 src/runtime/tests/loom_multi_thread.rs join_output: a handle is awaited while another worker completes its task
// tokio: tests/rt_common.rs spawn_many_from_task: a task spawns many and joins them
// covers: F39
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
