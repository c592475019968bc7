package watch_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// An aborted body unwinds, and its deferred calls cannot wait.
func TestARangeInADeferredCallOfABodyThatUnwindsEnds(t *testing.T) {
	rt := open(t, 1)
	tx, rx := watch.New(0)
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
	require.Equal(t, 1, <-rounds, "the value that is there")
	_, _ = h.Wait(t.Context())
}

func TestAWaitOfABodyThatIsDroppedIsNotWoken(t *testing.T) {
	tx, rx := watch.New(0)
	defer tx.Close(nil)
	for name, wait := range map[string]func(cx *future.Context) error{
		"Changed": rx.Changed,
		"WaitFor": func(cx *future.Context) error {
			_, err := rx.WaitFor(cx, func(v int) bool { return v > 5 })
			return err
		},
		"All":     func(cx *future.Context) error { return drain(rx.All(cx)) },
		"Changes": func(cx *future.Context) error { return drain(rx.Changes().All(cx)) },
	} {
		k := hand.NewWorker()
		t.Cleanup(k.Local.CloseBodies)
		as := k.NewTask()
		f := future.Async(func(cx *future.Context) (none struct{}, err error) { return none, wait(cx) })
		hand.PollPending(t, as, f.Poll)
		future.Drop(as.Poll(), f)
		require.NoError(t, tx.Send(nil, 1))
		require.False(t, as.IsWoken(), name)
		rx.MarkUnchanged()
	}
}

func drain(values iter.Seq[int]) error {
	for range values {
		continue
	}
	return nil
}
