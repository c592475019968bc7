package oneshot_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
	"github.com/simmer-go/simmer/timer"
)

// tokio: tests/sync_oneshot.rs send_recv: the value wakes the receiver and arrives
// covers: F112
func TestTheValueArrives(t *testing.T) {
	tx, rx := oneshot.New[int]()
	receiver := hand.NewTask()
	recv := func() (int, bool, error) { return rx.Poll(&receiver.Cx) }
	hand.Pending(t, recv)
	require.NoError(t, tx.Send(nil, 1))
	require.True(t, receiver.WasWoken())
	require.Equal(t, 1, hand.Ready(t, recv))
}

// tokio: tests/sync_oneshot.rs async_send_recv: from one task to another
func TestTheValueGoesFromTaskToTask(t *testing.T) {
	in(t, 2, func(cx *future.Context) error {
		tx, rx := oneshot.New[string]()
		runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Send(cx, "hello") })
		v, err := rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, "hello", v)
		tx, rx = oneshot.New[string]()
		require.NoError(t, tx.Send(cx, "again"))
		v, err = future.Await(cx, future.Future[string](rx))
		require.NoError(t, err)
		require.Equal(t, "again", v)
		return nil
	})
}

// tokio: tests/sync_oneshot.rs close_tx: a sender that goes wakes the receiver with an error
func TestASenderThatGoesEndsTheChannel(t *testing.T) {
	tx, rx := oneshot.New[int]()
	receiver := hand.NewTask()
	recv := func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }
	hand.Pending(t, recv)
	tx.Close(nil)
	tx.Close(nil)
	require.True(t, receiver.WasWoken())
	require.True(t, tx.IsClosed())
	require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
	hand.Fails(t, oneshot.ErrClosed, recv)
}

func TestCloseAfterSendDoesNothing(t *testing.T) {
	tx, rx := oneshot.New[int]()
	require.False(t, tx.IsClosed())
	require.NoError(t, tx.Send(nil, 1))
	require.True(t, tx.IsClosed())
	tx.Close(nil)
	require.ErrorIs(t, tx.Send(nil, 2), oneshot.ErrClosed)
	v, err := rx.TryRecv()
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

func TestTheZeroSenderIsClosed(t *testing.T) {
	var tx oneshot.Sender[int]
	require.True(t, tx.IsClosed())
	require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
	tx.Close(nil)
	sender := hand.NewTask()
	hand.Ready(t, func() (none, bool, error) { return tx.PollClosed(&sender.Cx) })
}

// tokio: tests/sync_oneshot.rs close_rx: a send to a receiver that is gone fails, and who waits for that is woken
// tokio: tests/sync_oneshot.rs explicit_close_poll: also when the receiver closes and then polls
// tokio: tests/sync_oneshot.rs explicit_close_try_recv: or tries
// covers: F113 F114
func TestAReceiverThatClosesEndsTheChannel(t *testing.T) {
	for name, end := range map[string]func(rx *oneshot.Receiver[int]){
		"close": func(rx *oneshot.Receiver[int]) { rx.Close(nil); rx.Close(nil) },
		"drop":  func(rx *oneshot.Receiver[int]) { rx.Drop(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			sender, receiver := hand.NewTask(), hand.NewTask()
			closed := func() (none, bool, error) { return tx.PollClosed(&sender.Cx) }
			hand.Pending(t, closed)
			require.False(t, sender.WasWoken())
			end(rx)
			require.True(t, sender.WasWoken())
			require.True(t, tx.IsClosed())
			hand.Ready(t, closed)
			require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
			_, err := rx.TryRecv()
			require.ErrorIs(t, err, oneshot.ErrClosed)
			hand.Fails(t, oneshot.ErrClosed, func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) })
		})
	}
}

