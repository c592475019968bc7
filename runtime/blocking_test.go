package runtime_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: tests/task_blocking.rs basic_blocking: a task waits for a blocking function, beside others
// tokio: tests/rt_threaded.rs blocking: which keeps no worker
// covers: F87
func TestBlockingFunctionsRunBesideTheWorkers(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		release := make(chan none)
		blocked := runtime.SpawnBlocking(cx, func(context.Context) (int, error) { <-release; return 7, errOwn })
		quick, err := runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, future.Yield(cx) }).Await(cx)
		require.NoError(t, err)
		require.Equal(t, 1, quick)
		close(release)
		v, err := blocked.Await(cx)
		require.Equal(t, errOwn, err)
		require.Equal(t, 7, v)
	})
}

// tokio: T45 tests/rt_threaded.rs max_blocking_threads: no more run at the same time than the limit says
// tokio: tests/rt_spawn_blocking.rs issue_8056_regression_test: at the limit the next function is run all the same
// tokio: tests/rt_unstable_metrics.rs blocking_queue_depth: what waits is counted
// tokio: tests/rt_unstable_metrics.rs num_blocking_threads: so are the goroutines
// covers: F5
// covers: F204
func TestBlockingWorkBeyondTheLimitWaitsInOrder(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, MaxBlocking: 2})
	release := make(chan none)
	started := make(chan int, 8)
	var handles []*runtime.JoinHandle[int]
	for i := range 6 {
		handles = append(handles, runtime.SpawnBlocking(rt, func(context.Context) (int, error) {
			started <- i
			<-release
			return i, nil
		}))
	}
	first := map[int]bool{receive(t, started): true, receive(t, started): true}
	require.Equal(t, map[int]bool{0: true, 1: true}, first)
	m := rt.Metrics()
	require.Equal(t, []int{2, 4}, []int{m.BlockingGoroutines, m.BlockingQueue})
	for i := 2; i < 6; i++ {
		release <- none{}
		require.Equal(t, i, receive(t, started), "first come, first served")
	}
	close(release)
	for i, h := range handles {
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	require.Zero(t, rt.Metrics().BlockingQueue)
}

// tokio: tests/rt_unstable_metrics.rs num_blocking_threads: one is counted while its function runs, and none is kept
// covers: F6
func TestABlockingGoroutineEndsWithTheLastJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 1, IO: runtime.IOOff, MaxBlocking: 1})
		require.NoError(t, err)
		release := make(chan struct{})
		count := func(context.Context) (int, error) {
			<-release
			return rt.Metrics().BlockingGoroutines, nil
		}
		first, second := runtime.SpawnBlocking(rt, count), runtime.SpawnBlocking(rt, count)
		synctest.Wait()
		require.Equal(t, 1, rt.Metrics().BlockingQueue)
		close(release)
		for _, h := range []*runtime.JoinHandle[int]{first, second} {
			n, err := h.Wait(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
		synctest.Wait()
		m := rt.Metrics()
		require.Equal(t, []int{0, 0}, []int{m.BlockingGoroutines, m.BlockingQueue})
		require.NoError(t, rt.Close())
	})
}

// Functions of one burst wait for each other: none waits for a goroutine that another one blocks.
func TestBlockingFunctionsThatWaitForEachOtherAllBegin(t *testing.T) {
	const calls = 100
	rt := open(t, runtime.Config{Workers: 1})
	var begun sy.Int64
	all := make(chan none)
	must(t, rt, func(cx *future.Context) {
		var set runtime.JoinSet[none]
		for range calls {
			set.SpawnBlocking(cx, func(ctx context.Context) (none, error) {
				if begun.Add(1) == calls {
					close(all)
				}
				select {
				case <-all:
					return none{}, nil
				case <-ctx.Done():
					return none{}, context.Cause(ctx)
				}
			})
		}
		_, err := set.JoinAll(cx)
		require.NoError(t, err)
	})
}

// covers: F42
func TestABlockingFunctionThatIsAbortedBeforeItsStartNeverRuns(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, MaxBlocking: 1})
	running, release := make(chan none), make(chan none)
	first := runtime.SpawnBlocking(rt, func(context.Context) (int, error) {
		close(running)
		<-release
		return 1, nil
	})
	receive(t, running)
	ran := false
	second := runtime.SpawnBlocking(rt, func(context.Context) (int, error) { ran = true; return 2, nil })
	second.Abort()
	close(release)
	v, err := result(t, first)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	_, err = result(t, second)
	requireCancelled(t, err)
	require.False(t, ran)
}

