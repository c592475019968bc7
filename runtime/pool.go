package runtime

import (
	"slices"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// pool runs jobs that block, each on a goroutine that goes on with what waits: beyond the limit jobs do, first come first
// served. A goroutine that finds nothing ends: the next one is started sooner than a parked one is woken. (Tokio's
// runtime/blocking/pool.rs, whose threads are worth keeping.)
//
// One goroutine at a time is on its way: a job that comes meanwhile waits for it too. It starts the next one, if jobs are left, before
// it runs its own. So no job waits for the end of another one, below the limit, and of many short ones a goroutine does as many as it can
// before the next one arrives.
type pool struct {
	limit    int
	whenIdle func() // called after each job, without the lock

	workers sync.WaitGroup

	mu       sync.Mutex
	queue    jobQueue
	busy     []job // those that run, each at its place
	starting bool  // a goroutine is on its way, and has no job yet: always, while jobs wait and fewer than limit run
	closed   bool
	quiet    []chan struct{} // closed when no job runs or waits
}

// job is one piece of blocking work. It ends by run or by abandon.
type job interface {
	run(on *hand)
	abandon() // the pool was closed before run
	interrupt()
	info(state scheduler.State) TaskInfo // ID 0: no task
	place() *int                         // among the busy ones, the pool's
}

// hand is a goroutine of the pool, with what its jobs use one after the other.
type hand struct {
	cx       future.Context
	contexts []scheduler.LazyContext // that no job has got yet
}

// contextsAtOnce are allocated together: the jobs of a hand are many or long. One that is kept keeps the others' memory, not their tasks.
const contextsAtOnce = 8

// context returns a context for one job.
func (h *hand) context() *scheduler.LazyContext {
	if len(h.contexts) == 0 {
		h.contexts = make([]scheduler.LazyContext, contextsAtOnce)
	}
	c := &h.contexts[0]
	h.contexts = h.contexts[1:]
	return c
}

// busyPlace is a part of each job.
type busyPlace struct{ at int }

func (b *busyPlace) place() *int { return &b.at }

func newPool(limit int) *pool { return &pool{limit: limit} }

// submit has j run, and reports false if the pool is closed. Any goroutine.
func (p *pool) submit(j job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.queue.push(j)
	p.start()
	return true
}

// start starts a goroutine if jobs wait, none is on its way, and there may be one more. mu held.
func (p *pool) start() {
	if p.starting || p.queue.length() == 0 || len(p.busy) == p.limit {
		return
	}
	p.starting = true
	p.workers.Add(1)
	go p.work() // ends when no job waits
}

// work runs the jobs that wait.
func (p *pool) work() {
	defer p.workers.Done()
	p.mu.Lock()
	p.starting = false
	j := p.begin()
	p.start()
	p.mu.Unlock()
	defer func() {
		if j != nil { // Goexit in a job: those that wait get another goroutine
			p.finish(j, func() job { p.start(); return nil })
		}
	}()
	var me hand
	for j != nil {
		j.run(&me)
		j = p.finish(j, p.begin)
	}
}

// begin takes the first job that waits, or nil, and puts it among the busy ones. mu held.
func (p *pool) begin() job {
	j := p.queue.pop()
	if j != nil {
		*j.place() = len(p.busy)
		p.busy = append(p.busy, j)
	}
	return j
}

// finish takes j out of the busy ones, and goes on, with mu held, as goOn says.
func (p *pool) finish(j job, goOn func() job) (next job) {
	p.mu.Lock()
	last := len(p.busy) - 1
	at := *j.place()
	p.busy[at] = p.busy[last]
	*p.busy[at].place() = at
	p.busy[last] = nil
	p.busy = p.busy[:last]
	next = goOn()
	p.tellQuiet()
	p.mu.Unlock()
	if p.whenIdle != nil {
		p.whenIdle()
	}
	return next
}

// tellQuiet tells who waits for it that no job runs or waits, if that is so. mu held.
func (p *pool) tellQuiet() {
	if len(p.busy)+p.queue.length() > 0 {
		return
	}
	for _, ch := range p.quiet {
		close(ch)
	}
	p.quiet = nil
}

// isBusy reports whether a job runs or waits. Any goroutine.
func (p *pool) isBusy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.busy)+p.queue.length() > 0
}

// whenQuiet returns a channel that is closed when no job runs or waits. Any goroutine.
func (p *pool) whenQuiet() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch := make(chan struct{})
	if len(p.busy)+p.queue.length() == 0 {
		close(ch)
	} else {
		p.quiet = append(p.quiet, ch)
	}
	return ch
}

// close abandons the jobs that wait, tells those that run, and refuses new ones. Any goroutine; again does nothing.
func (p *pool) close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	waiting := p.queue.take()
	p.tellQuiet()
	interrupted := slices.Clone(p.busy)
	p.mu.Unlock()
	for _, j := range waiting {
		j.abandon()
	}
	for _, j := range interrupted {
		j.interrupt()
	}
}

// jobs returns the jobs that run and those that wait, at some moment. Any goroutine.
func (p *pool) jobs() (busy, waiting []job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.busy), slices.Clone(p.queue.waiting())
}

// counts returns the numbers of jobs that run and of those that wait. Any goroutine.
func (p *pool) counts() (running, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.busy), p.queue.length()
}
