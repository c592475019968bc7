package mpsc_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// tokio: tests/sync_mpsc.rs send_recv_with_buffer: a value sent by a permit comes before one that is sent later
// covers: F118
func TestAPermitSends(t *testing.T) {
	in(t, 1, func(cx *future.Context) error {
		tx, rx := mpsc.New[int](16)
		permit, err := tx.Reserve(cx)
		require.NoError(t, err)
		permit.Send(cx, 1)
		require.NoError(t, tx.TrySend(cx, 2))
		tx.Close(cx)
		for want := 1; want <= 2; want++ {
			v, err := rx.Recv(cx)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		_, err = rx.Recv(cx)
		require.ErrorIs(t, err, mpsc.ErrClosed)
		return nil
	})
}

func TestAPermitIsUsedOnce(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	permit.Send(nil, 1)
	require.Panics(t, func() { permit.Send(nil, 2) })
	permit.Release(nil)
	require.Zero(t, tx.Capacity())
	_, err = rx.TryRecv(nil)
	require.NoError(t, err)

	permit, err = tx.TryReserve()
	require.NoError(t, err)
	permit.Release(nil)
	permit.Release(nil)
	require.Equal(t, 1, tx.Capacity())
	require.Panics(t, func() { permit.Send(nil, 2) })

	permits, err := tx.TryReserveMany(1)
	require.NoError(t, err)
	permits.Send(nil, 1)
	require.Panics(t, func() { permits.Send(nil, 2) })
	permits.Release(nil)
	require.Zero(t, tx.Capacity())
}

func TestPermitsAreGivenBackOnce(t *testing.T) {
	tx, _ := mpsc.New[int](3)
	permits, err := tx.TryReserveMany(2)
	require.NoError(t, err)
	permits.Release(nil)
	permits.Release(nil)
	require.Zero(t, permits.Len())
	require.Equal(t, 3, tx.Capacity())
}

func TestAReservationThatIsRefusedHasNoPermits(t *testing.T) {
	tx, _ := mpsc.New[int](1)
	permits, err := tx.TryReserveMany(2)
	require.ErrorIs(t, err, mpsc.ErrFull)
	require.Zero(t, permits.Len())
	var w mpsc.Waiter
	permits, ready, err := tx.PollReserveMany(nil, &w, 2)
	require.True(t, ready)
	require.ErrorIs(t, err, mpsc.ErrTooMany)
	require.Zero(t, permits.Len())
	require.Equal(t, 1, tx.Capacity())
}

func TestAnAbortedReserveLeavesTheQueue(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, tx.Send(cx, 1))
		h := runtime.Go(cx, func(cx *future.Context) (none, error) {
			_, err := tx.Reserve(cx)
			return none{}, err
		})
		for range 2 {
			require.NoError(t, future.Yield(cx))
		}
		h.Abort()
		_, err := h.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		_, err = rx.Recv(cx)
		require.NoError(t, err)
		require.Equal(t, 1, tx.Capacity())
		return nil
	})
}

// tokio: tests/sync_mpsc.rs try_reserve_fails: nobody else gets a place that is reserved, and a permit that is given up frees it
func TestTryReserveRefusesWhenFull(t *testing.T) {
	tx, rx := mpsc.New[string](1)
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	_, err = tx.TryReserve()
	require.ErrorIs(t, err, mpsc.ErrFull)
	permit.Send(nil, "foo")
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, "foo", v)
	permit, err = tx.TryReserve()
	require.NoError(t, err)
	permit.Release(nil)
	_, err = tx.TryReserve()
	require.NoError(t, err)
}

// tokio: T96 tests/sync_mpsc.rs reserve_many_above_cap: more permits than places are refused at once
// tokio: tests/sync_mpsc.rs try_reserve_many_zero: no permits are had even of a full channel, but not of a closed one
// tokio: tests/sync_mpsc.rs reserve_many_zero: the same for reserve_many
// tokio: T96 tests/sync_mpsc.rs try_reserve_many_edge_cases: what is too much is full to try_reserve_many
// tokio: tests/sync_mpsc.rs reserve_many_on_closed_channel: a closed channel has no permits
// tokio: tests/sync_mpsc.rs try_reserve_many_on_closed_channel: nor for try_reserve_many
// covers: F118
func TestReserveManyAtItsLimits(t *testing.T) {
	in(t, 1, func(cx *future.Context) error {
		tx, rx := mpsc.New[int](1)
		for _, n := range []int{2, 1 << 30, math.MaxInt} {
			_, err := tx.ReserveMany(cx, n)
			require.ErrorIs(t, err, mpsc.ErrTooMany)
			_, err = tx.TryReserveMany(n)
			require.ErrorIs(t, err, mpsc.ErrFull)
		}
		require.Equal(t, 1, tx.Capacity())
		for range 2 { // empty, then full
			permits, err := tx.TryReserveMany(0)
			require.NoError(t, err)
			_, ok := permits.Next()
			require.False(t, ok)
			permits, err = tx.ReserveMany(cx, 0)
			require.NoError(t, err)
			require.Zero(t, permits.Len())
			_ = tx.TrySend(cx, 1)
		}
		require.Panics(t, func() { _, _ = tx.TryReserveMany(-1) })
		require.Panics(t, func() { _, _, _ = tx.PollReserveMany(cx, new(mpsc.Waiter), -1) })
		rx.Drop(cx)
		for _, n := range []int{0, 1} {
			_, err := tx.TryReserveMany(n)
			require.ErrorIs(t, err, mpsc.ErrClosed)
			_, err = tx.ReserveMany(cx, n)
			require.ErrorIs(t, err, mpsc.ErrClosed)
		}
		return nil
	})
}

