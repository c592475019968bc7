package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: tests/rt_common.rs spawn_one_join: a handle gives what its task returns
// covers: S27 S28
func TestTheHandleCarriesTheResultAndTheCancellationSignal(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Go(rt, func(*future.Context) (string, error) { return "done", errOwn })
	v, err := result(t, h)
	require.Equal(t, "done", v)
	require.Equal(t, errOwn, err)
	waits := runtime.Spawn(rt, forever)
	waits.Abort()
	_, err = result(t, waits)
	requireCancelled(t, err)
}

// tokio: tokio-util/tests/abort_on_drop.rs aborts_task_on_drop: a handle that is dropped aborts its task
// covers: F40 F60 S29 S54 S55 S56 S57 S64
func TestDropCancelsAnUnfinishedTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h.Drop(nil) // from an ordinary goroutine
	receive(t, p.dropped)
	must(t, rt, func(cx *future.Context) {
		q := newProbe()
		h := runtime.Spawn(cx, q)
		require.NoError(t, future.Yield(cx))
		h.Drop(cx)
		_, err := h.Await(cx)
		requireCancelled(t, err)
		q.requireDroppedOnce(t)
	})
	p.requireDroppedOnce(t)
}

func TestDropAfterTheEndDoesNothing(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Go(rt, func(*future.Context) (int, error) { return 7, nil })
	for !h.IsFinished() {
		must(t, rt, func(*future.Context) {})
	}
	h.Drop(nil)
	require.Equal(t, runtime.Returned, h.Outcome())
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// tokio: tests/task_abort.rs test_abort_without_panic_3157: a task that was aborted is joined as cancelled
// tokio: tests/task_abort.rs test_abort_wakes_task_3964: the abort of an idle task is enough, nobody has to wake it
// tokio: T76 src/runtime/task/error.rs id: the number in the error is the handle's
// covers: F41
func TestAbortCancelsAndKeepsTheHandle(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h.Abort()
	h.Abort() // again: nothing
	_, err := result(t, h)
	require.Equal(t, h.ID(), requireCancelled(t, err).ID())
	h.Abort() // after the end: nothing
	require.Equal(t, runtime.Cancelled, h.Outcome())
	require.True(t, h.IsFinished())
	p.requireDroppedOnce(t)
}

// tokio: T76 src/runtime/task/abort.rs id: an abort handle has its task's number
// tokio: src/runtime/tests/task.rs drop_abort_handle_clone: it may outlive the task, and copies are as good
// covers: F43
func TestAnAbortHandleAbortsAndLooks(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Spawn(rt, forever)
	a := h.AbortHandle()
	require.Equal(t, h.ID(), a.ID())
	require.False(t, a.IsFinished())
	a.Abort()
	_, err := result(t, h)
	requireCancelled(t, err)
	require.True(t, a.IsFinished())

	var zero runtime.AbortHandle
	zero.Abort()
	require.True(t, zero.IsFinished())
	require.Zero(t, zero.ID())
}

func TestSpawnOfANilFutureGivesAFinishedHandle(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	check := func(h *runtime.JoinHandle[int]) {
		t.Helper()
		require.True(t, h.IsFinished())
		require.Equal(t, runtime.Returned, h.Outcome())
		require.Zero(t, h.ID())
		h.Abort()
		h.Detach()
		h.Drop(nil)
		v, err := result(t, h)
		require.ErrorIs(t, err, future.ErrNilFuture)
		require.Zero(t, v)
		var join *runtime.JoinError
		require.False(t, errors.As(err, &join))
		_, err = result(t, h)
		require.ErrorIs(t, err, runtime.ErrConsumed)
	}
	all := func(on runtime.Spawner) {
		check(runtime.Spawn[int](on, nil))
		check(runtime.Spawn(on, future.Async[int](nil)))
		check(runtime.Spawn(on, future.Func[int](nil)))
		check(runtime.Spawn(on, future.Ref[int](nil)))
		check(runtime.SpawnValue[int, counter, *counter](on, nil))
		check(runtime.Go[int](on, nil))
		check(runtime.SpawnBlocking[int](on, nil))
	}
	all(rt)
	must(t, rt, func(cx *future.Context) { all(cx) })
}

// tokio: T52 tests/rt_handle_block_on.rs spawn_blocking_after_shutdown_fails: a blocking function does not run on a closed runtime
// tokio: tests/rt_handle_block_on.rs spawn_after_runtime_dropped (ours: a finished handle): nor does a task, whose future is dropped
// tokio: L10 src/runtime/tests/loom_multi_thread/shutdown.rs join_handle_cancel_on_shutdown: its handle has ended when Spawn returns
// tokio: T62 tests/task_panic.rs spawn_panic_caller (ours: a finished handle): nor does one that is spawned where there is no runtime
// covers: F29 S19
func TestSpawnOnAClosedRuntimeGivesACancelledHandle(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var late *future.Context
	must(t, rt, func(cx *future.Context) { late = cx })
	require.NoError(t, rt.Close())

	const nilSpawner = "simmer: nil Spawner: a task is spawned on a cx or on a *Runtime"
	check := func(h *runtime.JoinHandle[int], why error, text string) {
		t.Helper()
		require.True(t, h.IsFinished())
		require.Equal(t, runtime.Cancelled, h.Outcome())
		_, err := result(t, h)
		requireCancelled(t, err)
		require.ErrorIs(t, err, why)
		require.ErrorContains(t, err, text)
	}
	for on, c := range map[runtime.Spawner]struct {
		why  error
		text string
	}{
		rt:                          {runtime.ErrClosed, runtime.ErrClosed.Error()},
		runtime.Named(rt, "named"):  {runtime.ErrClosed, runtime.ErrClosed.Error()},
		late:                        {future.ErrNoWorker, future.ErrNoWorker.Error()}, // a cx after its poll
		(*future.Context)(nil):      {future.ErrNoWorker, nilSpawner},
		(*runtime.Runtime)(nil):     {future.ErrNoWorker, nilSpawner},
		runtime.Named(nil, "named"): {future.ErrNoWorker, nilSpawner},
		nil:                         {future.ErrNoWorker, nilSpawner},
	} {
		p := newProbe()
		hasWorker := true
		p.onDrop = func(cx *future.Context) { hasWorker = cx.Local() != nil }
		h := runtime.Spawn(on, p)
		p.requireDroppedOnce(t) // when Spawn returns
		require.False(t, hasWorker)
		require.EqualValues(t, 0, p.polls.Load())
		check(h, c.why, c.text)
		check(runtime.SpawnValue(on, &counter{}), c.why, c.text)
		check(runtime.Go(on, func(*future.Context) (int, error) { panic("runs") }), c.why, c.text)
		check(runtime.SpawnBlocking(on, func(context.Context) (int, error) { panic("runs") }), c.why, c.text)
	}
}

func TestAPanicInTheDropOfARefusedFutureIsTheHandles(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	require.NoError(t, rt.Close())
	p := newProbe()
	p.onDrop = func(*future.Context) { panic("boom") }
	_, err := result(t, runtime.Spawn(rt, p))
	requirePanic(t, err, "boom")
}

// tokio: T69 tests/task_abort.rs test_join_error_display: the texts of both, with the panic's
// tokio: T62 tests/rt_panic.rs into_panic_panic_caller (ours: nil): a cancelled task has no panic value
// covers: F45 S48
func TestAResultIsTheTasksOwnOrAJoinError(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	t.Run("own", func(t *testing.T) {
		h := runtime.Go(rt, func(*future.Context) (int, error) { return 7, errOwn })
		v, err := result(t, h)
		require.Equal(t, 7, v)
		require.Equal(t, errOwn, err)
	})
	t.Run("cancelled", func(t *testing.T) {
		h := runtime.Spawn(rt, forever)
		h.Abort()
		_, err := result(t, h)
		require.EqualError(t, err, fmt.Sprintf("task %d was cancelled", h.ID()))
		join := requireCancelled(t, fmt.Errorf("wrapped: %w", err))
		require.Equal(t, h.ID(), join.ID())
		require.Nil(t, join.Panic())
		require.Nil(t, join.Stack())
	})
	t.Run("panicked", func(t *testing.T) {
		h := runtime.Go(rt, func(*future.Context) (int, error) { panic(errOwn) })
		v, err := result(t, h)
		require.Zero(t, v)
		require.EqualError(t, err, fmt.Sprintf("task %d panicked: the task's own error", h.ID()))
		join := requirePanic(t, fmt.Errorf("wrapped: %w", err), errOwn)
		require.Equal(t, h.ID(), join.ID())
		require.ErrorIs(t, err, errOwn, "a panic value that is an error is unwrapped")
		require.NotEmpty(t, join.Stack())
	})
}

func TestOutcomeTellsAPassedOnJoinErrorFromATasksOwnEnd(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	parent := runtime.Go(rt, func(cx *future.Context) (int, error) {
		child := runtime.Spawn(cx, forever)
		child.Abort()
		_, err := child.Await(cx)
		return 0, fmt.Errorf("child: %w", err)
	})
	require.Equal(t, runtime.Running, runtime.Spawn(rt, forever).Outcome())
	_, err := result(t, parent)
	requireCancelled(t, err)
	require.Equal(t, runtime.Returned, parent.Outcome())
}

// covers: S42
func TestASecondAwaitOfAConsumedHandleGivesErrConsumed(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		h := runtime.Go(cx, func(*future.Context) (int, error) { return 7, nil })
		v, err := h.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		v, err = h.Await(cx)
		require.ErrorIs(t, err, runtime.ErrConsumed)
		require.Zero(t, v)
		_, err = h.Wait(context.Background()) // has ended: does not block, so it may be called here
		require.ErrorIs(t, err, runtime.ErrConsumed)
	})
}

