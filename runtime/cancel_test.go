package runtime_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: src/runtime/task/state.rs transition_to_idle: what runs goes on to its next wait
func TestCancellationTakesEffectAtTheNextAwait(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	aborted := make(chan none)
	running := make(chan none)
	var steps []string
	h := runtime.Go(rt, func(cx *future.Context) (int, error) {
		close(running)
		<-aborted // the synchronous block that goes on
		steps = append(steps, "block")
		_, err := future.Await(cx, future.Async(func(*future.Context) (int, error) { return 1, nil }))
		steps = append(steps, "ready await") // does not wait, so it is no await point
		require.NoError(t, err)
		require.NoError(t, never(cx))
		steps = append(steps, "never reached")
		return 0, nil
	})
	receive(t, running)
	h.Abort()
	require.False(t, h.IsFinished())
	close(aborted)
	_, err := result(t, h)
	requireCancelled(t, err)
	require.Equal(t, []string{"block", "ready await"}, steps)
}

// tokio: src/runtime/task/state.rs transition_to_complete: an abort during the last poll is too late
func TestAPollThatReturnsReadyWinsOverTheAbort(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for range 100 {
		running, aborted := make(chan none), make(chan none)
		p := newProbe()
		p.onPoll = func(*future.Context) (int, bool, error) {
			close(running)
			<-aborted
			return 7, true, nil
		}
		h := runtime.Spawn(rt, p)
		receive(t, running)
		h.Abort()
		close(aborted)
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, runtime.Returned, h.Outcome())
		require.EqualValues(t, 0, p.drops.Load())
	}
}

// tokio: src/runtime/tests/task.rs create_shutdown1: a task that never ran is dropped once
// tokio: src/runtime/tests/task.rs create_shutdown2: whatever was done to its handle before
// tokio: src/runtime/tests/task.rs shutdown_immediately: one that was aborted before its first poll is never polled
// tokio: tests/rt_common.rs panic_in_task: a future whose poll panics is dropped
func TestAStateMachineIsDroppedOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	inPoll := func(p *probe, act func()) {
		p.onPoll = func(*future.Context) (int, bool, error) {
			act()
			return 0, false, nil
		}
	}
	t.Run("aborted before its first poll", func(t *testing.T) {
		p := newProbe()
		must(t, rt, func(cx *future.Context) {
			h := runtime.Spawn(cx, p)
			h.Abort()
			_, err := h.Await(cx)
			requireCancelled(t, err)
		})
		require.EqualValues(t, 0, p.polls.Load())
		p.requireDroppedOnce(t)
	})
	t.Run("aborted while idle", func(t *testing.T) {
		p := newProbe()
		h := runtime.Spawn(rt, p)
		receive(t, p.polled)
		h.Abort()
		result(t, h)
		require.EqualValues(t, 1, p.polls.Load())
		p.requireDroppedOnce(t)
	})
	t.Run("aborted in its own poll", func(t *testing.T) {
		p := newProbe()
		var h *runtime.JoinHandle[int]
		known := make(chan none)
		inPoll(p, func() { <-known; h.Abort() })
		h = runtime.Spawn(rt, p)
		close(known)
		_, err := result(t, h)
		requireCancelled(t, err)
		require.EqualValues(t, 1, p.polls.Load())
		p.requireDroppedOnce(t)
	})
	t.Run("aborted while queued for another poll", func(t *testing.T) {
		p := newProbe()
		p.onPoll = func(cx *future.Context) (int, bool, error) { cx.Again(); return 0, false, nil }
		h := runtime.Spawn(rt, p)
		receive(t, p.polled)
		h.Abort()
		_, err := result(t, h)
		requireCancelled(t, err)
		p.requireDroppedOnce(t)
	})
	t.Run("panic in its poll", func(t *testing.T) {
		p := newProbe()
		inPoll(p, func() { panic("boom") })
		_, err := result(t, runtime.Spawn(rt, p))
		requirePanic(t, err, "boom")
		p.requireDroppedOnce(t)
	})
	t.Run("panics in its poll and in its drop", func(t *testing.T) {
		p := newProbe()
		inPoll(p, func() { panic("first") })
		p.onDrop = func(*future.Context) { panic("second") }
		_, err := result(t, runtime.Spawn(rt, p))
		requirePanic(t, err, "first")
		p.requireDroppedOnce(t)
	})
	t.Run("awaited by a body that is cancelled", func(t *testing.T) {
		p := newProbe()
		h := runtime.Go(rt, func(cx *future.Context) (int, error) { return future.Await(cx, p) })
		receive(t, p.polled)
		h.Abort()
		_, err := result(t, h)
		requireCancelled(t, err)
		p.requireDroppedOnce(t)
	})
	t.Run("awaited by a body, panic in its poll", func(t *testing.T) {
		p := newProbe()
		inPoll(p, func() { panic("boom") })
		_, err := result(t, runtime.Go(rt, func(cx *future.Context) (int, error) { return future.Await(cx, p) }))
		requirePanic(t, err, "boom")
		p.requireDroppedOnce(t)
	})
	t.Run("the losing branch of a combinator", func(t *testing.T) {
		p := newProbe()
		must(t, rt, func(cx *future.Context) {
			_, err := future.Await(cx, timer.Timeout(1, p))
			require.ErrorIs(t, err, timer.ErrElapsed)
		})
		p.requireDroppedOnce(t)
	})
	t.Run("in a combinator that is dropped", func(t *testing.T) {
		p := newProbe()
		h := runtime.Spawn(rt, timer.Timeout(1<<62, p))
		receive(t, p.polled)
		h.Abort()
		result(t, h)
		p.requireDroppedOnce(t)
	})
	t.Run("never after ready", func(t *testing.T) {
		p := newProbe()
		p.onPoll = func(*future.Context) (int, bool, error) { return 7, true, errOwn }
		h := runtime.Spawn(rt, p)
		_, err := result(t, h)
		require.Equal(t, errOwn, err)
		h.Abort()
		h.Drop(nil)
		must(t, rt, func(*future.Context) {})
		require.EqualValues(t, 1, p.polls.Load())
		require.EqualValues(t, 0, p.drops.Load())
	})
}

