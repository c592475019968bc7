package mpsc_test

import (
	"context"
	"errors"
	"io"
	goruntime "runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// source is a channel of either kind, seen by a test that is the same for both.
type source struct {
	name  string
	send  func(cx *future.Context, v int) error
	close func()
	rx    *mpsc.Receiver[int]
}

// sources returns a channel of each kind; capacity is that of the bounded one.
func sources(capacity int) []source {
	tx, rx := mpsc.New[int](capacity)
	utx, urx := mpsc.NewUnbounded[int]()
	return []source{
		{"bounded", tx.TrySend, func() { tx.Close(nil) }, rx},
		{"unbounded", utx.Send, func() { utx.Close(nil) }, urx},
	}
}

// forBoth runs test for a channel of each kind.
func forBoth(t *testing.T, capacity int, test func(t *testing.T, s source)) {
	for _, s := range sources(capacity) {
		t.Run(s.name, func(t *testing.T) { test(t, s) })
	}
}

func (s source) fill(t *testing.T, n int) {
	for i := range n {
		require.NoError(t, s.send(nil, i))
	}
}

func (s source) take(t *testing.T, n int) {
	for range n {
		_, err := s.rx.TryRecv(nil)
		require.NoError(t, err)
	}
}

// tokio: tests/sync_mpsc.rs send_recv_unbounded: values arrive in order, then the end
// tokio: tests/sync_mpsc.rs async_send_recv_with_buffer: also from another task
// tokio: tests/sync_mpsc.rs async_send_recv_unbounded: the same without a bound
// tokio: tests/sync_mpsc.rs tx_close_gets_none: a channel without senders has ended
// covers: F119 F125
func TestValuesArriveInOrderAndThenTheEnd(t *testing.T) {
	forBoth(t, 500, func(t *testing.T, s source) {
		in(t, 2, func(cx *future.Context) error {
			runtime.Go(cx, func(cx *future.Context) (none, error) {
				defer s.close()
				for i := range 500 {
					require.NoError(t, s.send(cx, i))
				}
				return none{}, nil
			})
			for want := range 500 {
				v, err := s.rx.Recv(cx)
				require.NoError(t, err)
				require.Equal(t, want, v)
			}
			for range 2 {
				_, err := s.rx.Recv(cx)
				require.ErrorIs(t, err, mpsc.ErrClosed)
			}
			return nil
		})
	})
}

// tokio: tests/sync_mpsc.rs send_recv_stream_with_buffer: the receiver is a stream that ends
// tokio: tests/sync_mpsc.rs send_recv_stream_unbounded: the same without a bound
func TestTheReceiverIsAStream(t *testing.T) {
	forBoth(t, 10, func(t *testing.T, s source) {
		receiver := hand.NewTask()
		next := func() (int, bool, error) { return s.rx.PollNext(&receiver.Cx) }
		hand.Pending(t, next)
		s.fill(t, 2)
		require.True(t, receiver.WasWoken())
		require.Equal(t, 0, hand.Ready(t, next))
		require.Equal(t, 1, hand.Ready(t, next))
		hand.Pending(t, next)
		s.close()
		require.True(t, receiver.WasWoken())
		hand.Fails(t, io.EOF, next)
	})
}

func TestAllRangesUntilTheEnd(t *testing.T) {
	forBoth(t, 10, func(t *testing.T, s source) {
		s.fill(t, 5)
		in(t, 1, func(cx *future.Context) error {
			var got []int
			for v := range s.rx.All(cx) {
				got = append(got, v)
				if v == 1 {
					break
				}
			}
			require.Equal(t, 3, s.rx.Len())
			s.close()
			got = slices.AppendSeq(got, s.rx.All(cx))
			require.Equal(t, []int{0, 1, 2, 3, 4}, got)
			return nil
		})
	})
}

// tokio: T98 tests/sync_mpsc.rs async_send_recv_many_with_buffer: values are received many at a time, then the end
// tokio: tests/sync_mpsc.rs send_recv_many_unbounded: no more than the buffer holds, and none at once into an empty one
// tokio: T98 tests/sync_mpsc.rs send_recv_many_bounded_capacity: what does not fit is received next
// tokio: T98 tests/sync_mpsc.rs send_recv_many_unbounded_capacity: the same without a bound
// covers: F120
func TestRecvManyTakesWhatIsThere(t *testing.T) {
	forBoth(t, 100, func(t *testing.T, s source) {
		in(t, 2, func(cx *future.Context) error {
			n, err := s.rx.RecvMany(cx, nil)
			require.NoError(t, err)
			require.Zero(t, n)
			s.fill(t, 10)
			var buf [9]int
			n, err = s.rx.RecvMany(cx, buf[:])
			require.NoError(t, err)
			require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, buf[:n])
			require.NoError(t, s.send(cx, 10)) // joins the one that is left, in the receiver's own batch
			n, err = s.rx.RecvMany(cx, buf[:])
			require.NoError(t, err)
			require.Equal(t, []int{9, 10}, buf[:n])
			runtime.Go(cx, func(cx *future.Context) (none, error) {
				defer s.close()
				return none{}, s.send(cx, 11)
			})
			n, err = s.rx.RecvMany(cx, buf[:])
			require.NoError(t, err)
			require.Equal(t, []int{11}, buf[:n])
			n, err = s.rx.RecvMany(cx, buf[:])
			require.ErrorIs(t, err, mpsc.ErrClosed)
			require.Zero(t, n)
			require.Equal(t, 11, buf[0])
			return nil
		})
	})
}

