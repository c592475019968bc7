package scheduler

// core is what a worker owns between two polls. It can change goroutine while user code runs: whoever leaves a worker
// stuck in a poll takes the core and goes on with it. So a poll must not touch it; what a poll has to say to it (tasks
// born, timers armed) waits in the worker and is taken over after the poll.
//
// Ownership. The worker that names it, between polls.
type core struct {
	slot     int
	workers  uint64 // that have had it
	deferred deferred
	live     liveSet
	timers   Timers // nil: none

	round      taskQueue // pinned tasks that are next; see Worker.nextPinned
	othersTurn bool      // a round has ended

	nextTimer int64 // what timers.Next has said last
}

// deferred holds the tasks that have yielded, or were woken during their own poll. A plain slice costs no atomic operation.
// It is moved to the deque when that is empty, so a yielder runs after all tasks that were ready when it yielded.
type deferred struct {
	list  []*Task
	head  int
	due   int // of these, the first that are to be moved next
	ahead int // tasks of the injector that go before them
}

func (d *deferred) push(t *Task) { d.list = append(d.list, t) }

func (d *deferred) len() int { return len(d.list) - d.head }

// flush moves as many of those that are due as fit to q, in one store, and returns their number.
func (d *deferred) flush(q *deque) int {
	n := q.fill(d.list[d.head : d.head+d.due])
	clear(d.list[d.head : d.head+n])
	d.head += n
	d.due -= n
	if d.head == len(d.list) {
		d.list, d.head = d.list[:0], 0
		if cap(d.list) > 4*dequeSize {
			d.list = nil
		}
	} else if d.head >= dequeSize && d.head > len(d.list)/2 {
		rest := copy(d.list, d.list[d.head:])
		clear(d.list[rest:])
		d.list, d.head = d.list[:rest], 0
	}
	return n
}

// liveSet are the unfinished tasks that a core knows: those whose first poll on it was not ready. Tasks that end in their
// first poll never get here; tasks not yet polled are in a queue. Finished ones are swept out when the list has doubled, or
// when enough of them are known.
type liveSet struct {
	list  []*Task
	limit int // length at which the list is swept
	ended int // completions on this core since the last sweep
}

func (s *liveSet) add(t *Task) {
	if len(s.list) > max(s.limit, minSweep) {
		s.sweep()
	}
	s.list = append(s.list, t)
}

// tidy sweeps if at least half of a long list has probably ended.
func (s *liveSet) tidy() {
	if s.ended > minSweep && 2*s.ended > len(s.list) {
		s.sweep()
	}
}

func (s *liveSet) sweep() {
	s.list = sweepTasks(s.list, func(t *Task) bool { return !t.IsComplete() })
	s.limit, s.ended = 2*len(s.list), 0
}
