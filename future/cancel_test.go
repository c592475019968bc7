package future_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// aborted runs body until it waits, aborts it, and returns how it has ended.
func aborted(t *testing.T, body func(cx *future.Context) error) *handle[struct{}] {
	t.Helper()
	e := newExecutor(t)
	h := spawnBody(e, body)
	e.run()
	require.False(t, h.IsComplete(), "the body was to wait")
	e.abort(h.task)
	e.run()
	require.True(t, h.IsComplete())
	return h
}

func TestCancelUnwindsTheBodyThroughItsDefers(t *testing.T) {
	var order []string
	g := &gate{onDrop: func(*future.Context) { order = append(order, "drop") }}
	h := aborted(t, func(cx *future.Context) error {
		defer func() { order = append(order, "outer") }()
		func() {
			defer func() { order = append(order, "inner") }()
			future.Await(cx, g)
			order = append(order, "after")
		}()
		order = append(order, "after")
		return nil
	})
	require.True(t, h.cancelled)
	require.Equal(t, []string{"drop", "inner", "outer"}, order)
	require.Equal(t, 1, g.drops)
}

func TestUnwindingIsSticky(t *testing.T) {
	first, second, third := &gate{}, &gate{isOpen: true}, &gate{}
	var met []any
	swallow := func(cx *future.Context, g *gate) {
		defer func() { met = append(met, recover()) }()
		future.Await(cx, g)
	}
	h := aborted(t, func(cx *future.Context) error {
		swallow(cx, first)
		swallow(cx, second)
		swallow(cx, third)
		func() {
			defer func() { met = append(met, recover()) }()
			future.Yield(cx)
		}()
		func() {
			defer func() { met = append(met, recover()) }()
			future.AwaitPoll(cx, third.Poll, nil)
		}()
		return nil
	})
	require.True(t, h.cancelled, "a body that swallowed the unwinding still ends cancelled")
	require.Len(t, met, 5)
	for _, v := range met {
		require.ErrorIs(t, v.(error), future.ErrCancelled)
		require.ErrorContains(t, v.(error), "unwinds")
	}
	require.Equal(t, []int{1, 0, 0}, []int{first.polls, second.polls, third.polls}, "an Await that unwinds at once polls nothing")
	require.Equal(t, []int{1, 1, 1}, []int{first.drops, second.drops, third.drops})
}

func TestAwaitInADeferredCallPollsOnce(t *testing.T) {
	waiting, ready, never := &gate{}, &gate{isOpen: true, value: 5}, &gate{}
	var value int
	var readyErr, neverErr, pollErr, yieldErr error
	after := false
	h := aborted(t, func(cx *future.Context) error {
		defer func() {
			value, readyErr = future.Await(cx, ready)
			_, neverErr = future.Await(cx, never)
			_, pollErr = future.AwaitPoll(cx, (&gate{}).Poll, nil)
			yieldErr = future.Yield(cx)
			after = true
		}()
		future.Await(cx, waiting)
		return nil
	})
	require.True(t, h.cancelled)
	require.True(t, after, "the deferred call runs to its end")
	require.NoError(t, readyErr)
	require.Equal(t, 5, value)
	require.Equal(t, 1, ready.polls)
	require.Zero(t, ready.drops)
	require.ErrorIs(t, neverErr, future.ErrCancelled)
	require.Equal(t, 1, never.polls)
	require.Equal(t, 1, never.drops)
	require.ErrorIs(t, pollErr, future.ErrCancelled)
	require.ErrorIs(t, yieldErr, future.ErrCancelled)
}

func TestAwaitAfterRecoverInTheDeferredCallItself(t *testing.T) {
	inside, after := &gate{}, &gate{}
	var err error
	h := aborted(t, func(cx *future.Context) error {
		func() {
			defer func() {
				_ = recover()
				_, err = future.Await(cx, inside) // still a deferred call: it must run to its end
			}()
			future.Await(cx, &gate{})
		}()
		future.Await(cx, after)
		t.Error("an Await after the recovery returned")
		return nil
	})
	require.True(t, h.cancelled)
	require.ErrorIs(t, err, future.ErrCancelled)
	require.Equal(t, []int{1, 1}, []int{inside.polls, inside.drops})
	require.Equal(t, []int{0, 1}, []int{after.polls, after.drops})
}

func TestPanicOfADeferredCallWinsOverTheUnwinding(t *testing.T) {
	h := aborted(t, func(cx *future.Context) error {
		defer func() { panic("boom") }()
		_, err := future.Await(cx, &gate{})
		return err
	})
	require.False(t, h.cancelled)
	require.Equal(t, "boom", h.panicked.(*future.Panic).Value)
}

func TestAwaitInADeferredCallOfAPanicWaits(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	var value int
	h := spawnBody(e, func(cx *future.Context) error {
		defer func() { value, _ = future.Await(cx, g) }()
		panic("boom")
	})
	e.run()
	require.False(t, h.IsComplete(), "nobody has aborted it: its clean-up may wait")
	g.open(9)
	e.run()
	require.Equal(t, 9, value)
	require.Equal(t, "boom", h.panicked.(*future.Panic).Value)
}

