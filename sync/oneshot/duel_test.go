package oneshot_test

import (
	"testing"

	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// A receiver that looks while the value is sent, or the sender goes, either sees it or is woken.
func TestStressRecvAgainstSend(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[int]){
		"send":  func(tx oneshot.Sender[int]) { _ = tx.Send(nil, 1) },
		"close": func(tx oneshot.Sender[int]) { tx.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			var ch oneshot.Channel[int]
			tx := ch.Sender()
			receiver := hand.NewTask()
			waits := false
			hand.Duel(func() {
				_, ready, _ := ch.Receiver().PollRecv(&receiver.Cx)
				waits = !ready
			}, func() {
				end(tx)
			}, func() {
				if woken := receiver.WasWoken(); waits && !woken {
					t.Fatal("the receiver was forgotten")
				}
				if !ch.Reset() {
					t.Fatal("the sender is not through")
				}
				tx = ch.Sender()
			})
		})
	}
}

// A sender that looks while the receiver goes either sees it or is woken.
func TestStressClosedAgainstDrop(t *testing.T) {
	sender := hand.NewTask()
	tx, rx := oneshot.New[int]()
	waits := false
	hand.Duel(func() {
		_, ready, _ := tx.PollClosed(&sender.Cx)
		waits = !ready
	}, func() {
		rx.Drop(nil)
	}, func() {
		if woken := sender.WasWoken(); waits && !woken {
			t.Fatal("the sender was forgotten")
		}
		tx, rx = oneshot.New[int]()
	})
}
