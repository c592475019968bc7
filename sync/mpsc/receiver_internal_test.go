package mpsc

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// A receive that was cancelled does not keep its task.
func TestACancelledRecvLeavesNoWaker(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, rx := New[int](1)
	_, err := rx.RecvBlocking(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, rx.ch.receiver.IsZero())
	_, err = rx.RecvManyBlocking(ctx, make([]int, 1))
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, rx.ch.receiver.IsZero())
}

func TestAReceiveThatGivesUpForgetsItsOwnWakerOnly(t *testing.T) {
	tx, rx := New[int](1)
	defer tx.Close(nil)
	idle := waker.NewExecutor(func(*waker.Header) {})
	var first, second waker.Header
	first.InitIdle(idle)
	second.InitIdle(idle)
	a, b := future.NewContext(nil, &first), future.NewContext(nil, &second)
	for _, cx := range []*future.Context{&a, &b} {
		_, ready, err := rx.PollRecv(cx)
		require.False(t, ready)
		require.NoError(t, err)
	}
	rx.forget(&a)
	require.Equal(t, b.Waker(), rx.ch.receiver)
	rx.forget(&b)
	require.True(t, rx.ch.receiver.IsZero())
}