// The panic is lost: telling that the body is panicking already would cost each cancellation a walk of the stack.
func TestAbortOfAPanickingBodyThatWaitsEndsItCancelled(t *testing.T) {
	e := newExecutor(t)
	for range 2 { // the second time on a coroutine that has unwound before
		h := spawnBody(e, func(cx *future.Context) error {
			defer func() { future.Await(cx, &gate{}) }()
			panic("boom")
		})
		e.run()
		e.abort(h.task)
		e.run()
		require.True(t, h.cancelled)
	}
}

func TestNestedBodiesUnwindInnermostFirst(t *testing.T) {
	var order []string
	g := &gate{onDrop: func(*future.Context) { order = append(order, "drop") }}
	inner := future.Async(func(cx *future.Context) (int, error) {
		defer func() { order = append(order, "inner") }()
		return future.Await(cx, g)
	})
	h := aborted(t, func(cx *future.Context) error {
		defer func() { order = append(order, "outer") }()
		_, err := future.Await(cx, inner)
		return err
	})
	require.True(t, h.cancelled)
	require.Equal(t, []string{"drop", "inner", "outer"}, order)
}

func TestABodyAwaitedInADeferredCallIsCancelledToo(t *testing.T) {
	g := &gate{}
	ran := false
	var err error
	h := aborted(t, func(cx *future.Context) error {
		defer func() {
			_, err = future.Await(cx, future.Async(func(cx *future.Context) (int, error) {
				defer func() { ran = true }()
				return future.Await(cx, g)
			}))
		}()
		future.Await(cx, &gate{})
		return nil
	})
	require.True(t, h.cancelled)
	require.ErrorIs(t, err, future.ErrCancelled)
	require.True(t, ran)
	require.Equal(t, []int{1, 1}, []int{g.polls, g.drops})
}

func TestPanicWhileANestedBodyUnwindsKeepsItsValue(t *testing.T) {
	inner := future.Async(func(cx *future.Context) (int, error) {
		defer func() { panic("inner") }()
		return future.Await(cx, &gate{})
	})
	h := aborted(t, func(cx *future.Context) error {
		_, err := future.Await(cx, inner)
		return err
	})
	require.Equal(t, "inner", h.panicked.(*future.Panic).Value)
}

func TestGoexitWhileUnwindingEndsTheCoroutineOnly(t *testing.T) {
	e := newExecutor(t)
	body := future.Async(func(cx *future.Context) (int, error) {
		defer runtime.Goexit()
		return future.Await(cx, &gate{})
	})
	h := spawn(e, body)
	e.run()
	e.abort(h.task)
	require.True(t, exits(e.run))
	future.Drop(&e.cx, body)
	require.Zero(t, e.local.IdleBodies())
	next := spawn(e, awaiting(&gate{isOpen: true, value: 2}))
	e.run()
	require.Equal(t, 2, next.value, "the worker's bodies go on with another coroutine")
}

func TestPanicDuringGoexitStillEndsTheCoroutine(t *testing.T) {
	e := newExecutor(t)
	body := future.Async(func(*future.Context) (int, error) {
		defer func() { panic("while exiting") }()
		runtime.Goexit()
		return 0, nil
	})
	spawn(e, body)
	require.True(t, exits(e.run))
	future.Drop(&e.cx, body)
	require.Zero(t, e.local.IdleBodies(), "a dead coroutine is not for the pool")
}

func TestUnwindingHasABudgetOfItsOwn(t *testing.T) {
	e := newExecutor(t)
	leaf := future.Func(func(cx *future.Context) (int, bool, error) {
		if !cx.HasBudget() {
			return 0, false, nil
		}
		cx.Spend()
		return 6, true, nil
	})
	var value int
	var err error
	body := future.Async(func(cx *future.Context) (int, error) {
		defer func() { value, err = future.Await(cx, leaf) }()
		return future.Await(cx, &gate{})
	})
	h := spawn(e, body)
	e.run()
	for e.cx.HasBudget() { // what the tasks before it have left over
		e.cx.Spend()
	}
	e.abort(h.task)
	e.run()
	require.NoError(t, err)
	require.Equal(t, 6, value)
	require.False(t, e.cx.HasBudget(), "the budget of the poll around it is as it was")
}

func TestABodyDroppedBeforeItsFirstPollNeverRuns(t *testing.T) {
	e := newExecutor(t)
	ran := false
	h := spawnBody(e, func(*future.Context) error {
		ran = true
		return nil
	})
	h.Abort()
	e.run()
	require.True(t, h.cancelled)
	require.False(t, ran)
	require.Zero(t, e.local.IdleBodies(), "it took no coroutine")
}

func TestDropWithoutAWorkerUnwinds(t *testing.T) {
	for _, cx := range []*future.Context{nil, {}} {
		e := newExecutor(t)
		g := &gate{}
		unwound := false
		body := future.Async(func(cx *future.Context) (int, error) {
			defer func() {
				unwound = true
				require.Nil(t, cx.Local())
				require.ErrorIs(t, context.Cause(cx.Context()), future.ErrCancelled)
				_, err := future.Await(cx, awaiting(&gate{}))
				require.ErrorIs(t, err, future.ErrNoWorker)
			}()
			return future.Await(cx, g)
		})
		h := spawn(e, body)
		e.run()
		require.True(t, h.IsIdle())
		future.Drop(cx, body)
		require.True(t, unwound)
		require.Equal(t, 1, g.drops)
		require.Zero(t, e.local.IdleBodies(), "without a worker there is no pool to go back to")
	}
}
