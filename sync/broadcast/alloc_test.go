package broadcast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

func TestASteadyChannelAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("this build asks for the goroutine's number in each Await, which allocates")
	}
	tx, rx := broadcast.New[int](4)
	as := hand.NewWorker().NewTask()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, ready, _ := rx.PollRecv(as.Poll())
		require.False(t, ready)
		_, err := tx.Send(as.Poll(), 1)
		require.NoError(t, err)
		_, ready, _ = rx.PollRecv(as.Poll())
		require.True(t, ready)
		if _, err := tx.Send(nil, 1); err != nil || tx.Len() != 1 {
			t.Error(err)
		}
		_, _, _ = rx.PollNext(as.Poll())
	}))

	rt := open(t, 1)
	ping, pings := broadcast.New[int](4)
	pong, pongs := broadcast.New[int](4)
	runtime.Go(rt, func(cx *future.Context) (none struct{}, _ error) {
		for v := range pings.All(cx) {
			if _, err := pong.Send(cx, v); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	must(t, rt, func(cx *future.Context) error {
		alone := broadcast.NewSender[int](1)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = alone.Closed(cx) }))
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := ping.Send(cx, 1); err != nil {
				t.Error(err)
			}
			if _, err := pongs.Recv(cx); err != nil {
				t.Error(err)
			}
		}))
		ping.Close(cx)
		return nil
	})
}