// tokio: tests/sync_oneshot.rs explicit_close_poll: a value that was sent before close is still received
// tokio: tests/sync_oneshot.rs explicit_close_try_recv: also by a try
// covers: F113
func TestCloseLeavesAValueThatWasSent(t *testing.T) {
	receiver := hand.NewTask()
	tx, rx := oneshot.New[int]()
	require.NoError(t, tx.Send(nil, 1))
	rx.Close(nil)
	require.Equal(t, 1, hand.Ready(t, func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }))
	tx, rx = oneshot.New[int]()
	require.NoError(t, tx.Send(nil, 2))
	rx.Close(nil)
	v, err := rx.TryRecv()
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

// tokio: tests/sync_oneshot.rs async_rx_closed: a task waits until its receiver is gone
// covers: F114
func TestClosedWaitsForTheReceiver(t *testing.T) {
	in(t, 2, func(cx *future.Context) error {
		tx, rx := oneshot.New[int]()
		runtime.Go(cx, func(cx *future.Context) (none, error) {
			rx.Drop(cx)
			return none{}, nil
		})
		require.NoError(t, tx.Closed(cx))
		require.NoError(t, tx.Closed(cx))
		return nil
	})
}

// tokio: tests/sync_oneshot.rs close_after_recv: close after the value does nothing
// tokio: tests/sync_oneshot.rs try_recv_after_completion: what was received is not received again
// tokio: tests/sync_oneshot.rs try_recv_after_completion_await: also if it was awaited
// tokio: tests/sync_oneshot.rs close_try_recv_poll: a poll after the end is an error here, not a panic
func TestAValueIsReceivedOnce(t *testing.T) {
	receiver := hand.NewTask()
	for name, first := range map[string]func(rx *oneshot.Receiver[int]) (int, error){
		"try":  func(rx *oneshot.Receiver[int]) (int, error) { return rx.TryRecv() },
		"poll": func(rx *oneshot.Receiver[int]) (int, error) { v, _, err := rx.Poll(&receiver.Cx); return v, err },
		"blocking": func(rx *oneshot.Receiver[int]) (int, error) {
			return rx.RecvBlocking(context.Background())
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			require.NoError(t, tx.Send(nil, 17))
			v, err := first(rx)
			require.NoError(t, err)
			require.Equal(t, 17, v)
			_, err = rx.TryRecv()
			require.ErrorIs(t, err, oneshot.ErrClosed)
			hand.Fails(t, oneshot.ErrClosed, func() (int, bool, error) { return rx.Poll(&receiver.Cx) })
			rx.Close(nil)
			rx.Drop(nil)
		})
	}
}

func TestTryRecvTellsEmptyFromClosed(t *testing.T) {
	tx, rx := oneshot.New[int]()
	_, err := rx.TryRecv()
	require.ErrorIs(t, err, oneshot.ErrEmpty)
	tx.Close(nil)
	_, err = rx.TryRecv()
	require.ErrorIs(t, err, oneshot.ErrClosed)
}

// tokio: tests/sync_oneshot.rs receiver_changes_task: the task that polled last is woken
func TestAReceiverMayChangeItsTask(t *testing.T) {
	tx, rx := oneshot.New[int]()
	one, two := hand.NewTask(), hand.NewTask()
	hand.Pending(t, func() (int, bool, error) { return rx.PollRecv(&one.Cx) })
	hand.Pending(t, func() (int, bool, error) { return rx.PollRecv(&two.Cx) })
	one.WasWoken() // it was displaced
	require.NoError(t, tx.Send(nil, 1))
	require.False(t, one.WasWoken())
	require.True(t, two.WasWoken())
	require.Equal(t, 1, hand.Ready(t, func() (int, bool, error) { return rx.PollRecv(&two.Cx) }))
}

// tokio: tests/sync_oneshot.rs sender_changes_task: the same for who waits for the receiver's end
func TestASenderMayChangeItsTask(t *testing.T) {
	tx, rx := oneshot.New[int]()
	one, two := hand.NewTask(), hand.NewTask()
	hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&one.Cx) })
	hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&two.Cx) })
	one.WasWoken()
	rx.Drop(nil)
	require.False(t, one.WasWoken())
	require.True(t, two.WasWoken())
	hand.Ready(t, func() (none, bool, error) { return tx.PollClosed(&two.Cx) })
}

