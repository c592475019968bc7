package mpsc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
)

func TestAGoroutineReservesWhenThereIsRoom(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	require.NoError(t, tx.TrySend(nil, 0))
	one, err := tx.ReserveBlocking(t.Context())
	require.NoError(t, err, "there is room")
	reserved := make(chan mpsc.Permits[int], 1)
	go func() { // ends when there are two places
		many, err := tx.ReserveManyBlocking(t.Context(), 2)
		if err != nil {
			t.Error(err)
		}
		reserved <- many
	}()
	one.Send(nil, 1)
	for i := range 2 {
		v, err := rx.RecvBlocking(t.Context())
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	many := <-reserved
	require.Equal(t, 2, many.Len())
	many.Release(nil)
	require.Equal(t, 2, tx.Capacity())
	_, err = tx.ReserveManyBlocking(t.Context(), 3)
	require.ErrorIs(t, err, mpsc.ErrTooMany)
	rx.Close(nil)
	_, err = tx.ReserveBlocking(t.Context())
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

func TestAGoroutineThatGivesUpHasReservedNothing(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	require.NoError(t, tx.TrySend(nil, 0))
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	many, err := tx.ReserveManyBlocking(ctx, 2)
	require.ErrorIs(t, err, why)
	require.Zero(t, many.Len())
	require.Equal(t, 1, tx.Capacity(), "the place that it had collected is free again")
	require.Equal(t, 1, rx.Len())
	require.ErrorIs(t, tx.ClosedBlocking(ctx), why)
}

func TestAGoroutineWaitsForTheReceiversEnd(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	utx, urx := mpsc.NewUnbounded[int]()
	ended := make(chan error, 2)
	go func() { ended <- tx.ClosedBlocking(t.Context()) }()  // ends with the receiver
	go func() { ended <- utx.ClosedBlocking(t.Context()) }() // ends with the receiver
	rx.Drop(nil)
	urx.Drop(nil)
	for range 2 {
		require.NoError(t, <-ended)
	}
}

// The end of a wait for the receiver's end spends the budget too.
func TestTheReceiversEndSpendsTheBudget(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	rx.Drop(nil)
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, future.Yield(cx))
		var w mpsc.Waiter
		for range future.Budget {
			hand.Ready(t, func() (none, bool, error) { return tx.PollClosed(cx, &w) })
		}
		hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(cx, &w) })
		return nil
	})
}

func TestClosingIsAFutureOfTheReceiversEnd(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	stays, goes := hand.NewTask(), hand.NewTask()
	f, dropped := tx.Closing(), tx.Closing()
	hand.Pending(t, func() (none, bool, error) { return f.Poll(&stays.Cx) })
	hand.Pending(t, func() (none, bool, error) { return dropped.Poll(&goes.Cx) })
	future.Drop(&goes.Cx, dropped)
	rx.Close(nil)
	require.True(t, stays.WasWoken())
	require.False(t, goes.WasWoken())
	hand.Ready(t, func() (none, bool, error) { return f.Poll(&stays.Cx) })
}
