package runtime_test

import (
	"bytes"
	"fmt"
	goruntime "runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// What the article "How to use tokio spawn" claims and tokio does: one test for each numbered claim (S) that can be observed.

// inBubble runs body on a runtime whose time costs nothing, and returns how long it took by that time.
func inBubble(t *testing.T, body func(cx *future.Context) error) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		start := time.Now()
		_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) { return none{}, body(cx) }))
		took = time.Since(start)
		require.NoError(t, err)
		require.NoError(t, rt.Close())
	})
	return took
}

// slack is what a timer's tick adds to a duration in a bubble.
const slack = 100 * time.Microsecond

func request(d time.Duration) func(cx *future.Context) (string, error) {
	return func(cx *future.Context) (string, error) { return "response", timer.Sleep(cx, d) }
}

// tokio: tests/rt_common.rs spawn_one_bg: a task makes progress in the background
// covers: F36 S1
func TestS01AHandleIsAFutureOfItsTasksResult(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		steps := 0
		h := runtime.Go(cx, func(cx *future.Context) (int, error) {
			for range 3 {
				steps++
				if err := future.Yield(cx); err != nil {
					return 0, err
				}
			}
			return steps, nil
		})
		require.NoError(t, future.Yield(cx))
		require.Positive(t, steps, "it makes progress while the spawner does other things")
		var f future.Future[int] = h
		v, err := future.Await(cx, f)
		require.NoError(t, err)
		require.Equal(t, 3, v)
	})
}

// covers: S2
func TestS02SequentialRequestsTakeTheSumOfTheirDelays(t *testing.T) {
	took := inBubble(t, func(cx *future.Context) error {
		for _, d := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
			if _, err := runtime.Go(cx, request(d)).Await(cx); err != nil {
				return err
			}
		}
		return nil
	})
	require.InDelta(t, 6*time.Second, took, float64(3*slack))
}

// covers: S3
func TestS03ConcurrentRequestsTakeTheLongestDelay(t *testing.T) {
	took := inBubble(t, func(cx *future.Context) error {
		var handles []*runtime.JoinHandle[string]
		for _, d := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
			handles = append(handles, runtime.Go(cx, request(d)))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return err
			}
		}
		return nil
	})
	require.InDelta(t, 3*time.Second, took, float64(slack))
}

// covers: S4
func TestS04TheNumberOfWorkersIsFixed(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 3})
	for range 200 {
		runtime.Spawn(rt, forever)
	}
	require.Equal(t, 3, rt.Metrics().Workers)
	require.Equal(t, 3, pollingWorkers(t, rt, 3))
	require.Equal(t, goruntime.GOMAXPROCS(0), open(t, runtime.Config{}).Metrics().Workers)
}

// covers: S5
func TestS05AWorkerTakesTheNextTaskWhenOneWaits(t *testing.T) {
	order := collect(t, func(tr *trace) []future.Future[none] {
		var g gate
		return []future.Future[none]{
			future.Func(func(*future.Context) (none, bool, error) {
				*tr = append(*tr, "next")
				g.open()
				return none{}, true, nil
			}),
			future.Async(func(cx *future.Context) (none, error) {
				*tr = append(*tr, "waits")
				err := g.pass(cx)
				*tr = append(*tr, "goes on")
				return none{}, err
			}),
		}
	})
	require.Equal(t, []string{"waits", "next", "goes on"}, order)
}

// covers: S6
func TestS06SpawnReturnsBeforeTheFirstPoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		for _, on := range []runtime.Spawner{cx, rt} {
			p := newProbe()
			runtime.Spawn(on, p)
			require.EqualValues(t, 0, p.polls.Load())
			require.NoError(t, future.Yield(cx))
			require.NoError(t, future.Yield(cx))
			require.EqualValues(t, 1, p.polls.Load())
		}
	})
}

