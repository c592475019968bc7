package oneshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/oneshot"
)

func TestAChannelCarriesOneValueEachRound(t *testing.T) {
	var ch oneshot.Channel[int]
	receiver := newTask()
	rx := ch.Receiver()
	recv := func() (int, bool, error) { return rx.PollRecv(&receiver.cx) }
	for i := range 100 {
		tx := ch.Sender()
		pending(t, recv)
		require.NoError(t, tx.Send(nil, i))
		require.True(t, receiver.wasWoken())
		require.Equal(t, i, ready(t, recv))
		require.True(t, rx.IsTerminated())
		require.True(t, ch.Reset())
		require.False(t, rx.IsTerminated())
		require.True(t, rx.IsEmpty())
	}
}

func TestASenderOfAnEarlierRoundIsClosed(t *testing.T) {
	var ch oneshot.Channel[int]
	old := ch.Sender()
	require.NoError(t, old.Send(nil, 1))
	require.True(t, ch.Reset())
	require.Equal(t, 0, func() int { v, _ := ch.Receiver().TryRecv(); return v }(), "the value was not received in its round")
	tx := ch.Sender()
	old.Close(nil) // a deferred Close that comes late
	require.True(t, old.IsClosed())
	require.False(t, tx.IsClosed())
	require.ErrorIs(t, old.Send(nil, 2), oneshot.ErrClosed)
	sender := newTask()
	ready(t, func() (none, bool, error) { return old.PollClosed(&sender.cx) })
	require.NoError(t, tx.Send(nil, 3))
	v, err := ch.Receiver().TryRecv()
	require.NoError(t, err)
	require.Equal(t, 3, v)
}

// A channel whose sender may still be writing is not used again.
func TestResetWaitsForTheSender(t *testing.T) {
	var ch oneshot.Channel[int]
	tx := ch.Sender()
	require.False(t, ch.Reset())
	ch.Receiver().Close(nil)
	require.False(t, ch.Reset())
	require.ErrorIs(t, tx.Send(nil, 1), oneshot.ErrClosed)
	require.False(t, ch.Reset())

	var other oneshot.Channel[int]
	other.Sender().Close(nil)
	require.True(t, other.Reset())
	require.NoError(t, other.Sender().Send(nil, 2))
}
