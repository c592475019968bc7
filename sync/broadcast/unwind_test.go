package broadcast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

// An aborted body unwinds, and its deferred calls cannot wait.
func TestARangeInADeferredCallOfABodyThatUnwindsEnds(t *testing.T) {
	rt := open(t, 1)
	tx, rx := broadcast.New[int](4)
	defer tx.Close(nil)
	started, rounds := make(chan struct{}), make(chan int, 1)
	h := runtime.Go(rt, func(cx *future.Context) (int, error) {
		defer func() {
			n := 0
			for range rx.All(cx) {
				if n++; n > 5 {
					break
				}
			}
			rounds <- n
		}()
		close(started)
		return future.Await(cx, future.Pending[int]())
	})
	<-started
	h.Abort()
	require.Equal(t, 0, <-rounds)
	_, _ = h.Wait(t.Context())
}

func TestAWaitOfABodyThatIsDroppedIsNotWoken(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close(nil)
	for name, wait := range map[string]func(cx *future.Context) error{
		"Recv": func(cx *future.Context) error {
			_, err := rx.Recv(cx)
			return err
		},
	} {
		k := hand.NewWorker()
		t.Cleanup(k.Local.CloseBodies)
		as := k.NewTask()
		f := future.Async(func(cx *future.Context) (none struct{}, err error) { return none, wait(cx) })
		hand.PollPending(t, as, f.Poll)
		future.Drop(as.Poll(), f)
		send(t, tx, 1, 1)
		require.False(t, as.IsWoken(), name)
		hand.PollReady(t, as, rx.PollRecv, nil)
	}
}
