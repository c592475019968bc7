package mpsc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
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

// A receive needs no lock unless somebody waits for a place: who is the last to go from the queue says so, whichever way that is.
func TestNobodyIsHungryWhenNobodyWaits(t *testing.T) {
	for name, end := range map[string]func(w *Waiter, p *Permit[int], rx *Receiver[int]){
		"gives up":    func(w *Waiter, _ *Permit[int], _ *Receiver[int]) { w.Drop(nil) },
		"is released": func(_ *Waiter, p *Permit[int], _ *Receiver[int]) { p.Release(nil) },
		"is refused":  func(_ *Waiter, _ *Permit[int], rx *Receiver[int]) { rx.Close(nil) },
		"is dropped":  func(_ *Waiter, _ *Permit[int], rx *Receiver[int]) { rx.Drop(nil) },
	} {
		tx, rx := New[int](1)
		p, err := tx.TryReserve()
		require.NoError(t, err)
		cx := future.NewContext(nil, new(waker.Header))
		var w Waiter
		_, ready, _ := tx.PollSend(&cx, &w, 1)
		require.False(t, ready)
		require.True(t, rx.ch.hungry.Load())
		end(&w, &p, rx)
		require.Nil(t, rx.ch.queue.head)
		require.False(t, rx.ch.hungry.Load(), name)
		w.Drop(nil)
	}
}

// A waiter that was served and is not polled does not hold on to its neighbours.
func TestAWaiterThatWasTakenOutHasNoNeighbours(t *testing.T) {
	tx, rx := New[int](1)
	require.NoError(t, tx.TrySend(nil, 0))
	cx := future.NewContext(nil, new(waker.Header))
	var ws [3]Waiter
	for i := range ws {
		_, ready, _ := tx.PollSend(&cx, &ws[i], i)
		require.False(t, ready)
	}
	rx.Close(nil)
	for i := range ws {
		require.Nil(t, ws[i].next)
		require.Nil(t, ws[i].prev)
	}
}

// Close wakes the receiver with the last batch, also if those who wait make full batches.
func TestCloseWakesTheReceiverBehindFullBatches(t *testing.T) {
	for _, n := range []int{31, 32, 33, 64} {
		tx, rx := New[int](1)
		wakes := 0
		counted := waker.NewExecutor(func(*waker.Header) { wakes++ })
		tasks, ws := make([]waker.Header, n+1), make([]Waiter, n)
		for i := range tasks {
			tasks[i].InitIdle(counted)
			cx := future.NewContext(nil, &tasks[i])
			if i < n {
				_, ready, _ := tx.PollClosed(&cx, &ws[i])
				require.False(t, ready)
			} else {
				_, ready, _ := rx.PollRecv(&cx)
				require.False(t, ready)
			}
		}
		rx.Close(nil)
		require.Equal(t, n+1, wakes)
	}
}

// A body that is aborted while it waits is not kept by the channel, whatever it waits for.
func TestAnAbortedWaitLeavesTheChannel(t *testing.T) {
	tx, rx := New[int](1)
	g := &tx.ch.gate
	hand.Abort(t, tx.Closed)
	require.Nil(t, g.watchers.head)
	hand.Abort(t, func(cx *future.Context) error {
		_, err := rx.Recv(cx)
		return err
	})
	require.True(t, g.receiver.IsZero())
	hand.Abort(t, func(cx *future.Context) error {
		_, err := rx.RecvMany(cx, make([]int, 2))
		return err
	})
	require.True(t, g.receiver.IsZero())
	require.NoError(t, tx.TrySend(nil, 1))
	hand.Abort(t, func(cx *future.Context) error { return tx.Send(cx, 2) })
	require.Nil(t, g.queue.head)
	hand.Abort(t, func(cx *future.Context) error {
		_, err := tx.Reserve(cx)
		return err
	})
	require.Nil(t, g.queue.head)
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
