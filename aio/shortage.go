package aio

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// The pauses of net/http's server: short enough to go unnoticed at first, long enough at last to cost nothing.
const (
	minPause = 5 * time.Millisecond
	maxPause = time.Second
)

// shortage paces a listener that cannot accept because the system is out of descriptors or memory. The connections stay in the
// system's queue meanwhile; nothing tells when there is room again, so it must be tried.
//
// Ownership. All but waiter belong to the one who accepts. Any goroutine may interrupt.
type shortage struct {
	pause  time.Duration // the last one; zero while there is no shortage
	delay  *timer.Delay
	paused bool
	waiter waker.Slot
}

// begin starts a pause, twice as long as the last.
func (s *shortage) begin() {
	s.pause = min(max(2*s.pause, minPause), maxPause)
	s.paused = true
	s.delay = timer.After(s.pause)
}

// end tells that there is no shortage.
func (s *shortage) end() { s.pause = 0 }

// poll reports whether the pause goes on. The caller then looks once more whether the listener is closed.
func (s *shortage) poll(cx *future.Context) (waiting bool, err error) {
	if !s.paused {
		return false, nil
	}
	_, ready, err := s.delay.Poll(cx)
	if !ready {
		s.waiter.Set(cx.Waker())
		return true, nil
	}
	s.paused = false
	s.waiter.Clear(cx.Waker())
	return false, err
}

// forget ends a pause whose waiter has gone.
func (s *shortage) forget(cx *future.Context) {
	if s.paused {
		s.delay.Drop(cx)
		s.paused = false
		s.waiter.Clear(cx.Waker())
	}
}

// interrupt wakes the one who accepts. Any goroutine.
func (s *shortage) interrupt() { s.waiter.Take().Wake() }