// tokio: tests/sync_mpsc.rs reserve_many_and_send: each of many permits sends one value
// tokio: tests/sync_mpsc.rs try_reserve_many_and_send: the same for try_reserve_many
func TestManyPermitsSendOneByOne(t *testing.T) {
	in(t, 1, func(cx *future.Context) error {
		tx, rx := mpsc.New[int](100)
		for i := range 100 {
			for _, reserve := range []func() (mpsc.Permits[int], error){
				func() (mpsc.Permits[int], error) { return tx.ReserveMany(cx, i) },
				func() (mpsc.Permits[int], error) { return tx.TryReserveMany(i) },
			} {
				permits, err := reserve()
				require.NoError(t, err)
				require.Equal(t, i, permits.Len())
				for permits.Len() > 0 {
					permits.Send(cx, i)
					v, err := rx.Recv(cx)
					require.NoError(t, err)
					require.Equal(t, i, v)
				}
				_, err = rx.TryRecv(cx)
				require.ErrorIs(t, err, mpsc.ErrEmpty)
			}
		}
		return nil
	})
}

// tokio: tests/sync_mpsc.rs try_reserve_many_full: used and given up permits are counted exactly
func TestCapacityIsExactWithManyPermits(t *testing.T) {
	for n := 1; n < 40; n++ {
		for k := range n {
			tx, rx := mpsc.New[int](n)
			permits, err := tx.TryReserveMany(n)
			require.NoError(t, err)
			require.Zero(t, tx.Capacity())
			_, err = tx.TryReserveMany(1)
			require.ErrorIs(t, err, mpsc.ErrFull)
			for range k {
				permits.Send(nil, 0)
			}
			permits.Release(nil)
			require.Equal(t, n-k, tx.Capacity())
			one, err := tx.TryReserveMany(1)
			require.NoError(t, err)
			one.Release(nil)
			_, err = tx.TryReserveMany(n - k + 1)
			require.ErrorIs(t, err, mpsc.ErrFull)
			for range k {
				_, err := rx.TryRecv(nil)
				require.NoError(t, err)
			}
			require.Equal(t, n, tx.Capacity())
		}
	}
}

// tokio: T96 tests/sync_mpsc.rs drop_permit_iterator_releases_permits: a waiting batch gets all permits of one that is given up
func TestABatchOfPermitsIsPassedOn(t *testing.T) {
	for n := 1; n < 100; n++ {
		tx, _ := mpsc.New[int](n)
		permits, err := tx.TryReserveMany(n)
		require.NoError(t, err)
		task := hand.NewTask()
		var w mpsc.Waiter
		reserve := func() (mpsc.Permits[int], bool, error) { return tx.PollReserveMany(&task.Cx, &w, n) }
		hand.Pending(t, reserve)
		permits.Release(nil)
		require.True(t, task.WasWoken())
		permits = hand.Ready(t, reserve)
		require.Equal(t, n, permits.Len())
		permits.Release(nil)
		require.Equal(t, n, tx.Capacity())
	}
}

// Nobody overtakes the first of the queue, which collects one place after the other.
func TestALargeWishIsNotOvertakenBySmallOnes(t *testing.T) {
	tx, rx := mpsc.New[int](3)
	for i := range 3 {
		require.NoError(t, tx.TrySend(nil, i))
	}
	large, small := hand.NewTask(), hand.NewTask()
	var wl, ws mpsc.Waiter
	reserve := func() (mpsc.Permits[int], bool, error) { return tx.PollReserveMany(&large.Cx, &wl, 3) }
	send := func() (none, bool, error) { return tx.PollSend(&small.Cx, &ws, 9) }
	hand.Pending(t, reserve)
	hand.Pending(t, send)
	for range 2 {
		_, err := rx.TryRecv(nil)
		require.NoError(t, err)
		require.Zero(t, tx.Capacity())
		require.ErrorIs(t, tx.TrySend(nil, 9), mpsc.ErrFull)
		require.False(t, large.WasWoken())
		require.False(t, small.WasWoken())
	}
	wl.Drop(nil) // passes on both
	require.True(t, small.WasWoken())
	hand.Ready(t, send)
	require.Equal(t, 1, tx.Capacity())
}

