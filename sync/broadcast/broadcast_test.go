package broadcast_test

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

// send sends and requires that it was for n receivers.
func send[T any](t testing.TB, tx *broadcast.Sender[T], v T, n int) {
	t.Helper()
	got, err := tx.Send(nil, v)
	require.NoError(t, err)
	require.Equal(t, n, got)
}

// tokio: tests/sync_broadcast.rs send_recv_bounded: a send wakes the receiver that waits
// tokio: tests/sync_broadcast.rs send_two_recv_bounded: it wakes each that waits, and none that does not
func TestASendWakesWhoWaits(t *testing.T) {
	tx, rx1 := broadcast.New[string](16)
	rx2 := tx.Subscribe()
	k := hand.NewWorker()
	t1, t2 := k.NewTask(), k.NewTask()
	hand.PollPending(t, t1, rx1.PollRecv)
	hand.PollPending(t, t2, rx2.PollRecv)
	send(t, tx, "hello", 2)
	require.True(t, t1.IsWoken())
	require.True(t, t2.IsWoken())
	require.Equal(t, "hello", hand.PollReady(t, t1, rx1.PollRecv, nil))
	require.Equal(t, "hello", hand.PollReady(t, t2, rx2.PollRecv, nil))

	hand.PollPending(t, t1, rx1.PollRecv)
	send(t, tx, "world", 2)
	require.True(t, t1.IsWoken())
	require.False(t, t2.IsWoken())
	require.Equal(t, "world", hand.PollReady(t, t1, rx1.PollRecv, nil))
	require.Equal(t, "world", hand.PollReady(t, t2, rx2.PollRecv, nil))
}

// tokio: tests/sync_broadcast.rs change_tasks: the task that polled last is woken
func TestAReceiverThatMovesToAnotherTask(t *testing.T) {
	tx, rx := broadcast.New[string](1)
	k := hand.NewWorker()
	t1, t2 := k.NewTask(), k.NewTask()
	hand.PollPending(t, t1, rx.PollRecv)
	hand.PollPending(t, t2, rx.PollRecv)
	send(t, tx, "hello", 1)
	require.True(t, t2.IsWoken())
}

// tokio: tests/sync_broadcast.rs send_slow_rx: a receiver that is slow gets what it has missed, in order
func TestASlowReceiverGetsEverythingInOrder(t *testing.T) {
	tx, rx1 := broadcast.New[string](16)
	rx2 := tx.Subscribe()
	k := hand.NewWorker()
	t1, t2 := k.NewTask(), k.NewTask()
	hand.PollPending(t, t1, rx1.PollRecv)
	hand.PollPending(t, t2, rx2.PollRecv)
	send(t, tx, "one", 2)
	require.True(t, t1.IsWoken())
	require.True(t, t2.IsWoken())
	send(t, tx, "two", 2)
	require.Equal(t, "one", hand.PollReady(t, t1, rx1.PollRecv, nil))
	require.Equal(t, "two", hand.PollReady(t, t1, rx1.PollRecv, nil))
	hand.PollPending(t, t1, rx1.PollRecv)
	send(t, tx, "three", 2)
	require.True(t, t1.IsWoken())
	require.Equal(t, "three", hand.PollReady(t, t1, rx1.PollRecv, nil))
	for _, want := range []string{"one", "two", "three"} {
		require.Equal(t, want, hand.PollReady(t, t2, rx2.PollRecv, nil))
	}
}

// tokio: tests/sync_broadcast.rs drop_rx_while_values_remain: receivers close with values left
func TestReceiversCloseWithValuesLeft(t *testing.T) {
	tx, rx1 := broadcast.New[int](16)
	rx2, rx3 := tx.Subscribe(), tx.Subscribe()
	send(t, tx, 1, 3)
	send(t, tx, 2, 3)
	_, err := rx1.TryRecv()
	require.NoError(t, err)
	rx2.Close(nil)
	rx2.Close(nil) // counts once
	rx1.Close(nil)
	require.Equal(t, 2, tx.Len())
	require.Equal(t, 1, tx.ReceiverCount())
	send(t, tx, 3, 1)
	rx3.Drop(nil)
	require.Zero(t, tx.Len())
	_, err = rx3.TryRecv()
	require.ErrorIs(t, err, broadcast.ErrClosed)
	require.Zero(t, rx3.Len())
}

