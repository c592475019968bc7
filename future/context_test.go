package future_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// leaf is ready every second time; it follows the rules of the budget.
func leaf(ready *bool) future.Future[int] {
	return future.Func(func(cx *future.Context) (int, bool, error) {
		if !cx.HasBudget() || !*ready {
			return 0, false, nil
		}
		cx.Spend()
		return 1, true, nil
	})
}

func TestABodyYieldsWhenItsBudgetIsSpent(t *testing.T) {
	e := newExecutor(t)
	ready := true
	count := 0
	h := spawnBody(e, func(cx *future.Context) error {
		for range 3 * future.Budget {
			if _, err := future.Await(cx, leaf(&ready)); err != nil {
				return err
			}
			count++
		}
		return nil
	})
	var seen []int
	spawnBody(e, func(cx *future.Context) error {
		for count < 3*future.Budget {
			seen = append(seen, count)
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		return nil
	})
	e.run()
	require.True(t, h.IsComplete())
	require.Equal(t, []int{future.Budget, 2 * future.Budget}, seen)
	require.EqualValues(t, 3, e.local.BudgetYields)
}

func TestWhatIsNotReadyCostsNoBudget(t *testing.T) {
	e := newExecutor(t)
	e.local.BeginPoll()
	ready := false
	f := leaf(&ready)
	for range 3 * future.Budget {
		_, ok, _ := f.Poll(&e.cx)
		require.False(t, ok)
	}
	require.False(t, e.local.TakeAgain(), "the budget was never empty")
	ready = true
	for range future.Budget {
		_, ok, _ := f.Poll(&e.cx)
		require.True(t, ok)
	}
	require.EqualValues(t, 1, e.local.BudgetYields)
	_, ok, _ := f.Poll(&e.cx)
	require.False(t, ok)
	require.True(t, e.local.TakeAgain(), "who is refused is polled again")
	e.local.BeginPoll()
	require.True(t, e.cx.HasBudget())
}

func TestBeginPollForgetsAnAgainOfTheTaskBefore(t *testing.T) {
	e := newExecutor(t)
	e.local.BeginPoll()
	e.cx.Again()
	e.local.BeginPoll()
	require.False(t, e.local.TakeAgain())
}

func TestWithoutAWorkerThereIsNoBudgetToSpend(t *testing.T) {
	for _, cx := range []*future.Context{nil, {}} {
		require.Nil(t, cx.Local())
		cx.Spend()
		require.True(t, cx.HasBudget())
		require.ErrorIs(t, context.Cause(cx.Context()), future.ErrCancelled)
	}
}

func TestContextIsThatOfTheTask(t *testing.T) {
	e := newExecutor(t)
	var inPoll, inBody, inPart any
	part := new(waker.Header)
	h := spawnBody(e, func(cx *future.Context) error {
		inBody = cx.Context().Value(taskKey{})
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (int, bool, error) {
			inPoll = cx.Context().Value(taskKey{})
			sub := cx.WithWaker(part)
			inPart = sub.Context().Value(taskKey{})
			return 0, true, nil
		}))
		return err
	})
	e.run()
	for _, got := range []any{inPoll, inBody, inPart} {
		require.Same(t, &h.Header, got)
	}
}

func TestWakeOfTheRunningTaskCostsNoTransition(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.Ref[int](&gate{}))
	e.run()
	e.cx.SetTask(&h.Header)
	e.cx.Wake(h.Waker())
	require.True(t, h.IsIdle())
	require.True(t, e.local.TakeAgain())
}

// covers: S37
func TestWakeFromAPollGoesToItsOwnWorker(t *testing.T) {
	e, other := newExecutor(t), newExecutor(t)
	g, far := &gate{}, &gate{}
	near, foreign := spawn(e, future.Ref[int](g)), spawn(other, future.Ref[int](far))
	e.run()
	other.run()
	running := new(waker.Header)
	e.cx.SetTask(running)
	e.cx.Wake(near.Waker())
	e.cx.Wake(near.Waker())
	e.cx.Wake(foreign.Waker())
	e.cx.Wake(waker.Waker{})
	require.Equal(t, []int{1, 0, 0, 1}, []int{e.queue.Len(), e.injected.Len(), other.queue.Len(), other.injected.Len()})
	e.run()

	var none *future.Context
	none.Wake(near.Waker())
	require.Equal(t, []int{0, 1}, []int{e.queue.Len(), e.injected.Len()}, "without a cx it is an ordinary wake")
}

func TestAPartOfACombinatorIsWokenInPlaceOfTheTask(t *testing.T) {
	e := newExecutor(t)
	var woken []*waker.Header
	parts := waker.NewExecutor(func(h *waker.Header) { woken = append(woken, h) })
	task, part := new(waker.Header), new(waker.Header)
	task.InitIdle(e.exec)
	part.InitIdle(parts)
	e.cx.SetTask(task)
	sub := e.cx.WithWaker(part)
	require.Same(t, part, sub.Waker().Header())
	require.Same(t, task, sub.Task(), "the running task stays the owner of what it spawns")

	sub.Again()
	require.Equal(t, []*waker.Header{part}, woken)
	require.False(t, e.local.TakeAgain(), "the combinator learns which part it was")

	sub.Wake(task.Waker())
	require.True(t, e.local.TakeAgain())

	part.InitIdle(parts)
	sub.Wake(part.Waker())
	require.Len(t, woken, 2)
}

func TestABodyPolledAsAPartWakesThePart(t *testing.T) {
	e := newExecutor(t)
	woken := 0
	part := new(waker.Header)
	part.InitIdle(waker.NewExecutor(func(*waker.Header) { woken++ }))
	task := new(waker.Header)
	e.cx.SetTask(task)
	sub := e.cx.WithWaker(part)
	var spawner, wakes *waker.Header
	g := &gate{}
	body := future.Async(func(cx *future.Context) (int, error) {
		spawner, wakes = cx.Task(), cx.Waker().Header()
		if err := future.Yield(cx); err != nil {
			return 0, err
		}
		return future.Await(cx, g)
	})
	_, ready, _ := body.Poll(&sub)
	require.False(t, ready)
	require.Equal(t, 1, woken)
	require.Same(t, task, spawner)
	require.Same(t, part, wakes)
	part.InitIdle(part.Executor())
	_, ready, _ = body.Poll(&sub)
	require.False(t, ready)
	g.open(2)
	require.Equal(t, 2, woken)
	future.Drop(&sub, body)
	require.Equal(t, 1, g.drops)
}
