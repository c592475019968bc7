package aio

import (
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/timer"
)

// deadline is the time after which one direction of a connection fails. It has a timer only while a task waits.
//
// Ownership. Any goroutine may set it. delay, target and armed belong to the direction's waiter.
//
// Order. set stores the time (T1), and then its caller takes the waiter's waker. The waiter stores its waker, and then loads the
// time (T2). T1 pairs with T2: a waiter that nobody interrupted, because its waker was not stored yet, sees the new time.
type deadline struct {
	isSet sy.Bool // at is not zero: spares those without a deadline the lock

	mu sync.Mutex

	at time.Time

	delay  *timer.Delay
	target time.Time // of delay
	armed  bool      // delay waits
}

// set changes the deadline; the zero time removes it. The caller then interrupts the waiter. Any goroutine.
func (d *deadline) set(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = at
	d.isSet.Store(!at.IsZero()) // T1
}

// time returns the deadline, zero if there is none. Any goroutine.
func (d *deadline) time() time.Time {
	if !d.isSet.Load() {
		return time.Time{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// passed reports whether the deadline is over by the clock of cx, or the system's if cx has no worker. Any goroutine.
func (d *deadline) passed(cx *future.Context) bool {
	at := d.time()
	return !at.IsZero() && !at.After(timer.Now(cx))
}

// arm has the task of cx woken when the deadline passes, or reports that it has passed. Waiter only, after it has stored its
// waker.
func (d *deadline) arm(cx *future.Context) (passed bool, err error) {
	at := d.time() // T2
	if at.IsZero() {
		d.disarm(cx)
		return false, nil
	}
	switch {
	case d.delay == nil:
		d.delay = timer.At(at)
	case !d.target.Equal(at):
		d.delay.ResetAt(at)
	}
	d.target = at
	_, passed, err = d.delay.Poll(cx)
	d.armed = !passed
	if passed {
		d.target = time.Time{} // the clock of another runtime may not be there yet
	}
	return passed, err
}

// disarm gives the timer back. Waiter only.
func (d *deadline) disarm(cx *future.Context) {
	if d.armed {
		d.delay.Drop(cx)
		d.armed = false
	}
}