func TestAbortTellsARunningBlockingFunctionThroughItsContextOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	running := make(chan none)
	h := runtime.SpawnBlocking(rt, func(ctx context.Context) (error, error) {
		close(running)
		<-ctx.Done()
		return context.Cause(ctx), nil
	})
	receive(t, running)
	h.Abort()
	cause, err := result(t, h)
	require.NoError(t, err, "the task ends with the function's result")
	require.ErrorIs(t, cause, runtime.ErrCancelled)
	require.Equal(t, runtime.Returned, h.Outcome())
}

func TestABlockingChildIsAbortedWithItsOwner(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	causes := make(chan error, 1)
	must(t, rt, func(cx *future.Context) {
		running := make(chan none)
		runtime.SpawnBlocking(cx, func(ctx context.Context) (none, error) {
			close(running)
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return none{}, nil
		})
		<-running // the worker has nothing else to do
	})
	require.ErrorIs(t, receive(t, causes), runtime.ErrCancelled)
}

func TestAPanicOfABlockingFunctionEndsItsTaskOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, MaxBlocking: 1})
	for range 3 {
		h := runtime.SpawnBlocking(rt, func(context.Context) (int, error) { panic("boom") })
		_, err := result(t, h)
		requirePanic(t, err, "boom")
		require.Equal(t, runtime.Panicked, h.Outcome())
	}
	v, err := result(t, runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return 7, nil }))
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// tokio: L15 src/runtime/tests/loom_blocking.rs spawn_blocking_at_thread_cap_runs: what waits at the limit is not stranded
func TestGoexitInABlockingFunctionDoesNotStrandWhatWaits(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, MaxBlocking: 1})
	var handles []*runtime.JoinHandle[int]
	for i := range 10 {
		handles = append(handles, runtime.SpawnBlocking(rt, func(context.Context) (int, error) {
			if i%2 == 0 {
				t.SkipNow() // calls Goexit
			}
			return i, nil
		}))
	}
	for i, h := range handles {
		v, err := result(t, h)
		if i%2 == 0 {
			requirePanic(t, err, runtime.ErrGoexit)
		} else {
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
	}
	require.LessOrEqual(t, rt.Metrics().BlockingGoroutines, 1)
}

// tokio: L15 src/runtime/tests/loom_blocking.rs blocking_shutdown: functions that have not begun are cancelled, the others awaited
// covers: F30
func TestCloseInterruptsBlockingFunctionsAndAbandonsThoseThatWait(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, MaxBlocking: 1})
	require.NoError(t, err)
	running := make(chan none)
	first := runtime.SpawnBlocking(rt, func(ctx context.Context) (int, error) {
		close(running)
		<-ctx.Done()
		return 7, context.Cause(ctx)
	})
	second := runtime.SpawnBlocking(rt, func(context.Context) (int, error) { panic("runs") })
	receive(t, running)
	require.NoError(t, rt.Close())
	require.True(t, first.IsFinished())
	require.True(t, second.IsFinished())
	v, err := result(t, first)
	require.Equal(t, 7, v)
	require.ErrorIs(t, err, runtime.ErrCancelled)
	require.Equal(t, runtime.Returned, first.Outcome())
	_, err = result(t, second)
	requireCancelled(t, err)
	require.ErrorIs(t, err, runtime.ErrClosed)
}

func TestFuturesReachTheBlockingPoolThroughTheirCx(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, MaxBlocking: 1})
	require.NoError(t, err)
	var pool future.Blocking
	must(t, rt, func(cx *future.Context) { pool = cx.Local().Blocking })
	ran, abandoned := make(chan none), make(chan none)
	release := make(chan none)
	require.NoError(t, pool.Submit(func() { close(ran); <-release }, func() { panic("abandoned") }))
	require.NoError(t, pool.Submit(func() { panic("runs") }, func() { close(abandoned) }))
	receive(t, ran)
	closed := make(chan error, 1)
	go func() { closed <- rt.Close() }() // ends after release
	receive(t, abandoned)
	require.ErrorIs(t, pool.Submit(func() {}, func() {}), runtime.ErrClosed)
	close(release)
	require.NoError(t, receive(t, closed))
}

