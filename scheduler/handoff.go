package scheduler

import "sync"

// handOff gives w's core, with all that waits in w's queues, to a new worker on a new goroutine. w finishes its poll
// without a core, as a shell, and ends. Called by w's own goroutine.
func (s *Scheduler) handOff(w *Worker) {
	c := w.core
	if w.local.TimersStaged {
		w.applyTimers()
	}
	w.publish()
	w.core = nil
	n := newWorker(s, c)
	n.closing, n.attended = w.closing, w.attended
	for t := w.deque.pop(); t != nil; t = w.deque.pop() {
		n.deque.push(t, &s.injector)
	}
	if t := w.lifo.take(); t != nil {
		n.deque.push(t, &s.injector)
	}
	s.slots[c.slot].worker.Store(n)
	if n.deque.len() > 1 {
		s.notify(true) // a worker that went to sleep meanwhile has not seen them
	}
	s.workers.Add(1)
	go n.main() // ends when the scheduler is closed
}

// LeaveCore lets another goroutine go on with everything but the present poll, which may then block. The worker ends after
// that poll. Only inside a poll of this worker; the second call in a poll does nothing.
func (w *Worker) LeaveCore() {
	if w.core == nil {
		return
	}
	w.sched.shells.add(w)
	w.sched.handOff(w)
}

// endShell ends a worker without a core, after its last poll.
func (w *Worker) endShell() {
	s := w.sched
	w.cx.SetTask(nil)
	w.publish()
	if w.local.TimersStaged {
		s.leave(nil, w.local.Timers)
	}
	s.shells.remove(w)
	s.attention.Add(1)
	s.rouse(w.slot)
}

// shells are the workers that have left their core and are still in a poll.
type shells struct {
	mu  sync.Mutex
	set map[*Worker]struct{}
}

func (s *shells) add(w *Worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set == nil {
		s.set = make(map[*Worker]struct{})
	}
	s.set[w] = struct{}{}
}

func (s *shells) remove(w *Worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.set, w)
}

func (s *shells) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.set)
}

func (s *shells) current() (list []*Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.set {
		if t := w.current(); t != nil {
			list = append(list, t)
		}
	}
	return list
}

// leftovers are what shells had for their core: tasks to be known, and staged timers. The next worker that attends takes them.
type leftovers struct {
	mu     sync.Mutex
	tasks  []*Task
	stages []any
}

// leave keeps a task, or a stage, or both, for the next worker that attends. Any goroutine.
func (s *Scheduler) leave(t *Task, stage any) {
	l := &s.leftovers
	l.mu.Lock()
	if t != nil {
		l.tasks = append(l.tasks, t)
	}
	if stage != nil {
		l.stages = append(l.stages, stage)
	}
	l.mu.Unlock()
	s.attention.Add(1)
}

func (l *leftovers) take() (tasks []*Task, stages []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tasks, stages = l.tasks, l.stages
	l.tasks, l.stages = nil, nil
	return tasks, stages
}
