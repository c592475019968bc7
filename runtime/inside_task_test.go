package runtime_test

import (
	"context"
	goruntime "runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// blockingCalls are the calls that may not be made inside a task.
func blockingCalls(rt *runtime.Runtime) map[string]error {
	unfinished := runtime.Spawn(rt, forever)
	defer unfinished.Abort()
	errs := map[string]error{}
	_, errs["BlockOn"] = runtime.BlockOn(context.Background(), rt, forever)
	_, errs["Wait"] = unfinished.Wait(context.Background())
	errs["Shutdown"] = rt.Shutdown(context.Background())
	errs["Close"] = rt.Close()
	errs["Run"] = runtime.Run(func(*future.Context) error { return nil })
	return errs
}

func requireInsideTask(t *testing.T, errs map[string]error) {
	t.Helper()
	require.Len(t, errs, 5)
	for call, err := range errs {
		require.ErrorIs(t, err, runtime.ErrInsideTask, call)
		require.ErrorContains(t, err, "use Await", call)
		require.ErrorContains(t, err, "SpawnBlocking", call)
	}
}

// tokio: T12 tests/rt_common.rs nested_rt (ours: an error): nobody blocks on a runtime inside a task
// tokio: T42 tests/rt_threaded.rs test_nested_block_in_place_with_block_on_between (ours: an error): not even in a call that blocks in place
// tokio: T72 tests/task_blocking.rs useful_panic_message_when_dropping_rt_in_rt (ours: an error): nor ends one; the text says what to do
// tokio: T72 tests/task_blocking.rs can_enter_current_thread_rt_from_within_block_in_place (ours: an error): whichever runtime it is
func TestBlockingCallsInsideATaskReturnErrInsideTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	other := open(t, runtime.Config{Workers: 1})
	for name, target := range map[string]*runtime.Runtime{"own": rt, "another": other} {
		t.Run("body/"+name, func(t *testing.T) {
			must(t, rt, func(*future.Context) { requireInsideTask(t, blockingCalls(target)) })
		})
		t.Run("deferred call/"+name, func(t *testing.T) {
			errs := make(chan map[string]error, 1)
			running := make(chan none)
			h := runtime.Go(rt, func(cx *future.Context) (none, error) {
				defer func() { errs <- blockingCalls(target) }()
				close(running)
				return none{}, never(cx)
			})
			receive(t, running)
			h.Abort()
			requireInsideTask(t, receive(t, errs))
		})
		t.Run("Poll and Drop/"+name, func(t *testing.T) {
			errs := make(chan map[string]error, 2)
			p := newProbe()
			p.onPoll = func(*future.Context) (int, bool, error) { errs <- blockingCalls(target); return 0, false, nil }
			p.onDrop = func(*future.Context) { errs <- blockingCalls(target) }
			h := runtime.Spawn(rt, p)
			requireInsideTask(t, receive(t, errs))
			h.Abort()
			requireInsideTask(t, receive(t, errs))
		})
		t.Run("BlockInPlace/"+name, func(t *testing.T) {
			must(t, rt, func(cx *future.Context) {
				errs, err := runtime.BlockInPlace(cx, func() (map[string]error, error) { return blockingCalls(target), nil })
				require.NoError(t, err)
				requireInsideTask(t, errs)
			})
		})
	}
}

