package scheduler

import "time"

// answerWithin is how long Tasks waits for workers that are in a poll.
const answerWithin = 10 * time.Millisecond

// State is what a live task does.
type State uint8

const (
	// StateQueued: it waits for a worker.
	StateQueued State = iota
	// StateRunning: it is being polled.
	StateRunning
	// StateIdle: it waits to be woken.
	StateIdle
)

func (s State) String() string { return [...]string{"queued", "running", "idle"}[s] }

// TaskInfo describes a live task.
type TaskInfo struct {
	ID     uint64
	Name   string // given at the spawn, or empty
	State  State
	Origin string // the body's function, or the future's type
	Site   string // file:line of the spawn, if spawns are traced
	Worker int    // that knows it, or polls it; -1: none
	// Unanswered marks the task that kept its worker from answering: other tasks of that worker are missing.
	Unanswered bool
}

// Info describes the task. Any goroutine.
func (t *Task) Info(state State, worker int) TaskInfo {
	i := TaskInfo{ID: t.id, Name: t.Name(), State: state, Origin: t.Origin(), Worker: worker}
	if x := t.extra.Load(); x != nil {
		i.Site = x.site
	}
	return i
}

// inspection is a request to all workers to list their tasks.
type inspection struct {
	answers chan answer // has room for every slot
	current map[*Task]bool
}

type answer struct {
	slot  int
	tasks []TaskInfo
}

func (r *inspection) answer(w *Worker) {
	a := answer{slot: w.slot}
	add := func(t *Task) {
		switch {
		case t.IsComplete():
		case r.current[t]:
			a.tasks = append(a.tasks, t.Info(StateRunning, w.slot))
		case t.IsIdle():
			a.tasks = append(a.tasks, t.Info(StateIdle, w.slot))
		default:
			a.tasks = append(a.tasks, t.Info(StateQueued, w.slot))
		}
	}
	// The live slice has all tasks that were polled before; the queues those that were not.
	for _, t := range w.core.live.list {
		add(t)
	}
	w.deque.peek(add)
	if t := w.lifo.peek(); t != nil {
		add(t)
	}
	for h := range w.core.round.All() {
		add(taskOf(h))
	}
	for _, t := range w.core.deferred.list[w.core.deferred.head:] {
		add(t)
	}
	r.answers <- a
}

// Tasks lists the live tasks, in no order. Each worker is asked at its next look; one that does not answer within 10 ms is
// represented by the task that it polls, marked as Unanswered. Any goroutine, also a task.
func (s *Scheduler) Tasks() []TaskInfo {
	s.inspecting.Lock() // each slot has room for one request
	defer s.inspecting.Unlock()
	r := &inspection{answers: make(chan answer, len(s.slots)), current: make(map[*Task]bool)}
	for i := range s.slots {
		if t := s.slots[i].worker.Load().current(); t != nil {
			r.current[t] = true
		}
	}
	for _, t := range s.shells.current() {
		r.current[t] = true
	}
	queued := s.queuedInfos() // before the workers are asked: these may move to one that has answered
	for i := range s.slots {
		s.slots[i].request.Store(r)
	}
	s.Rouse()
	seen := make(map[uint64]bool)
	var list []TaskInfo
	add := func(t TaskInfo) {
		if !seen[t.ID] {
			seen[t.ID] = true
			list = append(list, t)
		}
	}
	answered := make([]bool, len(s.slots))
	timeout := time.NewTimer(answerWithin)
	defer timeout.Stop()
	for waiting := len(s.slots); waiting > 0; {
		select {
		case a := <-r.answers:
			waiting--
			answered[a.slot] = true
			for _, t := range a.tasks {
				add(t)
			}
		case <-timeout.C:
			polled := s.polled(answered)
			if len(polled) < waiting { // a worker that is not in a poll will answer
				timeout.Reset(answerWithin)
				continue
			}
			for _, t := range polled {
				t.Unanswered = true
				add(t)
			}
			waiting = 0
		case <-s.done:
			waiting = 0
		}
	}
	for _, t := range append(queued, s.queuedInfos()...) {
		add(t)
	}
	for _, t := range s.shells.current() {
		add(t.Info(StateRunning, -1))
	}
	return list
}

// queuedInfos describes the tasks in queues that are not a worker's own.
func (s *Scheduler) queuedInfos() []TaskInfo {
	list := s.injector.infos()
	for i := range s.slots {
		list = append(list, s.slots[i].pinned.infos(i)...)
	}
	return list
}

// polled returns the tasks that are being polled by workers that have not answered.
func (s *Scheduler) polled(answered []bool) (list []TaskInfo) {
	for i := range s.slots {
		if t := s.slots[i].worker.Load().current(); t != nil && !answered[i] {
			list = append(list, t.Info(StateRunning, i))
		}
	}
	return list
}
