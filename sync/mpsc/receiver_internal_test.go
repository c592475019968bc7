package mpsc

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
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
