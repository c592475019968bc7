package watch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

func TestASteadyChannelAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("this build asks for the goroutine's number in each Await, which allocates")
	}
	tx, rx := watch.New(0)
	as := hand.NewWorker().NewTask()
	isPositive := func(v int) bool { return v > 0 }
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, ready, _ := rx.PollChanged(as.Poll())
		require.False(t, ready)
		require.NoError(t, tx.Send(as.Poll(), 1))
		_, ready, _ = rx.PollChanged(as.Poll())
		require.True(t, ready)
		tx.SendModify(nil, func(v *int) { *v++ })
		rx.PollWaitFor(as.Poll(), isPositive)
		rx.PollNext(as.Poll())
		rx.View(func(int) {})
	}))

	rt := open(t, 1)
	ping, pings := watch.New(0)
	pong, pongs := watch.New(0)
	runtime.Go(rt, func(cx *future.Context) (struct{}, error) {
		for pings.Changed(cx) == nil {
			if _, err := pings.WaitFor(cx, isPositive); err != nil {
				break
			}
			pong.SendReplace(cx, pings.GetAndUpdate())
		}
		return struct{}{}, nil
	})
	must(t, rt, func(cx *future.Context) error {
		alone := watch.NewSender(0)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = alone.Closed(cx) }))
		n := 0
		require.Zero(t, testing.AllocsPerRun(100, func() {
			n++
			ping.SendReplace(cx, n)
			if err := pongs.Changed(cx); err != nil {
				t.Error(err)
			}
		}))
		ping.Close(cx)
		return nil
	})
}
