package runtime

import (
	"sync"
	"time"

	"github.com/simmer-go/simmer/scheduler"
)

// pool runs jobs that block, each on a goroutine of its own: a goroutine that has nothing to do takes the job, a new one is
// started if there is none, and beyond the limit jobs wait, first come first served. (Tokio's runtime/blocking/pool.rs.)
type pool struct {
	limit     int
	keepAlive time.Duration
	whenIdle  func() // called after each job, without the lock

	workers sync.WaitGroup

	mu      sync.Mutex
	queue   []job
	idle    []chan job // of goroutines that wait for a job, the last one to wait on top
	running int        // goroutines, idle ones too
	busy    map[job]struct{}
	closed  bool
	quiet   []chan struct{} // closed when no job runs or waits
}

// job is one piece of blocking work. It ends by run or by abandon.
type job interface {
	run()
	abandon() // the pool was closed before run
	interrupt()
	info(state scheduler.State) TaskInfo // ID 0: no task
}

func newPool(limit int, keepAlive time.Duration) *pool {
	return &pool{limit: limit, keepAlive: keepAlive, busy: make(map[job]struct{})}
}

// submit queues j, and reports false if the pool is closed. Any goroutine.
func (p *pool) submit(j job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	if n := len(p.idle); n > 0 {
		p.busy[j] = struct{}{}
		p.idle[n-1] <- j // has room
		p.idle = p.idle[:n-1]
		return true
	}
	if p.running < p.limit {
		p.running++
		p.busy[j] = struct{}{}
		p.workers.Add(1)
		go p.work(j) // ends after keepAlive without a job, or when the pool is closed
		return true
	}
	p.queue = append(p.queue, j)
	return true
}

func (p *pool) work(j job) {
	defer p.workers.Done()
	defer func() {
		if j != nil { // Goexit in a job
			p.finished(j)
			p.leave()
		}
	}()
	mine := make(chan job, 1)
	for j != nil {
		j.run()
		p.finished(j)
		j = nil
		j = p.next(mine)
	}
}

func (p *pool) finished(j job) {
	p.mu.Lock()
	delete(p.busy, j)
	if len(p.busy)+len(p.queue) == 0 {
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

// leave takes a goroutine that has ended out of the count; a queued job gets another one.
func (p *pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	if len(p.queue) > 0 {
		j := p.dequeue()
		p.running++
		p.workers.Add(1)
		go p.work(j) // ends after keepAlive without a job, or when the pool is closed
	}
}

// dequeue takes the first waiting job and marks it busy. mu held.
func (p *pool) dequeue() job {
	j := p.queue[0]
	p.queue[0] = nil
	p.queue = p.queue[1:]
	p.busy[j] = struct{}{}
	return j
}

// next returns the next job for a goroutine, or nil if it should end.
func (p *pool) next(mine chan job) job {
	p.mu.Lock()
	if len(p.queue) > 0 {
		j := p.dequeue()
		p.mu.Unlock()
		return j
	}
	if p.closed {
		p.running--
		p.mu.Unlock()
		return nil
	}
	p.idle = append(p.idle, mine)
	p.mu.Unlock()

	timeout := time.NewTimer(p.keepAlive)
	defer timeout.Stop()
	select {
	case j := <-mine: // nil when the pool was closed
		return j
	case <-timeout.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, ch := range p.idle {
		if ch == mine {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			p.running--
			return nil
		}
	}
	return <-mine // given a job, or told to end, at the last moment
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
	for _, ch := range p.idle {
		p.running--
		ch <- nil // has room
	}
	p.idle = nil
	var interrupted []job
	for j := range p.busy {
		interrupted = append(interrupted, j)
	}
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
	for j := range p.busy {
		busy = append(busy, j)
	}
	return busy, append(waiting, p.queue...)
}

// counts returns the numbers of goroutines, of those without a job, and of jobs that wait. Any goroutine.
func (p *pool) counts() (goroutines, idle, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running, len(p.idle), len(p.queue)
}
