package scheduler

import (
	"time"

	"github.com/simmer-go/simmer/future"
)

// channelParking parks workers on channels and Go's timers: without sockets, on systems without a reactor, and inside a
// testing/synctest bubble, where a goroutine in the netpoller would stop the bubble's time.
type channelParking struct {
	clock future.Clock
	slots []channelSlot
}

type channelSlot struct {
	wake  chan struct{} // holds one Unpark
	timer *time.Timer
}

var _ Parking = (*channelParking)(nil)

// NewChannelParking returns a Parking that needs nothing of the system.
func NewChannelParking(clock future.Clock, workers int) Parking {
	p := &channelParking{clock: clock, slots: make([]channelSlot, workers)}
	for i := range p.slots {
		p.slots[i].wake = make(chan struct{}, 1)
	}
	return p
}

func (p *channelParking) Park(slot int, _ *future.Local, deadline int64) {
	s := &p.slots[slot]
	wait := time.Duration(deadline - p.clock.Nanos())
	if wait <= 0 {
		select {
		case <-s.wake:
		default:
		}
		return
	}
	if deadline == Never || p.paused() {
		<-s.wake
		return
	}
	if s.timer == nil {
		s.timer = time.NewTimer(wait)
	} else {
		s.timer.Reset(wait)
	}
	select {
	case <-s.wake:
		s.timer.Stop()
	case <-s.timer.C:
	}
}

// paused reports whether deadlines are not of this world: then only a jump of the clock ends the wait.
func (p *channelParking) paused() bool {
	j, ok := p.clock.(Jumper)
	return ok && j.IsPaused()
}

func (p *channelParking) Unpark(slot int, _ bool) {
	select {
	case p.slots[slot].wake <- struct{}{}:
	default:
	}
}

func (p *channelParking) Close() error { return nil }