// covers: S7
func TestS07AHundredThousandTasksAreNoGoroutinesAndNoThreads(t *testing.T) {
	const tasks = 100_000
	sleep := newSleepWatch(2)
	rt := open(t, runtime.Config{Workers: 2, Hooks: sleep.hooks()})
	handles := make([]*runtime.JoinHandle[int], tasks)
	must(t, rt, func(*future.Context) {})
	goroutines, threads := goruntime.NumGoroutine(), pprof.Lookup("threadcreate").Count()
	for i := range handles {
		handles[i] = runtime.SpawnValue(rt, &unready{})
	}
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.LessOrEqual(t, goruntime.NumGoroutine(), goroutines+2) // coroutines of the test's own bodies
	require.LessOrEqual(t, pprof.Lookup("threadcreate").Count(), threads+4)
	sleep.wait(t)
	require.EqualValues(t, tasks, rt.Metrics().Alive)
}

// covers: S9
func TestS09AtMostAsManyPollsAsWorkersAtATime(t *testing.T) {
	const workers = 3
	rt := open(t, runtime.Config{Workers: workers})
	var now, most atomic.Int32
	var handles []*runtime.JoinHandle[none]
	for range 50 {
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
			for range 20 {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				goruntime.Gosched()
				now.Add(-1)
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		}))
	}
	for _, h := range handles {
		_, err := result(t, h)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, most.Load(), int32(workers))
}

// covers: S10
func TestS10ATaskIsNeverPolledByTwoWorkersAtOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 4})
	var stop atomic.Bool
	wakers := make(chan waker.Waker, 1)
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		if p.polls.Load() == 1 {
			wakers <- cx.Waker()
		}
		goruntime.Gosched()
		return 0, stop.Load(), nil
	}
	h := runtime.Spawn(rt, p)
	w := receive(t, wakers)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends with the task
			for !h.IsFinished() {
				w.Wake()
				goruntime.Gosched() // or the worker waits for the end of this goroutine's time slice
			}
		})
	}
	for p.polls.Load() < 500 {
		goruntime.Gosched()
	}
	stop.Store(true)
	wg.Wait()
	require.False(t, p.overlap.Load())
}

// covers: S11
func TestS11WaitingTasksHoldNoWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		gates := make([]gate, 500)
		var handles []*runtime.JoinHandle[none]
		for i := range gates {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, gates[i].pass(cx) }))
		}
		require.NoError(t, future.Yield(cx))
		_, err := runtime.Spawn(cx, &counter{n: 3}).Await(cx)
		require.NoError(t, err)
		for i, h := range handles {
			require.False(t, h.IsFinished())
			gates[i].open()
		}
		for _, h := range handles {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
	})
}

// covers: S20
func TestS20RunSetsARuntimeUp(t *testing.T) {
	var rt *runtime.Runtime
	require.NoError(t, runtime.Run(func(cx *future.Context) error {
		rt = runtime.Of(cx)
		v, err := runtime.Go(cx, request(time.Millisecond)).Await(cx)
		require.Equal(t, "response", v)
		return err
	}))
	_, err := result(t, runtime.Spawn(rt, forever))
	require.ErrorIs(t, err, runtime.ErrClosed, "and ends it")
}

// covers: S21
func TestS21TheHandleHasTheTypeOfTheBodysResult(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var h *runtime.JoinHandle[map[string]int] = runtime.Go(rt, func(*future.Context) (map[string]int, error) {
		return map[string]int{"a": 1}, nil
	})
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 1}, v)
}

// covers: S24
func TestS24ExampleE1(t *testing.T) {
	var out bytes.Buffer
	took := inBubble(t, func(cx *future.Context) error {
		h := runtime.Go(cx, func(cx *future.Context) (string, error) { return "done", timer.Sleep(cx, 100*time.Millisecond) })
		result, err := h.Await(cx)
		fmt.Fprintln(&out, "Task returned:", result)
		return err
	})
	require.Equal(t, "Task returned: done\n", out.String())
	require.GreaterOrEqual(t, took, 100*time.Millisecond)
	require.LessOrEqual(t, took, 100*time.Millisecond+slack)
}

// covers: S26
func TestS26TheHandleProvesThatTheTaskExists(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Spawn(rt, forever)
	require.NotZero(t, h.ID())
	require.False(t, h.IsFinished())
	h.Abort()
	result(t, h)
	require.True(t, h.IsFinished())
	require.NotZero(t, h.ID())
}

