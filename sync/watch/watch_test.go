package watch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// covers: F131 F132
// tokio: tests/sync_watch.rs single_rx_recv: a change wakes the waiter, and so does the end
func TestAReceiverSeesTheChangeAndThenTheEnd(t *testing.T) {
	tx, rx := watch.New("one")
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx.PollChanged)
	require.Equal(t, "one", rx.Get())
	require.NoError(t, tx.Send(nil, "two"))
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, nil)
	require.Equal(t, "two", rx.Get())
	hand.PollPending(t, as, rx.PollChanged)
	tx.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
	require.Equal(t, "two", rx.Get())
}

// tokio: T108 tests/sync_watch.rs rx_version_underflow: a receiver may be marked more often than there were versions
func TestMarkChangedBelowTheFirstVersion(t *testing.T) {
	_, rx := watch.New("one")
	rx.MarkChanged()
	rx.MarkChanged()
	as := hand.NewWorker().NewTask()
	hand.PollReady(t, as, rx.PollChanged, nil)
	hand.PollPending(t, as, rx.PollChanged)
}

func requireChanged(t *testing.T, rx *watch.Receiver[string], want bool) {
	t.Helper()
	changed, err := rx.HasChanged()
	require.NoError(t, err)
	require.Equal(t, want, changed)
}

// covers: F133
// tokio: tests/sync_watch.rs rx_mark_changed: a marked value is unseen, for that receiver only, until it is looked at
func TestMarkChanged(t *testing.T) {
	tx, rx := watch.New("one")
	rx2, rx3, rx4 := rx.Clone(), rx.Clone(), rx.Clone()
	as := hand.NewWorker().NewTask()

	rx.MarkChanged()
	requireChanged(t, rx, true)
	hand.PollReady(t, as, rx.PollChanged, nil)

	requireChanged(t, rx2, false)
	hand.PollPending(t, as, rx2.PollChanged)

	rx3.MarkChanged()
	require.Equal(t, "one", rx3.Get())
	requireChanged(t, rx3, true)
	require.Equal(t, "one", rx3.GetAndUpdate())
	requireChanged(t, rx3, false)
	hand.PollPending(t, as, rx3.PollChanged)

	require.NoError(t, tx.Send(nil, "two"))
	requireChanged(t, rx4, true)
	require.Equal(t, "two", rx4.GetAndUpdate())
	rx4.MarkChanged()
	requireChanged(t, rx4, true)
	require.Equal(t, "two", rx4.GetAndUpdate())
	require.Equal(t, "two", rx.Get())
}

// tokio: tests/sync_watch.rs rx_mark_unchanged: a change that was marked as seen does not wake
func TestMarkUnchanged(t *testing.T) {
	tx, rx := watch.New("one")
	rx2 := rx.Clone()
	as := hand.NewWorker().NewTask()

	rx.MarkChanged()
	rx.MarkUnchanged()
	requireChanged(t, rx, false)
	hand.PollPending(t, as, rx.PollChanged)

	require.NoError(t, tx.Send(nil, "two"))
	requireChanged(t, rx2, true)
	rx2.MarkUnchanged()
	requireChanged(t, rx2, false)
	require.Equal(t, "two", rx2.GetAndUpdate())
	require.Equal(t, "two", rx.Get())
}

// tokio: tests/sync_watch.rs multi_rx: each receiver is woken by each change and knows for itself what it has seen
func TestEveryReceiverIsWoken(t *testing.T) {
	tx, rx1 := watch.New("one")
	rx2 := rx1.Clone()
	k := hand.NewWorker()
	t1, t2 := k.NewTask(), k.NewTask()
	hand.PollPending(t, t1, rx1.PollChanged)
	hand.PollPending(t, t2, rx2.PollChanged)

	require.NoError(t, tx.Send(nil, "two"))
	require.True(t, t1.IsWoken())
	require.True(t, t2.IsWoken())
	hand.PollReady(t, t1, rx1.PollChanged, nil)
	hand.PollPending(t, t1, rx1.PollChanged)

	require.NoError(t, tx.Send(nil, "three"))
	require.True(t, t1.IsWoken())
	hand.PollReady(t, t1, rx1.PollChanged, nil)
	hand.PollReady(t, t2, rx2.PollChanged, nil) // of two changes at once
	require.Equal(t, "three", rx1.Get())
	require.Equal(t, "three", rx2.Get())

	hand.PollPending(t, t1, rx1.PollChanged)
	hand.PollPending(t, t2, rx2.PollChanged)
	require.NoError(t, tx.Send(nil, "four"))
	hand.PollReady(t, t1, rx1.PollChanged, nil)
	hand.PollReady(t, t2, rx2.PollChanged, nil)
	require.Equal(t, "four", rx2.Get())
}

