package future_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// door is ready when it is open. It counts its polls and drops.
type door struct {
	open         sy.Bool
	waiter       waker.Slot
	polls, drops int
}

func (d *door) Poll(cx *future.Context) (int, bool, error) {
	d.polls++
	d.waiter.Set(cx.Waker())
	if d.open.Load() {
		return d.polls, true, errDoor
	}
	return 0, false, nil
}

func (d *door) Drop(*future.Context) { d.drops++ }

var errDoor = errors.New("the door's own error")

func TestAFutureThatAlwaysWakesItselfIsGivenUpToo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	polls, drops := 0, 0
	_, err := future.WaitPoll(ctx, func(cx *future.Context) (int, bool, error) {
		if polls++; polls == 3 {
			cancel(why)
		}
		if polls == 100 {
			return 0, true, nil // else a failure would hang
		}
		cx.Again()
		return 0, false, nil
	}, func(*future.Context) { drops++ })
	require.ErrorIs(t, err, why)
	require.Equal(t, 3, polls)
	require.Equal(t, 1, drops)
}

// tokio: tokio-test/tests/block_on.rs async_block: an ordinary goroutine waits for a future without a runtime
func TestWaitReturnsTheResultOfAReadyFutureAtOnce(t *testing.T) {
	var d door
	d.open.Store(true)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	n, err := future.Wait(ended, &d)
	require.ErrorIs(t, err, errDoor)
	require.Equal(t, 1, n)
	require.Zero(t, d.drops)
}

func TestWaitPollsAgainAfterEachWakeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d door
		returned := false
		go func() { // ends when the door is open
			n, err := future.Wait(t.Context(), &d)
			returned = n == 3 && errors.Is(err, errDoor)
		}()
		synctest.Wait()
		require.Equal(t, 1, d.polls)
		d.waiter.Take().Wake() // for no reason
		synctest.Wait()
		require.Equal(t, 2, d.polls)
		d.open.Store(true)
		d.waiter.Take().Wake()
		synctest.Wait()
		require.True(t, returned)
		require.Zero(t, d.drops)
	})
}

func TestWaitDropsTheFutureWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d door
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() { // ends at once
			synctest.Wait()
			cancel(cause)
		}()
		_, err := future.Wait(ctx, &d)
		require.ErrorIs(t, err, cause)
		require.Equal(t, 1, d.drops)
	})
}

func TestWaitDropsAFutureThatPanics(t *testing.T) {
	drops := 0
	poll := func(*future.Context) (int, bool, error) { panic("boom") }
	require.PanicsWithValue(t, "boom", func() {
		_, _ = future.WaitPoll(t.Context(), poll, func(*future.Context) { drops++ })
	})
	require.Equal(t, 1, drops)
}

// tokio: T86 tests/task_yield_now.rs yield_now_outside_of_runtime: without a worker one who yields goes on at once
// tokio: T86 tests/task_yield_now.rs yield_now_external_executor_and_block_in_place: whoever polls it
func TestWaitForASelfWakingFutureGoesOn(t *testing.T) {
	left := 200 // more than a budget
	n, err := future.Wait(t.Context(), future.Func(func(cx *future.Context) (int, bool, error) {
		if left--; left > 0 {
			cx.Again()
			return 0, false, nil
		}
		return 7, true, nil
	}))
	require.NoError(t, err)
	require.Equal(t, 7, n)
}

func TestWaitRefusesNil(t *testing.T) {
	_, err := future.Wait[int](t.Context(), nil)
	require.ErrorIs(t, err, future.ErrNilFuture)
	_, err = future.WaitPoll[int](t.Context(), nil, nil)
	require.ErrorIs(t, err, future.ErrNilFuture)
}
