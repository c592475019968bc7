package oneshot_test

import (
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
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

// One goroutine sends while another receives, closes, tries or changes its task: a value whose send succeeded was received or is
// there to be received, and nobody hangs.
//
// tokio: src/sync/tests/loom_oneshot.rs smoke: a send and a wait at once
// tokio: src/sync/tests/loom_oneshot.rs changing_rx_task: a receiver that polls in one task and then in another
// tokio: src/sync/tests/loom_oneshot.rs try_recv_close: a send and a close at once, then a try
// tokio: src/sync/tests/loom_oneshot.rs recv_closed: a send and a close at once, then a wait
// tokio: src/sync/tests/loom_oneshot.rs checking_tx_send_ok_not_drop: a send that succeeds has given its value away
// tokio: src/sync/tests/loom_oneshot.rs changing_tx_task: a wait for the end in one task and then in another
// covers: L23
func TestStressSendAgainstEverything(t *testing.T) {
	crowded(t)
	other := hand.NewTask()
	for name, receive := range map[string]func(rx *oneshot.Receiver[int]) (int, error){
		"recv": func(rx *oneshot.Receiver[int]) (int, error) { return rx.RecvBlocking(t.Context()) },
		"changing task": func(rx *oneshot.Receiver[int]) (int, error) {
			if v, ready, err := rx.Poll(&other.Cx); ready {
				return v, err
			}
			return rx.RecvBlocking(t.Context())
		},
		"close, try":  func(rx *oneshot.Receiver[int]) (int, error) { rx.Close(nil); return rx.TryRecv() },
		"close, recv": func(rx *oneshot.Receiver[int]) (int, error) { rx.Close(nil); return rx.RecvBlocking(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			for i := range scaled(20_000) {
				tx, rx := oneshot.New[int]()
				sent := make(chan error, 1)
				go func() { // ends at once
					sent <- tx.Send(nil, i)
				}()
				v, err := receive(rx)
				if <-sent == nil {
					require.NoError(t, err)
					require.Equal(t, i, v)
				} else {
					require.ErrorIs(t, err, oneshot.ErrClosed)
				}
			}
		})
	}
	t.Run("wait for the end", func(t *testing.T) {
		for range scaled(20_000) {
			tx, rx := oneshot.New[int]()
			go rx.Drop(nil) // ends at once
			if _, ready, _ := tx.PollClosed(&other.Cx); !ready {
				_, err := future.WaitPoll(t.Context(), tx.PollClosed, nil)
				require.NoError(t, err)
			}
			require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
		}
	})
}

// Requests whose replies come over one channel that is used again and again, while the replier closes its sender late.
func TestStressRoundsAreNotMixed(t *testing.T) {
	crowded(t)
	n := scaled(50_000)
	type request struct {
		tx oneshot.Sender[int]
		n  int
	}
	requests := make(chan request)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { // ends with the requests
			for r := range requests {
				if err := r.tx.Send(nil, r.n); err != nil {
					t.Errorf("send: %v", err)
				}
				r.tx.Close(nil) // the receiver may be in its next round by now
				_ = r.tx.IsClosed()
			}
		})
	}
	var ch oneshot.Channel[int]
	for i := range n {
		requests <- request{ch.Sender(), i}
		v, err := ch.Receiver().RecvBlocking(t.Context())
		require.NoError(t, err)
		require.Equal(t, i, v)
		require.True(t, ch.Reset())
	}
	close(requests)
	wg.Wait()
}

// tokio: T36 tests/rt_threaded.rs many_oneshot_futures: thousands of tasks and their channels all complete
func TestStressManyTasks(t *testing.T) {
	n := scaled(10_000)
	in(t, 4, func(cx *future.Context) error {
		receivers := make([]*oneshot.Receiver[int], n)
		for i := range receivers {
			tx, rx := oneshot.New[int]()
			receivers[i] = rx
			runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tx.Send(cx, i) })
		}
		for i, rx := range receivers {
			v, err := rx.Recv(cx)
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		return nil
	})
}