// tokio: T98 tests/sync_mpsc.rs recv_many_with_non_empty_buffer_bounded_rx_closed_and_idle: at the end the buffer is left alone
// tokio: T98 tests/sync_mpsc.rs recv_many_with_non_empty_buffer_unbounded_rx_closed_and_idle: the same without a bound
func TestRecvManyAtTheEndLeavesTheBuffer(t *testing.T) {
	forBoth(t, 1, func(t *testing.T, s source) {
		s.rx.Close(nil)
		buf := []int{1}
		n, err := s.rx.RecvManyBlocking(t.Context(), buf)
		require.ErrorIs(t, err, mpsc.ErrClosed)
		require.Zero(t, n)
		require.Equal(t, []int{1}, buf)
	})
}

// tokio: T99 tests/sync_mpsc.rs try_recv_bounded: each receive makes room for one
func TestTryRecvMakesRoom(t *testing.T) {
	tx, rx := mpsc.New[int](5)
	fill := func(n int) {
		for i := range n {
			require.NoError(t, tx.TrySend(nil, i))
		}
		require.ErrorIs(t, tx.TrySend(nil, 9), mpsc.ErrFull)
	}
	take := func(n int) {
		for range n {
			_, err := rx.TryRecv(nil)
			require.NoError(t, err)
		}
	}
	fill(5)
	take(5)
	_, err := rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrEmpty)
	fill(5)
	take(1)
	fill(1)
	take(3)
	fill(3)
	take(5)
	require.NoError(t, tx.TrySend(nil, 1))
	tx.Close(nil)
	take(1)
	_, err = rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

// tokio: T99 tests/sync_mpsc.rs try_recv_unbounded: any number of values, then empty, then closed
// tokio: T99 tests/sync_mpsc.rs try_recv_close_while_empty_bounded: an empty channel ends with its last sender
// tokio: T99 tests/sync_mpsc.rs try_recv_close_while_empty_unbounded: the same without a bound
// covers: F121
func TestTryRecvTellsEmptyFromClosed(t *testing.T) {
	for n := range 100 {
		forBoth(t, 100, func(t *testing.T, s source) {
			s.fill(t, n)
			for want := range n {
				v, err := s.rx.TryRecv(nil)
				require.NoError(t, err)
				require.Equal(t, want, v)
			}
			_, err := s.rx.TryRecv(nil)
			require.ErrorIs(t, err, mpsc.ErrEmpty)
			s.close()
			_, err = s.rx.TryRecv(nil)
			require.ErrorIs(t, err, mpsc.ErrClosed)
		})
	}
}

// tokio: tests/sync_mpsc.rs try_recv_after_receiver_close: a closed and empty channel has ended
// tokio: tests/sync_mpsc.rs try_recv_after_receiver_close_with_permit: but not while a permit is out
func TestTryRecvAfterClose(t *testing.T) {
	for _, withPermit := range []bool{false, true} {
		tx, rx := mpsc.New[int](5)
		var permit mpsc.Permit[int]
		if withPermit {
			permit, _ = tx.TryReserve()
		}
		_, err := rx.TryRecv(nil)
		require.ErrorIs(t, err, mpsc.ErrEmpty)
		rx.Close(nil)
		if withPermit {
			_, err = rx.TryRecv(nil)
			require.ErrorIs(t, err, mpsc.ErrEmpty)
			permit.Release(nil)
		}
		_, err = rx.TryRecv(nil)
		require.ErrorIs(t, err, mpsc.ErrClosed)
	}
}

