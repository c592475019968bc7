package oneshot

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
	_, rx := New[int]()
	_, err := rx.RecvBlocking(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, rx.rx.IsEmpty())
}

// What comes between a receiver's look and its wait is seen: nobody wakes a receiver that does not wait yet.
func TestWhatComesBeforeTheWaitIsSeen(t *testing.T) {
	for name, end := range map[string]func(tx Sender[int]){
		"send":  func(tx Sender[int]) { require.NoError(t, tx.Send(nil, 1)) },
		"close": func(tx Sender[int]) { tx.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := New[int]()
			cx := future.NewContext(nil, new(waker.Header))
			require.Zero(t, rx.state.Load()&ended)
			end(tx)
			require.NotZero(t, rx.enter(&cx)&ended)
		})
	}
}

func TestAnEndThatComesBeforeTheWaitForItIsSeen(t *testing.T) {
	tx, rx := New[int]()
	cx := future.NewContext(nil, new(waker.Header))
	require.False(t, tx.IsClosed())
	rx.Close(nil)
	require.True(t, tx.enter(&cx))
}

// A Send that finds the receiver gone when it has written the value already takes it back: the channel keeps nothing.
func TestAValueThatNobodyGetsIsNotKept(t *testing.T) {
	var c Channel[*int]
	tx := c.Sender()
	require.False(t, tx.IsClosed())
	c.Receiver().Close(nil)
	require.Equal(t, ErrClosed, tx.put(nil, new(int)))
	require.Nil(t, c.shared.Load().value)
}
