package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// A sender that finds the channel full while the receiver takes a value, without a lock, from its batch either gets the place or
// is woken.
func TestStressFullAgainstReceive(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	next, want := 0, 0
	send := func() {
		require.NoError(t, tx.TrySend(nil, next))
		next++
	}
	recv := func() {
		if v, err := rx.TryRecv(nil); err != nil || v != want {
			t.Errorf("received %d, %v, not %d", v, err, want)
		}
		want++
	}
	// One value in the receiver's batch, one in the channel: it is full.
	send()
	send()
	recv()
	send()
	sender := hand.NewTask()
	var w mpsc.Waiter
	waits := false
	hand.Duel(func() {
		_, ready, err := tx.PollSend(&sender.Cx, &w, next)
		if waits = !ready; err != nil {
			t.Error(err)
		}
	}, recv, func() {
		if woken := sender.WasWoken(); waits {
			if !woken {
				t.Fatal("a sender was forgotten")
			}
			hand.Ready(t, func() (none, bool, error) { return tx.PollSend(&sender.Cx, &w, next) })
		}
		next++
		recv()
		send()
	})
}

// A receiver that finds the channel empty while a value is sent either gets the value or is woken.
func TestStressEmptyAgainstSend(t *testing.T) {
	forBoth(t, 1, func(t *testing.T, s source) {
		receiver := hand.NewTask()
		recv := func() (int, bool, error) { return s.rx.PollRecv(&receiver.Cx) }
		waits := false
		hand.Duel(func() {
			_, ready, err := recv()
			if waits = !ready; err != nil {
				t.Error(err)
			}
		}, func() {
			if err := s.send(nil, 1); err != nil {
				t.Error(err)
			}
		}, func() {
			if woken := receiver.WasWoken(); waits {
				if !woken {
					t.Fatal("the receiver was forgotten")
				}
				hand.Ready(t, recv)
			}
		})
	})
}
