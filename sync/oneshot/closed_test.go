package oneshot_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// A task that waits for Closed while another uses the same sender is told.
func TestClosedEndsWhenTheSenderHasSentOrClosed(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[int]){
		"send":  func(tx oneshot.Sender[int]) { require.NoError(t, tx.Send(nil, 1)) },
		"close": func(tx oneshot.Sender[int]) { tx.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			tx, _ := oneshot.New[int]()
			watcher := hand.NewTask()
			hand.Pending(t, func() (none, bool, error) { return tx.PollClosed(&watcher.Cx) })
			end(tx)
			require.True(t, watcher.WasWoken())
			hand.Ready(t, func() (none, bool, error) { return tx.PollClosed(&watcher.Cx) })
		})
	}
}

// The same when both come at the same moment.
func TestStressClosedAgainstSend(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[int]){
		"send":  func(tx oneshot.Sender[int]) { _ = tx.Send(nil, 1) },
		"close": func(tx oneshot.Sender[int]) { tx.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			watcher := hand.NewTask()
			tx, _ := oneshot.New[int]()
			waits := false
			hand.Duel(func() {
				_, ready, _ := tx.PollClosed(&watcher.Cx)
				waits = !ready
			}, func() {
				end(tx)
			}, func() {
				if woken := watcher.WasWoken(); waits && !woken {
					t.Fatal("the watcher was forgotten")
				}
				tx, _ = oneshot.New[int]()
			})
		})
	}
}

func TestAGoroutineWaitsForTheReceiversEnd(t *testing.T) {
	tx, rx := oneshot.New[int]()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	require.ErrorIs(t, tx.ClosedBlocking(ctx), why)
	ended := make(chan error, 1)
	go func() { ended <- tx.ClosedBlocking(t.Context()) }() // ends with the receiver
	rx.Drop(nil)
	require.NoError(t, <-ended)
}
