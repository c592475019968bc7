package scheduler

import "github.com/simmer-go/simmer/internal/sy"

// lifoSlot holds the one task that a worker polls next: what the present poll has spawned or woken last, whose data is still
// in the cache. It is a state word beside a plain pointer, because sync/atomic's pointer swap costs twice as much, and more
// while the collector marks.
//
// Ownership. The worker puts and takes; thieves steal. task belongs to the worker while the state is empty or full, and to
// the thief while it is claimed.
//
// Order. put writes task and then says full (P1); a thief claims by CAS (S1) before it reads task, and says empty (S2)
// after. P1 pairs with S1: the thief reads the task that was put. S2 pairs with the load in put (P2): task is overwritten
// after it was read.
type lifoSlot struct {
	state sy.Uint32
	task  *Task // stays behind when the slot is emptied, until the worker sleeps
}

const (
	lifoEmpty = iota
	lifoFull
	lifoClaimed
)

// put puts t into the slot and returns the task that must go elsewhere: the one that was in it, or nil, or t itself while a
// thief is at work. Owner only.
func (s *lifoSlot) put(t *Task) (spill *Task) {
	switch state := s.state.Load(); { // P2
	case state == lifoClaimed:
		return t
	case state == lifoFull && s.state.CompareAndSwap(lifoFull, lifoEmpty):
		spill = s.task
	case s.state.Load() == lifoClaimed: // a thief came between
		return t
	}
	s.task = t
	s.state.Store(lifoFull) // P1
	return spill
}

// take empties the slot, and returns what was in it or nil. Owner only.
func (s *lifoSlot) take() *Task {
	if s.state.Load() != lifoFull || !s.state.CompareAndSwap(lifoFull, lifoEmpty) {
		return nil
	}
	return s.task
}

// steal is take for thieves. Any goroutine.
func (s *lifoSlot) steal() *Task {
	if s.state.Load() != lifoFull || !s.state.CompareAndSwap(lifoFull, lifoClaimed) { // S1
		return nil
	}
	t := s.task
	s.state.Store(lifoEmpty) // S2
	return t
}

// isFull reports whether there is a task in the slot. Any goroutine.
func (s *lifoSlot) isFull() bool { return s.state.Load() == lifoFull }

// forget lets go of the task that has stayed behind in an empty slot: it may have ended, and nobody else keep it. Owner only.
func (s *lifoSlot) forget() {
	if s.state.Load() == lifoEmpty {
		s.task = nil
	}
}

// peek returns the task in the slot, or nil; it may have been stolen meanwhile. Owner only.
func (s *lifoSlot) peek() *Task {
	if s.state.Load() != lifoFull {
		return nil
	}
	return s.task
}