// tokio: tests/rt_common.rs spawn_await_chain: a task awaits one that awaits another
// covers: S30
func TestS30AwaitingSuspendsTheTaskNotTheWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		// Each awaits the next one: with a worker that was blocked this could not end.
		var chain func(depth int) func(cx *future.Context) (int, error)
		chain = func(depth int) func(cx *future.Context) (int, error) {
			return func(cx *future.Context) (int, error) {
				if depth == 0 {
					return 0, nil
				}
				n, err := runtime.Go(cx, chain(depth-1)).Await(cx)
				return n + 1, err
			}
		}
		n, err := runtime.Go(cx, chain(100)).Await(cx)
		require.NoError(t, err)
		require.Equal(t, 100, n)
	})
}

// covers: S35
func TestS35AWorkerPollsTheFuture(t *testing.T) {
	type where struct {
		worker    int
		goroutine uint64
	}
	begun := make(chan where, 1)
	rt := open(t, runtime.Config{Workers: 2, Hooks: runtime.Hooks{OnPollBegin: func(m runtime.TaskMeta) {
		begun <- where{m.Worker, gostack.ID()}
	}}})
	h := runtime.Spawn(rt, future.Func(func(*future.Context) (uint64, bool, error) { return gostack.ID(), true, nil }))
	goroutine, err := result(t, h)
	require.NoError(t, err)
	b := receive(t, begun)
	require.Contains(t, []int{0, 1}, b.worker)
	require.Equal(t, goroutine, b.goroutine)
	require.NotEqual(t, gostack.ID(), goroutine)
}

// tokio: tests/rt_basic.rs no_extra_poll: a task that waits is not polled without a wake
// covers: S36
func TestS36AFutureThatStoresNoWakerIsNotPolledAgain(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	must(t, rt, func(cx *future.Context) {
		for range 200 {
			require.NoError(t, future.Yield(cx))
		}
		require.NoError(t, timer.Sleep(cx, time.Millisecond))
	})
	require.EqualValues(t, 1, p.polls.Load())
	require.False(t, h.IsFinished())
}

// tokio: tests/rt_common.rs sleep_at_root: the root may sleep
// tokio: L5 src/runtime/tests/loom_multi_thread.rs pool_multi_spawn: a wake from outside reaches a worker that goes to sleep
// covers: S38
func TestS38ATimerAndAnyGoroutineCanWakeATask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	_, err := do(t, rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
	require.NoError(t, err)
	var g gate
	h := runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, g.pass(cx) })
	go g.open() // ends at once
	_, err = result(t, h)
	require.NoError(t, err)
}

// covers: S39
func TestS39AWakeQueuesTheTaskAtMostOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	must(t, rt, func(cx *future.Context) {
		var w waker.Waker
		p.onPoll = func(cx *future.Context) (int, bool, error) { w = cx.Waker(); return 0, false, nil }
		runtime.Spawn(cx, p)
		require.NoError(t, future.Yield(cx))
		for range 10 {
			w.Wake()
			cx.Wake(w)
		}
		for range 3 {
			require.NoError(t, future.Yield(cx))
		}
	})
	require.EqualValues(t, 2, p.polls.Load())
}

// covers: S40
func TestS40ATaskContinuesFromWhereItLeftOff(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	v, err := do(t, rt, func(cx *future.Context) ([]int, error) {
		var local []int
		for i := range 5 {
			local = append(local, i)
			if err := timer.Sleep(cx, time.Microsecond); err != nil {
				return nil, err
			}
		}
		return local, nil
	})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 3, 4}, v)
}

// covers: S41
func TestS41PollsRepeatUntilReadyAndThenEnd(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		cx.Again()
		return 7, p.polls.Load() == 5, nil
	}
	v, err := result(t, runtime.Spawn(rt, p))
	require.NoError(t, err)
	require.Equal(t, 7, v)
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.EqualValues(t, 5, p.polls.Load())
}
