package broadcast_test

import (
	"errors"
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
)

// rounds is n, and less where the race detector makes everything slow.
func rounds(n int) int {
	if invariant.Enabled || testing.Short() {
		return n / 10
	}
	return n
}

// message is one value of one of several senders. Its parts belong together: a torn read shows.
type message struct{ from, n, check int }

func newMessage(from, n int) message { return message{from, n, from*1_000_003 + n} }

// collect receives until the channel is closed, and checks that nothing is torn, twice there, or out of its sender's order. It
// returns how many values were received or skipped.
func collect(t *testing.T, senders int, recv func() (message, error)) (total int) {
	last := make([]int, senders)
	for {
		m, err := recv()
		var lag *broadcast.LaggedError
		switch {
		case errors.As(err, &lag):
			total += int(lag.Skipped)
			continue
		case err != nil:
			return total
		}
		if m != newMessage(m.from, m.n) {
			t.Errorf("torn: %v", m)
		}
		if m.n <= last[m.from] {
			t.Errorf("%d after %d", m.n, last[m.from])
		}
		last[m.from] = m.n
		total++
	}
}

// tokio: L24 src/sync/tests/loom_broadcast.rs broadcast_send: of two senders' values each is received or counted as skipped
// tokio: L24 src/sync/tests/loom_broadcast.rs broadcast_wrap: also while slots are overwritten
// tokio: L24 src/sync/tests/loom_broadcast.rs broadcast_two: by each of the receivers
func TestEachValueIsReceivedOrSkippedOnceByEachReceiver(t *testing.T) {
	procs(t, 8)
	const senders, tasks, goroutines = 3, 12, 3
	for _, capacity := range []int{1, 2, 4, 1024} {
		values := rounds(3000)
		rt := open(t, 4)
		tx := broadcast.NewSender[message](capacity)
		var handles []*runtime.JoinHandle[int]
		for range tasks {
			rx := tx.Subscribe()
			handles = append(handles, runtime.Go(rt, func(cx *future.Context) (int, error) {
				defer rx.Close(cx)
				return collect(t, senders, func() (message, error) { return rx.Recv(cx) }), nil
			}))
		}
		var wg sync.WaitGroup
		for range goroutines {
			rx := tx.Subscribe()
			wg.Go(func() { // ends with the channel
				defer rx.Close(nil)
				total := collect(t, senders, func() (message, error) { return rx.RecvBlocking(t.Context()) })
				if total != senders*values {
					t.Errorf("a goroutine got %d", total)
				}
			})
		}
		for from := range senders {
			tx := tx.Clone()
			runtime.Go(rt, func(cx *future.Context) (none struct{}, _ error) {
				defer tx.Close(cx)
				for n := 1; n <= values; n++ {
					if _, err := tx.Send(cx, newMessage(from, n)); err != nil {
						return none, err
					}
					if n%16 == 0 {
						if err := future.Yield(cx); err != nil {
							return none, err
						}
					}
				}
				return none, nil
			})
		}
		left := tx.Closing()
		tx.Close(nil)
		for _, h := range handles {
			total, err := h.Wait(t.Context())
			require.NoError(t, err)
			require.Equal(t, senders*values, total)
		}
		wg.Wait()
		_, err := future.Wait(t.Context(), left)
		require.NoError(t, err)
		require.Zero(t, tx.Len())
	}
}

// Each value is acknowledged by all before the next: a wake that is lost hangs the test.
func TestNoWakeIsLost(t *testing.T) {
	procs(t, 8)
	const receivers = 20
	values := rounds(1000)
	rt := open(t, 4)
	tx := broadcast.NewSender[int](4)
	var arrived sy.Int64
	var handles []*runtime.JoinHandle[int]
	for range receivers {
		rx := tx.Subscribe()
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (sum int, _ error) {
			defer rx.Close(cx)
			for v, err := range rx.All(cx) {
				require.NoError(t, err)
				sum += v
				arrived.Add(1)
			}
			return sum, nil
		}))
	}
	for n := 1; n <= values; n++ {
		send(t, tx, n, receivers)
		for arrived.Load() < int64(n*receivers) {
			goruntime.Gosched()
		}
	}
	require.True(t, tx.IsEmpty())
	tx.Close(nil)
	for _, h := range handles {
		sum, err := h.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, values*(values+1)/2, sum)
	}
}

// A value is sent at every possible moment of a poll: a wake that is lost hangs the test.
func TestASendBesideAPollIsNotLost(t *testing.T) {
	procs(t, 4)
	values := rounds(30_000)
	tx, rx := broadcast.New[int](4)
	var received, spins sy.Int64
	var wg sync.WaitGroup
	wg.Go(func() { // ends after the last value
		for n := 1; n <= values; n++ {
			for range n * 7 % 401 {
				spins.Load()
			}
			v, err := rx.RecvBlocking(t.Context())
			if err != nil || v != n {
				t.Errorf("%d, %v instead of %d", v, err, n)
			}
			received.Store(int64(n))
		}
	})
	for n := 1; n <= values; n++ {
		send(t, tx, n, 1)
		for looks := 1; received.Load() < int64(n); looks++ {
			if looks%1000 == 0 {
				goruntime.Gosched()
			}
		}
	}
	wg.Wait()
}

// tokio: L24 src/sync/tests/loom_broadcast.rs drop_rx: a receiver closes beside sends and the others' receives
// tokio: L24 src/sync/tests/loom_broadcast.rs drop_multiple_rx_with_overflow: also while values are overwritten
func TestReceiversComeAndGoBesideSends(t *testing.T) {
	procs(t, 8)
	for round := range rounds(60) {
		tx, rx := broadcast.New[message]([]int{1, 4, 1024}[round%3])
		var visits sy.Int64
		var wg sync.WaitGroup
		for range 3 {
			visitors := tx.Clone()
			wg.Go(func() { // ends when there were enough visits
				for visits.Add(1) < 300 {
					rx := visitors.Subscribe()
					for range 3 {
						if m, err := rx.TryRecv(); err == nil && m != newMessage(m.from, m.n) {
							t.Errorf("torn: %v", m)
						}
					}
					rx.Close(nil)
				}
				visitors.Close(nil)
			})
		}
		total := make(chan int)
		go func() { // ends with the channel
			defer close(total)
			defer rx.Close(nil)
			total <- collect(t, 1, func() (message, error) { return rx.RecvBlocking(t.Context()) })
		}()
		sent := 0
		for ; visits.Load() < 300; sent++ {
			_, err := tx.Send(nil, newMessage(0, sent+1))
			require.NoError(t, err)
		}
		wg.Wait()
		tx.Close(nil)
		require.Equal(t, sent, <-total)
		<-total
		require.Zero(t, broadcast.Unread(tx), "a value is kept for a receiver that has closed")
		require.Zero(t, tx.ReceiverCount())
	}
}