// tokio: T41 tests/rt_threaded.rs wake_deferred_tasks_before_block_in_place: tasks that have yielded go on while the call blocks
// tokio: tests/rt_threaded.rs test_block_in_place1: a task that blocks in place keeps nobody waiting
// tokio: tests/rt_threaded.rs test_block_in_place2: even if it waits for a task that is spawned meanwhile
// tokio: T71 tests/task_blocking.rs yes_block_in_threaded_block_on: it is allowed in the task that somebody blocks on
// tokio: T71 tests/task_blocking.rs no_block_in_current_thread_scheduler (ours: allowed): also with one worker
// tokio: T71 tests/task_blocking.rs no_block_in_current_thread_block_on (ours: allowed): in its root task too
// covers: F89
func TestBlockInPlaceLetsEverythingElseGoOn(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		queued := runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, nil })
		var later, tick, yields *runtime.JoinHandle[int]
		tick = runtime.Go(cx, func(cx *future.Context) (int, error) { return 2, timer.Sleep(cx, 5*time.Millisecond) })
		require.NoError(t, future.Yield(cx)) // tick's timer is armed
		yields = runtime.Spawn(cx, &counter{n: 1000})
		v, err := runtime.BlockInPlace(cx, func() (int, error) {
			later = runtime.Go(rt, func(*future.Context) (int, error) { return 4, nil })
			for _, h := range []interface{ IsFinished() bool }{queued, tick, yields, later} {
				waitFor(t, h)
			}
			return 7, errOwn
		})
		require.Equal(t, 7, v)
		require.Equal(t, errOwn, err)
	})
	require.Equal(t, 1, pollingWorkers(t, rt, 1))
}

// waitFor blocks until h has ended, also inside a task.
func waitFor(t *testing.T, h interface{ IsFinished() bool }) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !h.IsFinished() {
		if time.Now().After(deadline) {
			fail(t)
		}
		goruntime.Gosched()
	}
}

// tokio: T40 tests/rt_threaded.rs yield_after_block_in_place: a task that has blocked in place may yield and sleep
// tokio: tests/rt_threaded.rs test_block_in_place3: and may do so again
func TestWhatAPollHasStagedBesideBlockInPlaceIsNotLost(t *testing.T) {
	for name, config := range map[string]runtime.Config{
		"system clock": {Workers: 1},
		"paused clock": {Workers: 1, Clock: timer.NewPausedClock(time.Unix(0, 0))},
		"two workers":  {Workers: 2},
	} {
		t.Run(name, func(t *testing.T) {
			rt := open(t, config)
			block := func(cx *future.Context) {
				_, err := runtime.BlockInPlace(cx, func() (none, error) { return none{}, nil })
				require.NoError(t, err)
			}
			must(t, rt, func(cx *future.Context) {
				before := runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, timer.Sleep(cx, time.Millisecond) })
				block(cx)
				block(cx) // the second time in a poll
				after := runtime.Go(cx, func(cx *future.Context) (int, error) { return 2, timer.Sleep(cx, time.Millisecond) })
				require.NoError(t, timer.Sleep(cx, time.Millisecond)) // staged by a poll that has left its core
				block(cx)
				require.NoError(t, future.Yield(cx)) // so is this
				for i, h := range []*runtime.JoinHandle[int]{before, after} {
					v, err := h.Await(cx)
					require.NoError(t, err)
					require.Equal(t, i+1, v)
				}
			})
		})
	}
}

func TestATimerThatIsArmedBeforeBlockInPlaceFiresDuringIt(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	both := future.Func(func(cx *future.Context) (none, bool, error) { // arms a timer, and then blocks in the same poll
		h := runtime.Spawn(cx, timer.Timeout(time.Millisecond, p))
		_, err := runtime.BlockInPlace(cx, func() (none, error) { waitFor(t, h); return none{}, nil })
		return none{}, true, err
	})
	_, err := result(t, runtime.Spawn(rt, both))
	require.NoError(t, err)
	p.requireDroppedOnce(t)
}

