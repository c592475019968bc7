package mpsc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/timer"
)

// tokio: T92 tests/sync_mpsc.rs buffer_gteq_one: a channel without room cannot be made
// covers: F115
// tokio: T62 tests/sync_panic.rs mpsc_bounded_channel_panic_caller: the panic names the capacity
func TestAChannelHasRoomForOneAtLeast(t *testing.T) {
	for _, capacity := range []int{0, -1} {
		require.PanicsWithValue(t, "mpsc: channel of capacity "+map[int]string{0: "0", -1: "-1"}[capacity]+": it must be at least 1",
			func() { mpsc.New[int](capacity) })
	}
}

// tokio: tests/sync_mpsc.rs try_send_fail: a full channel refuses at once, and takes the next value after a receive
// tokio: tests/sync_mpsc.rs try_send_fail_with_try_recv: the same with try_recv, and its end
// covers: F117
func TestTrySendRefusesWhenFull(t *testing.T) {
	tx, rx := mpsc.New[string](1)
	require.NoError(t, tx.TrySend(nil, "hello"))
	require.ErrorIs(t, tx.TrySend(nil, "fail"), mpsc.ErrFull)
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, "hello", v)
	require.NoError(t, tx.TrySend(nil, "goodbye"))
	tx.Close(nil)
	v, err = rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, "goodbye", v)
	_, err = rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

