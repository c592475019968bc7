package timer

import (
	"math"
	"time"

	"github.com/simmer-go/simmer/future"
)

// Delay is a future that is ready when its time has come. Make one with [After] or [At]; the zero Delay is ready at its first
// poll. It may be reset at any time, before its first poll and after it was ready too, and moves between tasks, workers and
// runtimes freely: what is left of it then follows the clock of the new worker.
//
// Not for concurrent use: one goroutine at a time may call its methods, which is what the rules of a future say anyway.
type Delay struct {
	entry    *entry       // nil while no timer is armed
	clock    future.Clock // of the worker that polled it last
	deadline int64        // nanoseconds of clock; before the first poll, the duration
	at       *time.Time   // the time that was asked for, if it was a time
	elapsed  bool
}

// After returns a Delay of d, counted from its first poll. With a d of zero or less it is ready then. A d that the clock
// cannot count to lasts for ever.
func After(d time.Duration) *Delay { return &Delay{deadline: int64(d)} }

// At returns a Delay until t. It is ready at its first poll if t has passed.
func At(t time.Time) *Delay {
	x := &struct {
		Delay
		t time.Time
	}{t: t}
	x.at = &x.t
	return &x.Delay
}

// Sleep waits, in a body, for d. It returns at once if d is zero or less, [ErrClosed] if the worker's timers are closed, and
// future.ErrCancelled in a deferred call of a body that unwinds. It allocates nothing.
func Sleep(cx *future.Context, d time.Duration) error {
	delay := Delay{deadline: int64(d)}
	_, err := future.AwaitPoll(cx, delay.Poll, delay.Drop)
	return err
}

// SleepUntil is [Sleep] until t.
func SleepUntil(cx *future.Context, t time.Time) error { return Sleep(cx, t.Sub(Now(cx))) }

// Now returns the time of cx's worker, and the system's if cx has none. Durations between two such times follow a paused
// clock.
func Now(cx *future.Context) time.Time {
	if l := cx.Local(); l != nil && l.Clock != nil {
		return l.Clock.Now()
	}
	return time.Now()
}

// Poll is ready when the Delay's time has come. Its errors, which also end it: [future.ErrNoWorker], [ErrNoTimers],
// [ErrClosed].
func (d *Delay) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return none, false, nil
	}
	ready, err = d.poll(cx)
	return none, ready, err
}

// poll is Poll for callers that have looked at the budget.
func (d *Delay) poll(cx *future.Context) (ready bool, err error) {
	if d.clock != nil {
		d.follow(cx)
	}
	if d.entry != nil {
		switch s := d.entry.state.Load(); {
		case s >= shut:
			return d.finish(cx, d.release(cx))
		case d.entry.waker.Load() == cx.Waker().Header():
			return false, nil
		}
		// Another task waits: its waker needs an entry of its own, so that no waker changes beside a wheel that reads it.
		if was := d.release(cx); was >= shut {
			return d.finish(cx, was)
		}
	}
	st, err := d.begin(cx)
	if err != nil {
		return true, err
	}
	if d.elapsed || d.deadline <= d.clock.Nanos() {
		return d.finish(cx, fired)
	}
	d.entry = st.arm(min(d.deadline, maxDeadline), cx.Waker().Header())
	cx.Local().TimersStaged = true
	return false, nil
}

// begin finds the stage, and fixes the deadline if this is the first poll.
func (d *Delay) begin(cx *future.Context) (*Stage, error) {
	l := cx.Local()
	if l == nil {
		return nil, future.ErrNoWorker
	}
	st, _ := l.Timers.(*Stage)
	if st == nil || l.Clock == nil {
		return nil, ErrNoTimers
	}
	if d.clock == nil {
		d.clock = l.Clock
		if d.at != nil {
			d.deadline = nanosAt(d.clock, *d.at)
		} else {
			d.deadline = nanosAfter(d.clock, time.Duration(d.deadline))
		}
	}
	return st, nil
}