// tokio: tests/sync_watch.rs rx_observes_final_value: what was sent last is seen, and then the end
func TestTheLastValueIsSeenBeforeTheEnd(t *testing.T) {
	as := hand.NewWorker().NewTask()
	tx, rx := watch.New("one")
	tx.Close(nil)
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
	require.Equal(t, "one", rx.Get())

	tx, rx = watch.New("one")
	require.NoError(t, tx.Send(nil, "two"))
	hand.PollReady(t, as, rx.PollChanged, nil)
	hand.PollPending(t, as, rx.PollChanged)
	require.NoError(t, tx.Send(nil, "three"))
	tx.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, nil)
	require.Equal(t, "three", rx.Get())
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
	require.Equal(t, "three", rx.Get())
}

// tokio: T108 tests/sync_watch.rs borrow_and_update: looking marks the value as seen; after the end there is only the error
func TestGetAndUpdateMarksAsSeen(t *testing.T) {
	tx, rx := watch.New("one")
	as := hand.NewWorker().NewTask()
	requireChanged(t, rx, false)
	require.NoError(t, tx.Send(nil, "two"))
	requireChanged(t, rx, true)
	hand.PollReady(t, as, rx.PollChanged, nil)
	hand.PollPending(t, as, rx.PollChanged)
	requireChanged(t, rx, false)

	require.NoError(t, tx.Send(nil, "three"))
	requireChanged(t, rx, true)
	require.Equal(t, "three", rx.GetAndUpdate())
	hand.PollPending(t, as, rx.PollChanged)
	requireChanged(t, rx, false)

	tx.Close(nil)
	require.Equal(t, "three", rx.GetAndUpdate())
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
	_, err := rx.HasChanged()
	require.ErrorIs(t, err, watch.ErrClosed)
}

// tokio: T107 tests/sync_watch.rs changed_succeeds_on_closed_channel_with_unseen_value: an unseen value comes before the end
func TestChangedOfAClosedChannelShowsAnUnseenValue(t *testing.T) {
	tx, rx := watch.New("A")
	require.NoError(t, tx.Send(nil, "B"))
	tx.Close(nil)
	hand.PollReady(t, hand.NewWorker().NewTask(), rx.PollChanged, nil)
}

// tokio: T107 tests/sync_watch.rs changed_errors_on_closed_channel_with_seen_value: nothing unseen, closed: an error
func TestChangedOfAClosedChannelFailsWhenAllWasSeen(t *testing.T) {
	tx, rx := watch.New("A")
	tx.Close(nil)
	hand.PollReady(t, hand.NewWorker().NewTask(), rx.PollChanged, watch.ErrClosed)
}

// tokio: T107 tests/sync_watch.rs has_changed_errors_on_closed_channel_with_unseen_value: closed is an error in any case
// tokio: T107 tests/sync_watch.rs has_changed_errors_on_closed_channel_with_seen_value: closed is an error in any case
func TestHasChangedFailsOnAClosedChannel(t *testing.T) {
	for _, send := range []bool{true, false} {
		tx, rx := watch.New("A")
		if send {
			require.NoError(t, tx.Send(nil, "B"))
		}
		tx.Close(nil)
		_, err := rx.HasChanged()
		require.ErrorIs(t, err, watch.ErrClosed)
	}
}

// tokio: tests/sync_watch.rs wait_for_errors_on_closed_channel_true_predicate: the last value may still be the right one
func TestWaitForLooksAtTheLastValueOfAClosedChannel(t *testing.T) {
	tx, rx := watch.New("A")
	require.NoError(t, tx.Send(nil, "B"))
	tx.Close(nil)
	as := hand.NewWorker().NewTask()
	wait := func(ok bool) func(cx *future.Context) (string, bool, error) {
		return func(cx *future.Context) (string, bool, error) {
			return rx.PollWaitFor(cx, func(string) bool { return ok })
		}
	}
	require.Equal(t, "B", hand.PollReady(t, as, wait(true), nil))
	require.Empty(t, hand.PollReady(t, as, wait(false), watch.ErrClosed))
}

