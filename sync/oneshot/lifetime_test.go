package oneshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// asking holds its channel by value, has the other end used elsewhere, and looks again and again until the channel has ended.
type asking struct {
	reply oneshot.Channel[int]
	ask   func(reply oneshot.Sender[int])
	asked bool
}

func (a *asking) Poll(cx *future.Context) (int, bool, error) {
	if !a.asked {
		a.asked = true
		a.ask(a.reply.Sender())
	}
	value, ready, err := a.reply.Receiver().PollRecv(cx)
	if !ready {
		cx.Again()
	}
	return value, ready, err
}

func (a *asking) Drop(cx *future.Context) { a.reply.Receiver().Drop(cx) }

// A state machine that has seen the end is cleared in its cell while the sender is still at work.
func TestAChannelMayBeClearedWhenItHasEnded(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	rounds := 20_000
	if testing.Short() {
		rounds /= 10
	}
	senders := make(chan oneshot.Sender[int])
	through := make(chan struct{})
	go func() { // ends with senders
		defer close(through)
		for tx := range senders {
			_ = tx.Send(nil, 1)
		}
	}()
	for range rounds {
		v, err := runtime.SpawnValue(rt, &asking{ask: func(tx oneshot.Sender[int]) { senders <- tx }}).Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, v)
	}
	close(senders)
	<-through
	require.NoError(t, rt.Close())
}

// A sender whose receiver was in a task that is gone finds its channel closed, whenever it comes.
func TestASenderOutlivesTheTaskOfItsReceiver(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	senders := make(chan oneshot.Sender[int], 1)
	h := runtime.SpawnValue(rt, &asking{ask: func(tx oneshot.Sender[int]) { senders <- tx }})
	tx := <-senders
	require.False(t, tx.IsClosed())
	h.Abort()
	_, err = h.Wait(t.Context())
	require.ErrorIs(t, err, future.ErrCancelled)
	require.True(t, tx.IsClosed())
	require.NoError(t, tx.ClosedBlocking(t.Context()))
	require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
	require.NoError(t, rt.Close())
}

// A channel goes where its state machine goes: into a task's cell, for one.
func TestAChannelMayBeMovedWithItsTask(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	a := &asking{asked: true}
	tx := a.reply.Sender()
	h := runtime.SpawnValue(rt, a)
	require.NoError(t, tx.Send(nil, 7))
	v, err := h.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.NoError(t, rt.Close())
}
