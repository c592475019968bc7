package oneshot_test

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/simmer-go/simmer/sync/oneshot"
)

// duel calls left and right at the same moment, and then judge: as many rounds as there is time for, each with another distance
// between the two.
func duel(left, right, judge func()) {
	limit := time.Second
	if testing.Short() {
		limit /= 5
	}
	const last = -1
	var begun, ended, sink atomic.Int64
	linger := func(n int64) {
		for range n {
			sink.Load()
		}
	}
	go func() { // ends after the last round
		for round := int64(1); ; round++ {
			for spins := 1; begun.Load() != round; spins++ {
				if begun.Load() == last {
					return
				}
				if spins%1000 == 0 {
					goruntime.Gosched()
				}
			}
			linger(round % 61)
			right()
			ended.Store(round)
		}
	}()
	start := time.Now()
	for round := int64(1); time.Since(start) < limit; round++ {
		begun.Store(round)
		linger(round % 67)
		left()
		for spins := 1; ended.Load() != round; spins++ {
			if spins%1000 == 0 {
				goruntime.Gosched()
			}
		}
		judge()
	}
	begun.Store(last)
}

// A receiver that looks while the value is sent, or the sender goes, either sees it or is woken.
func TestStressRecvAgainstSend(t *testing.T) {
	for name, end := range map[string]func(tx oneshot.Sender[int]){
		"send":  func(tx oneshot.Sender[int]) { _ = tx.Send(nil, 1) },
		"close": func(tx oneshot.Sender[int]) { tx.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			var ch oneshot.Channel[int]
			tx := ch.Sender()
			receiver := newTask()
			waits := false
			duel(func() {
				_, ready, _ := ch.Receiver().PollRecv(&receiver.cx)
				waits = !ready
			}, func() {
				end(tx)
			}, func() {
				if woken := receiver.wasWoken(); waits && !woken {
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
	sender := newTask()
	tx, rx := oneshot.New[int]()
	waits := false
	duel(func() {
		_, ready, _ := tx.PollClosed(&sender.cx)
		waits = !ready
	}, func() {
		rx.Drop(nil)
	}, func() {
		if woken := sender.wasWoken(); waits && !woken {
			t.Fatal("the sender was forgotten")
		}
		tx, rx = oneshot.New[int]()
	})
}
