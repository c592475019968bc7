package lock

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// Waiter is one waiter's place in the queue of a [Mutex], [RWMutex], [Semaphore], [Notify], [Barrier] or [SetOnce]. The zero
// Waiter is ready, and is again when the poll that it was given to has been ready or Drop was called. It belongs to the
// future that waits, which must not move or copy it meanwhile, nor give it to another primitive.
//
// Ownership. The waiter's owner, who polls, writes home, waker and asked; waker only under the primitive's lock while queued.
// The links and lacking are the primitive's, under its lock. verdict is written once in a wait in the queue, by whoever takes the
// waiter out under that lock; the owner's memory must not be touched after that. Of a waiter that stands aside, in no queue, all is its
// owner's.
//
// Order. What the waiter was given is written before verdict (V1), which the owner's poll reads first (V2). V1 pairs with V2.
type Waiter struct {
	waker      waker.Waker
	home       home // whose queue it is or was in, or beside which it stands; nil: it waits for nothing
	next, prev *Waiter
	asked      int64  // permits asked for
	lacking    int64  // permits still to come
	seen       uint64 // calls of NotifyAll before it came
	verdict    sy.Uint32
}

// home is a primitive that has a queue.
type home interface {
	// leave ends the wait of w: it takes it out of the queue, or passes on what it was given.
	leave(cx *future.Context, w *Waiter)
}

// What a waiter in a queue, or just taken out of it, has been told; and aside, which its owner notes.
const (
	pending     = iota // still in the queue
	granted            // it has its permits, or NotifyOne's notification
	grantedLast        // NotifyLast's notification
	broadcast          // NotifyAll's, which nobody passes on
	refused            // the semaphore was closed
	aside              // it was in no queue: it looks again at its task's next turn
)

// Drop gives the place in the queue up, and passes on what it had been given: permits, a lock, a notification. On a Waiter
// that waits for nothing it does nothing. cx may be nil.
func (w *Waiter) Drop(cx *future.Context) {
	if w.home != nil {
		w.home.leave(cx, w)
	}
}

// enlist makes w a waiter of h. mu of h held.
func (w *Waiter) enlist(h home, wk waker.Waker) {
	w.home, w.waker = h, wk
}

// tell takes w's waker and tells w its verdict: its memory is its owner's from here on. mu of its home held.
func (w *Waiter) tell(verdict uint32) waker.Waker {
	wk := w.waker
	w.verdict.Store(verdict) // V1
	return wk
}

// reset makes w ready for its next wait. Owner only, when w is in no queue.
func (w *Waiter) reset() { *w = Waiter{} }

// mustBeAt panics if w waits at another primitive than h. Owner only.
func (w *Waiter) mustBeAt(h home) {
	if w.home != h {
		panic("lock: this Waiter waits at another lock: each wait needs a Waiter of its own")
	}
}

// waiters are for the waits of bodies and goroutines: a stack moves, so the queue cannot point into it.
var waiters = sync.Pool{New: func() any { return new(Waiter) }}

// queue is a list of waiters, first come first served. The zero queue is empty. mu held.
type queue struct{ head, tail *Waiter }

func (q *queue) push(w *Waiter) {
	w.prev = q.tail
	if q.tail == nil {
		q.head = w
	} else {
		q.tail.next = w
	}
	q.tail = w
}

func (q *queue) remove(w *Waiter) {
	if w.prev == nil {
		q.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}
