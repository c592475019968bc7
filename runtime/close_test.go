package runtime_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: T10 tests/rt_common.rs outstanding_tasks_dropped: what still waits is dropped
// tokio: L10 src/runtime/tests/loom_multi_thread/shutdown.rs join_handle_cancel_on_shutdown: handles have ended when Close returns
func TestCloseAbortsAllTasksAndDropsTheirFuturesOnTheWorkers(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	var probes []*probe
	var handles []*runtime.JoinHandle[int]
	var withoutWorker atomic.Int32
	for range 100 {
		p := newProbe()
		p.onDrop = func(cx *future.Context) {
			if cx.Local() == nil {
				withoutWorker.Add(1)
			}
		}
		probes, handles = append(probes, p), append(handles, runtime.Spawn(rt, p))
		receive(t, p.polled)
	}
	unwound := make(chan none)
	body := runtime.Go(rt, func(cx *future.Context) (none, error) {
		defer close(unwound)
		return none{}, timer.Sleep(cx, time.Hour)
	})
	require.NoError(t, rt.Close())
	require.True(t, body.IsFinished())
	for i, p := range probes {
		require.True(t, handles[i].IsFinished(), "when Close returns")
		p.requireDroppedOnce(t)
		require.Equal(t, runtime.Cancelled, handles[i].Outcome())
	}
	require.Zero(t, withoutWorker.Load())
	require.Equal(t, runtime.Cancelled, body.Outcome())
}

func TestCloseTwiceGivesNil(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	require.NoError(t, rt.Close())
	require.NoError(t, rt.Shutdown(t.Context()))
}

func TestCloseByManyGoroutines(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	p := newProbe()
	runtime.Spawn(rt, p)
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() { // ends with Close
			if i%2 == 0 {
				errs <- rt.Close()
			} else {
				errs <- rt.Shutdown(t.Context())
			}
		}()
	}
	for range cap(errs) {
		require.NoError(t, receive(t, errs))
	}
	p.requireDroppedOnce(t)
}

func TestCloseNamesAStuckTaskAndCompletesInTheBackground(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2, CloseTimeout: 20 * time.Millisecond})
	require.NoError(t, err)
	running, release := make(chan none), make(chan none)
	stuck := runtime.Go(runtime.Named(rt, "stuck"), func(cx *future.Context) (none, error) {
		close(running)
		<-release
		return none{}, never(cx)
	})
	p := newProbe()
	other := runtime.Spawn(rt, p)
	receive(t, running)
	receive(t, p.polled)

	err = rt.Close()
	require.ErrorIs(t, err, runtime.ErrStuck)
	require.ErrorContains(t, err, `"stuck"`)
	var which *runtime.StuckError
	require.ErrorAs(t, err, &which)
	require.Len(t, which.Tasks, 1)
	require.Equal(t, stuck.ID(), which.Tasks[0].ID)
	require.Equal(t, "stuck", which.Tasks[0].Name)
	require.Equal(t, runtime.Running, stuck.Outcome())
	_, err = result(t, other)
	requireCancelled(t, err) // the other tasks are not kept waiting

	close(release)
	_, err = result(t, stuck)
	requireCancelled(t, err)
	for rt.Close() != nil { // nil when everything has ended
		goruntime.Gosched()
	}
}

// tokio: T18 tests/rt_common.rs shutdown_timeout: a blocking function that does not end keeps nobody longer than the timeout
// tokio: T52 tests/rt_handle_block_on.rs spawn_blocking_started_before_shutdown_continues: it goes on, and its result is there
// covers: F31
func TestCloseNamesAStuckBlockingFunction(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, CloseTimeout: 20 * time.Millisecond})
	require.NoError(t, err)
	running, release := make(chan none), make(chan none)
	h := runtime.SpawnBlocking(runtime.Named(rt, "stuck"), func(context.Context) (int, error) {
		close(running)
		<-release
		return 7, nil
	})
	receive(t, running)
	var which *runtime.StuckError
	require.ErrorAs(t, rt.Close(), &which)
	require.Len(t, which.Tasks, 1)
	require.Equal(t, h.ID(), which.Tasks[0].ID)
	close(release)
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	for rt.Close() != nil {
		goruntime.Gosched()
	}
}