// lastPermit says what brings the last place of a closed channel back, and how many values then come.
var lastPermit = []struct {
	name string
	end  func(p *mpsc.Permits[int])
	n    int
}{
	// tokio: tests/sync_mpsc.rs dropping_last_permit_wakes_closed_receiver: giving up the last permit ends the channel
	// tokio: tests/sync_mpsc.rs dropping_last_owned_permit_wakes_closed_receiver: also when its sender is closed
	// tokio: tests/sync_mpsc.rs releasing_last_owned_permit_wakes_closed_receiver: also when it is released
	{"permit", func(p *mpsc.Permits[int]) { one, _ := p.Next(); one.Release(nil) }, 0},
	// tokio: tests/sync_mpsc.rs dropping_last_permit_iterator_wakes_closed_receiver: and giving up the rest of many
	{"permits", func(p *mpsc.Permits[int]) { p.Release(nil) }, 0},
	// tokio: tests/sync_mpsc.rs sending_last_permit_wakes_closed_receiver: the value of the last permit still arrives
	// tokio: tests/sync_mpsc.rs sending_last_owned_permit_wakes_closed_receiver: also when its sender is closed
	{"value", func(p *mpsc.Permits[int]) { p.Send(nil, 7) }, 1},
}

// tokio: tests/sync_mpsc.rs ready_close_cancel_bounded: the end waits for the permits that are out
func TestTheEndWaitsForTheLastPermit(t *testing.T) {
	for _, test := range lastPermit {
		for _, closeTx := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				tx, rx := mpsc.New[int](100)
				permits, err := tx.TryReserveMany(1)
				require.NoError(t, err)
				rx.Close(nil)
				if closeTx {
					tx.Close(nil)
				}
				receiver := hand.NewTask()
				recv := func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }
				hand.Pending(t, recv)
				require.False(t, receiver.WasWoken())
				test.end(&permits)
				require.True(t, receiver.WasWoken())
				for range test.n {
					require.Equal(t, 7, hand.Ready(t, recv))
				}
				hand.Fails(t, mpsc.ErrClosed, recv)
			})
		}
	}
}

// tokio: T93 tests/sync_mpsc.rs recv_close_gets_none_reserved: after close who waits fails, and who has a permit still sends
func TestAPermitOutlivesClose(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	second, receiver := hand.NewTask(), hand.NewTask()
	var w mpsc.Waiter
	reserve := func() (mpsc.Permit[int], bool, error) { return tx.PollReserve(&second.Cx, &w) }
	hand.Pending(t, reserve)
	rx.Close(nil)
	require.True(t, second.WasWoken())
	hand.Fails(t, mpsc.ErrClosed, reserve)
	recv := func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }
	hand.Pending(t, recv)
	permit.Send(nil, 123)
	require.True(t, receiver.WasWoken())
	require.Equal(t, 123, hand.Ready(t, recv))
	hand.Fails(t, mpsc.ErrClosed, recv)
}

// heldAtClose are the ends of a reservation that has been given its places, or some of them, when the channel is closed.
var heldAtClose = []struct {
	name string
	n    int
	drop bool
}{
	// tokio: tests/sync_mpsc.rs failed_reserve_many_wakes_closed_receiver: a reservation that fails gives back what it had collected
	{"many fails", 2, false},
	// tokio: tests/sync_mpsc.rs cancelled_reserve_many_wakes_closed_receiver: also when it is dropped
	{"many dropped", 2, true},
	// tokio: tests/sync_mpsc.rs failed_reserve_wakes_closed_receiver: it fails although it had been given its place
	{"one fails", 1, false},
	// tokio: tests/sync_mpsc.rs cancelled_reserve_wakes_closed_receiver: also when it is dropped
	// tokio: tests/sync_mpsc.rs permit_available_not_acquired_close: and the receiver sees the end
	{"one dropped", 1, true},
}