// tokio: tests/sync_oneshot.rs drops_tasks: ends that are gone keep no task
func TestEndsThatAreGoneKeepNoTask(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[int], rx *oneshot.Receiver[int]){
		"close, drop": func(tx oneshot.Sender[int], rx *oneshot.Receiver[int]) { tx.Close(nil); rx.Drop(nil) },
		"drop, close": func(tx oneshot.Sender[int], rx *oneshot.Receiver[int]) { rx.Drop(nil); tx.Close(nil) },
		"send, drop":  func(tx oneshot.Sender[int], rx *oneshot.Receiver[int]) { _ = tx.Send(nil, 1); rx.Drop(nil) },
		"drop, send":  func(tx oneshot.Sender[int], rx *oneshot.Receiver[int]) { rx.Drop(nil); _ = tx.Send(nil, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			collected := make(chan none, 2)
			func() {
				sender, receiver := hand.NewTask(), hand.NewTask()
				for _, task := range []*hand.Task{sender, receiver} {
					goruntime.AddCleanup(task, func(none) { collected <- none{} }, none{})
				}
				hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&sender.Cx) })
				hand.Pending(t, func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) })
				end(tx, rx)
			}()
			for range 2 {
				goruntime.GC()
				<-collected
			}
			goruntime.KeepAlive(rx)
		})
	}
}

// The channel lets go of a value that was received, and of one that nobody will receive.
func TestTheChannelDoesNotKeepTheValue(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[*[64]byte], rx *oneshot.Receiver[*[64]byte], v *[64]byte){
		"received": func(tx oneshot.Sender[*[64]byte], rx *oneshot.Receiver[*[64]byte], v *[64]byte) {
			_ = tx.Send(nil, v)
			_, _ = rx.TryRecv()
		},
		"dropped": func(tx oneshot.Sender[*[64]byte], rx *oneshot.Receiver[*[64]byte], v *[64]byte) {
			_ = tx.Send(nil, v)
			rx.Drop(nil)
		},
		"refused": func(tx oneshot.Sender[*[64]byte], rx *oneshot.Receiver[*[64]byte], v *[64]byte) {
			rx.Close(nil)
			_ = tx.Send(nil, v)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[*[64]byte]()
			collected := make(chan none, 1)
			func() {
				v := new([64]byte)
				goruntime.AddCleanup(v, func(none) { collected <- none{} }, none{})
				end(tx, rx, v)
			}()
			goruntime.GC()
			<-collected
			goruntime.KeepAlive(rx)
		})
	}
}

// observed is what the receiver says about itself.
type observed struct{ terminated, empty bool }

