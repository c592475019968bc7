package timer

import (
	"math"
	"time"

	"github.com/simmer-go/simmer/future"
)

const (
	// never is what Next returns if no timer is armed.
	never int64 = math.MaxInt64
	// turnLimit bounds the entries that one Turn goes through: about 0.2 ms, so that a million timers of one instant do
	// not keep the worker from its tasks.
	turnLimit = 4096
	// nextScan bounds the entries that Next looks at to spare the worker a wake that only moves them down a level.
	nextScan = 16
	// trimEvery is how often unused entries are given up.
	trimEvery = int64(10 * time.Second)
)

// Wheel holds the timers of one core. It has no lock.
//
// Ownership. One goroutine at a time, the core's present worker between its polls, calls the methods; everything but the
// inbox is the owner's.
type Wheel struct {
	slots
	paused  interface{ IsPaused() bool } // nil if the clock cannot be paused
	rouse   func()
	now     int64 // of the last Turn
	closed  bool
	free    []*entry
	trimmed int64

	_     [64]byte // other goroutines write the inbox: not in the owner's cache lines
	inbox inbox
	_     [64]byte
}

// NewWheel returns a wheel that follows clock, which must be comparable: a pointer, say. Timers know another runtime's worker by
// its clock. rouse is called, by any goroutine, after Next has become earlier through
// something that is not the owner's: the owner then has to call Next or Turn again. It must not block, and may be nil.
//
// If clock has a method IsPaused() bool, timers fire exactly at their deadlines while it reports true, so that a clock
// that is moved by a second has fired what was to wait a second. Otherwise they fire at the end of their tick.
func NewWheel(clock future.Clock, rouse func()) *Wheel {
	w := &Wheel{rouse: rouse}
	w.paused, _ = clock.(interface{ IsPaused() bool })
	w.now = clock.Nanos()
	w.elapsed = w.now >> tickBits
	w.trimmed = w.now
	return w
}

// Apply takes over what the polls of a worker have staged since the last call. stage is a *Stage; anything else is
// ignored. Owner only, and the stage's.
func (w *Wheel) Apply(stage any) {
	st, _ := stage.(*Stage)
	if st == nil {
		return
	}
	for _, e := range st.armed {
		if e.owner != w { // writing a pointer is slow while the garbage collector marks
			e.owner = w // O1
		}
		w.receive(e)
	}
	for _, e := range st.retired {
		if e.owner == w {
			w.unlink(e)
			st.free = append(st.free, e)
		} else {
			e.owner.inbox.put(e)
		}
	}
	st.armed, st.retired = emptied(st.armed), emptied(st.retired)
	w.share(st)
}

// share gives the free entries to the stage that was applied here last time too. From another stage it takes them: that
// one's worker may have ended.
func (w *Wheel) share(st *Stage) {
	if st.home == nil {
		st.home = w
	}
	if st.home == w {
		if len(w.free) > 0 {
			st.free = append(st.free, w.free...)
			w.free = emptied(w.free)
		}
		return
	}
	st.home = w
	w.free = append(w.free, st.free...)
	st.free, st.low = nil, 0
}

// Turn wakes, through l, the tasks whose timers have expired at now, in nanoseconds of the clock, and returns the number of
// tasks that it has queued. It stops after some thousand entries; then Next is not later than now. Owner only.
func (w *Wheel) Turn(l *future.Local, now int64) (woken int) {
	w.readInbox()
	w.now = max(w.now, now)
	tick := w.now >> tickBits
	exact := w.isExact()
	for left := turnLimit; left > 0; {
		if w.current == nowhere && !w.advance(tick) {
			if !exact || !w.split(w.now) {
				break
			}
			continue
		}
		if e := w.pop(); e != nil {
			left--
			woken += w.settle(l, e)
		}
	}
	if w.now-w.trimmed > trimEvery {
		w.trim(l)
	}
	return woken
}

// settle fires an entry that is nowhere, or links it again if its deadline is still to come. It returns the number of tasks
// queued.
func (w *Wheel) settle(l *future.Local, e *entry) int {
	for {
		s := e.state.Load()
		if !isPending(s) {
			return 0 // loose: it comes back through a stage or the inbox
		}
		if deadline := deadlineOf(s); deadline > w.now {
			w.link(e, deadline)
			return 0
		}
		task := e.waker.Load() // W2
		if e.end(s, fired) {
			if l.Ready(task.Waker()) {
				return 1
			}
			return 0
		}
	}
}

// Next returns the clock's nanoseconds at which Turn has something to do, or math.MaxInt64. Owner only.
func (w *Wheel) Next() int64 {
	w.readInbox()
	if w.current != nowhere || len(w.slot[overdue]) > 0 {
		return w.now
	}
	level, tick, place := w.first()
	switch {
	case place == nowhere:
		return never
	case w.isExact(), level > 0 && len(w.slot[place]) <= nextScan:
		return w.earliest(level, tick, place)
	case level > 0:
		return startOf(tick)
	default:
		return startOf(tick + 1)
	}
}

// earliest returns when the first entry of the earliest slot fires, but not more than the slot's end: what was moved
// behind that has to be linked again before it is compared with the entries of other slots.
func (w *Wheel) earliest(level uint, tick int64, place uint16) int64 {
	next := startOf(tick + 1<<(level*slotBits))
	for _, e := range w.slot[place] {
		if s := e.state.Load(); isPending(s) {
			next = min(next, deadlineOf(s))
		}
	}
	if w.isExact() || next == never {
		return next
	}
	return startOf(tickOf(next) + 1)
}

// Close ends the wheel: all its timers, and those that are armed later, fail with [ErrClosed]. l may be nil. Owner only.
func (w *Wheel) Close(l *future.Local) {
	if w.closed {
		return
	}
	w.readInbox()
	w.closed = true
	w.receiveAll(w.inbox.close())
	w.all(func(e *entry) { shutDown(l, e) })
	w.free = nil
}

func (w *Wheel) readInbox() { w.receiveAll(w.inbox.take()) }

func (w *Wheel) receiveAll(e *entry) {
	for e != nil {
		next := e.next // N1, H2
		w.receive(e)
		e = next
	}
}

// receive reads what has been done to an entry that was queued or loose.
func (w *Wheel) receive(e *entry) {
	s := e.acknowledge()
	w.unlink(e)
	switch {
	case s == loose:
		w.free = append(w.free, e)
	case !isPending(s):
	case w.closed:
		shutDown(nil, e)
	default:
		w.link(e, deadlineOf(s))
	}
}

// shutDown ends an entry of a closed wheel and wakes its task.
func shutDown(l *future.Local, e *entry) {
	for {
		s := e.state.Load()
		if !isPending(s) {
			return
		}
		task := e.waker.Load() // W2
		if !e.end(s, shut) {
			continue
		}
		if l != nil {
			l.Ready(task.Waker())
		} else {
			task.Waker().Wake()
		}
		return
	}
}

// trim gives up free entries that were not needed for some time.
func (w *Wheel) trim(l *future.Local) {
	w.trimmed = w.now
	if st, _ := l.Timers.(*Stage); st != nil && st.home == w {
		st.trim()
	}
}

func (w *Wheel) isExact() bool { return w.paused != nil && w.paused.IsPaused() }