// tokio: tests/sync_broadcast.rs send_no_rx: a send without receivers fails, until somebody subscribes
func TestASendWithoutReceiversFails(t *testing.T) {
	tx, rx := broadcast.New[string](16)
	rx.Close(nil)
	_, err := tx.Send(nil, "hello")
	require.ErrorIs(t, err, broadcast.ErrNoReceivers)
	rx = tx.Subscribe()
	send(t, tx, "world", 1)
	v, err := rx.TryRecv()
	require.NoError(t, err)
	require.Equal(t, "world", v)
}

// tokio: tests/sync_broadcast.rs zero_capacity: it panics
// tokio: tests/sync_broadcast.rs capacity_too_big: so does what cannot be rounded up
// tokio: T62 tests/sync_panic.rs broadcast_channel_panic_caller: the panic names the mistake
func TestACapacityThatCannotBePanics(t *testing.T) {
	require.PanicsWithValue(t, "broadcast: capacity must be positive", func() { broadcast.New[int](0) })
	require.PanicsWithValue(t, "broadcast: capacity must be positive", func() { broadcast.New[int](-1) })
	require.PanicsWithValue(t, "broadcast: capacity is too large", func() { broadcast.New[struct{}](1 + math.MaxInt/2) })
	for capacity, want := range map[int]int{1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 1000: 1024} {
		require.Equal(t, want, broadcast.NewSender[int](capacity).Capacity())
	}
}

// tokio: tests/sync_broadcast.rs dropping_tx_notifies_rx: the last sender that closes wakes all receivers
func TestTheLastSenderThatClosesWakes(t *testing.T) {
	tx, rx1 := broadcast.New[int](16)
	rx2, tx2 := tx.Subscribe(), tx.Clone()
	require.True(t, tx.SameChannel(tx2))
	require.True(t, rx1.SameChannel(rx2))
	k := hand.NewWorker()
	t1, t2 := k.NewTask(), k.NewTask()
	hand.PollPending(t, t1, rx1.PollRecv)
	hand.PollPending(t, t2, rx2.PollRecv)
	tx.Close(nil)
	tx.Close(nil) // counts once
	require.False(t, t1.IsWoken())
	hand.PollPending(t, t2, rx2.PollRecv)
	require.False(t, rx1.IsClosed())
	tx2.Close(nil)
	require.True(t, t1.IsWoken())
	require.True(t, t2.IsWoken())
	require.True(t, rx1.IsClosed())
	hand.PollReady(t, t1, rx1.PollRecv, broadcast.ErrClosed)
	hand.PollReady(t, t2, rx2.PollRecv, broadcast.ErrClosed)
	hand.PollReady(t, t2, rx2.PollNext, io.EOF)
}

// covers: F129
// tokio: T105 tests/sync_broadcast.rs unconsumed_messages_are_dropped: a value goes when its last receiver has read it or closes
func TestAValueIsReleasedByItsLastReader(t *testing.T) {
	tx, rx1 := broadcast.New[*[64]int](16)
	rx2 := tx.Subscribe()
	kept := func() weak.Pointer[[64]int] {
		v := new([64]int)
		send(t, tx, v, 2)
		return weak.Make(v)
	}
	first, second, third := kept(), kept(), kept()
	alive := func() (n int) {
		goruntime.GC()
		for _, p := range []weak.Pointer[[64]int]{first, second, third} {
			if p.Value() != nil {
				n++
			}
		}
		return n
	}
	recv := func(rx *broadcast.Receiver[*[64]int]) {
		_, err := rx.TryRecv()
		require.NoError(t, err)
	}
	require.Equal(t, 3, alive())
	recv(rx1)
	recv(rx1)
	require.Equal(t, 3, alive())
	recv(rx2)
	require.Equal(t, 2, alive())
	rx2.Close(nil)
	require.Equal(t, 1, alive())
	rx1.Close(nil)
	require.Zero(t, alive())
	goruntime.KeepAlive(tx)
}