// tokio: T91 tests/sync_oneshot.rs receiver_is_terminated_send: terminated once the value was awaited, not before
// tokio: T91 tests/sync_oneshot.rs receiver_is_terminated_try_recv: also if it was tried
// tokio: T91 tests/sync_oneshot.rs receiver_is_terminated_drop: after the error of a sender that went, not before
// tokio: T91 tests/sync_oneshot.rs receiver_is_terminated_rx_close: after the error that follows close, not before
// tokio: T91 tests/sync_oneshot.rs receiver_is_empty_send: not empty while the value waits to be awaited
// tokio: T91 tests/sync_oneshot.rs receiver_is_empty_try_recv: nor while it waits for a try
// tokio: T91 tests/sync_oneshot.rs receiver_is_empty_drop: always empty if no value comes
// tokio: T91 tests/sync_oneshot.rs receiver_is_empty_rx_close: nor after close
// covers: F113
func TestTheReceiverObservesItself(t *testing.T) {
	receiver := hand.NewTask()
	poll := func(rx *oneshot.Receiver[int]) { _, _, _ = rx.Poll(&receiver.Cx) }
	try := func(rx *oneshot.Receiver[int]) { _, _ = rx.TryRecv() }
	for name, test := range map[string]struct {
		does  func(tx oneshot.Sender[int], rx *oneshot.Receiver[int])
		after observed
		recv  func(rx *oneshot.Receiver[int])
	}{
		"send, poll":  {func(tx oneshot.Sender[int], _ *oneshot.Receiver[int]) { _ = tx.Send(nil, 17) }, observed{false, false}, poll},
		"send, try":   {func(tx oneshot.Sender[int], _ *oneshot.Receiver[int]) { _ = tx.Send(nil, 17) }, observed{false, false}, try},
		"close tx":    {func(tx oneshot.Sender[int], _ *oneshot.Receiver[int]) { tx.Close(nil) }, observed{false, true}, poll},
		"close rx":    {func(_ oneshot.Sender[int], rx *oneshot.Receiver[int]) { rx.Close(nil) }, observed{false, true}, poll},
		"close, try":  {func(_ oneshot.Sender[int], rx *oneshot.Receiver[int]) { rx.Close(nil) }, observed{false, true}, try},
		"nothing yet": {func(oneshot.Sender[int], *oneshot.Receiver[int]) {}, observed{false, true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			see := func() observed { return observed{rx.IsTerminated(), rx.IsEmpty()} }
			require.Equal(t, observed{false, true}, see())
			test.does(tx, rx)
			require.Equal(t, test.after, see())
			if test.recv == nil {
				try(rx)
				require.Equal(t, observed{false, true}, see())
				return
			}
			test.recv(rx)
			require.Equal(t, observed{true, true}, see())
		})
	}
}

// covers: F112
func TestRecvBlockingReceives(t *testing.T) {
	tx, rx := oneshot.New[int]()
	go func() { _ = tx.Send(nil, 1) }() // ends at once
	v, err := rx.RecvBlocking(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

// A receive that is cancelled keeps the channel as it was.
func TestACancelledRecvLosesNothing(t *testing.T) {
	tx, rx := oneshot.New[int]()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	_, err := rx.RecvBlocking(ctx)
	require.ErrorIs(t, err, why)
	in(t, 1, func(cx *future.Context) error {
		h := runtime.Go(cx, func(cx *future.Context) (int, error) { return rx.Recv(cx) })
		closed := runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Closed(cx) })
		require.NoError(t, future.Yield(cx))
		h.Abort()
		closed.Abort()
		_, err := h.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		_, err = closed.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		require.False(t, tx.IsClosed())
		require.NoError(t, tx.Send(cx, 1))
		v, err := rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, 1, v)
		return nil
	})
}

// A receiver that is awaited as a future is given up with its wait.
func TestAFutureThatGivesUpClosesTheChannel(t *testing.T) {
	clock := timer.NewPausedClock(time.Now())
	rt, err := runtime.New(runtime.Config{Workers: 1, Clock: clock})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close()) }()
	_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
		tx, rx := oneshot.New[int]()
		_, err := future.Await(cx, timer.Timeout(time.Second, future.Future[int](rx)))
		require.ErrorIs(t, err, timer.ErrElapsed)
		require.True(t, tx.IsClosed())
		return none{}, nil
	}))
	require.NoError(t, err)
}

func TestReceivesSpendTheBudget(t *testing.T) {
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, future.Yield(cx))
		var last oneshot.Sender[int]
		for range future.Budget / 2 {
			tx, rx := oneshot.New[int]()
			require.NoError(t, tx.Send(cx, 1))
			_, err := rx.Recv(cx)
			require.NoError(t, err)
			require.NoError(t, tx.Closed(cx))
			last = tx
		}
		require.False(t, cx.HasBudget())
		_, ready, _ := last.PollClosed(cx)
		require.False(t, ready)
		tx, rx := oneshot.New[int]()
		tx.Close(cx)
		_, ready, _ = rx.PollRecv(cx)
		require.False(t, ready)
		return nil
	})
}