// tokio: T92 tests/sync_mpsc.rs send_recv_buffer_limited: a waiting reservation is woken by a receive, and nobody takes its place
func TestAFreedPlaceBelongsToWhoWaits(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	p1, err := tx.TryReserve()
	require.NoError(t, err)
	p1.Send(nil, 1)
	second := hand.NewTask()
	var w mpsc.Waiter
	reserve := func() (mpsc.Permit[int], bool, error) { return tx.PollReserve(&second.Cx, &w) }
	hand.Pending(t, reserve)
	_, err = rx.TryRecv(nil)
	require.NoError(t, err)
	require.True(t, second.WasWoken())
	require.ErrorIs(t, tx.TrySend(nil, 1337), mpsc.ErrFull)
	p2 := hand.Ready(t, reserve)
	p2.Send(nil, 2)
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

// tokio: tests/sync_mpsc.rs no_t_bounds_buffer: a type without any method can be sent by a clone
func TestACloneSendsToTheSameChannel(t *testing.T) {
	type opaque struct{ _ func() }
	tx, rx := mpsc.New[opaque](100)
	clone := tx.Clone()
	require.True(t, tx.SameChannel(clone))
	require.NoError(t, clone.TrySend(nil, opaque{}))
	_, err := rx.TryRecv(nil)
	require.NoError(t, err)
	other, _ := mpsc.New[opaque](100)
	require.False(t, tx.SameChannel(other))

	utx, urx := mpsc.NewUnbounded[opaque]()
	uclone := utx.Clone()
	require.True(t, utx.SameChannel(uclone))
	require.NoError(t, uclone.Send(nil, opaque{}))
	_, err = urx.TryRecv(nil)
	require.NoError(t, err)
	uother, _ := mpsc.NewUnbounded[opaque]()
	require.False(t, utx.SameChannel(uother))
}

func TestAClosedSenderSendsNothing(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	keep := tx.Clone()
	tx.Close(nil)
	tx.Close(nil) // counted once
	require.Equal(t, 1, keep.StrongCount())
	require.True(t, tx.IsClosed())
	require.False(t, keep.IsClosed())
	require.True(t, tx.Clone().IsClosed())
	require.ErrorIs(t, tx.TrySend(nil, 1), mpsc.ErrClosed)
	require.ErrorIs(t, tx.SendBlocking(t.Context(), 1), mpsc.ErrClosed)
	_, err := tx.TryReserve()
	require.ErrorIs(t, err, mpsc.ErrClosed)
	task := hand.NewTask()
	var w mpsc.Waiter
	hand.Fails(t, mpsc.ErrClosed, func() (none, bool, error) { return tx.PollSend(&task.Cx, &w, 1) })
	hand.Fails(t, mpsc.ErrClosed, func() (mpsc.Permit[int], bool, error) { return tx.PollReserve(&task.Cx, &w) })
	in(t, 1, func(cx *future.Context) error {
		require.ErrorIs(t, tx.Send(cx, 1), mpsc.ErrClosed)
		return nil
	})
	require.Zero(t, rx.Len())

	utx, urx := mpsc.NewUnbounded[int]()
	utx.Close(nil)
	require.ErrorIs(t, utx.Send(nil, 1), mpsc.ErrClosed)
	require.True(t, utx.Clone().IsClosed())
	require.Zero(t, urx.Len())
}

// A sender that is closed while another holder of it waits gives the wait up at the next poll.
func TestAWaitOnASenderThatWasClosedFails(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	task := hand.NewTask()
	var w mpsc.Waiter
	send := func() (none, bool, error) { return tx.PollSend(&task.Cx, &w, 2) }
	hand.Pending(t, send)
	tx.Close(nil)
	hand.Fails(t, mpsc.ErrClosed, send)
	_, err := rx.TryRecv(nil)
	require.NoError(t, err)
	_, err = rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

// tokio: tests/sync_mpsc.rs test_tx_capacity: permits and values lower the capacity, the maximum stays
// covers: F123
func TestCapacityCountsPermitsAndValues(t *testing.T) {
	tx, rx := mpsc.New[int](10)
	require.Equal(t, 10, tx.Capacity())
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	require.Equal(t, 9, tx.Capacity())
	require.NoError(t, tx.TrySend(nil, 1))
	require.Equal(t, 8, tx.Capacity())
	require.Equal(t, 8, rx.Capacity())
	require.Equal(t, 10, tx.MaxCapacity())
	require.Equal(t, 10, rx.MaxCapacity())
	permit.Release(nil)
	_, err = rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, 10, tx.Capacity())
}

// tokio: tests/sync_mpsc.rs recv_timeout: a send that waits too long gives up, and one to a closed channel fails at once
// covers: F117
func TestASendWithADeadlineGivesUp(t *testing.T) {
	clock := timer.NewPausedClock(time.Now())
	rt, err := runtime.New(runtime.Config{Workers: 1, Clock: clock})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close()) }()
	_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
		tx, rx := mpsc.New[int](5)
		send := func(v int) error {
			_, err := future.Await(cx, timer.Timeout(time.Second, future.Future[none](tx.Sending(v))))
			return err
		}
		for i := range 5 {
			require.NoError(t, send(i))
		}
		require.ErrorIs(t, send(5), timer.ErrElapsed)
		require.Equal(t, 5, rx.Len())
		_, err := rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, 1, tx.Capacity(), "the send that gave up has left the queue")
		rx.Drop(cx)
		require.ErrorIs(t, send(70), mpsc.ErrClosed)
		return none{}, nil
	}))
	require.NoError(t, err)
}

// tokio: T101 tests/sync_mpsc.rs blocking_send: an ordinary goroutine sends and waits while the channel is full
// covers: F117
func TestSendBlockingWaitsForRoom(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	sent := make(chan error, 1)
	go func() { // ends when all are received
		for i := range 100 {
			if err := tx.SendBlocking(t.Context(), i); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	in(t, 1, func(cx *future.Context) error {
		for i := range 100 {
			v, err := rx.Recv(cx)
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		return nil
	})
	require.NoError(t, <-sent)
}

func TestSendBlockingThatIsCancelledHasNotSent(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	require.ErrorIs(t, tx.SendBlocking(ctx, 2), why)
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	require.Equal(t, 1, tx.Capacity())
	require.Zero(t, rx.Len())
}

// tokio: src/sync/tests/loom_mpsc.rs closing_bounded_rx: all who wait for the end of the receiver are woken
// tokio: src/sync/tests/loom_mpsc.rs closing_unbounded_rx: the same without a bound
// covers: F123
func TestClosedWaitsForTheReceiver(t *testing.T) {
	tx, rx := mpsc.New[int](16)
	utx, urx := mpsc.NewUnbounded[int]()
	in(t, 2, func(cx *future.Context) error {
		waits := []*runtime.JoinHandle[none]{
			runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Closed(cx) }),
			runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Clone().Closed(cx) }),
			runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, utx.Closed(cx) }),
			runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, utx.Closed(cx) }),
		}
		require.NoError(t, future.Yield(cx))
		require.False(t, tx.IsClosed())
		rx.Drop(cx)
		urx.Close(cx)
		for _, h := range waits {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
		require.True(t, tx.IsClosed())
		require.True(t, utx.IsClosed())
		return tx.Closed(cx)
	})
}

