package watch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/watch"
	"github.com/simmer-go/simmer/waker"
)

func TestAWakerMayUseTheChannel(t *testing.T) {
	tx, rx := watch.New(0)
	task, wakes := new(waker.Header), 0
	task.InitIdle(waker.NewExecutor(func(*waker.Header) {
		wakes++
		tx.SendReplace(nil, 2)
		tx.Subscribe().Close(nil)
		rx.Close(nil)
	}))
	cx := future.NewContext(nil, task)
	_, ready, _ := rx.PollChanged(&cx)
	require.False(t, ready)
	require.NoError(t, tx.Send(nil, 1)) // hangs if a lock is held
	require.Equal(t, 1, wakes)
	require.Equal(t, 2, tx.Get())
}