// follow has a Delay that has begun count by the clock of cx's worker, if it has counted by another one: each runtime has a
// clock of its own, with another beginning. The timer of the other runtime is given up. It returns by how much the nanoseconds
// of the new clock differ.
func (d *Delay) follow(cx *future.Context) (shift int64) {
	l := cx.Local()
	if l == nil || l.Clock == nil || l.Clock == d.clock {
		return 0
	}
	if d.entry != nil && d.release(cx) == fired {
		d.elapsed = true
	}
	old := d.clock.Nanos() // first: what passes between the two must make it later, not earlier
	shift = l.Clock.Nanos() - old
	d.clock = l.Clock
	if d.at != nil {
		d.deadline = nanosAt(d.clock, *d.at)
	} else {
		d.deadline = shifted(d.deadline, shift)
	}
	return shift
}

// finish ends the Delay as its entry has ended.
func (d *Delay) finish(cx *future.Context, was uint64) (ready bool, err error) {
	cx.Spend()
	d.elapsed = true
	if was == shut {
		return true, ErrClosed
	}
	return true, nil
}

// release gives the entry up and returns its last state. Without a worker it goes to its owner's inbox.
func (d *Delay) release(cx *future.Context) (was uint64) {
	e := d.entry
	d.entry = nil
	var st *Stage
	l := cx.Local()
	if l != nil {
		st, _ = l.Timers.(*Stage)
	}
	if st != nil && st.disarm(e) {
		return queued
	}
	was, tell := e.retire()
	switch {
	case tell == tellNobody:
	case st != nil:
		st.retire(e)
		l.TimersStaged = true
	default:
		e.owner.inbox.put(e)
	}
	return was &^ queued
}

// Drop disarms the timer. cx may be nil. A Delay that is polled after that waits for the same deadline.
func (d *Delay) Drop(cx *future.Context) {
	if d.entry != nil {
		d.release(cx)
	}
}

// Reset makes the Delay last for span from this moment, or from its first poll if that is still to come. A task that waits
// for it goes on waiting; if span is zero or less, the task is woken at once.
func (d *Delay) Reset(span time.Duration) {
	d.at, d.elapsed = nil, false
	if d.clock == nil {
		d.deadline = int64(span)
		return
	}
	d.move(nanosAfter(d.clock, span))
}

// ResetAt makes the Delay last until t. A task that waits for it goes on waiting; if t has passed, it is woken at once.
func (d *Delay) ResetAt(t time.Time) {
	d.at, d.elapsed = &t, false
	if d.clock != nil {
		d.move(nanosAt(d.clock, t))
	}
}

// move changes the deadline of a Delay that has begun. It has no stage: the owner is told through its inbox.
func (d *Delay) move(deadline int64) {
	d.deadline = deadline
	e := d.entry
	if e == nil {
		return
	}
	if deadline <= d.clock.Nanos() {
		task := e.waker.Load()
		d.release(nil)
		task.Waker().Wake()
		return
	}
	switch e.move(min(deadline, maxDeadline)) {
	case tellOwner:
		if w := e.owner; w.inbox.put(e) && w.rouse != nil {
			w.rouse()
		}
	case tooLate: // the task has been woken, and arms the timer again when it polls
		d.release(nil)
	}
}

// Deadline returns the time at which the Delay is ready: the zero Time if it counts from its first poll and that is still
// to come.
func (d *Delay) Deadline() time.Time {
	switch {
	case d.at != nil:
		return *d.at
	case d.clock == nil:
		return time.Time{}
	}
	now := d.clock.Now()
	return now.Add(time.Duration(d.deadline - d.clock.Nanos()))
}

// IsElapsed reports whether the Delay was ready, or its timer has fired, since it was last reset.
func (d *Delay) IsElapsed() bool {
	return d.elapsed || d.entry != nil && d.entry.hasEnded()
}

// nanosAfter returns the nanoseconds that clock will show after d, saturated.
func nanosAfter(clock future.Clock, d time.Duration) int64 {
	return saturatingAdd(clock.Nanos(), max(int64(d), 0))
}

// shifted returns nanos + by, saturated at both ends.
func shifted(nanos, by int64) int64 {
	if by < 0 {
		return max(nanos, math.MinInt64-by) + by
	}
	return saturatingAdd(nanos, by)
}

// nanosAt returns the nanoseconds that clock shows at t, saturated: less than now if t has passed.
func nanosAt(clock future.Clock, t time.Time) int64 {
	now := clock.Now() // before Nanos: what passes between the two must make it later, not earlier
	return saturatingAdd(clock.Nanos(), int64(t.Sub(now)))
}

var (
	_ future.Future[struct{}] = (*Delay)(nil)
	_ future.Dropper          = (*Delay)(nil)
)
