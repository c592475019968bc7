package scheduler

import (
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// Pin has only the slot's worker poll the task. slot is at least 0 and less than the Workers of the scheduler on which the task is
// going to be spawned. Before it is spawned.
func (t *Task) Pin(slot int) { t.Tag |= pinned | uint32(slot)<<homeShift }

// spawnPinned is Spawn for a pinned task.
func (s *Scheduler) spawnPinned(t *Task) bool {
	t.Init(s.pinExecutor(t))
	return s.observedSpawn(t)
}

// queuePinned is the second half of Spawn for a pinned task.
func (w *Worker) queuePinned(t *Task) {
	t.Init(w.sched.pinExecutor(t))
	w.stats[spawned]++
	t.Executor().Schedule(&t.Header)
}

// pinExecutor returns the executor of the slot that a new task is pinned to. Each slot has its own, so that no wake takes the short
// way to another worker's LIFO slot, and tasks that are not pinned pay nothing for those that are.
func (s *Scheduler) pinExecutor(t *Task) *waker.Executor {
	return s.slots[t.Tag>>homeShift].pinned.executor
}

// pin queues an active pinned task and wakes its worker if that sleeps. Any goroutine.
func (s *Scheduler) pin(slot int, h *waker.Header) {
	q := &s.slots[slot].pinned
	q.push(h)
	if !q.held.Load() {
		s.wakeSlot(slot)
	}
}

// wakeSlot wakes the slot's worker if it sleeps. Any goroutine.
func (s *Scheduler) wakeSlot(slot int) {
	if s.idle.asleep[slot].Load() && s.idle.rouse(slot) {
		s.env.Parking.Unpark(slot, false)
	}
}

// hasPinned reports whether a pinned task may be polled.
func (w *Worker) hasPinned() bool {
	q := &w.sched.slots[w.slot].pinned
	return (w.core.round.Len() > 0 || q.n.Load() > 0) && !q.held.Load()
}

// nextPinned returns the next of the pinned tasks, or nil. They are taken in rounds: those that have become ready since a round
// began are in the next one, and between two rounds it is the turn of the others.
func (w *Worker) nextPinned() *Task {
	if !w.hasPinned() {
		return nil
	}
	w.beginRound()
	c := w.core
	t := taskOf(c.round.Pop())
	c.othersTurn = c.round.Len() == 0
	invariant.Check(t == nil || int(t.Tag>>homeShift) == w.slot, "a pinned task is polled where it is pinned")
	return t
}

// beginRound begins a round unless there is one.
func (w *Worker) beginRound() {
	if c := w.core; c.round.Len() == 0 {
		w.sched.slots[w.slot].pinned.take(&c.round)
	}
}

// pinnedInTurn is nextPinned where there may be other tasks: after each round they come first.
func (w *Worker) pinnedInTurn() *Task {
	if c := w.core; c.othersTurn {
		c.othersTurn = false
		return nil
	}
	return w.nextPinned()
}

// hasPinned reports whether a slot has pinned tasks that wait for their worker.
func (s *Scheduler) hasPinned() bool {
	for i := range s.slots {
		if s.slots[i].pinned.len() > 0 {
			return true
		}
	}
	return false
}
