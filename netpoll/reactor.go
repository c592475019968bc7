package netpoll

import (
	"fmt"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

const (
	// eventBatch is what one call of the poller may return: enough to make the call's cost disappear.
	eventBatch = 256
	// maxBatches bounds one turn, so that a flood of events does not keep a worker from its tasks.
	maxBatches = 8
)

// Reactor watches descriptors and wakes the tasks that wait for them. Several may live in one process.
type Reactor struct {
	poller  poller
	using   useCount // of poller
	table   table
	lastGen sy.Uint32
	parking sy.Pointer[Parking] // it handles the events of generation 0; at most one

	// turn is the driver lock. Workers that poll by the way only try it, so a waker that comes back here finds it taken
	// and returns.
	turn sync.Mutex

	events [eventBatch]event
}

// Of returns the reactor that the task of cx can use. It returns future.ErrNoWorker if cx has no worker, and
// [ErrUnsupported] if the worker has no reactor.
func Of(cx *future.Context) (*Reactor, error) {
	l := cx.Local()
	if l == nil {
		return nil, future.ErrNoWorker
	}
	if r, ok := l.Reactor.(*Reactor); ok && r != nil {
		return r, nil
	}
	return nil, ErrUnsupported
}

// NewReactor returns a reactor without descriptors. It returns [ErrUnsupported] where there is no poller, or the system's
// error, such as too many open files.
func NewReactor() (*Reactor, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &Reactor{poller: p}, nil
}

// Register begins to watch fd, which must be in non-blocking mode, and closed by nobody but the registration from then on.
// A connection is registered when it is connected or connecting, not before. If there is an error (the system's, or
// [ErrClosed]), fd is still the caller's. Any goroutine.
func (r *Reactor) Register(fd int) (*Registration, error) {
	if fd < 0 {
		return nil, fmt.Errorf("simmer: register descriptor %d: negative", fd)
	}
	switch ok, err := isNonblock(fd); {
	case err != nil:
		return nil, fmt.Errorf("simmer: register descriptor %d: %w", fd, err)
	case !ok:
		return nil, fmt.Errorf("simmer: register descriptor %d: %w", fd, errBlocking)
	}
	if !r.using.acquire() {
		return nil, ErrClosed
	}
	defer r.release()

	g := &Registration{reactor: r, gen: r.newGen(), fd: descriptor{fd: fd}}
	g.fd.acquire() // a Close meanwhile must not give the number back before it is in the poller
	defer g.fd.release()
	if err := r.table.put(g); err != nil {
		return nil, err
	}
	if err := r.poller.add(fd, g.gen); err != nil && r.table.remove(g) {
		return nil, fmt.Errorf("simmer: register descriptor %d: %w", fd, err)
	}
	// A Close meanwhile has taken g over from the table: g is returned closed.
	return g, nil
}

// newGen returns a generation, never 0.
func (r *Reactor) newGen() uint32 {
	for {
		if gen := r.lastGen.Add(1); gen != 0 {
			return gen
		}
	}
}

// forget takes g out of table and poller. Its descriptor is still open.
func (r *Reactor) forget(g *Registration) {
	r.table.remove(g)
	if r.using.acquire() {
		r.poller.remove(g.fd.fd)
		r.release()
	}
}

// Poll wakes, through l, the tasks that wait for what is ready now, and returns their number. It returns 0 at once while
// another worker is polling. Only from the polling goroutine of l, between polls.
//
// Without registrations it asks nobody: a system call costs as much as 30 polls of small tasks. What parking has in the poller
// wakes a parked worker by itself.
func (r *Reactor) Poll(l *future.Local) int {
	if r.table.n.Load() == 0 || !r.turn.TryLock() {
		return 0
	}
	woken, _ := r.take(l, nobody)
	r.turn.Unlock()
	return woken
}

// nobody stands for the slot of a worker that polls without being parked.
const nobody = -1

// take dispatches all events that are there. A poll that fills the buffer is repeated: Go's netpoller, where a worker is
// parked on the epoll descriptor, reports an edge of it once, not what is left behind. It reports more if it has given up
// before the end. slot is the parked worker that polls, or nobody. turn held.
func (r *Reactor) take(l *future.Local, slot int) (woken int, more bool) {
	if !r.using.acquire() {
		return 0, false
	}
	defer r.release()
	for range maxBatches {
		n := r.poller.poll(r.events[:])
		woken += r.dispatch(l, r.events[:n], slot)
		if n < len(r.events) {
			return woken, false
		}
	}
	return woken, true
}

// dispatch delivers events. turn held.
func (r *Reactor) dispatch(l *future.Local, events []event, slot int) (woken int) {
	for i := range events {
		e := &events[i]
		if e.gen == 0 {
			if p := r.parking.Load(); p != nil {
				p.event(int(e.fd), slot)
			}
			continue
		}
		if g := r.table.get(e.fd); g != nil && g.gen == e.gen {
			woken += g.deliver(l, e.bits)
		}
	}
	return woken
}

// Close makes every registration fail with [ErrClosed], wakes its waiters, and closes its descriptor when the last
// operation in flight has let it go. It returns nil, also the second time. Any goroutine.
func (r *Reactor) Close() error {
	for _, g := range r.table.close() {
		g.ready.shut(reactorClosed)
		g.end()
	}
	if r.using.close() {
		r.release()
	}
	return nil
}

// release ends one use of the poller.
func (r *Reactor) release() {
	if r.using.release() {
		r.poller.close()
	}
}
