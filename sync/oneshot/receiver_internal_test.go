package oneshot

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
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
	tx, _ := New[int]()
	require.ErrorIs(t, tx.ClosedBlocking(ctx), context.Canceled)
	require.True(t, tx.l.tx.IsEmpty())
}

// Nor does one in a body that was aborted keep it.
func TestAnAbortedWaitLeavesNoWaker(t *testing.T) {
	tx, rx := New[int]()
	hand.Abort(t, func(cx *future.Context) error {
		_, err := rx.Recv(cx)
		return err
	})
	require.True(t, rx.rx.IsEmpty())
	hand.Abort(t, tx.Closed)
	require.True(t, tx.l.tx.IsEmpty())
}

// A body that has used up its budget waits even for the end of the zero Sender, which has nothing to leave.
func TestAnAbortedWaitOfTheZeroSender(t *testing.T) {
	var tx Sender[int]
	hand.Abort(t, func(cx *future.Context) error {
		for {
			if err := tx.Closed(cx); err != nil {
				return err
			}
		}
	})
}

// Who gives a wait up does not take out another task, which has taken it over.
func TestAWaitThatIsGivenUpForgetsItsOwnWakerOnly(t *testing.T) {
	tx, rx := New[int]()
	idle := waker.NewExecutor(func(*waker.Header) {})
	var first, second waker.Header
	first.InitIdle(idle)
	second.InitIdle(idle)
	a, b := future.NewContext(nil, &first), future.NewContext(nil, &second)
	for _, cx := range []*future.Context{&a, &b} {
		_, ready, _ := rx.PollRecv(cx)
		require.False(t, ready)
		_, ready, _ = tx.PollClosed(cx)
		require.False(t, ready)
	}
	rx.forget(&a)
	require.False(t, rx.rx.IsEmpty())
	rx.forget(&b)
	require.True(t, rx.rx.IsEmpty())
	tx.forget(&a)
	require.False(t, tx.l.tx.IsEmpty())
	tx.forget(&b)
	require.True(t, tx.l.tx.IsEmpty())
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
			require.True(t, rx.rx.IsEmpty(), "the wait is over")
		})
	}
}

// A receive, and a wait for the end, look once more when they are there to be woken. The wake of the task that is displaced comes between
// the two.
func TestTheSecondLookComesAfterTheWakerIsStored(t *testing.T) {
	ending := func(end func()) *future.Context {
		h := new(waker.Header)
		h.InitIdle(waker.NewExecutor(func(*waker.Header) { end() }))
		cx := future.NewContext(nil, h)
		return &cx
	}
	cx := future.NewContext(nil, new(waker.Header))

	tx, rx := New[int]()
	rx.enter(ending(func() { require.NoError(t, tx.Send(nil, 1)) }))
	require.EqualValues(t, sent, rx.enter(&cx)&ended)

	other, closing := New[int]()
	other.enter(ending(func() { closing.Close(nil) }))
	require.True(t, other.enter(&cx))
}

func TestAnEndThatComesBeforeTheWaitForItIsSeen(t *testing.T) {
	tx, rx := New[int]()
	cx := future.NewContext(nil, new(waker.Header))
	require.False(t, tx.IsClosed())
	rx.Close(nil)
	require.True(t, tx.enter(&cx))
	require.True(t, tx.l.tx.IsEmpty(), "the wait is over")
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

// Both ends may come to a new Channel at the same time: what they share is made once.
func TestWhatIsSharedIsMadeOnce(t *testing.T) {
	var c Channel[int]
	first := c.share() // both have found nothing
	require.Same(t, first, c.share())
	require.Same(t, first, c.Sender().l)
	require.Same(t, (*Receiver[int])(first), c.Receiver())
}

// A value that was not received in its round is lost, and not kept.
func TestResetKeepsNoValue(t *testing.T) {
	var c Channel[*int]
	require.NoError(t, c.Sender().Send(nil, new(int)))
	require.True(t, c.Reset())
	require.Nil(t, c.shared.Load().value)
}