// The poll that blocks has armed the timer itself, for somebody else.
func TestATimerOfThePollItselfFiresDuringBlockInPlace(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	other := newHand()
	delay := timer.After(time.Millisecond)
	_, err := result(t, runtime.Spawn(rt, future.Func(func(cx *future.Context) (none, bool, error) {
		sub := cx.WithWaker(&other.header)
		_, ready, err := delay.Poll(&sub)
		if ready || err != nil {
			return none{}, true, errOwn
		}
		_, err = runtime.BlockInPlace(cx, func() (none, error) {
			for deadline := time.Now().Add(patience); other.woken.Load() == 0; {
				if time.Now().After(deadline) {
					return none{}, errPatience
				}
				goruntime.Gosched()
			}
			return none{}, nil
		})
		return none{}, true, err
	})))
	require.NoError(t, err)
}

// A poll may block for long: what its worker has counted until then is not kept from others.
func TestCountsArePublishedBeforeAPollBlocksInPlace(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	const tasks = 10
	must(t, rt, func(cx *future.Context) {
		for range tasks {
			_, err := runtime.Go(cx, returning(1)).Await(cx)
			require.NoError(t, err)
		}
		m, err := runtime.BlockInPlace(cx, func() (runtime.Metrics, error) { return rt.Metrics(), nil })
		require.NoError(t, err)
		require.EqualValues(t, tasks, m.Completed)
		require.EqualValues(t, 1, m.Alive)
	})
}

func TestChildrenOfAPollThatBlocksInPlaceAreOwned(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	before, after := newProbe(), newProbe()
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		runtime.Spawn(cx, before)
		_, err := runtime.BlockInPlace(cx, func() (none, error) { <-before.polled; return none{}, nil })
		require.NoError(t, err)
		runtime.Spawn(cx, after)
		return none{}, never(cx)
	})
	receive(t, after.polled)
	owner.Abort()
	_, err := result(t, owner)
	requireCancelled(t, err)
	receive(t, before.dropped)
	receive(t, after.dropped)
	before.requireDroppedOnce(t)
	after.requireDroppedOnce(t)
}

// tokio: tests/rt_threaded.rs test_block_in_place4: more tasks than workers block in place at the same time
// tokio: L6 src/runtime/tests/loom_multi_thread.rs only_blocking_without_pending: and all end
func TestManyTasksBlockInPlaceAtOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	const tasks = 50
	var all sync.WaitGroup
	all.Add(tasks)
	var handles []*runtime.JoinHandle[none]
	for range tasks {
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
			return runtime.BlockInPlace(cx, func() (none, error) {
				all.Done()
				all.Wait() // for every other one
				return none{}, nil
			})
		}))
	}
	for _, h := range handles {
		_, err := result(t, h)
		require.NoError(t, err)
	}
	require.Equal(t, 2, pollingWorkers(t, rt, 2))
}

func TestAPanicAfterBlockInPlaceEndsItsTaskOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for range 10 {
		h := runtime.Go(rt, func(cx *future.Context) (none, error) {
			return runtime.BlockInPlace(cx, func() (none, error) { panic("boom") })
		})
		_, err := result(t, h)
		requirePanic(t, err, "boom")
	}
	require.Equal(t, 1, pollingWorkers(t, rt, 1))
}

// tokio: T43 tests/rt_threaded.rs hang_on_shutdown: a call in place that waits when the runtime is closed does not hang it
func TestCloseWaitsForABlockInPlace(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	blocked, ctxEnded := make(chan none), make(chan none)
	h := runtime.Go(rt, func(cx *future.Context) (int, error) {
		ctx := cx.Context()
		return runtime.BlockInPlace(cx, func() (int, error) {
			close(blocked)
			<-ctx.Done()
			close(ctxEnded)
			return 7, nil
		})
	})
	receive(t, blocked)
	closed := make(chan error, 1)
	go func() { closed <- rt.Close() }() // ends with the task
	receive(t, ctxEnded)                 // Close aborts a task that it finds in the middle of its first poll, too
	require.NoError(t, receive(t, closed))
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestBlockInPlaceWithoutAWorkerOnlyCallsItsFunction(t *testing.T) {
	outside := future.NewContext(nil, nil)
	for _, cx := range []*future.Context{nil, &outside} {
		v, err := runtime.BlockInPlace(cx, func() (int, error) { return 7, errOwn })
		require.Equal(t, 7, v)
		require.Equal(t, errOwn, err)
	}
}