// tokio: tests/sync_broadcast.rs sender_len_random: the sender's Len is that of the slowest receiver, up to the capacity
func TestTheSendersLenIsThatOfTheSlowestReceiver(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tx, rx1 := broadcast.New[int](16)
	rx2 := tx.Subscribe()
	for range 2000 {
		switch r.IntN(4) {
		case 0:
			_, _ = rx1.TryRecv()
		case 1:
			_, _ = rx2.TryRecv()
		default:
			send(t, tx, 0, 2)
		}
		require.Equal(t, min(max(rx1.Len(), rx2.Len()), 16), tx.Len())
		require.Equal(t, rx1.IsEmpty() && rx2.IsEmpty(), tx.IsEmpty())
	}
}

// tokio: T106 tests/sync_broadcast.rs receiver_recv_is_cooperative: values, lags and ends use up the budget
func TestLoopsYield(t *testing.T) {
	tx, rx := broadcast.New[int](8)
	hand.PollYields(t, func(cx *future.Context) (int, bool, error) {
		send(t, tx, 1, 1)
		return rx.PollRecv(cx)
	})
	hand.PollYields(t, func(cx *future.Context) (int, bool, error) {
		for range 9 {
			send(t, tx, 1, 1)
		}
		return rx.PollRecv(cx)
	})
	tx.Close(nil)
	_, _ = rx.TryRecv()
	hand.PollYields(t, tx.Subscribe().PollRecv)
	lonely := broadcast.NewSender[int](1)
	var w broadcast.Waiter
	hand.PollYields(t, func(cx *future.Context) (struct{}, bool, error) { return lonely.PollClosed(cx, &w) })
}

