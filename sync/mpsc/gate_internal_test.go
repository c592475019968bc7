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
	require.Equal(t, 1, *rx.batch.first())
	rx.batch.drop()
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

// A clone that is made of a sender while this is closed does not raise a channel that has ended.
func TestACloneMadeBesideCloseIsClosed(t *testing.T) {
	tx, rx := New[int](1)
	tx.ch.removeSender(nil) // Close is between its two steps
	_, err := rx.TryRecv(nil)
	require.ErrorIs(t, err, ErrClosed)
	clone := tx.Clone()
	require.ErrorIs(t, clone.TrySend(nil, 1), ErrClosed)
	require.Zero(t, rx.StrongCount())
	utx, urx := NewUnbounded[int]()
	utx.ch.removeSender(nil)
	require.ErrorIs(t, utx.Clone().Send(nil, 1), ErrClosed)
	require.Zero(t, urx.StrongCount())
}

// What is received between a sender's look and its wait is seen: the receiver does not know yet that somebody is hungry.
func TestAPlaceThatIsReceivedBeforeTheWaitIsSeen(t *testing.T) {
	tx, rx := New[int](2)
	require.NoError(t, tx.TrySend(nil, 0))
	require.NoError(t, tx.TrySend(nil, 1))
	_, err := rx.TryRecv(nil) // 1 is in the receiver's batch, which it takes from without the lock
	require.NoError(t, err)
	require.NoError(t, tx.TrySend(nil, 2))
	cx := future.NewContext(nil, new(waker.Header))
	var w Waiter
	g := &tx.ch.gate
	g.mu.Lock()
	require.False(t, g.hasRoom(1))
	_, err = rx.TryRecv(nil)
	require.NoError(t, err)
	require.False(t, g.hungry.Load())
	require.True(t, g.enqueue(&cx, &w, 1))
	require.False(t, g.hungry.Load())
	require.Equal(t, 1, g.free)
	g.mu.Unlock()
}
