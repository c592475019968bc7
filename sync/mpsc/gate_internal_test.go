package mpsc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// What was received but not yet given to who waits is nobody else's.
func TestNobodyOvertakesBetweenReceiveAndFeed(t *testing.T) {
	tx, rx := New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	task := new(waker.Header)
	task.Init(waker.NewExecutor(func(*waker.Header) {}))
	cx := future.NewContext(nil, task)
	var w Waiter
	_, ready, err := tx.PollSend(&cx, &w, 2)
	require.NoError(t, err)
	require.False(t, ready)

	// The receiver is between R1 and R2.
	require.NoError(t, rx.fill(nil))
	require.Equal(t, 1, rx.batch.pop())
	rx.received++
	rx.ch.received.Store(rx.received)
	require.ErrorIs(t, tx.TrySend(nil, 3), ErrFull)
	_, err = tx.TryReserve()
	require.ErrorIs(t, err, ErrFull)
	require.Zero(t, tx.Capacity())

	require.True(t, rx.ch.hungry.Load())
	rx.ch.feed(nil)
	_, ready, err = tx.PollSend(&cx, &w, 2)
	require.NoError(t, err)
	require.True(t, ready)
	require.False(t, rx.ch.hungry.Load())
}
