package scheduler

import "sync"

// handOff gives w's core to a new worker on a new goroutine. Tasks in w's deque and LIFO slot stay behind, for the caller to
// move. The caller is w's own goroutine, or one that has revoked w's core; w does not touch the core any more.
func (s *Scheduler) handOff(w *Worker) {
	c := w.core
	n := newWorker(s, c)
	n.closing, n.attended = w.closing, w.attended
	s.slots[c.slot].worker.Store(n)
	s.workers.Add(1)
	go n.main() // ends when the scheduler is closed
}

// LeaveCore lets another goroutine go on with everything but the present poll, which may then block. The worker ends after
// that poll. Only inside a poll of this worker; the second call in a poll does nothing.
func (w *Worker) LeaveCore() {
	w.endPoll() // from here on a watchdog keeps its hands off
	if w.core == nil {
		return
	}
	s := w.sched
	if w.local.TimersStaged {
		w.applyTimers()
	}
	w.publish()
	s.becomeShell(w)
	s.revoking.Lock()
	w.mark.revoked.Store(1)
	s.revoking.Unlock()
	s.handOff(w)
	w.core = nil
	w.giveAway()
}

// becomeShell notes that w is about to lose its core. If it polls a pinned task, the others of its slot wait for the end of that
// poll: they never run beside each other.
func (s *Scheduler) becomeShell(w *Worker) {
	s.shells.add(w)
	if w.current().Executor() != s.executor {
		w.holdsPinned = true
		s.slots[w.slot].pinned.held.Store(true)
	}
}

// giveAway moves what is in w's own queues to where every worker finds it. Owner only.
func (w *Worker) giveAway() {
	var batch taskQueue
	if t := w.lifo.take(); t != nil {
		batch.Push(&t.Header)
	}
	for t := w.deque.pop(); t != nil; t = w.deque.pop() {
		batch.Push(&t.Header)
	}
	if batch.Len() > 0 {
		w.sched.injector.append(&batch)
		w.sched.notify(false)
	}
}

// endShell ends a worker without a core, after its last poll.
func (w *Worker) endShell() {
	s := w.sched
	w.cx.SetTask(nil)
	w.publish()
	if w.local.TimersStaged {
		s.leave(nil, w.local.Timers)
	}
	if w.holdsPinned {
		s.slots[w.slot].pinned.held.Store(false)
	}
	s.shells.remove(w)
	s.attention.Add(1)
	s.rouse(w.slot)
}

// shells are the workers that have lost their core and are still in a poll.
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
