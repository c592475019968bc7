package scheduler

import goruntime "runtime"

// trimEvery is the time in nanoseconds after which idle coroutines are halved.
const trimEvery = 10_000_000_000

// manyEnded is how many tasks of a sleeping worker may have ended elsewhere before it is woken to forget them.
const manyEnded = 256

// idle is what a worker does that has found nothing in its own places: look at the drivers, steal, sleep. It returns a task to poll, or
// nil where the worker's own places are to be looked at first.
func (w *Worker) idle() *Task {
	if w.attended != w.sched.attention.Load() {
		w.attend()
		return nil // it may have queued tasks
	}
	if w.pollDrivers() > 0 {
		return nil
	}
	if t := w.searchRound(); t != nil {
		return t
	}
	if w.closing && w.sched.tryClosed(w) {
		return nil
	}
	switch {
	case w.lingers():
		goruntime.Gosched()
	case !w.search.gaveWay && w.sched.isBusyOutside():
		w.search.gaveWay = true
		goruntime.Gosched() // what the worker waits for may be about to end, on a goroutine of this processor
	default:
		w.park()
	}
	return nil
}

// park sleeps until there is something to do.
func (w *Worker) park() {
	s, c := w.sched, w.core
	w.deque.forget()
	w.lifo.forget()
	w.tidyLive()
	s.rouseHomes(w.slot)
	w.stats[parks]++
	w.publish()
	expiry := Never
	if c.timers != nil {
		c.nextTimer = c.timers.Next()
		expiry = c.nextTimer
	}
	s.slots[w.slot].expiry.Store(expiry)

	asleep, allAsleep := s.idle.sleep(w.slot, w.searching, func() bool { return w.attended != s.attention.Load() })
	if !asleep {
		return
	}
	w.searching = false
	if s.hasWork() {
		s.notify(true) // perhaps this worker itself; then it does not sleep
	}
	if w.hasPinned() {
		s.wakeSlot(w.slot)
	}
	if allAsleep {
		s.whenAllAsleep()
	}
	s.observe(Event{Kind: Park, Worker: w.slot})
	deadline := w.slacken(expiry)
	s.env.Parking.Park(w.slot, &w.local, w.trimDeadline(deadline))
	s.observe(Event{Kind: Unpark, Worker: w.slot})

	w.searching = !s.idle.wakeUp(w.slot)
	if s.watchdog != nil {
		s.watchdog.rouse()
	}
	w.trim()
	w.lookIn(0) // look at everything first
	now := w.local.Clock.Nanos()
	w.lookedNanos, w.gaveNanos = now-1, now
	w.search.begin(now)
	w.search.impatient = s.slots[w.slot].impatient.Swap(false)
	if now >= deadline {
		w.firedNanos = now
	}
	if w.deque.len() > 1 {
		s.notify(true) // the drivers have woken more than this worker can poll at once
	}
}

// tidyLive has the core forget tasks that have ended, here or elsewhere.
func (w *Worker) tidyLive() {
	elsewhere := &w.sched.slots[w.slot].endedElsewhere
	if elsewhere.Load() != 0 {
		w.core.live.ended += int(elsewhere.Swap(0))
	}
	w.core.live.tidy()
}

// rouseHomes wakes workers that sleep on a list of tasks of which many have ended elsewhere: they would be kept reachable.
func (s *Scheduler) rouseHomes(own int) {
	for i := range s.slots {
		if i != own && s.slots[i].endedElsewhere.Load() > manyEnded {
			s.rouse(i)
		}
	}
}

// slacken returns when a worker is to wake for timers of which the first expires at expiry: not soon after it has done so before.
func (w *Worker) slacken(expiry int64) int64 {
	if w.sched.env.TimerSlack == 0 || expiry == Never || w.firedNanos == 0 {
		return expiry
	}
	return max(expiry, w.firedNanos+w.sched.env.TimerSlack)
}

func (w *Worker) trimDeadline(expiry int64) int64 {
	if w.local.IdleBodies() == 0 {
		w.trimNanos = 0
		return expiry
	}
	if w.trimNanos == 0 {
		w.trimNanos = w.local.Clock.Nanos() + trimEvery
	}
	return min(expiry, w.trimNanos)
}

func (w *Worker) trim() {
	if w.trimNanos != 0 && w.local.Clock.Nanos() >= w.trimNanos {
		w.local.TrimBodies()
		w.trimNanos = 0
	}
}

// whenAllAsleep is called by the last worker that goes to sleep: a drained scheduler is finished, a paused clock jumps.
func (s *Scheduler) whenAllAsleep() {
	if s.phase.Load() == draining && s.shells.len() == 0 && s.balanced() { // shells have counts of their own
		s.drainedOnce.Do(func() { close(s.drained) })
	}
	s.jump()
}

// jump moves a paused clock to the earliest expiry and wakes the worker that has it, unless something runs outside the
// workers that may still want to act at the present time.
func (s *Scheduler) jump() {
	if s.jumper == nil || s.shells.len() > 0 || s.isBusyOutside() {
		return
	}
	first, expiry := 0, Never
	for i := range s.slots {
		if at := s.slots[i].expiry.Load(); at < expiry {
			first, expiry = i, at
		}
	}
	if expiry != Never && !s.hasWork() && !s.hasPinned() && s.jumper.Jump(expiry) {
		s.rouse(first)
	}
}

// isBusyOutside reports whether something runs outside the workers that may wake their tasks.
func (s *Scheduler) isBusyOutside() bool { return s.env.Busy != nil && s.env.Busy() }

// JumpIfIdle lets a paused clock jump if no worker is awake. For who was busy outside the workers, when it is not any more.
// Any goroutine.
func (s *Scheduler) JumpIfIdle() {
	if s.jumper != nil && s.idle.allAsleep() {
		s.jump()
	}
}