// In a body, which need not wait for what is there: it yields in the end, and sees its abort then.
func TestABodyThatNeverWaitsYields(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	h := runtime.Go(rt, func(cx *future.Context) (struct{}, error) {
		tx, rx := broadcast.New[int](8)
		for {
			send(t, tx, 1, 1)
			_, _ = rx.Recv(cx)
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

// tokio: T106 tests/sync_broadcast.rs broadcast_sender_closed: the sender learns that the last receiver is gone
// tokio: T106 tests/sync_broadcast.rs broadcast_sender_closed_with_extra_subscribe: and waits on if there is one again
// tokio: T106 tests/sync_broadcast.rs broadcast_sender_new_must_be_closed: a new sender has no receiver
func TestClosedIsReadyWhileThereIsNoReceiver(t *testing.T) {
	tx := broadcast.NewSender[int](1)
	k := hand.NewWorker()
	as := k.NewTask()
	hand.PollReady(t, as, tx.Closing().Poll, nil)
	rx, rx2 := tx.Subscribe(), tx.Subscribe()
	f := tx.Closing()
	hand.PollPending(t, as, f.Poll)
	require.False(t, tx.IsClosed())
	rx.Close(nil)
	require.False(t, as.IsWoken())
	hand.PollPending(t, as, f.Poll)
	rx2.Close(nil)
	require.True(t, as.IsWoken())
	require.True(t, tx.IsClosed())
	rx3 := tx.Subscribe()
	hand.PollPending(t, as, f.Poll)
	rx3.Close(nil)
	require.True(t, as.IsWoken())
	hand.PollReady(t, as, f.Poll, nil)

	rx4 := tx.Subscribe()
	gone, stays := tx.Closing(), tx.Closing()
	as2 := k.NewTask()
	hand.PollPending(t, as, gone.Poll)
	hand.PollPending(t, as2, stays.Poll)
	future.Drop(nil, gone)
	rx4.Close(nil)
	require.False(t, as.IsWoken())
	require.True(t, as2.IsWoken())
}

func TestAClosedHandleDoesNothing(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	other := tx.Clone()
	tx.Close(nil)
	_, err := tx.Send(nil, 1)
	require.ErrorIs(t, err, broadcast.ErrClosed)
	_, err = tx.Clone().Send(nil, 1)
	require.ErrorIs(t, err, broadcast.ErrClosed)
	tx.Clone().Close(nil)
	require.Equal(t, 1, other.StrongCount())
	as := hand.NewWorker().NewTask()
	hand.PollPending(t, as, rx.PollRecv)
	rx.Close(nil)
	rx2 := other.Subscribe()
	send(t, other, 2, 1)
	require.False(t, as.IsWoken())
	require.Zero(t, rx.Len())
	hand.PollReady(t, as, rx.PollRecv, broadcast.ErrClosed)
	hand.PollReady(t, as, rx.PollNext, io.EOF)
	require.Equal(t, 2, hand.PollReady(t, as, rx2.PollRecv, nil))
}

func TestTheStreamGoesOnAfterALag(t *testing.T) {
	tx, rx := broadcast.New[int](2)
	for i := range 4 {
		send(t, tx, i, 1)
	}
	tx.Close(nil)
	as := hand.NewWorker().NewTask()
	hand.PollReady(t, as, rx.PollNext, error(&broadcast.LaggedError{Skipped: 2}))
	require.Equal(t, 2, hand.PollReady(t, as, rx.PollNext, nil))
	require.Equal(t, 3, hand.PollReady(t, as, rx.PollNext, nil))
	hand.PollReady(t, as, rx.PollNext, io.EOF)
	require.EqualError(t, &broadcast.LaggedError{Skipped: 2}, "broadcast: receiver lagged, values skipped: 2")
}

// tokio: tests/sync_broadcast.rs async_recv_lagged_then_resumes_from_oldest_retained: Recv lags as TryRecv does
func TestBodiesAndGoroutinesReceiveTheSameWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		tx, rx := broadcast.New[int](2)
		rx2, rx3 := tx.Subscribe(), tx.Subscribe()
		for i := 1; i <= 3; i++ {
			send(t, tx, i*10, 3)
		}
		lag := &broadcast.LaggedError{Skipped: 1}
		inTask := runtime.Go(rt, func(cx *future.Context) (none struct{}, _ error) {
			_, err := rx.Recv(cx)
			require.Equal(t, lag, err)
			for _, want := range []int{20, 30, 40} {
				v, err := rx.Recv(cx)
				require.NoError(t, err)
				require.Equal(t, want, v)
			}
			_, err = rx.Recv(cx)
			require.Equal(t, broadcast.ErrClosed, err)
			return none, nil
		})
		ranged := runtime.Go(rt, func(cx *future.Context) (got []any, _ error) {
			for v, err := range rx2.All(cx) {
				if got = append(got, v, err); v == 30 {
					break
				}
			}
			for v, err := range rx2.All(cx) {
				got = append(got, v, err)
			}
			return got, nil
		})
		left := runtime.Go(rt, func(cx *future.Context) (none struct{}, _ error) { return none, tx.Closed(cx) })
		outside := make(chan int)
		go func() { // ends with the channel
			defer close(outside)
			for {
				v, err := rx3.RecvBlocking(t.Context())
				if errors.Is(err, broadcast.ErrClosed) {
					break
				}
				outside <- v
			}
			if tx.ClosedBlocking(t.Context()) == nil {
				outside <- -1
			}
		}()
		for _, want := range []int{0, 20, 30} {
			require.Equal(t, want, <-outside)
		}
		synctest.Wait()
		require.False(t, inTask.IsFinished())
		send(t, tx, 40, 3)
		require.Equal(t, 40, <-outside)
		tx.Close(nil)
		_, err = inTask.Wait(t.Context())
		require.NoError(t, err)
		got, err := ranged.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, []any{0, lag, 20, nil, 30, nil, 40, nil}, got)
		synctest.Wait() // the goroutine has left its receiver
		for _, r := range []*broadcast.Receiver[int]{rx, rx2, rx3} {
			require.False(t, left.IsFinished())
			r.Close(nil)
		}
		require.Equal(t, -1, <-outside)
		_, err = left.Wait(t.Context())
		require.NoError(t, err)
		require.NoError(t, rt.Close())
	})
}

func TestAReceiveThatIsGivenUpLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tx, rx := broadcast.New[int](2)
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		returned := make(chan error)
		go func() { // ends when ctx ends
			_, err := rx.RecvBlocking(ctx)
			returned <- err
		}()
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-returned, cause)
		send(t, tx, 1, 1)
		v, err := rx.RecvBlocking(ctx)
		require.NoError(t, err, "what is there wins")
		require.Equal(t, 1, v)
	})
}
