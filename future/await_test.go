package future_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

var errBroken = errors.New("broken")

// awaiting is a body that waits for g and gives back its result.
func awaiting(g *gate) future.Future[int] {
	return future.Async(func(cx *future.Context) (int, error) { return future.Await(cx, g) })
}

func TestAwaitReturnsAtOnceWhatIsReady(t *testing.T) {
	e := newExecutor(t)
	g := &gate{isOpen: true, value: 7, err: errBroken}
	h := spawn(e, awaiting(g))
	e.run()
	require.True(t, h.IsComplete())
	require.Equal(t, 7, h.value)
	require.ErrorIs(t, h.err, errBroken)
	require.Equal(t, 1, e.polls)
	require.Zero(t, g.drops)
}

func TestAwaitSuspendsTheBodyNotTheWorker(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	waiting := spawn(e, awaiting(g))
	other := spawnBody(e, func(*future.Context) error { return nil })
	e.run()
	require.False(t, waiting.IsComplete())
	require.True(t, other.IsComplete())
	g.open(3)
	e.run()
	require.True(t, waiting.IsComplete())
	require.Equal(t, 3, waiting.value)
	require.Equal(t, 2, g.polls)
	require.Zero(t, g.drops)
}

func TestPollWithoutReasonDoesNotEndAnAwait(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawn(e, awaiting(g))
	for range 3 {
		h.Waker().Wake()
		e.run()
	}
	require.False(t, h.IsComplete())
	g.open(1)
	e.run()
	require.True(t, h.IsComplete())
}

func TestAwaitOfNothingIsErrNilFuture(t *testing.T) {
	e := newExecutor(t)
	h := spawnBody(e, func(cx *future.Context) error {
		_, err := future.Await[int](cx, nil)
		require.ErrorIs(t, err, future.ErrNilFuture)
		_, err = future.AwaitPoll[int](cx, nil, nil)
		return err
	})
	e.run()
	require.True(t, h.IsComplete())
	require.ErrorIs(t, h.err, future.ErrNilFuture)
}

func TestBodiesAwaitBodies(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	var nest func(depth int) future.Future[int]
	nest = func(depth int) future.Future[int] {
		if depth == 0 {
			return awaiting(g)
		}
		return future.Async(func(cx *future.Context) (int, error) {
			v, err := future.Await(cx, nest(depth-1))
			return v + 1, err
		})
	}
	h := spawn(e, nest(5))
	e.run()
	require.False(t, h.IsComplete())
	g.open(10)
	e.run()
	require.Nil(t, h.panicked)
	require.Equal(t, 15, h.value)
	require.Equal(t, 6, e.local.IdleBodies())
}

func TestAwaitDropsAFutureWhosePollPanicsOnce(t *testing.T) {
	e := newExecutor(t)
	g := &gate{onPoll: func(*future.Context) { panic("boom") }}
	h := spawn(e, awaiting(g))
	e.run()
	require.Equal(t, 1, g.drops)
	require.Equal(t, "boom", h.panicked.(*future.Panic).Value)
}

func TestPanicInDropIsThePanicOfTheTask(t *testing.T) {
	e := newExecutor(t)
	g := &gate{
		onPoll: func(*future.Context) { panic("poll") },
		onDrop: func(*future.Context) { panic("drop") },
	}
	h := spawn(e, awaiting(g))
	e.run()
	require.Equal(t, 1, g.drops)
	require.Equal(t, "drop", h.panicked.(*future.Panic).Value)

	waiting := &gate{onDrop: func(*future.Context) { panic("drop") }}
	h = spawn(e, awaiting(waiting))
	e.run()
	e.abort(h.task)
	e.run()
	require.Equal(t, 1, waiting.drops)
	require.Equal(t, "drop", h.panicked.(*future.Panic).Value)
}

func TestGoexitDropsTheAwaitedFutureOnce(t *testing.T) {
	e := newExecutor(t)
	g := &gate{onPoll: func(*future.Context) { runtime.Goexit() }}
	body := awaiting(g)
	spawn(e, body)
	require.True(t, exits(e.run), "Goexit of a body reaches the goroutine that polls")
	require.Equal(t, 1, g.drops)
	future.Drop(&e.cx, body) // as an executor does for the task that took its worker away
	require.Equal(t, 1, g.drops)
	require.Zero(t, e.local.IdleBodies())
}

// exits reports whether Goexit has ended the goroutine that called f.
func exits(f func()) bool {
	ended := make(chan bool)
	go func() { // ends when f does, one way or the other
		returned := false
		defer func() { ended <- !returned }()
		f()
		returned = true
	}()
	return <-ended
}

func TestAwaitPollDropsOnceUnlessReady(t *testing.T) {
	e := newExecutor(t)
	body := func(g *gate) future.Future[int] {
		return future.Async(func(cx *future.Context) (int, error) { return future.AwaitPoll(cx, g.Poll, g.Drop) })
	}
	ready, aborted, broken := &gate{}, &gate{}, &gate{onPoll: func(*future.Context) { panic("boom") }}
	readyTask, abortedTask, brokenTask := spawn(e, body(ready)), spawn(e, body(aborted)), spawn(e, body(broken))
	e.run()
	ready.open(4)
	e.abort(abortedTask.task)
	e.run()
	require.Equal(t, 4, readyTask.value)
	require.Zero(t, ready.drops)
	require.True(t, abortedTask.cancelled)
	require.Equal(t, 1, aborted.drops)
	require.NotNil(t, brokenTask.panicked)
	require.Equal(t, 1, broken.drops)
}

func TestAwaitPollNeedsNoDrop(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawn(e, future.Async(func(cx *future.Context) (int, error) { return future.AwaitPoll(cx, g.Poll, nil) }))
	e.run()
	e.abort(h.task)
	e.run()
	require.True(t, h.cancelled)
	require.Zero(t, g.drops)
}

func TestYieldLetsAllReadyTasksRunFirst(t *testing.T) {
	e := newExecutor(t)
	var order []string
	spawnBody(e, func(cx *future.Context) error {
		order = append(order, "a1")
		err := future.Yield(cx)
		order = append(order, "a2")
		return err
	})
	for _, name := range []string{"b", "c"} {
		spawnBody(e, func(*future.Context) error {
			order = append(order, name)
			return nil
		})
	}
	e.run()
	require.Equal(t, []string{"a1", "b", "c", "a2"}, order)
}
