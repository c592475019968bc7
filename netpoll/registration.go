package netpoll

import (
	"net"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// Registration is one descriptor in a reactor: what is known to be ready, and one waiter for each direction. A second
// waiter for the same direction displaces the first, which is woken and finds out. Any goroutine may call any method;
// cx may be of a task or of an executor without a worker.
type Registration struct {
	ready   readiness
	gen     uint32
	fd      descriptor
	waiters [2]waker.Slot
	reactor *Reactor
}

// PollReady is ready when d is, as far as is known: it may be wrong, and the operation would block. Then the caller gives
// seen to Clear and polls again. The error is [ErrClosed], or net.ErrClosed after Close.
//
// Prefer [Registration.PollIO], which does all that, and more: of a descriptor one of whose directions has ended PollReady is
// ready for ever, so that a caller whose operation would block all the same polls again and again. PollIO waits for an event.
func (g *Registration) PollReady(cx *future.Context, d Direction) (seen Ready, ready bool, err error) {
	if !cx.HasBudget() {
		return 0, false, nil
	}
	if seen, ready, err = g.poll(cx, d); ready {
		cx.Spend()
	}
	return seen, ready, err
}

// poll is PollReady without a budget.
func (g *Registration) poll(cx *future.Context, d Direction) (seen Ready, ready bool, err error) {
	if seen = g.ready.load(); seen&(gone|d.mask()) == 0 {
		g.waiters[d].Set(cx.Waker())
		if seen = g.ready.load(); seen&(gone|d.mask()) == 0 {
			return 0, false, nil
		}
	}
	if seen&gone != 0 {
		return 0, true, seen.err()
	}
	return seen, true, nil
}

// again is poll after an operation that would block though seen said that d was ready. What was seen is cleared. A closed
// bit stays, but alone it is no reason to try again before the next event: a FIFO whose writer has left, or a socket that
// was registered before it was connected, has one and blocks all the same.
func (g *Registration) again(cx *future.Context, d Direction, seen Ready) (now Ready, ready bool, err error) {
	g.ready.clear(d, seen)
	g.waiters[d].Set(cx.Waker())
	now = g.ready.load()
	switch {
	case now&gone != 0:
		return 0, true, now.err()
	case now.sameTick(seen) || !now.has(d):
		return 0, false, nil
	}
	return now, true, nil
}

// err returns why a registration that is gone is so.
func (s Ready) err() error {
	if s&reactorClosed != 0 {
		return ErrClosed
	}
	return net.ErrClosed
}

// Clear takes back that d is ready, after an operation that would block. seen is what was known before the operation: if an
// event came since, Clear does nothing. That the stream has ended is never taken back.
func (g *Registration) Clear(d Direction, seen Ready) { g.ready.clear(d, seen) }

// Forget removes the waker of cx's task as d's waiter; another task's stays. For the Drop of a future that polled.
func (g *Registration) Forget(cx *future.Context, d Direction) { g.waiters[d].Clear(cx.Waker()) }

// Interrupt wakes d's waiter, so that it looks at its deadline. A waiter that looks at the deadline after it was not ready
// misses no Interrupt that follows the deadline's change.
func (g *Registration) Interrupt(d Direction) { g.waiters[d].Take().Wake() }

// Control calls f with the descriptor, which stays open meanwhile. f must not block, close the descriptor, or make it
// blocking. It returns [ErrClosed], or net.ErrClosed after Close.
func (g *Registration) Control(f func(fd int)) error {
	if !g.fd.acquire() {
		return g.ready.load().err()
	}
	defer g.fd.release()
	f(g.fd.fd)
	return nil
}

// Close takes the descriptor out of the reactor and wakes both waiters, whose polls return net.ErrClosed. The descriptor is
// closed when the last operation in flight has let it go. The second Close returns net.ErrClosed.
func (g *Registration) Close() error {
	if !g.ready.shut(regClosed) {
		return net.ErrClosed
	}
	g.end()
	return nil
}

// end gives the descriptor back and wakes the waiters. The word says why. Twice is harmless.
func (g *Registration) end() {
	if g.fd.close() {
		g.reactor.forget(g)
		g.fd.release()
	}
	g.Interrupt(Read)
	g.Interrupt(Write)
}

// deliver records an event and wakes, through l, those whom it concerns. It returns their number.
func (g *Registration) deliver(l *future.Local, bits Ready) (woken int) {
	g.ready.add(bits)
	for d := Read; d <= Write; d++ {
		if bits.has(d) && l.Ready(g.waiters[d].Take()) {
			woken++
		}
	}
	return woken
}
