package scheduler

import (
	"context"
	goruntime "runtime"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/batch"
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/internal/xrand"
	"github.com/simmer-go/simmer/waker"
)

const (
	// maxTicks bounds the polls between two looks at the drivers, the injector and the clock (tokio's event_interval).
	maxTicks = 61
	// lookEvery is the time in nanoseconds that a worker with long polls aims at between two such looks, so that a task from
	// outside waits for tens of microseconds, not for 61 polls of 10 us each.
	lookEvery = 50_000
	// giveBackEvery is the time in nanoseconds after which a busy worker lets ordinary goroutines have its processor once:
	// without it a goroutine's 1 ms sleep was 19 ms late beside busy workers, with it 0.07 ms.
	giveBackEvery = 500_000
	// flushesPerLook bounds how often deferred tasks go round before the drivers are looked at.
	flushesPerLook = 8
	// maxRow bounds the tasks polled from the LIFO slot in a row, or two that wake each other would starve the queue. Where polls are long
	// the row is shorter, by one for so many ticks between looks: it lasts some 10 us at most.
	maxRow      = 3
	ticksPerRow = 6
	// longInterval is the interval below which polls are long: 3 us or so.
	longInterval = maxRow * ticksPerRow
	// injectorBatch bounds the tasks taken from the injector at once: half a deque.
	injectorBatch = dequeSize / 2
)

// Worker polls tasks, one at a time, on a goroutine of its own or on its deputy's: see Continue.
//
// Ownership. deque, lifo and mark are shared as their types say: thieves take from the first two, a watchdog reads the third.
// All else is touched only by the worker's goroutine, or by the body's coroutine that it has resumed; but in a poll a watchdog
// may take the core away, reading core, closing, attended and goroutine, and writing holdsPinned.
type Worker struct {
	deque deque
	lifo  lifoSlot // polled next, and never notified for
	_     [56]byte

	sched    *Scheduler
	observer func(Event) // the scheduler's
	slot     int
	core     *core // nil: taken or given away during a poll; then the worker ends after that poll
	local    future.Local
	cx       future.Context

	mark      pollMark
	interval  sy.PlainUint32 // ticks between looks: the shorter the polls, the more
	born      children       // of the present poll
	row       uint32         // tasks polled from the LIFO slot, one after the other
	published uint32         // tick of the last publish
	stopAt    uint32         // tick of the next stop
	lookAt    uint32         // tick of the next look
	flushes   uint32

	lookedNanos int64 // clock at the last look
	gaveNanos   int64 // clock when the processor was given back last
	trimNanos   int64 // clock at which idle coroutines are halved
	firedNanos  int64 // clock when a timer has ended a sleep last
	looks       uint32
	attended    uint32 // value of sched.attention that was attended to
	searching   bool
	search      search
	closing     bool // cancel whatever comes
	holdsPinned bool // without a core, in a poll of a pinned task
	goroutine   uint64
	nextID      uint64 // of the present block of task numbers
	endID       uint64
	rand        xrand.Source
	stats       counters
	cells       batch.Batch
}

var _ future.Worker = (*Worker)(nil)

func newWorker(s *Scheduler, c *core) *Worker {
	// A core's next worker makes other choices than its last: where workers are replaced all the time, each makes only a few.
	c.workers++
	seed := s.env.Seed + uint64(c.slot)*0x9e3779b97f4a7c15 + (c.workers-1)*0xbf58476d1ce4e5b9
	w := &Worker{sched: s, observer: s.observer, slot: c.slot, core: c, rand: xrand.New(seed)}
	w.interval.Store(maxTicks)
	w.deque.init(dequeSize, 0)
	w.local = future.Local{
		Executor: s.executor,
		Worker:   w,
		Clock:    s.env.Clock,
		Blocking: s.env.Blocking,
		Reactor:  s.env.Reactor,
		Loop:     w,
	}
	w.local.Seed(^seed)
	if s.env.NewStage != nil {
		w.local.Timers = s.env.NewStage()
	}
	w.cx = future.NewContext(&w.local, nil)
	now := s.env.Clock.Nanos()
	w.lookedNanos, w.gaveNanos = now, now
	return w
}