func TestAWatcherThatIsDroppedIsNotWoken(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	var tasks [3]hand.Task
	var ws [3]mpsc.Waiter
	for i := range tasks {
		tasks[i].Init()
		hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&tasks[i].Cx, &ws[i]) })
	}
	hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&tasks[0].Cx, &ws[0]) })
	ws[1].Drop(nil)
	ws[1].Drop(nil)
	rx.Close(nil)
	require.True(t, tasks[0].WasWoken())
	require.False(t, tasks[1].WasWoken())
	require.True(t, tasks[2].WasWoken())
	hand.Ready(t, func() (none, bool, error) { return tx.PollClosed(&tasks[0].Cx, &ws[0]) })
}

func TestAWaiterWaitsForOneThing(t *testing.T) {
	tx, _ := mpsc.New[int](1)
	other, _ := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	task := hand.NewTask()
	var w mpsc.Waiter
	const text = "mpsc: this Waiter waits for something else: each wait needs a Waiter of its own"
	hand.Pending(t, func() (none, bool, error) { return tx.PollSend(&task.Cx, &w, 1) })
	require.PanicsWithValue(t, text, func() { _, _, _ = other.PollSend(&task.Cx, &w, 1) })
	require.PanicsWithValue(t, text, func() { _, _, _ = other.PollReserve(&task.Cx, &w) })
	require.PanicsWithValue(t, text, func() { _, _, _ = tx.PollClosed(&task.Cx, &w) })
	w.Drop(nil)
	hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&task.Cx, &w) })
	require.PanicsWithValue(t, text, func() { _, _, _ = other.PollClosed(&task.Cx, &w) })
	require.PanicsWithValue(t, text, func() { _, _, _ = tx.PollSend(&task.Cx, &w, 1) })
	w.Drop(nil)
	require.Equal(t, 0, tx.Capacity())
	require.Equal(t, 1, other.Capacity(), "no lock is held")
}

// Waiters that are served at once, more of them than are woken under one lock, are all served.
func TestOneReceiveServesManyWaiters(t *testing.T) {
	const n = 100
	tx, rx := mpsc.New[int](n)
	for i := range n {
		require.NoError(t, tx.TrySend(nil, i))
	}
	tasks, ws := make([]hand.Task, n), make([]mpsc.Waiter, n)
	send := func(i int) func() (none, bool, error) {
		return func() (none, bool, error) { return tx.PollSend(&tasks[i].Cx, &ws[i], n+i) }
	}
	for i := range n {
		tasks[i].Init()
		hand.Pending(t, send(i))
	}
	receiver := hand.NewTask()
	got := make([]int, n)
	require.Equal(t, n, hand.Ready(t, func() (int, bool, error) { return rx.PollRecvMany(&receiver.Cx, got) }))
	for i := range n {
		require.True(t, tasks[i].WasWoken())
		hand.Ready(t, send(i))
	}
	require.Zero(t, tx.Capacity())
	require.Equal(t, n, hand.Ready(t, func() (int, bool, error) { return rx.PollRecvMany(&receiver.Cx, got) }))
	require.Equal(t, n, got[0])
	require.Equal(t, 2*n-1, got[n-1])
}

// The same when the channel is closed.
func TestCloseWakesManyWaiters(t *testing.T) {
	const n = 100
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 0))
	tasks, ws := make([]hand.Task, n), make([]mpsc.Waiter, n)
	for i := range n {
		tasks[i].Init()
		if i%2 == 0 {
			hand.Pending(t, func() (none, bool, error) { return tx.PollSend(&tasks[i].Cx, &ws[i], i) })
		} else {
			hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&tasks[i].Cx, &ws[i]) })
		}
	}
	rx.Close(nil)
	for i := range n {
		require.True(t, tasks[i].WasWoken())
	}
}