// tokio: tests/task_abort.rs test_abort_task_that_panics_on_drop_contained: a panic in a destructor ends its task only
// tokio: tests/task_abort.rs test_abort_task_that_panics_on_drop_returned: and is what the handle returns
// covers: F46
func TestAPanicInDropMakesTheJoinErrorAPanic(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	p.onDrop = func(*future.Context) { panic("boom") }
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h.Abort()
	_, err := result(t, h)
	requirePanic(t, err, "boom")
	require.Equal(t, runtime.Panicked, h.Outcome())
	p.requireDroppedOnce(t)

	running := make(chan none)
	body := runtime.Go(rt, func(cx *future.Context) (int, error) {
		defer func() { panic("in a deferred call") }()
		close(running)
		return 0, never(cx)
	})
	receive(t, running)
	body.Abort()
	_, err = result(t, body)
	requirePanic(t, err, "in a deferred call")
}

// tokio: src/runtime/task/harness.rs remote_abort: the future is dropped by the runtime, not by who aborts
func TestDropRunsOnAWorkerNotOnTheAbortingGoroutine(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	p := newProbe()
	var where uint64
	var hasWorker bool
	p.onDrop = func(cx *future.Context) { where, hasWorker = gostack.ID(), cx.Local() != nil }
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h.Abort()
	result(t, h)
	require.True(t, hasWorker)
	require.NotEqual(t, gostack.ID(), where)
}

// tokio: tests/task_abort.rs test_abort_without_panic_3662: destructors have run when the task can be joined
func TestABodyUnwindsBeforeItsTaskIsComplete(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for range 100 {
		running, release := make(chan none), make(chan none)
		unwinding := make(chan none)
		var order []string
		h := runtime.Go(rt, func(cx *future.Context) (int, error) {
			defer func() { order = append(order, "outer") }()
			defer func() {
				close(unwinding)
				<-release
				order = append(order, "inner")
			}()
			close(running)
			return 0, never(cx)
		})
		receive(t, running)
		h.Abort()
		receive(t, unwinding)
		require.False(t, h.IsFinished())
		close(release)
		_, err := result(t, h)
		order = append(order, "joined")
		requireCancelled(t, err)
		require.Equal(t, []string{"inner", "outer", "joined"}, order)
	}
}

