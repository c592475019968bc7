package watch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// tokio: tests/sync_watch.rs poll_close: the sender learns that the last receiver is gone, and cannot send
func TestClosedIsReadyWhenTheLastReceiverCloses(t *testing.T) {
	tx, rx := watch.New("one")
	rx2 := rx.Clone()
	as := hand.NewWorker().NewTask()
	var w watch.Waiter
	closed := func(cx *future.Context) (struct{}, bool, error) { return tx.PollClosed(cx, &w) }
	hand.PollPending(t, as, closed)
	rx2.Close(nil)
	require.False(t, as.IsWoken())
	rx.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, closed, nil)
	require.ErrorIs(t, tx.Send(nil, "two"), watch.ErrClosed)
	require.Equal(t, "one", tx.Get(), "it was not stored")
}

// tokio: T108 tests/sync_watch.rs reopened_after_subscribe: a new receiver opens the channel again
func TestASubscriberReopensTheChannel(t *testing.T) {
	tx, rx := watch.New("one")
	require.False(t, tx.IsClosed())
	rx.Close(nil)
	rx.Close(nil) // counts once
	require.True(t, tx.IsClosed())
	require.Zero(t, tx.ReceiverCount())
	rx = tx.Subscribe()
	require.False(t, tx.IsClosed())
	require.Equal(t, 1, tx.ReceiverCount())
	require.NoError(t, tx.Send(nil, "two"))
	rx.Drop(nil)
	require.True(t, tx.IsClosed())
}

// tokio: src/sync/watch.rs Sender::closed: whoever waits goes on waiting if the channel was opened again before it was polled
func TestClosedWaitsOnWhenTheChannelIsOpenAgain(t *testing.T) {
	tx, rx := watch.New(0)
	as := hand.NewWorker().NewTask()
	f := tx.Closing()
	hand.PollPending(t, as, f.Poll)
	rx.Close(nil)
	require.True(t, as.IsWoken())
	rx = tx.Subscribe()
	hand.PollPending(t, as, f.Poll)
	rx.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, f.Poll, nil)
}

func TestAClosedThatIsDroppedIsNotWoken(t *testing.T) {
	tx, rx := watch.New(0)
	k := hand.NewWorker()
	gone, stays := k.NewTask(), k.NewTask()
	f, g := tx.Closing(), tx.Closing()
	hand.PollPending(t, gone, f.Poll)
	hand.PollPending(t, stays, g.Poll)
	future.Drop(gone.Poll(), f)
	future.Drop(nil, tx.Closing()) // never polled
	rx.Close(nil)
	require.False(t, gone.IsWoken())
	require.True(t, stays.IsWoken())
}

// covers: F134
// tokio: src/sync/watch.rs Sender::send_replace: it stores without receivers, and gives back the old value
func TestSendReplaceWorksWithoutReceivers(t *testing.T) {
	tx := watch.NewSender("one")
	require.ErrorIs(t, tx.Send(nil, "two"), watch.ErrClosed)
	require.Equal(t, "one", tx.SendReplace(nil, "three"))
	require.Equal(t, "three", tx.Get())
	rx := tx.Subscribe()
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx.PollChanged) // it has seen what was there
	require.Equal(t, "three", tx.SendReplace(nil, "four"))
	hand.PollReady(t, as, rx.PollChanged, nil)
}

// tokio: src/sync/watch.rs Sender::send_if_modified: nobody is told unless the function says so
func TestSendIfModifiedTellsOnlyOfChanges(t *testing.T) {
	tx, rx := watch.New(1)
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx.PollChanged)
	require.False(t, tx.SendIfModified(nil, func(v *int) bool { return *v > 1 }))
	require.False(t, as.IsWoken())
	requireChangedInt(t, rx, false)
	require.True(t, tx.SendIfModified(nil, func(v *int) bool { *v = 7; return true }))
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, nil)
	require.Equal(t, 7, rx.Get())
}

func requireChangedInt(t *testing.T, rx *watch.Receiver[int], want bool) {
	t.Helper()
	changed, err := rx.HasChanged()
	require.NoError(t, err)
	require.Equal(t, want, changed)
}