// tokio: T93 tests/sync_mpsc.rs recv_close_gets_none_idle: a closed channel without values has ended, and sends fail
// covers: F122
func TestCloseLetsNothingNewIn(t *testing.T) {
	forBoth(t, 10, func(t *testing.T, s source) {
		s.fill(t, 2)
		s.rx.Close(nil)
		s.rx.Close(nil)
		require.ErrorIs(t, s.send(nil, 9), mpsc.ErrClosed)
		in(t, 1, func(cx *future.Context) error {
			require.Equal(t, []int{0, 1}, slices.Collect(s.rx.All(cx)))
			_, err := s.rx.Recv(cx)
			require.ErrorIs(t, err, mpsc.ErrClosed)
			return nil
		})
	})
}

// A channel that is full and closed is closed.
func TestAFullChannelThatIsClosedIsClosed(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	rx.Close(nil)
	require.ErrorIs(t, tx.TrySend(nil, 2), mpsc.ErrClosed)
	_, err := tx.TryReserve()
	require.ErrorIs(t, err, mpsc.ErrClosed)
	_, err = tx.TryReserveMany(2)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

// The room of an unbounded channel does not grow by what is received or thrown away.
func TestAnUnboundedChannelHasTheSameRoomAlways(t *testing.T) {
	tx, rx := mpsc.NewUnbounded[int]()
	room := rx.Capacity()
	require.Equal(t, rx.MaxCapacity(), room)
	for i := range 3 {
		require.NoError(t, tx.Send(nil, i))
	}
	_, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, room, rx.Capacity())
	rx.Drop(nil)
	require.Equal(t, room, rx.Capacity())
}

// tokio: T97 tests/sync_mpsc.rs dropping_rx_closes_channel: nothing can be sent or reserved any more
// tokio: T97 tests/sync_mpsc.rs dropping_rx_closes_channel_for_try: the same for what does not wait
// tokio: T97 tests/sync_mpsc.rs unconsumed_messages_are_dropped: values that nobody will receive are let go
// tokio: tests/sync_mpsc_weak.rs test_msgs_dropped_on_rx_drop: while senders, weak or not, are still held
// tokio: tests/sync_mpsc_weak.rs test_msgs_dropped_on_unbounded_rx_drop: the same without a bound
// covers: F124
func TestDropLetsGoOfTheValues(t *testing.T) {
	collected := make(chan none, 6)
	message := func() *[64]byte {
		m := new([64]byte)
		goruntime.AddCleanup(m, func(none) { collected <- none{} }, none{})
		return m
	}
	tx, rx := mpsc.New[*[64]byte](3)
	utx, urx := mpsc.NewUnbounded[*[64]byte]()
	for range 3 {
		require.NoError(t, tx.TrySend(nil, message()))
		require.NoError(t, utx.Send(nil, message()))
	}
	_, err := rx.TryRecv(nil) // two stay in the receiver's batch
	require.NoError(t, err)
	rx.Drop(nil)
	urx.Drop(nil)
	for range 6 {
		goruntime.GC()
		<-collected
	}
	require.ErrorIs(t, tx.TrySend(nil, nil), mpsc.ErrClosed)
	_, err = tx.TryReserve()
	require.ErrorIs(t, err, mpsc.ErrClosed)
	require.ErrorIs(t, utx.Send(nil, nil), mpsc.ErrClosed)
	goruntime.KeepAlive(rx)
}

// A value that was received is the receiver's alone.
func TestTheChannelDoesNotKeepWhatWasReceived(t *testing.T) {
	collected := make(chan none, 10)
	tx, rx := mpsc.New[*[64]byte](10)
	for range 10 {
		m := new([64]byte)
		goruntime.AddCleanup(m, func(none) { collected <- none{} }, none{})
		require.NoError(t, tx.TrySend(nil, m))
	}
	var buf [5]*[64]byte
	n, err := rx.RecvManyBlocking(t.Context(), buf[:])
	require.NoError(t, err)
	require.Equal(t, 5, n)
	clear(buf[:])
	for range 5 {
		_, err := rx.TryRecv(nil)
		require.NoError(t, err)
	}
	for range 10 {
		goruntime.GC()
		<-collected
	}
	goruntime.KeepAlive(rx)
	goruntime.KeepAlive(tx)
}