// tokio: L7 src/runtime/tests/loom_multi_thread.rs poll_drop_handle_then_drop: polls and ends in any order give one result
func TestTheResultIsGivenToExactlyOneOfManyTakers(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 100 {
		var release gate
		h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
		takers := make([]*runtime.JoinHandle[int], 4)
		for i := range takers {
			takers[i] = runtime.Go(rt, func(cx *future.Context) (int, error) { return h.Await(cx) })
		}
		outside := make(chan error, 1)
		go func() { // ends with h
			_, err := h.Wait(context.Background())
			outside <- err
		}()
		release.open()
		got := 0
		for _, taker := range takers {
			v, err := result(t, taker)
			if err == nil {
				require.Equal(t, 7, v)
				got++
			} else {
				require.ErrorIs(t, err, runtime.ErrConsumed)
			}
		}
		if err := receive(t, outside); err == nil {
			got++
		} else {
			require.ErrorIs(t, err, runtime.ErrConsumed)
		}
		require.Equal(t, 1, got)
	}
}

// tokio: T15 tests/rt_common.rs enter_and_spawn: a task that was spawned outside of any is joined inside of one
// tokio: src/runtime/task/harness.rs can_read_output: the waker of the task that polled last is kept
func TestTheHandleMayMoveToAnotherWaiter(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var release gate
	h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
	polled := make(chan none)
	first := runtime.Spawn(rt, future.Func(func(cx *future.Context) (int, bool, error) {
		if !done(polled) { // looks once, and then no more
			close(polled)
			return h.Poll(cx)
		}
		return 0, false, nil
	}))
	receive(t, polled)
	second := runtime.Go(rt, func(cx *future.Context) (int, error) { return h.Await(cx) })
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	release.open()
	v, err := result(t, second)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.False(t, first.IsFinished())
	first.Abort()
}