// An aborted task that waits to send has not sent, and the next in the queue gets its place.
func TestAnAbortedSendPassesItsPlaceOn(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, tx.Send(cx, 1))
		send := func(v int) *runtime.JoinHandle[none] {
			return runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Send(cx, v) })
		}
		first := send(2)
		require.NoError(t, future.Yield(cx))
		second := send(3)
		require.NoError(t, future.Yield(cx))
		require.Zero(t, tx.Capacity())
		first.Abort()
		_, err := first.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		v, err := rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, 1, v)
		_, err = second.Await(cx)
		require.NoError(t, err)
		v, err = rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.Equal(t, 1, tx.Capacity())
		return nil
	})
}

// A send spends one unit of the budget, an unbounded one none.
//
// tokio: T1 tests/rt_common.rs coop: a task whose channel is always ready lets others run
// covers: F125
func TestSendsSpendTheBudget(t *testing.T) {
	tx, rx := mpsc.New[int](1000)
	utx, urx := mpsc.NewUnbounded[int]()
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, future.Yield(cx))
		for range 10 * future.Budget {
			require.NoError(t, utx.Send(cx, 1))
		}
		require.True(t, cx.HasBudget())
		var w mpsc.Waiter
		for i := range future.Budget {
			_, ready, err := tx.PollSend(cx, &w, i)
			require.NoError(t, err)
			require.True(t, ready)
		}
		_, ready, err := tx.PollSend(cx, &w, 0)
		require.NoError(t, err)
		require.False(t, ready)
		_, ready, _ = tx.PollReserve(cx, &w)
		require.False(t, ready)
		_, ready, _ = rx.PollRecv(cx)
		require.False(t, ready)
		_, ready, _ = urx.PollRecvMany(cx, make([]int, 1))
		require.False(t, ready)
		rx.Close(cx)
		_, ready, _ = tx.PollClosed(cx, &w)
		require.False(t, ready)
		require.NoError(t, future.Yield(cx))
		for range future.Budget - 1 {
			_, err := rx.Recv(cx)
			require.NoError(t, err)
		}
		require.True(t, cx.HasBudget())
		n, err := urx.RecvMany(cx, make([]int, 500))
		require.NoError(t, err)
		require.Equal(t, 500, n)
		require.False(t, cx.HasBudget())
		return nil
	})
}

// Also in a body, which does not poll, and after a wait.
func TestSendsOfEachKindSpendTheBudget(t *testing.T) {
	tx, rx := mpsc.New[int](future.Budget)
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, future.Yield(cx))
		for range future.Budget {
			require.NoError(t, tx.Send(cx, 1))
		}
		require.False(t, cx.HasBudget())

		var w mpsc.Waiter
		require.NoError(t, future.Yield(cx))
		for range future.Budget - 1 {
			require.NoError(t, future.ConsumeBudget(cx))
		}
		_, ready, err := tx.PollSend(cx, &w, 1)
		require.NoError(t, err)
		require.False(t, ready)
		_, err = rx.TryRecv(cx)
		require.NoError(t, err)
		require.True(t, cx.HasBudget())
		_, ready, err = tx.PollSend(cx, &w, 1)
		require.NoError(t, err)
		require.True(t, ready)
		require.False(t, cx.HasBudget())
		return nil
	})
}

// The same wait, polled by another task.
func TestASenderThatChangesItsTaskWakesTheNewOne(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	first, second := hand.NewTask(), hand.NewTask()
	var sends, watches mpsc.Waiter
	for _, on := range []*hand.Task{first, second} {
		_, ready, err := tx.PollSend(&on.Cx, &sends, 2)
		require.NoError(t, err)
		require.False(t, ready)
		_, ready, err = tx.PollClosed(&on.Cx, &watches)
		require.NoError(t, err)
		require.False(t, ready)
	}
	_, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.True(t, second.WasWoken())
	_, ready, _ := tx.PollSend(&second.Cx, &sends, 2)
	require.True(t, ready)
	rx.Close(nil)
	require.True(t, second.WasWoken())
	require.False(t, first.WasWoken())
}