func TestEachSendWakesAWaitingReceiver(t *testing.T) {
	forBoth(t, 10, func(t *testing.T, s source) {
		receiver := hand.NewTask()
		recv := func() (int, bool, error) { return s.rx.PollRecv(&receiver.Cx) }
		for v := range 200 {
			hand.Pending(t, recv)
			require.NoError(t, s.send(nil, v))
			require.True(t, receiver.WasWoken())
			require.Equal(t, v, hand.Ready(t, recv))
		}
	})
}

// tokio: T97 tests/sync_mpsc.rs release_waker_on_rx_drop: a dropped receiver does not keep the task that waited
func TestADroppedReceiverWakesNobody(t *testing.T) {
	forBoth(t, 1, func(t *testing.T, s source) {
		receiver := hand.NewTask()
		hand.Pending(t, func() (int, bool, error) { return s.rx.PollRecv(&receiver.Cx) })
		s.rx.Drop(nil)
		require.False(t, receiver.WasWoken())
		s.close()
		require.False(t, receiver.WasWoken())
	})
}

func TestAReceiverThatChangesItsTaskWakesTheNewOne(t *testing.T) {
	forBoth(t, 1, func(t *testing.T, s source) {
		one, two := hand.NewTask(), hand.NewTask()
		hand.Pending(t, func() (int, bool, error) { return s.rx.PollRecv(&one.Cx) })
		hand.Pending(t, func() (int, bool, error) { return s.rx.PollRecv(&two.Cx) })
		require.True(t, one.WasWoken(), "a second task that waits is a mistake; the first must not hang")
		s.fill(t, 1)
		require.False(t, one.WasWoken())
		require.True(t, two.WasWoken())
	})
}

// A receive that is cancelled leaves no waker behind and loses no value.
func TestACancelledRecvLosesNothing(t *testing.T) {
	forBoth(t, 10, func(t *testing.T, s source) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("why")
		cancel(why)
		_, err := s.rx.RecvBlocking(ctx)
		require.ErrorIs(t, err, why)
		_, err = s.rx.RecvManyBlocking(ctx, make([]int, 1))
		require.ErrorIs(t, err, why)
		in(t, 1, func(cx *future.Context) error {
			h := runtime.Go(cx, func(cx *future.Context) (int, error) { return s.rx.Recv(cx) })
			require.NoError(t, future.Yield(cx))
			h.Abort()
			_, err := h.Await(cx)
			require.ErrorIs(t, err, future.ErrCancelled)
			require.NoError(t, s.send(cx, 1))
			v, err := s.rx.Recv(cx)
			require.NoError(t, err)
			require.Equal(t, 1, v)
			return nil
		})
	})
}

// tokio: T101 tests/sync_mpsc.rs blocking_recv: an ordinary goroutine receives what a task sends
func TestRecvBlockingReceives(t *testing.T) {
	forBoth(t, 100, func(t *testing.T, s source) {
		got := make(chan []int)
		go func() { // ends with the channel
			var all []int
			for {
				v, err := s.rx.RecvBlocking(t.Context())
				if err != nil {
					got <- all
					return
				}
				all = append(all, v)
				var buf [3]int
				n, _ := s.rx.RecvManyBlocking(t.Context(), buf[:])
				all = append(all, buf[:n]...)
			}
		}()
		in(t, 1, func(cx *future.Context) error {
			for i := range 100 {
				require.NoError(t, s.send(cx, i))
			}
			s.close()
			return nil
		})
		all := <-got
		require.Len(t, all, 100)
		require.True(t, slices.IsSorted(all))
	})
}

// A loop that does not look at the error lets others run.
func TestTheEndSpendsTheBudget(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	tx.Close(nil)
	for _, recv := range []func(cx *future.Context) (int, bool, error){
		rx.PollRecv,
		rx.PollNext,
		func(cx *future.Context) (int, bool, error) { return rx.PollRecvMany(cx, make([]int, 1)) },
	} {
		in(t, 1, func(cx *future.Context) error {
			require.NoError(t, future.Yield(cx))
			for range future.Budget {
				_, ready, err := recv(cx)
				require.True(t, ready)
				require.Error(t, err)
			}
			_, ready, err := recv(cx)
			require.False(t, ready)
			require.NoError(t, err)
			return nil
		})
	}
}