func TestWaitReturnsTheCauseOfItsContextAndLeavesTheTaskAlone(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var release gate
	h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errOwn)
	_, err := h.Wait(ctx)
	require.Equal(t, errOwn, err)
	require.False(t, h.IsFinished())
	release.open()
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestALosingBareHandleCancelsItsTaskAndARefDoesNot(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		bare, kept := newProbe(), newProbe()
		h := runtime.Spawn(cx, bare)
		_, err := future.Await(cx, timer.Timeout(time.Second, h)) // timer.Timeout selects between h and a timer
		require.ErrorIs(t, err, timer.ErrElapsed)
		_, err = h.Await(cx)
		requireCancelled(t, err)
		bare.requireDroppedOnce(t)

		h = runtime.Spawn(cx, kept)
		_, err = future.Await(cx, timer.Timeout(time.Second, future.Ref(h)))
		require.ErrorIs(t, err, timer.ErrElapsed)
		require.NoError(t, timer.Sleep(cx, time.Second))
		require.False(t, h.IsFinished())
		require.EqualValues(t, 0, kept.drops.Load())
	})
}

// tokio: T76 tests/task_id.rs task_id_collision_current_thread: two tasks have two numbers
// tokio: T76 tests/task_id.rs task_id_collision_multi_thread: also if several workers spawn
// tokio: T76 tests/task_id.rs task_id_spawn_blocking: a blocking function has one too
// tokio: T88 tests/task_builder.rs spawn_with_name: a task keeps the name that it was given
// tokio: T88 tests/task_builder.rs spawn_without_name: and has none if it was given none
// covers: F38
func TestIDsAreUniqueAndNamesAreKept(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	seen := map[uint64]bool{}
	add := func(id uint64) {
		require.NotZero(t, id)
		require.False(t, seen[id], id)
		seen[id] = true
	}
	for range 200 {
		add(runtime.Go(rt, func(*future.Context) (int, error) { return 0, nil }).ID())
		add(runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return 0, nil }).ID())
	}
	must(t, rt, func(cx *future.Context) {
		for range 200 {
			add(runtime.SpawnValue(cx, &counter{}).ID())
			add(runtime.SpawnBlocking(cx, func(context.Context) (int, error) { return 0, nil }).ID())
		}
		require.Equal(t, "soup", runtime.Spawn(runtime.Named(cx, "soup"), forever).Name())
	})
	require.Empty(t, runtime.SpawnValue(rt, &counter{}).Name())
	require.Equal(t, "stew", runtime.SpawnValue(runtime.Named(runtime.Named(rt, "inner"), "stew"), &counter{}).Name())
}

// counter is ready after n polls that asked for another.
type counter struct{ n int }

func (c *counter) Poll(cx *future.Context) (int, bool, error) {
	if c.n == 0 {
		return 1, true, nil
	}
	c.n--
	cx.Again()
	return 0, false, nil
}

// TestTwoWaitersOnOneHandleLetTimePass: each hears of the end, and neither keeps the other awake until then.
func TestTwoWaitersOnOneHandleLetTimePass(t *testing.T) {
	rt, _ := openPaused(t, 2)
	h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, timer.Sleep(cx, time.Hour) })
	await := func(cx *future.Context) (int, error) { return h.Await(cx) }
	a, b := runtime.Go(rt, await), runtime.Go(rt, await)
	_, errA := result(t, a)
	_, errB := result(t, b)
	if errA == nil {
		errA, errB = errB, errA
	}
	require.ErrorIs(t, errA, runtime.ErrConsumed)
	require.NoError(t, errB)
}
