package mpsc_test

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/mpsc"
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
	sender := newTask()
	var w mpsc.Waiter
	waits := false
	duel(func() {
		_, ready, err := tx.PollSend(&sender.cx, &w, next)
		if waits = !ready; err != nil {
			t.Error(err)
		}
	}, recv, func() {
		if woken := sender.wasWoken(); waits {
			if !woken {
				t.Fatal("a sender was forgotten")
			}
			ready(t, func() (none, bool, error) { return tx.PollSend(&sender.cx, &w, next) })
		}
		next++
		recv()
		send()
	})
}

// A receiver that finds the channel empty while a value is sent either gets the value or is woken.
func TestStressEmptyAgainstSend(t *testing.T) {
	forBoth(t, 1, func(t *testing.T, s source) {
		receiver := newTask()
		recv := func() (int, bool, error) { return s.rx.PollRecv(&receiver.cx) }
		waits := false
		duel(func() {
			_, ready, err := recv()
			if waits = !ready; err != nil {
				t.Error(err)
			}
		}, func() {
			if err := s.send(nil, 1); err != nil {
				t.Error(err)
			}
		}, func() {
			if woken := receiver.wasWoken(); waits {
				if !woken {
					t.Fatal("the receiver was forgotten")
				}
				ready(t, recv)
			}
		})
	})
}