func TestBlockOnOfAStuckTaskReturnsWhenItsContextEnds(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, CloseTimeout: 20 * time.Millisecond})
	require.NoError(t, err)
	release := make(chan none)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = runtime.BlockOn(ctx, rt, future.Async(func(*future.Context) (int, error) {
		cancel(errOwn)
		<-release
		return 7, nil
	}))
	require.ErrorIs(t, err, errOwn)
	require.ErrorIs(t, err, runtime.ErrStuck)
	close(release)
	for rt.Close() != nil {
		goruntime.Gosched()
	}
}

// tokio: tests/rt_common.rs shutdown_concurrent_spawn: tasks that are spawned while the runtime ends are dropped, and their handles end
func TestCloseWhileManyGoroutinesSpawn(t *testing.T) {
	const spawners = 64
	for range 5 {
		rt, err := runtime.New(runtime.Config{Workers: 2})
		require.NoError(t, err)
		var wg sync.WaitGroup
		var spawned, dropped, ready, resolved atomic.Int64
		for range spawners {
			wg.Go(func() { // ends when the runtime refuses
				for {
					spawned.Add(1)
					h := runtime.Spawn(rt, &tally{left: 2, ready: &ready, dropped: &dropped})
					_, err := h.Wait(context.Background())
					resolved.Add(1)
					if err != nil {
						requireCancelled(t, err)
						return
					}
				}
			})
		}
		for ready.Load() < 1000 {
			goruntime.Gosched()
		}
		require.NoError(t, rt.Close())
		wg.Wait()
		require.Equal(t, spawned.Load(), resolved.Load())
		require.Equal(t, spawned.Load(), ready.Load()+dropped.Load(), "each future was ready or dropped, once")
	}
}

// tally is ready after some polls and counts how it ended.
type tally struct {
	left           int
	ready, dropped *atomic.Int64
}

func (c *tally) Poll(cx *future.Context) (none, bool, error) {
	if c.left == 0 {
		c.ready.Add(1)
		return none{}, true, nil
	}
	c.left--
	cx.Again()
	return none{}, false, nil
}

func (c *tally) Drop(*future.Context) { c.dropped.Add(1) }

// tokio: tests/rt_common.rs wake_while_rt_is_dropping: destructors wake tasks of the runtime that ends
// tokio: tests/rt_threaded.rs wake_during_shutdown: a wake during the end does not hang it
// tokio: src/runtime/tests/task.rs spawn_during_shutdown: destructors may spawn; what they spawn is dropped
func TestTasksThatSpawnAndWakeWhileTheyAreDroppedDoNotKeepCloseWaiting(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	p := newProbe()
	late := newProbe()
	var other *runtime.JoinHandle[int]
	p.onDrop = func(cx *future.Context) {
		cx.Waker().Wake() // itself
		other.Abort()
		_, _, err := runtime.Spawn(cx, late).Poll(cx)
		requireCancelled(t, err)
		_, _, err = runtime.Spawn(rt, forever).Poll(cx)
		requireCancelled(t, err)
	}
	other = runtime.Spawn(rt, newProbe())
	runtime.Spawn(rt, p)
	receive(t, p.polled)
	require.NoError(t, rt.Close())
	p.requireDroppedOnce(t)
	late.requireDroppedOnce(t)
}

// tokio: T23 tests/rt_common.rs wake_by_ref_from_thread_local: a wake after the end of the runtime does nothing
// tokio: T23 tests/rt_common.rs wake_by_val_from_thread_local: by whoever holds the waker
func TestAWakeAfterTheEndOrAfterCloseIsHarmless(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	p := newProbe()
	wakers := make(chan func(), 2)
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		wakers <- cx.Waker().Wake
		return 7, true, nil
	}
	h := runtime.Spawn(rt, p)
	wake := receive(t, wakers)
	result(t, h)
	wake()
	must(t, rt, func(*future.Context) {})
	require.EqualValues(t, 1, p.polls.Load())

	idle := newProbe()
	idle.onPoll = func(cx *future.Context) (int, bool, error) {
		select {
		case wakers <- cx.Waker().Wake:
		default:
		}
		return 0, false, nil
	}
	runtime.Spawn(rt, idle)
	wakeIdle := receive(t, wakers)
	stop := make(chan none)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends when stop is closed
			for !done(stop) {
				wakeIdle()
			}
		})
	}
	require.NoError(t, rt.Close())
	polls := idle.polls.Load()
	wake()
	wakeIdle()
	close(stop)
	wg.Wait()
	require.Equal(t, polls, idle.polls.Load())
	idle.requireDroppedOnce(t)
}
