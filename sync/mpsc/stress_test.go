package mpsc_test

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// crowded has more goroutines run at once than there are cores, so that they are preempted anywhere.
func crowded(t *testing.T) {
	old := goruntime.GOMAXPROCS(8)
	t.Cleanup(func() { goruntime.GOMAXPROCS(old) })
}

func scaled(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// Each value arrives once, those of one sender in their order, whatever sends them: bodies, goroutines, permits, batches.
//
// tokio: src/sync/tests/loom_mpsc.rs closing_tx: what was sent before the last sender went arrives, then the end
// tokio: src/sync/tests/loom_mpsc.rs closing_unbounded_tx: the same without a bound
// tokio: src/sync/tests/loom_mpsc.rs dropping_tx: senders that go at once end the channel once
// tokio: src/sync/tests/loom_mpsc.rs dropping_unbounded_tx: the same without a bound
// covers: L22
func TestStressEachValueArrivesOnce(t *testing.T) {
	crowded(t)
	n := scaled(20_000)
	const producers = 8
	for _, capacity := range []int{1, 4, 1000, 0} {
		t.Run(fmt.Sprintf("capacity %d", capacity), func(t *testing.T) {
			type value struct{ from, n int }
			var send func(cx *future.Context, from, i int) error
			var done func(cx *future.Context)
			var rx *mpsc.Receiver[value]
			if capacity == 0 {
				tx, urx := mpsc.NewUnbounded[value]()
				rx = urx
				send = func(cx *future.Context, from, i int) error { return tx.Send(cx, value{from, i}) }
				done = tx.Close
			} else {
				tx, brx := mpsc.New[value](capacity)
				rx = brx
				done = tx.Close
				send = func(cx *future.Context, from, i int) error {
					v := value{from, i}
					switch {
					case cx == nil:
						return tx.SendBlocking(t.Context(), v)
					case i%3 == 0:
						permit, err := tx.Reserve(cx)
						if err == nil {
							permit.Send(cx, v)
						}
						return err
					case i%7 == 0 && capacity > 1:
						permits, err := tx.ReserveMany(cx, 2)
						if err == nil {
							permits.Send(cx, v)
							permits.Release(cx)
						}
						return err
					}
					return tx.Send(cx, v)
				}
			}
			var left atomic.Int32
			left.Store(producers)
			end := func(cx *future.Context) {
				if left.Add(-1) == 0 {
					done(cx)
				}
			}
			in(t, 4, func(cx *future.Context) error {
				for from := range producers {
					if from%2 == 0 {
						go func() { // ends when its values are sent
							defer end(nil)
							for i := range n {
								if send(nil, from, i) != nil {
									return
								}
							}
						}()
						continue
					}
					runtime.Go(cx, func(cx *future.Context) (none, error) {
						defer end(cx)
						for i := range n {
							if err := send(cx, from, i); err != nil {
								return none{}, err
							}
						}
						return none{}, nil
					})
				}
				var next [producers]int
				got := 0
				take := func(v value) {
					require.Equal(t, next[v.from], v.n)
					next[v.from]++
					got++
				}
				var buf [10]value
				for {
					if got%5 == 0 {
						k, err := rx.RecvMany(cx, buf[:])
						if err != nil {
							break
						}
						for _, v := range buf[:k] {
							take(v)
						}
						continue
					}
					v, err := rx.Recv(cx)
					if err != nil {
						break
					}
					take(v)
				}
				require.Equal(t, producers*n, got)
				require.Equal(t, rx.MaxCapacity(), rx.Capacity())
				return nil
			})
		})
	}
}

// Senders give up at any moment; in the end each value that was reported as sent has arrived, no other, and all places are back.
func TestStressCancelledSendersLoseNoPlace(t *testing.T) {
	crowded(t)
	n := scaled(3000)
	tx, rx := mpsc.New[int](3)
	var sent sync.Map
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() { // ends after n tries
			for i := range n {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%20)*time.Microsecond)
				id := g*n + i
				if err := tx.SendBlocking(ctx, id); err == nil {
					sent.Store(id, true)
				} else if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("send: %v", err)
				}
				cancel()
			}
		})
	}
	go func() { // ends with the senders
		wg.Wait()
		tx.Close(nil)
	}()
	var got []int
	for {
		v, err := rx.RecvBlocking(t.Context())
		if err != nil {
			require.ErrorIs(t, err, mpsc.ErrClosed)
			break
		}
		got = append(got, v)
	}
	for _, v := range got {
		_, ok := sent.LoadAndDelete(v)
		require.True(t, ok, "a value arrived twice, or though its send had failed")
	}
	sent.Range(func(v, _ any) bool { t.Errorf("%v was lost", v); return true })
	require.Equal(t, 3, rx.Capacity())
}

// The receiver closes and goes while many send: no sender hangs.
//
// tokio: src/sync/tests/loom_mpsc.rs closing_and_sending: a send, a wait for the end and a receiver that goes do not hang
// covers: L22
func TestStressDropWhileSending(t *testing.T) {
	crowded(t)
	for range scaled(2000) {
		tx, rx := mpsc.New[int](2)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { // ends when the receiver has gone
				for tx.SendBlocking(t.Context(), 1) == nil {
				}
			})
		}
		wg.Go(func() { // ends when the receiver has gone
			_, err := future.WaitPoll(t.Context(), func() func(cx *future.Context) (none, bool, error) {
				w := new(mpsc.Waiter)
				return func(cx *future.Context) (none, bool, error) { return tx.PollClosed(cx, w) }
			}(), nil)
			if err != nil {
				t.Errorf("closed: %v", err)
			}
		})
		for range 5 {
			_, err := rx.RecvBlocking(t.Context())
			require.NoError(t, err)
		}
		rx.Drop(nil)
		wg.Wait()
		require.Equal(t, 2, tx.Capacity())
	}
}

// What was sent is seen at once by the receiver, whatever other senders do at the same time.
//
// tokio: src/sync/tests/loom_mpsc.rs len_nonzero_after_send: a value that was sent is counted
// tokio: src/sync/tests/loom_mpsc.rs nonempty_after_send: the channel is not empty then
// tokio: src/sync/tests/loom_mpsc.rs try_recv: and can be received without waiting
// tokio: src/sync/tests/loom_mpsc.rs is_empty_during_close: a sender that goes meanwhile changes nothing
// covers: L22
func TestStressSentIsSeen(t *testing.T) {
	crowded(t)
	for range scaled(5000) {
		tx, rx := mpsc.New[int](10)
		other := tx.Clone()
		var wg sync.WaitGroup
		wg.Go(func() { // ends at once
			_ = other.TrySend(nil, 2)
			other.Close(nil)
		})
		require.NoError(t, tx.TrySend(nil, 1))
		if rx.Len() == 0 || rx.IsEmpty() {
			t.Error("a value that was sent is not there")
		}
		_, err := rx.TryRecv(nil)
		require.NoError(t, err)
		wg.Wait()
		require.Equal(t, 1, rx.Len())
	}
}
