package netpoll

import (
	"math"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/internal/sy"
)

// alarm is the one timer of all parked workers: a timerfd in the epoll set, set to the earliest of their deadlines. Go's
// netpoller would round to a millisecond. Whoever polls the reactor when it rings unparks all whose deadline has come.
//
// Ownership. Each worker writes the deadline of its own place. armed and the timer are written under mu.
//
// Order. A worker publishes its deadline (D1) and then looks at armed (D2). ring first says that nothing is armed (A1) and
// then reads all deadlines (A2). D1 pairs with A2 and A1 with D2: either ring sees the deadline, or the worker sees that
// it must set the timer itself.
type alarm struct {
	parking *Parking
	timer   descriptor
	armed   sy.Int64 // what the timer is set to, or never

	mu sync.Mutex
}

func (a *alarm) open(p *Parking) error {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("timerfd_create", err)
	}
	a.parking = p
	a.timer.fd = fd
	a.armed.Store(never)
	return nil
}

// publish makes the alarm ring when deadline comes, if s waits then. Owner of s only.
func (a *alarm) publish(s *place, deadline int64) {
	if deadline == never {
		return
	}
	s.deadline.Store(deadline)      // D1
	if deadline >= a.armed.Load() { // D2
		return
	}
	a.mu.Lock()
	if deadline < a.armed.Load() {
		a.set(deadline)
	}
	a.mu.Unlock()
}

// ring unparks every worker whose deadline has come, and sets the timer for the others. slot is the parked worker that calls,
// which needs no signal, or nobody.
func (a *alarm) ring(slot int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.armed.Store(never) // A1
	now, next := a.parking.clock.Nanos(), never
	goesOn := slot == nobody
	if !goesOn && a.parking.places[slot].deadline.Load() <= now {
		a.parking.places[slot].state.notify()
		goesOn = true
	}
	for i, s := range a.parking.places {
		switch deadline := s.deadline.Load(); { // A2
		case deadline > now:
			next = min(next, deadline)
		case i != slot:
			a.parking.Unpark(i, goesOn)
		}
	}
	if next != never {
		a.set(next)
	}
}

// set sets the timer, unless the clock stands still. mu held.
func (a *alarm) set(deadline int64) {
	if a.parking.clock.isPaused() || !a.timer.acquire() {
		return
	}
	defer a.timer.release()
	// A zero would disarm the timer, and so would an overflow.
	wait := unix.NsecToTimespec(min(max(deadline-a.parking.clock.Nanos(), 1), math.MaxInt32*1e9))
	if unix.TimerfdSettime(a.timer.fd, 0, &unix.ItimerSpec{Value: wait}, nil) == nil {
		a.armed.Store(deadline)
	}
}
