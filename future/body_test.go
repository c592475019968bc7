package future_test

import (
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

func TestAsyncOfNothingIsNil(t *testing.T) {
	require.Nil(t, future.Async[int](nil))
	e := newExecutor(t)
	empty := future.MakeBody[int](nil)
	h := spawn(e, &empty)
	e.run()
	require.ErrorIs(t, h.err, future.ErrNilFuture)
}

func TestABodyByValueRuns(t *testing.T) {
	e := newExecutor(t)
	body := future.MakeBody(func(cx *future.Context) (int, error) { return 4, future.Yield(cx) })
	h := spawn(e, &body)
	e.run()
	require.Equal(t, 4, h.value)
}

func TestABodyNeedsAWorker(t *testing.T) {
	cx := future.NewContext(nil, new(waker.Header))
	_, ready, err := awaiting(&gate{}).Poll(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNoWorker)
}

func TestAReadyBodyIsNotDropped(t *testing.T) {
	e := newExecutor(t)
	body := awaiting(&gate{isOpen: true, value: 3})
	h := spawn(e, body)
	e.run()
	future.Drop(&e.cx, body) // a mistake that must not take the coroutine of the next body
	require.Equal(t, 3, h.value)
	require.Equal(t, 1, e.local.IdleBodies())
}

func TestADroppedBodyHasNoResult(t *testing.T) {
	e := newExecutor(t)
	body := future.Async(func(cx *future.Context) (n int, err error) {
		defer func() {
			if recover() != nil {
				n, err = 7, errors.New("mine")
			}
		}()
		return future.Await(cx, &gate{})
	})
	_, ready, _ := body.Poll(&e.cx)
	require.False(t, ready)
	future.Drop(&e.cx, body)
	n, ready, err := body.Poll(&e.cx)
	require.True(t, ready)
	require.Zero(t, n)
	require.ErrorIs(t, err, future.ErrReadyBefore)
}

func TestPanicOfABodyKeepsValueAndStack(t *testing.T) {
	e := newExecutor(t)
	h := spawnBody(e, func(cx *future.Context) error {
		if err := future.Yield(cx); err != nil {
			return err
		}
		panicsHere()
		return nil
	})
	e.run()
	p := h.panicked.(*future.Panic)
	require.ErrorIs(t, p, io.ErrUnexpectedEOF)
	require.ErrorContains(t, p, "panic in a body: unexpected EOF")
	require.Contains(t, string(p.Stack), "panicsHere")
	require.NoError(t, errors.Unwrap(&future.Panic{Value: "text"}))
}

//go:noinline
func panicsHere() { panic(io.ErrUnexpectedEOF) }

func TestPanicOfANestedBodyKeepsTheInnermostStack(t *testing.T) {
	e := newExecutor(t)
	inner := future.Async(func(*future.Context) (int, error) { panicsHere(); return 0, nil })
	h := spawn(e, future.Async(func(cx *future.Context) (int, error) { return future.Await(cx, inner) }))
	e.run()
	p := h.panicked.(*future.Panic)
	require.Equal(t, io.ErrUnexpectedEOF, p.Value)
	require.Contains(t, string(p.Stack), "panicsHere")
}

func TestABodyMayRecoverTheFutureItAwaits(t *testing.T) {
	e := newExecutor(t)
	g := &gate{onPoll: func(*future.Context) { panic("boom") }}
	h := spawn(e, future.Async(func(cx *future.Context) (v int, err error) {
		defer func() {
			if recover() != nil {
				v, err = future.Await(cx, &gate{isOpen: true, value: 5})
			}
		}()
		return future.Await(cx, g)
	}))
	e.run()
	require.Nil(t, h.panicked)
	require.Equal(t, 5, h.value)
	require.Equal(t, 1, g.drops)
}

func TestGoexitRunsTheDefersAndEndsThePoller(t *testing.T) {
	e := newExecutor(t)
	var order []string
	body := future.Async(func(cx *future.Context) (int, error) {
		defer func() { order = append(order, "outer") }()
		inner := future.Async(func(*future.Context) (int, error) {
			defer func() { order = append(order, "inner") }()
			runtime.Goexit()
			return 0, nil
		})
		// The cx is the body's own again in calls that Goexit defers.
		defer func() {
			if v, err := future.Await(cx, &gate{isOpen: true, value: 1}); err == nil && v == 1 {
				order = append(order, "awaited")
			}
		}()
		return future.Await(cx, inner)
	})
	h := spawn(e, body)
	require.True(t, exits(e.run))
	require.Equal(t, []string{"inner", "awaited", "outer"}, order)
	require.False(t, h.IsComplete())
	future.Drop(&e.cx, body)
	require.Zero(t, e.local.IdleBodies())
}

// TestABodyMigratesBetweenGoroutines resumes one body on a new goroutine, and with another worker's Local, every time.
func TestABodyMigratesBetweenGoroutines(t *testing.T) {
	const turns = 200
	var locals [4]future.Local
	header := new(waker.Header)
	header.Init(waker.NewExecutor(func(*waker.Header) {}))
	var seen []*future.Local
	body := future.Async(func(cx *future.Context) (int, error) {
		for i := range turns {
			seen = append(seen, cx.Local())
			if err := future.Yield(cx); err != nil {
				return i, err
			}
		}
		return turns, nil
	})
	var value int
	for i := range turns + 1 {
		local := &locals[i%len(locals)]
		var wg sync.WaitGroup
		wg.Go(func() {
			cx := future.NewContext(local, header)
			v, ready, err := body.Poll(&cx)
			value = v
			require.NoError(t, err)
			require.Equal(t, i == turns, ready)
			require.Equal(t, i < turns, local.TakeAgain())
		})
		wg.Wait()
	}
	require.Equal(t, turns, value)
	for i, l := range seen {
		require.Same(t, &locals[i%len(locals)], l)
	}
	require.Equal(t, 1, locals[turns%len(locals)].IdleBodies(), "the coroutine stays with the last worker")
	locals[turns%len(locals)].CloseBodies()
}