func TestBlockingCallsInAHookReturnErrInsideTask(t *testing.T) {
	other := open(t, runtime.Config{Workers: 1})
	errs := make(chan map[string]error, 16)
	var calls [8]atomic.Bool
	record := func(i int) {
		if calls[i].CompareAndSwap(false, true) {
			errs <- blockingCalls(other)
		}
	}
	ofTask := func(i int) func(runtime.TaskMeta) {
		return func(m runtime.TaskMeta) {
			if m.Worker >= 0 {
				record(i)
			}
		}
	}
	ofWorker := func(i int) func(int) { return func(int) { record(i) } }
	rt, err := runtime.New(runtime.Config{Workers: 1, Hooks: runtime.Hooks{
		OnSpawn: ofTask(0), OnPollBegin: ofTask(1), OnPollEnd: ofTask(2), OnEnd: ofTask(3),
		OnPark: ofWorker(4), OnUnpark: ofWorker(5), OnWorkerStart: ofWorker(6), OnWorkerStop: ofWorker(7),
	}})
	require.NoError(t, err)
	for rt.Metrics().Parks == 0 { // a worker that is never idle before Close calls neither OnPark nor OnUnpark
		goruntime.Gosched()
	}
	must(t, rt, func(cx *future.Context) { runtime.SpawnValue(cx, &counter{}) })
	require.NoError(t, rt.Close())
	for range len(calls) {
		requireInsideTask(t, receive(t, errs))
	}
}

// tokio: tests/rt_common.rs block_on_async: a goroutine blocks on what waits
// covers: F27
func TestBlockingCallsOutsideTasksWork(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.SpawnBlocking(rt, func(ctx context.Context) (int, error) { // has a goroutine of its own
		return runtime.BlockOn(ctx, rt, future.Async(func(*future.Context) (int, error) { return 7, nil }))
	})
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)

	started := make(chan error, 1)
	must(t, rt, func(*future.Context) {
		go func() { // a goroutine that a body has started is no task; it ends with its BlockOn
			_, err := runtime.BlockOn(context.Background(), rt, future.Async(func(*future.Context) (int, error) { return 7, nil }))
			started <- err
		}()
	})
	require.NoError(t, receive(t, started))
}

// tokio: tests/rt_common.rs block_on_sync: and on what does not
// tokio: T14 tests/rt_common.rs panic_in_block_on (ours: a JoinError): a panic of the root is told
// covers: F220
func TestRunReturnsTheBodysErrorItself(t *testing.T) {
	require.NoError(t, runtime.Run(func(*future.Context) error { return nil }))
	require.True(t, errOwn == runtime.Run(func(*future.Context) error { return errOwn })) //nolint:errorlint // the same value
	require.ErrorIs(t, runtime.Run(nil), future.ErrNilFuture)
	requirePanic(t, runtime.Run(func(*future.Context) error { panic("boom") }), "boom")
}

// tokio: T11 tests/rt_common.rs eagerly_drops_futures_on_shutdown: what the root has left behind is dropped when it ends
func TestRunAbortsWhatIsLeft(t *testing.T) {
	p := newProbe()
	require.NoError(t, runtime.Run(func(cx *future.Context) error {
		runtime.Spawn(runtime.Of(cx), p)
		for !done(p.polled) {
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		return nil
	}))
	p.requireDroppedOnce(t)
}

func TestBlockOnAbortsItsTaskWhenItsContextEnds(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { // ends after the first poll
		<-p.polled
		cancel(errOwn)
	}()
	_, err := runtime.BlockOn(ctx, rt, p)
	require.Equal(t, errOwn, err)
	p.requireDroppedOnce(t)
}

func TestBlockOnGivesAResultThatCameWithTheEndOfItsContext(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	ctx, cancel := context.WithCancelCause(t.Context())
	v, err := runtime.BlockOn(ctx, rt, future.Async(func(cx *future.Context) (int, error) {
		cancel(errOwn)
		<-cx.Context().Done() // the abort has come, and loses
		return 7, nil
	}))
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestBlockOnOfANilFutureAndOnAClosedRuntime(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	_, err = runtime.BlockOn[int](t.Context(), rt, nil)
	require.ErrorIs(t, err, future.ErrNilFuture)
	require.NoError(t, rt.Close())
	_, err = runtime.BlockOn(t.Context(), rt, forever)
	require.ErrorIs(t, err, runtime.ErrClosed)
	requireCancelled(t, err)
}
