package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

const (
	outsideABody  = "simmer: Await outside a body: a Poll keeps its future and polls it; straight-line code belongs into future.Async or runtime.Go"
	nilCx         = "simmer: Await outside a body: cx is nil; future.Async and runtime.Go give a body its cx, and an ordinary goroutine has none: it uses Wait or BlockOn"
	anotherBodies = "simmer: Await with another body's cx: each body, goroutine and poll uses the cx that it was given, never its parent's"
)

// panicOf returns what f panics with, nil if it does not.
func panicOf(f func()) any {
	_, p := guard(func() bool { f(); return true })
	return p
}

func TestAwaitInAPollPanics(t *testing.T) {
	e := newExecutor(t)
	poll := future.Func(func(cx *future.Context) (int, bool, error) {
		v, err := future.Await(cx, &gate{isOpen: true})
		return v, true, err
	})
	h := spawn(e, poll)
	inBody := spawn(e, future.Async(func(cx *future.Context) (int, error) { return future.Await(cx, poll) }))
	e.run()
	require.Equal(t, outsideABody, h.panicked)
	require.Equal(t, outsideABody, inBody.panicked.(*future.Panic).Value)
}

func TestAwaitWithoutACxPanics(t *testing.T) {
	require.Equal(t, nilCx, panicOf(func() { future.Await(nil, &gate{}) }))
	require.Equal(t, nilCx, panicOf(func() { future.AwaitPoll(nil, (&gate{}).Poll, nil) }))
	require.Equal(t, nilCx, panicOf(func() { future.Yield(nil) }))
}

func TestAwaitWithTheCxOfASuspendedBodyPanics(t *testing.T) {
	e := newExecutor(t)
	var kept *future.Context
	g := &gate{}
	spawn(e, future.Async(func(cx *future.Context) (int, error) {
		kept = cx
		return future.Await(cx, g)
	}))
	child := spawnBody(e, func(*future.Context) error { return future.Yield(kept) })
	e.run()
	require.Equal(t, anotherBodies, child.panicked.(*future.Panic).Value)
	require.Equal(t, anotherBodies, panicOf(func() { future.Await(kept, g) }), "in a goroutine")
	g.open(0)
	e.run()
	require.Equal(t, anotherBodies, panicOf(func() { future.Await(kept, g) }), "after the body has ended")
}

func TestAChildClosureThatCapturesItsParentsCxPanics(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawnBody(e, func(cx *future.Context) error {
		child := future.Async(func(*future.Context) (int, error) { return future.Await(cx, g) })
		_, err := future.Await(cx, child)
		return err
	})
	e.run()
	require.Equal(t, anotherBodies, h.panicked.(*future.Panic).Value)
	require.Zero(t, g.polls)
}

func TestAChildMayUseItsParentsCxNoLongerThanTheParent(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	var outer *future.Context
	var value int
	h := spawnBody(e, func(cx *future.Context) error {
		outer = cx
		if _, err := future.Await(cx, future.Async(func(cx *future.Context) (int, error) { return 1, nil })); err != nil {
			return err
		}
		v, err := future.Await(cx, g) // its own again once the child has ended
		value = v
		return err
	})
	e.run()
	g.open(8)
	e.run()
	require.Nil(t, h.panicked)
	require.Equal(t, 8, value)
	require.Nil(t, outer.Local())
}

func TestAwaitInAGoroutineOfTheBodyPanicsInCheckingBuilds(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("only checking builds look at the goroutine")
	}
	e := newExecutor(t)
	var met any
	spawnBody(e, func(cx *future.Context) error {
		done := make(chan struct{})
		go func() { // ends at once
			defer close(done)
			met = panicOf(func() { future.Yield(cx) })
		}()
		<-done
		return nil
	})
	e.run()
	require.Equal(t, anotherBodies, met)
}

func TestABodyPolledByHandDoesNotLendItsCoroutine(t *testing.T) {
	e := newExecutor(t)
	inner := future.Async(func(cx *future.Context) (int, error) {
		return future.Await(cx, future.Func(func(cx *future.Context) (int, bool, error) {
			return 0, true, future.Yield(cx)
		}))
	})
	h := spawnBody(e, func(cx *future.Context) error {
		_, _, err := inner.Poll(cx)
		return err
	})
	e.run()
	require.Equal(t, outsideABody, h.panicked.(*future.Panic).Value)
}

func TestABodyMayDropAnotherByHand(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawnBody(e, func(cx *future.Context) error {
		inner := awaiting(g)
		_, ready, _ := inner.Poll(cx)
		require.False(t, ready)
		future.Drop(cx, inner)
		return future.Yield(cx)
	})
	e.run()
	require.Nil(t, h.panicked)
	require.True(t, h.IsComplete())
	require.Equal(t, 1, g.drops)
}
