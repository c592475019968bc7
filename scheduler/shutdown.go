package scheduler

import "errors"

// ErrEnded is the cause of a task's context after the task has ended.
var ErrEnded = errors.New("simmer: task has ended")

// attend does what others want of a worker beside polling tasks.
func (w *Worker) attend() {
	s := w.sched
	w.attended = s.attention.Load()
	c := w.core
	tasks, stages := s.leftovers.take()
	for _, t := range tasks {
		c.live.add(t)
	}
	for _, stage := range stages {
		c.timers.Apply(stage)
	}
	if c.timers != nil {
		c.nextTimer = 0 // the clock may have been moved, or a deadline
	}
	if r := s.slots[w.slot].request.Swap(nil); r != nil {
		r.answer(w)
	}
	if s.phase.Load() < closing {
		return
	}
	if w.closing {
		for _, t := range tasks {
			w.abort(t)
		}
		return
	}
	w.closing = true
	for _, t := range c.live.list {
		w.abort(t)
	}
	for _, t := range s.shells.current() { // in a first poll: in no live slice
		w.abort(t)
	}
	w.publish()
	s.acks.Add(1)
}

// Drain refuses spawns from outside from now on. The channel is closed when all tasks have ended. Tasks go on and may
// spawn. Any goroutine.
func (s *Scheduler) Drain() <-chan struct{} {
	s.injector.close()
	s.phase.CompareAndSwap(running, draining)
	s.Rouse() // whoever sleeps last will see that nothing is left
	return s.drained
}

// Close refuses all spawns and aborts all tasks: their futures are dropped on the workers. The channel is closed when every
// task has ended and every worker's goroutine is gone. Any goroutine; again: the same channel.
func (s *Scheduler) Close() <-chan struct{} {
	s.closeOnce.Do(func() {
		s.injector.close()
		s.phase.Store(closing)
		for i := range s.slots { // a first poll may wait, against the rules, for the end of its context
			if t := s.slots[i].worker.Load().current(); t != nil {
				t.Cancel()
			}
		}
		s.Rouse()
		go func() { // ends with the last worker
			s.workers.Wait()
			if s.watchdog != nil {
				s.watchdog.close()
			}
			close(s.done)
		}()
	})
	return s.done
}

// tryClosed ends the scheduler if nothing is left: every worker is closing, so that counts are published and no task is
// born any more, and all tasks are complete.
func (s *Scheduler) tryClosed(w *Worker) bool {
	w.publish()
	if int(s.acks.Load()) < len(s.slots) || s.shells.len() > 0 || !s.balanced() {
		return false
	}
	if s.phase.CompareAndSwap(closing, closed) {
		s.drainedOnce.Do(func() { close(s.drained) })
		s.Rouse()
	}
	return true
}

func (w *Worker) closeTimers() {
	if timers := w.core.timers; timers != nil {
		timers.Close(&w.local)
	}
}

// Stuck returns the tasks that are being polled at this moment. Any goroutine.
func (s *Scheduler) Stuck() (list []TaskInfo) {
	for i := range s.slots {
		if t := s.slots[i].worker.Load().current(); t != nil {
			list = append(list, t.Info(StateRunning, i))
		}
	}
	for _, t := range s.shells.current() {
		list = append(list, t.Info(StateRunning, -1))
	}
	return list
}