func TestCancellationIsStickyInABodyThatSwallowsIt(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	running := make(chan none)
	unwound := 0
	h := runtime.Go(rt, func(cx *future.Context) (value int, err error) {
		swallow := func(f future.Future[none]) {
			defer func() {
				if v := recover(); v != nil {
					unwound++
					require.ErrorIs(t, v.(error), runtime.ErrCancelled)
				}
			}()
			_, _ = future.Await(cx, f)
		}
		close(running)
		swallow(forever)
		swallow(forever)
		swallow(future.Func(func(*future.Context) (none, bool, error) { return none{}, true, nil })) // also if it is ready
		return 7, nil
	})
	receive(t, running)
	h.Abort()
	v, err := result(t, h)
	requireCancelled(t, err)
	require.Zero(t, v)
	require.Equal(t, 3, unwound, "every Await unwinds again")
	require.Equal(t, runtime.Cancelled, h.Outcome())
}

func TestWhileUnwindingAwaitPollsOnceAndDoesNotSuspend(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	running := make(chan none)
	unready, ready := newProbe(), newProbe()
	ready.onPoll = func(*future.Context) (int, bool, error) { return 7, true, nil }
	var errUnready, errReady, errSleep, errYield error
	var value int
	h := runtime.Go(rt, func(cx *future.Context) (int, error) {
		defer func() {
			_, errUnready = future.Await(cx, unready)
			value, errReady = future.Await(cx, ready)
			errSleep = timer.Sleep(cx, 1<<40)
			errYield = future.Yield(cx)
		}()
		close(running)
		return 0, never(cx)
	})
	receive(t, running)
	h.Abort()
	_, err := result(t, h)
	requireCancelled(t, err)
	require.ErrorIs(t, errUnready, future.ErrCancelled)
	require.EqualValues(t, 1, unready.polls.Load())
	unready.requireDroppedOnce(t)
	require.NoError(t, errReady)
	require.Equal(t, 7, value)
	require.EqualValues(t, 0, ready.drops.Load())
	require.ErrorIs(t, errSleep, future.ErrCancelled)
	require.ErrorIs(t, errYield, future.ErrCancelled)
}

func TestAPooledCoroutineSurvivesCancellationAndPanicsOfItsBody(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var coroutine uint64
	must(t, rt, func(cx *future.Context) {
		var release gate
		for i := range 30 {
			h := runtime.Go(cx, func(cx *future.Context) (none, error) {
				id := gostack.ID()
				if coroutine == 0 {
					coroutine = id
				}
				require.Equal(t, coroutine, id)
				switch i % 3 {
				case 0:
					return none{}, never(cx)
				case 1:
					panic("boom")
				}
				return none{}, release.pass(cx)
			})
			require.NoError(t, future.Yield(cx))
			switch i % 3 {
			case 0:
				h.Abort()
			case 2:
				release.open()
			}
			h.Await(cx) // its error is the ending's
		}
	})
}

func TestTheTasksContextEndsWhenItIsAbortedOrEnds(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	ctxs := make(chan context.Context, 1)
	same := false
	waits := runtime.Go(rt, func(cx *future.Context) (int, error) {
		first := cx.Context()
		err := future.Yield(cx)
		same = cx.Context() == first
		ctxs <- first
		return 0, errors.Join(err, never(cx))
	})
	ctx := receive(t, ctxs)
	require.NoError(t, ctx.Err())
	waits.Abort()
	require.ErrorIs(t, context.Cause(ctx), runtime.ErrCancelled, "when Abort returns")
	result(t, waits)
	require.True(t, same)

	returns := runtime.Go(rt, func(cx *future.Context) (context.Context, error) { return cx.Context(), nil })
	ctx, err := result(t, returns)
	require.NoError(t, err)
	receive(t, ctx.Done())
	require.NotErrorIs(t, context.Cause(ctx), runtime.ErrCancelled)
}
