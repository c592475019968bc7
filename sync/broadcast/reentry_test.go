package broadcast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/waker"
)

// tokio: T105 tests/sync_broadcast.rs send_in_waker_drop: wakers are called with no lock held, so that they may use the channel
func TestAWakerMayUseTheChannel(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	other := tx.Subscribe()
	task, wakes := new(waker.Header), 0
	task.InitIdle(waker.NewExecutor(func(*waker.Header) {
		wakes++
		_, _ = tx.Send(nil, 2)
		tx.Subscribe().Close(nil)
		rx.Close(nil)
		other.Close(nil)
		require.Equal(t, 0, tx.Len())
	}))
	cx := future.NewContext(nil, task)
	_, ready, _ := rx.PollRecv(&cx)
	require.False(t, ready)
	send(t, tx, 1, 2) // hangs if a lock is held
	require.Equal(t, 1, wakes)
}
