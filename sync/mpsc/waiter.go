package mpsc

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// Waiter is the place of one wait of a sender: for room in a channel, or for its end. The zero Waiter is ready, and is again when
// the poll that it was given to has been ready or Drop was called. It belongs to the future that waits, which must not move
// or copy it meanwhile, nor give it to another channel.
//
// Ownership. The waiter's owner, who polls, writes gate. Everything else is guarded by the lock of the gate.
type Waiter struct {
	gate *gate // whose waiter it is; nil: it waits for nothing

	waker      waker.Waker
	list       *waiters // that it is in; nil: it was taken out, because it has all its places or the channel was closed
	next, prev *Waiter
	want, got  int // places
}

// Drop gives the wait up, and passes on the places that it has been given. On a Waiter that waits for nothing it does nothing.
// cx may be nil.
func (w *Waiter) Drop(cx *future.Context) {
	if w.gate != nil {
		w.gate.leave(cx, w)
	}
}

// reset makes w ready for its next wait: it takes w out of the list that it may be in, also while Close goes through that
// list. mu of its gate held.
func (w *Waiter) reset() {
	if w.list != nil {
		w.list.remove(w)
	}
	*w = Waiter{}
}

// watching is what a Waiter wants that waits for the end of its channel.
const watching = -1

// mustBeFor panics if w waits at another channel than g's, or for something else. Owner only, without the lock.
func (w *Waiter) mustBeFor(g *gate, watches bool) {
	if w.gate != nil && (w.gate != g || (w.want == watching) != watches) {
		panic("mpsc: this Waiter waits for something else: each wait needs a Waiter of its own")
	}
}

// spareWaiters are for the waits of bodies and goroutines: a stack moves, so a list cannot point into it.
var spareWaiters = sync.Pool{New: func() any { return new(Waiter) }}

// waiters is a list of them, first come first served. The zero list is empty. mu of their gate held.
type waiters struct{ head, tail *Waiter }

func (l *waiters) push(w *Waiter) {
	w.list, w.prev = l, l.tail
	if l.tail == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
}

// remove takes w out and returns its waker.
func (l *waiters) remove(w *Waiter) waker.Waker {
	if w.prev == nil {
		l.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.list, w.next, w.prev = nil, nil, nil
	return w.waker
}
