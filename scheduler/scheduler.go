package scheduler

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// Phases of a scheduler's life.
const (
	running  uint32 = iota
	draining        // spawns from outside are refused
	closing         // all spawns are refused, all tasks are being aborted
	closed          // nothing is left; workers end
)

// Scheduler polls tasks on a fixed number of workers.
type Scheduler struct {
	injector injector
	idle     idleSet

	phase     sy.Uint32
	attention sy.Uint32 // changed whenever workers must attend to something beside tasks
	ids       sy.Uint64
	_         [48]byte

	env      Env
	observer func(Event)
	jumper   Jumper
	executor *waker.Executor
	slots    []slot
	workers  sync.WaitGroup

	revoking    sync.Mutex // held while a worker's core is being taken away
	watchdog    *watchdog  // nil: none
	shells      shells
	leftovers   leftovers
	inspecting  sync.Mutex
	acks        sy.Int32 // workers that have begun to close
	drained     chan struct{}
	drainedOnce sync.Once
	done        chan struct{} // all workers have ended
	closeOnce   sync.Once
}

// slot is one of the fixed places that workers hold.
type slot struct {
	worker  sy.Pointer[Worker]
	expiry  sy.Int64 // of its core's timers, while it sleeps
	request sy.Pointer[inspection]
	pinned  pinQueue

	impatient sy.Bool // its worker is woken for what a thief has left

	// endedElsewhere counts tasks of this slot's core that have ended on other workers since it has looked.
	endedElsewhere sy.Int64

	counters sharedCounters
	_        [64]byte
}

// New starts a scheduler with the given number of workers, 1 or more.
func New(workers int, env Env) *Scheduler {
	s := prepare(workers, env)
	s.workers.Add(workers)
	for i := range s.slots {
		go s.slots[i].worker.Load().main() // ends when the scheduler is closed
	}
	if s.watchdog != nil {
		go s.watchdog.main() // ends when the workers have ended
	}
	return s
}

// prepare makes a scheduler whose workers do not run yet.
func prepare(workers int, env Env) *Scheduler {
	s := &Scheduler{
		env:      env,
		observer: env.Observe,
		slots:    make([]slot, workers),
		drained:  make(chan struct{}),
		done:     make(chan struct{}),
	}
	s.jumper, _ = env.Clock.(Jumper)
	s.executor = waker.NewExecutor(s.inject)
	s.idle.init(workers)
	for i := range s.slots {
		c := &core{slot: i, nextTimer: Never}
		if env.NewTimers != nil {
			c.timers = env.NewTimers(func() {
				s.attention.Add(1) // the worker may be busy
				s.rouse(i)
			})
		}
		s.slots[i].pinned.executor = waker.NewExecutor(func(h *waker.Header) { s.pin(i, h) })
		s.slots[i].worker.Store(newWorker(s, c))
	}
	if env.Watch != nil {
		s.watchdog = newWatchdog(s)
	}
	return s
}

// Executor returns the executor that the headers of this scheduler's tasks name.
func (s *Scheduler) Executor() *waker.Executor { return s.executor }

// Owner returns Env.Owner.
func (s *Scheduler) Owner() any { return s.env.Owner }

// Workers returns the number of workers.
func (s *Scheduler) Workers() int { return len(s.slots) }

// Spawn queues a new task from outside; it belongs to the scheduler. It reports false, and has done nothing, if spawns are
// refused. Any goroutine.
func (s *Scheduler) Spawn(t *Task) bool {
	if t.Tag&pinned != 0 {
		return s.spawnPinned(t)
	}
	t.Init(s.executor)
	if s.observer != nil {
		return s.observedSpawn(t)
	}
	if !s.injector.spawn(t, &s.ids) {
		return false
	}
	s.notify(false)
	return true
}

// observedSpawn tells the observer of the spawn before the task can be polled. The task is counted by then, and so must be
// queued, also if the observer calls Goexit.
func (s *Scheduler) observedSpawn(t *Task) bool {
	if !s.injector.number(t, &s.ids) {
		return false
	}
	defer t.Executor().Schedule(&t.Header)
	s.observe(Event{Kind: Spawn, Worker: -1, Task: t})
	return true
}

// inject queues an active task, whose queue entry the caller hands over, for any worker. Any goroutine.
func (s *Scheduler) inject(h *waker.Header) {
	s.injector.push(h)
	s.notify(false)
}

// notify wakes one sleeping worker, if none is searching. fromWorker tells that the caller goes on running.
func (s *Scheduler) notify(fromWorker bool) {
	if s.idle.wantsWaker() {
		s.wakeOne(fromWorker)
	}
}

// wakeOne is notify where somebody sleeps. It is not inlined so that notify can be.
//
//go:noinline
func (s *Scheduler) wakeOne(fromWorker bool) {
	if slot, ok := s.idle.pick(); ok {
		s.env.Parking.Unpark(slot, fromWorker)
	}
}

// wakeNext is notify for what the last searcher has left. If that was a thief, the next one need not see for itself that it waits.
func (s *Scheduler) wakeNext(afterTheft bool) {
	if slot, ok := s.idle.pick(); ok {
		s.slots[slot].impatient.Store(afterTheft)
		s.env.Parking.Unpark(slot, true)
	}
}

// rouse wakes the slot's worker if it sleeps, after attention was changed: then it attends. Any goroutine.
func (s *Scheduler) rouse(slot int) {
	s.idle.rouse(slot)
	s.env.Parking.Unpark(slot, false)
}

// Rouse has all workers look at their timers, because the clock was moved, and at what else wants attention.
// Any goroutine.
func (s *Scheduler) Rouse() {
	s.attention.Add(1)
	for i := range s.slots {
		s.rouse(i)
	}
}

// hasWork reports whether a queue that thieves and the injector's takers may use has a task.
func (s *Scheduler) hasWork() bool {
	if s.injector.len() > 0 {
		return true
	}
	for i := range s.slots {
		if s.slots[i].worker.Load().deque.len() > 0 {
			return true
		}
	}
	return false
}