func TestAReservationThatCloseMeetsGivesItsPlacesBack(t *testing.T) {
	for _, test := range heldAtClose {
		t.Run(test.name, func(t *testing.T) {
			tx, rx := mpsc.New[int](test.n)
			permit, err := tx.TryReserve()
			require.NoError(t, err)
			waits, receiver := hand.NewTask(), hand.NewTask()
			var w mpsc.Waiter
			reserve := func() (mpsc.Permits[int], bool, error) { return tx.PollReserveMany(&waits.Cx, &w, test.n) }
			hand.Pending(t, reserve)
			if test.n == 1 {
				permit.Release(nil)
				require.True(t, waits.WasWoken())
			}
			rx.Close(nil)
			recv := func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }
			hand.Pending(t, recv)
			permit.Release(nil)
			require.False(t, receiver.WasWoken())
			if test.drop {
				w.Drop(nil)
			} else {
				hand.Fails(t, mpsc.ErrClosed, reserve)
			}
			require.True(t, receiver.WasWoken())
			hand.Fails(t, mpsc.ErrClosed, recv)
			require.Equal(t, test.n, tx.Capacity())
		})
	}
}

// A send that was given its place while it waited takes no second one, however many are free.
func TestASendThatWasServedTakesOnePlace(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	require.NoError(t, tx.TrySend(nil, 0))
	require.NoError(t, tx.TrySend(nil, 1))
	in(t, 1, func(cx *future.Context) error {
		var w mpsc.Waiter
		_, err := future.AwaitPoll(cx, func(cx *future.Context) (none, bool, error) {
			_, ready, err := tx.PollSend(cx, &w, 2)
			for !ready && rx.Len() > 0 {
				_, err = rx.TryRecv(cx)
			}
			return none{}, ready, err
		}, w.Drop)
		return err
	})
	require.Equal(t, 1, rx.Len())
	require.Equal(t, 1, tx.Capacity())
}

// Places that a body has without waiting spend the budget too.
func TestABodyThatReservesWithoutWaitingYields(t *testing.T) {
	tx, _ := mpsc.New[int](2)
	in(t, 1, func(cx *future.Context) error {
		other := false
		h := runtime.Go(cx, func(*future.Context) (none, error) {
			other = true
			return none{}, nil
		})
		times := 0
		for ; !other && times < 10*future.Budget; times++ {
			p, err := tx.ReserveMany(cx, 2)
			require.NoError(t, err)
			p.Release(cx)
		}
		require.LessOrEqual(t, times, future.Budget+1)
		_, err := h.Await(cx)
		return err
	})
}

// A mistake costs no budget: it is seen before anything is taken.
func TestANegativeReservationSpendsNoBudget(t *testing.T) {
	tx, _ := mpsc.New[int](2)
	in(t, 1, func(cx *future.Context) error {
		require.NoError(t, future.Yield(cx)) // a new budget
		for range future.Budget {
			require.PanicsWithValue(t, "mpsc: -1 permits", func() { _, _ = tx.ReserveMany(cx, -1) })
		}
		left := 0
		for ; cx.HasBudgetRemaining(); left++ {
			require.NoError(t, future.ConsumeBudget(cx))
		}
		require.Equal(t, future.Budget, left)
		return nil
	})
}

func TestAPermitOfADroppedReceiverThrowsItsValueAway(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	rx.Drop(nil)
	permit.Send(nil, 1)
	require.Zero(t, rx.Len())
	require.Equal(t, 2, tx.Capacity())
}

func TestReservingIsAFutureOfAPermit(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	task := hand.NewTask()
	first := tx.Reserving()
	permit := hand.Ready(t, func() (mpsc.Permit[int], bool, error) { return first.Poll(&task.Cx) })
	second, third := tx.Reserving(), tx.Sending(3)
	hand.Pending(t, func() (mpsc.Permit[int], bool, error) { return second.Poll(&task.Cx) })
	other := hand.NewTask()
	hand.Pending(t, func() (none, bool, error) { return third.Poll(&other.Cx) })
	permit.Release(nil)
	require.True(t, task.WasWoken())
	second.Drop(nil)
	require.True(t, other.WasWoken())
	hand.Ready(t, func() (none, bool, error) { return third.Poll(&other.Cx) })
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, 3, v)
	unpolled := tx.Sending(4)
	unpolled.Drop(nil)
	require.Equal(t, 1, tx.Capacity())
}

// tokio: src/sync/mpsc/chan.rs send: a waker that panics leaves the value sent and the counts right
func TestAWakerThatPanicsLosesNothing(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	bad := newPanickingTask()
	hand.Pending(t, func() (int, bool, error) { return rx.PollRecv(&bad.Cx) })
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	require.PanicsWithValue(t, "bad waker", func() { permit.Send(nil, 7) })
	require.Zero(t, tx.Capacity())
	require.Equal(t, 1, rx.Len())
	v, err := rx.TryRecv(nil)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.Equal(t, 1, tx.Capacity())
	rx.Close(nil)
	_, err = rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}