// main is the worker's goroutine.
func (w *Worker) main() {
	defer w.end() // also after Goexit
	if w.sched.watchdog != nil {
		w.goroutine = gostack.ID()
	}
	w.sched.observe(Event{Kind: WorkerStart, Worker: w.slot})
	for !w.loop() {
	}
}

func (w *Worker) end() {
	defer w.sched.workers.Done() // also after Goexit in the observer

	if w.current() != nil { // Goexit in a Drop that followed a panic has ended afterPanic too
		w.afterPanic(nil)
	}
	w.local.CloseBodies()
	w.publish()
	w.sched.observe(Event{Kind: WorkerStop, Worker: w.slot})
}

// loop polls tasks until the worker is over. It returns false after a panic in a task, to be entered anew: one recover
// around the loop costs nothing per poll.
func (w *Worker) loop() (over bool) {
	defer func() {
		if !over {
			over = w.afterPanic(recover())
		}
	}()
	for w.core != nil {
		t := w.next()
		if t == nil {
			if w.closing && w.sched.phase.Load() == closed {
				w.closeTimers()
				return true
			}
			if t = w.idle(); t == nil {
				continue
			}
		}
		if w.searching {
			w.foundWork()
		}
		w.poll(t)
	}
	w.endShell()
	return true
}

// current returns the task that is being polled, or nil: to others a hint, perhaps an old one. Any goroutine.
func (w *Worker) current() *Task { return taskOf(w.cx.Task()) }

// next returns the task to poll next from the worker's own places and the injector, or nil. Tasks that polls have put into the
// LIFO slot share the budget of the first of the row.
func (w *Worker) next() *Task {
	if t := w.lifo.take(); t != nil {
		if w.mayProlongRow() && w.local.HasBudget() {
			w.row++
			return t
		}
		w.deque.push(t, &w.sched.injector)
	}
	w.row = 0
	w.local.BeginPoll()
	w.cx.SetTask(nil)
	if int32(w.mark.tick()-w.stopAt) >= 0 {
		if t := w.stop(); t != nil {
			return t
		}
	}
	for {
		if t := w.deque.pop(); t != nil {
			return t
		}
		if t := w.pinnedInTurn(); t != nil {
			return t
		}
		if w.core.deferred.len() == 0 {
			if t := w.fromInjector(); t != nil {
				return t
			}
			return w.nextPinned()
		}
		if !w.mayFlush() {
			if t := w.fromInjector(); t != nil {
				return t
			}
		}
		w.flushDeferred()
	}
}

func (w *Worker) fromInjector() *Task {
	s := w.sched
	n := s.injector.len()
	if n == 0 {
		w.core.deferred.ahead = 0 // other workers may have taken what was ahead
		return nil
	}
	t, taken := s.injector.take(&w.deque, min(n/len(s.slots)+1, injectorBatch))
	w.core.deferred.ahead -= taken
	return t
}

// mayFlush reports whether deferred tasks are next: those that were ready before them have left the injector. An injector
// that is never empty does not keep them waiting.
func (w *Worker) mayFlush() bool {
	d := &w.core.deferred
	if d.due == 0 {
		d.due, d.ahead = d.len(), w.sched.injector.len()
	}
	return d.ahead <= 0
}

// flushDeferred moves the deferred tasks to the empty deque. It comes before stealing: with the other order two workers
// exchanged the whole set of tasks each round and were no faster than one.
func (w *Worker) flushDeferred() {
	w.flushes++
	if w.flushes%flushesPerLook == 0 {
		w.pollDrivers()
	}
	w.flush()
}

func (w *Worker) flush() {
	if w.core.deferred.flush(&w.deque) > 1 {
		w.sched.notify(true)
	}
}

// stop is what a busy worker does between polls when its time has come: it looks around, every few polls; and if pinned tasks
// wait then, it takes one of that round for each other task, or endless local work would starve them.
func (w *Worker) stop() *Task {
	tick, round := w.mark.tick(), &w.core.round
	if int32(tick-w.lookAt) >= 0 {
		t := w.look()
		w.stopAt = w.lookAt
		if !w.hasPinned() {
			return t
		}
		w.beginRound()
		if t != nil {
			w.stopAt = tick + 1
			return t
		}
	}
	w.stopAt = w.lookAt
	if round.Len() == 0 { // it has ended between two stops, or the stop is for deferred tasks
		if w.core.deferred.len() > 0 && w.mayFlush() {
			w.flushDeferred()
		}
		return nil
	}
	t := w.nextPinned()
	if round.Len() > 0 {
		w.stopAt = tick + 2
	}
	return t
}

