package runtime

import (
	"slices"
	"sync"

	"github.com/simmer-go/simmer/scheduler"
)

// pool runs jobs that block, each on a goroutine that goes on with what waits: beyond the limit jobs do, first come first
// served. A goroutine that finds nothing ends: the next one is started sooner than a parked one is woken. (Tokio's
// runtime/blocking/pool.rs, whose threads are worth keeping.)
type pool struct {
	limit    int
	whenIdle func() // called after each job, without the lock

	workers sync.WaitGroup

	mu     sync.Mutex
	queue  []job
	busy   []job // those that run, each at its place; as many as there are goroutines
	closed bool
	quiet  []chan struct{} // closed when no job runs or waits
}

// job is one piece of blocking work. It ends by run or by abandon.
type job interface {
	run()
	abandon() // the pool was closed before run
	interrupt()
	info(state scheduler.State) TaskInfo // ID 0: no task
	place() *int                         // among the busy ones, the pool's
}

// busyPlace is a part of each job.
type busyPlace struct{ at int }

func (b *busyPlace) place() *int { return &b.at }

func newPool(limit int) *pool { return &pool{limit: limit} }

// submit runs or queues j, and reports false if the pool is closed. Any goroutine.
func (p *pool) submit(j job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return false
	case len(p.busy) < p.limit:
		p.start(j)
	default:
		p.queue = append(p.queue, j)
	}
	return true
}

// start gives j a goroutine. mu held.
func (p *pool) start(j job) {
	p.begin(j)
	p.workers.Add(1)
	go p.work(j) // ends when no job waits
}

// begin puts j among the busy ones. mu held.
func (p *pool) begin(j job) {
	*j.place() = len(p.busy)
	p.busy = append(p.busy, j)
}

// work runs j and then the jobs that wait.
func (p *pool) work(j job) {
	defer p.workers.Done()
	defer func() {
		if j != nil { // Goexit in a job: a queued one gets another goroutine
			p.finish(j, p.start)
		}
	}()
	for j != nil {
		j.run()
		var next job
		p.finish(j, func(waiting job) {
			p.begin(waiting)
			next = waiting
		})
		j = next
	}
}

// finish takes j out of the busy ones and has goOn, with mu held, begin the first job that waits.
func (p *pool) finish(j job, goOn func(waiting job)) {
	p.mu.Lock()
	last := len(p.busy) - 1
	at := *j.place()
	p.busy[at] = p.busy[last]
	*p.busy[at].place() = at
	p.busy[last] = nil
	p.busy = p.busy[:last]
	if len(p.queue) > 0 {
		waiting := p.queue[0]
		p.queue[0] = nil
		p.queue = p.queue[1:]
		goOn(waiting)
	} else if last == 0 {
		for _, ch := range p.quiet {
			close(ch)
		}
		p.quiet = nil
	}
	p.mu.Unlock()
	if p.whenIdle != nil {
		p.whenIdle()
	}
}

// isBusy reports whether a job runs or waits. Any goroutine.
func (p *pool) isBusy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.busy)+len(p.queue) > 0
}

// whenQuiet returns a channel that is closed when no job runs or waits. Any goroutine.
func (p *pool) whenQuiet() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch := make(chan struct{})
	if len(p.busy)+len(p.queue) == 0 {
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
	waiting := p.queue
	p.queue = nil
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
	return slices.Clone(p.busy), slices.Clone(p.queue)
}

// counts returns the numbers of jobs that run and of those that wait. Any goroutine.
func (p *pool) counts() (running, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.busy), len(p.queue)
}
