package oneshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
	"github.com/simmer-go/simmer/waker"
)

func TestAChannelCarriesOneValueEachRound(t *testing.T) {
	var ch oneshot.Channel[int]
	receiver := hand.NewTask()
	rx := ch.Receiver()
	recv := func() (int, bool, error) { return rx.PollRecv(&receiver.Cx) }
	for i := range 100 {
		tx := ch.Sender()
		hand.Pending(t, recv)
		require.NoError(t, tx.Send(nil, i))
		require.True(t, receiver.WasWoken())
		require.Equal(t, i, hand.Ready(t, recv))
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
	sender := hand.NewTask()
	hand.Ready(t, func() (none, bool, error) { return old.PollClosed(&sender.Cx) })
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

// There is one sender in a round, also for who asks for it when the round is over.
func TestASenderOfARoundThatHasEndedIsClosed(t *testing.T) {
	for name, end := range map[string]func(ch *oneshot.Channel[int]){
		"sent":   func(ch *oneshot.Channel[int]) { require.NoError(t, ch.Sender().Send(nil, 1)) },
		"left":   func(ch *oneshot.Channel[int]) { ch.Sender().Close(nil) },
		"closed": func(ch *oneshot.Channel[int]) { ch.Receiver().Close(nil) },
	} {
		var ch oneshot.Channel[int]
		end(&ch)
		late := ch.Sender()
		require.True(t, late.IsClosed(), name)
		require.ErrorIs(t, late.Send(nil, 2), oneshot.ErrClosed, name)
		if v, err := ch.Receiver().TryRecv(); name == "sent" {
			require.NoError(t, err)
			require.Equal(t, 1, v)
		} else {
			require.ErrorIs(t, err, oneshot.ErrClosed, name)
		}
	}
}

func TestAChannelThatWasNotUsedHasNothingToReset(t *testing.T) {
	var ch oneshot.Channel[int]
	require.False(t, ch.Reset())
}

// The receiver is woken after who waits for the end: so its task runs next on the sender's worker.
func TestTheReceiverIsWokenLast(t *testing.T) {
	var ch oneshot.Channel[int]
	var woken []string
	named := func(name string) *future.Context {
		h := new(waker.Header)
		h.InitIdle(waker.NewExecutor(func(*waker.Header) { woken = append(woken, name) }))
		cx := future.NewContext(nil, h)
		return &cx
	}
	tx, rx := ch.Sender(), ch.Receiver()
	receiver, watcher := named("receiver"), named("watcher")
	hand.Pending(t, func() (int, bool, error) { return rx.PollRecv(receiver) })
	hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(watcher) })
	require.NoError(t, tx.Send(nil, 1))
	require.Equal(t, []string{"watcher", "receiver"}, woken)
}