// tokio: T108 tests/sync_watch.rs multiple_sender: receivers see what any sender sends
func TestSeveralSenders(t *testing.T) {
	tx1, rx := watch.New(0)
	tx2 := tx1.Clone()
	require.True(t, tx1.SameChannel(tx2))
	require.Equal(t, 2, tx1.SenderCount())
	as := hand.NewWorker().NewTask()
	require.NoError(t, tx1.Send(nil, 1))
	hand.PollReady(t, as, rx.PollChanged, nil)
	require.Equal(t, 1, rx.GetAndUpdate())
	hand.PollPending(t, as, rx.PollChanged)
	require.NoError(t, tx2.Send(nil, 2))
	hand.PollReady(t, as, rx.PollChanged, nil)
	require.Equal(t, 2, rx.GetAndUpdate())
}

// tokio: tests/sync_watch.rs receiver_is_notified_when_last_sender_is_dropped: the last one, not the first
func TestTheLastSenderThatClosesWakes(t *testing.T) {
	tx1, rx := watch.New(0)
	tx2 := tx1.Clone()
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx.PollChanged)
	tx1.Close(nil)
	tx1.Close(nil) // counts once
	require.False(t, as.IsWoken())
	require.Equal(t, 1, tx2.SenderCount())
	tx2.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
}

// tokio: T109 tests/sync_watch.rs receiver_changed_is_cooperative: errors use up the budget
// tokio: T109 tests/sync_watch.rs receiver_changed_is_cooperative_ok: changes use up the budget
// tokio: T109 tests/sync_watch.rs receiver_wait_for_is_cooperative: errors of WaitFor too
// tokio: T109 tests/sync_watch.rs receiver_wait_for_is_cooperative_ok: values of WaitFor too
// tokio: T109 tests/sync_watch.rs sender_closed_is_cooperative: waits for the receivers' end too
func TestLoopsYield(t *testing.T) {
	tx, rx := watch.New(0)
	isOne := func(v int) bool { return v == 1 }
	hand.PollYields(t, func(cx *future.Context) (struct{}, bool, error) {
		require.NoError(t, tx.Send(cx, 1))
		return rx.PollChanged(cx)
	})
	hand.PollYields(t, func(cx *future.Context) (int, bool, error) {
		require.NoError(t, tx.Send(cx, 1))
		return rx.PollWaitFor(cx, isOne)
	})
	tx.Close(nil)
	hand.PollYields(t, rx.PollChanged)
	hand.PollYields(t, func(cx *future.Context) (int, bool, error) {
		return rx.PollWaitFor(cx, func(int) bool { return false })
	})
	lonely := watch.NewSender(0)
	var w watch.Waiter
	hand.PollYields(t, func(cx *future.Context) (struct{}, bool, error) { return lonely.PollClosed(cx, &w) })
}

// In a body, which need not wait for what is there: it yields in the end, and sees its abort then.
func TestABodyThatNeverWaitsYields(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	h := runtime.Go(rt, func(cx *future.Context) (struct{}, error) {
		tx, rx := watch.New(0)
		for {
			_ = tx.Send(cx, 1)
			_ = rx.Changed(cx)
		}
	})
	_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
		h.Abort()
		return struct{}{}, nil
	}))
	require.NoError(t, err)
	_, err = h.Wait(t.Context())
	require.ErrorIs(t, err, future.ErrCancelled)
	require.NoError(t, rt.Close())
}

// tokio: src/sync/watch.rs Receiver::same_channel: clones share a channel, others do not
func TestSameChannel(t *testing.T) {
	tx, rx := watch.New(0)
	otherTx, otherRx := watch.New(0)
	require.True(t, rx.SameChannel(rx.Clone()))
	require.True(t, rx.SameChannel(tx.Subscribe()))
	require.False(t, rx.SameChannel(otherRx))
	require.False(t, tx.SameChannel(otherTx))
}