// tokio: T108 tests/sync_watch.rs send_modify_panic: the lock is free, nobody is told, and the next change works
func TestAPanicInSendModifyChangesNoVersion(t *testing.T) {
	tx, rx := watch.New("one")
	tx.SendModify(nil, func(v *string) { *v = "two" })
	require.Equal(t, "two", rx.GetAndUpdate())
	rx2 := rx.Clone()
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx2.PollChanged)
	require.PanicsWithValue(t, "boom", func() {
		tx.SendModify(nil, func(v *string) {
			*v = "panicked"
			panic("boom")
		})
	})
	require.False(t, as.IsWoken())
	hand.PollPending(t, as, rx2.PollChanged)
	require.Equal(t, "panicked", rx.Get())
	tx.SendModify(nil, func(v *string) { *v = "three" })
	hand.PollReady(t, as, rx2.PollChanged, nil)
	require.Equal(t, "three", rx.GetAndUpdate())
}

func TestAPanicInAReadersFunctionLeavesTheLockFree(t *testing.T) {
	tx, rx := watch.New(1)
	boom := func(int) { panic("boom") }
	require.Panics(t, func() { rx.View(boom) })
	require.Panics(t, func() { rx.ViewAndUpdate(boom) })
	require.Panics(t, func() { tx.View(boom) })
	as := hand.NewWorker().NewTask()
	require.Panics(t, func() { rx.PollWaitFor(as.Poll(), func(int) bool { panic("boom") }) })
	require.NoError(t, tx.Send(nil, 2)) // hangs if a lock is held
}

func TestViewShowsTheValueUnderTheLock(t *testing.T) {
	tx, rx := watch.New(map[string]int{"a": 1})
	tx.SendModify(nil, func(m *map[string]int) { (*m)["a"] = 2 })
	got := 0
	look := func(m map[string]int) { got += m["a"] }
	tx.View(look)
	rx.View(look)
	changed, err := rx.HasChanged()
	require.NoError(t, err)
	require.True(t, changed, "View marks nothing")
	rx.ViewAndUpdate(look)
	changed, err = rx.HasChanged()
	require.NoError(t, err)
	require.False(t, changed)
	require.Equal(t, 6, got)
}

func TestAClosedSenderSendsNothing(t *testing.T) {
	tx, rx := watch.New(1)
	other := tx.Clone()
	tx.Close(nil)
	require.ErrorIs(t, tx.Send(nil, 2), watch.ErrClosed)
	require.Equal(t, 3, tx.SendReplace(nil, 3), "the value comes back")
	tx.SendModify(nil, func(*int) { t.Error("called") })
	require.False(t, tx.SendIfModified(nil, func(*int) bool { t.Error("called"); return true }))
	requireChangedInt(t, rx, false)
	require.ErrorIs(t, tx.Clone().Send(nil, 4), watch.ErrClosed)
	require.Equal(t, 1, other.SenderCount(), "the clone of a closed sender does not count")
	require.NoError(t, other.Send(nil, 5))
	other.Close(nil)
	tx.Clone().Close(nil)
	hand.PollReady(t, hand.NewWorker().NewTask(), rx.PollChanged, nil)
	hand.PollReady(t, hand.NewWorker().NewTask(), rx.PollChanged, watch.ErrClosed)
}

func TestAClosedReceiverReceivesNothing(t *testing.T) {
	tx, rx := watch.New(1)
	other := tx.Subscribe()
	k := hand.NewWorker()
	as := k.NewTask()
	hand.PollPending(t, as, rx.PollChanged)
	rx.Close(nil)
	require.NoError(t, tx.Send(nil, 2))
	require.False(t, as.IsWoken())
	hand.PollReady(t, as, rx.PollChanged, watch.ErrClosed)
	hand.PollReady(t, as, func(cx *future.Context) (int, bool, error) { return rx.PollWaitFor(cx, func(int) bool { return true }) }, watch.ErrClosed)
	_, err := rx.HasChanged()
	require.ErrorIs(t, err, watch.ErrClosed)
	require.Equal(t, 2, rx.Get())
	hand.PollReady(t, as, rx.Clone().PollChanged, watch.ErrClosed)
	require.Equal(t, 1, tx.ReceiverCount())
	hand.PollReady(t, as, other.PollChanged, nil)
}

// A Clone that has found its sender open may come to count itself after the last sender has closed.
func TestAClosedChannelIsNotRaised(t *testing.T) {
	tx, _ := watch.New(1)
	require.True(t, watch.Join(tx))
	require.Equal(t, 2, tx.SenderCount())
	tx2, _ := watch.New(1)
	tx2.Close(nil)
	require.False(t, watch.Join(tx2))
	require.Zero(t, tx2.SenderCount())
}