// lookIn has the worker look around after so many polls.
func (w *Worker) lookIn(ticks uint32) {
	w.lookAt = w.mark.tick() + ticks
	w.stopAt = w.lookAt
}

// look is what a busy worker does every few polls: it looks at the clock, the drivers, the injector and at what others want
// of it, and gives the processor back for a moment. It returns a task from the injector, to be polled at once: neither
// endless local work nor endless wakes keep it waiting.
func (w *Worker) look() *Task {
	now := w.local.Clock.Nanos()
	w.tune(now)
	w.looks++
	if w.looks%8 == 0 {
		w.publish()
		w.tidyLive()
	}
	if w.attended != w.sched.attention.Load() {
		w.attend()
	}
	if now-w.gaveNanos >= giveBackEvery || now == w.lookedNanos {
		goruntime.Gosched()
		now = w.local.Clock.Nanos()
		w.gaveNanos = now
	}
	w.lookedNanos = now
	w.lookAt = w.mark.tick() + w.interval.Load()
	w.pollDrivers()
	if w.core.deferred.len() > 0 && w.mayFlush() { // tasks that wake each other may keep the deque from ever being empty
		w.flush()
	}
	return w.fromInjector()
}

// tune sets the number of polls until the next look, from the time that the last ones took. It grows by doubling: one
// short poll says little about the next.
func (w *Worker) tune(now int64) {
	ticks := w.mark.tick() - w.lookAt + w.interval.Load()
	elapsed := now - w.lookedNanos
	fit := uint32(maxTicks)
	if elapsed > 0 && ticks > 0 {
		fit = uint32(min(max(int64(ticks)*lookEvery/elapsed, 1), maxTicks))
	}
	fit = min(fit, 2*w.interval.Load())
	w.interval.Store(fit)
}

// mayProlongRow reports whether one more task may be polled from the LIFO slot.
func (w *Worker) mayProlongRow() bool {
	return w.row < maxRow && (w.row+1)*ticksPerRow <= w.interval.Load()
}

// hasLongPolls reports whether polls last 3 us or more, on average. Any goroutine.
func (w *Worker) hasLongPolls() bool { return w.interval.Load() < longInterval }

// pollDrivers wakes the tasks whose sockets are ready or whose timers have expired, and returns their number.
func (w *Worker) pollDrivers() int {
	n := 0
	if d := w.sched.env.Driver; d != nil {
		n = d.Poll(&w.local)
	}
	c := w.core
	if c.nextTimer != Never {
		if now := w.local.Clock.Nanos(); now >= c.nextTimer {
			n += c.timers.Turn(&w.local, now)
			c.nextTimer = c.timers.Next()
		}
	}
	if n > 1 {
		w.sched.notify(true)
	}
	return n
}

// ScheduleNext puts a task into the LIFO slot; the one that was there goes to the queue, where others may steal it.
func (w *Worker) ScheduleNext(h *waker.Header) {
	if spill := w.lifo.put(taskOf(h)); spill != nil { // P1 of rescue
		w.deque.push(spill, &w.sched.injector)
		w.sched.notify(true)
	}
	if w.mark.revoked.Load() != 0 { // P2
		w.giveAway()
	}
}

// ScheduleBack puts a task behind those that are ready. The caller sees to it that somebody is woken if there are many.
func (w *Worker) ScheduleBack(h *waker.Header) {
	w.deque.push(taskOf(h), &w.sched.injector) // P1 of rescue
	if w.mark.revoked.Load() != 0 {            // P2
		w.giveAway()
	}
}

// TaskContext returns the context of the task that this worker polls.
func (w *Worker) TaskContext(h *waker.Header) context.Context { return taskOf(h).Context() }

// Scheduler returns the scheduler whose tasks w polls.
func (w *Worker) Scheduler() *Scheduler { return w.sched }

// Index returns the worker's number, from 0.
func (w *Worker) Index() int { return w.slot }
