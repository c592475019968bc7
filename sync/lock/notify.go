package lock

import (
	"context"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/internal/yielding"
	"github.com/simmer-go/simmer/waker"
)

// Notify tells waiters that something has happened, without saying what: they look for themselves. The zero Notify is ready.
// It must not be copied after its first use. Any goroutine may call its methods.
//
//   - NotifyOne wakes the first waiter. If there is none it stores one notification, for who comes next; a second
//     one is not stored.
//   - NotifyAll wakes those who wait now, and stores nothing.
//
// A waiter that was woken by NotifyOne and is dropped before it saw it passes the notification on.
//
//	state           meaning
//	calls << 3      of NotifyAll, as far as somebody could tell the difference
//	stored          a notification is there, and nobody waits
//	listening       the queue holds waiters that NotifyAll has not passed
//	heard           a Waiting may have read calls as it is
//
// Ownership. Without listening, any goroutine changes the state, by CAS. Listening is set and cleared with mu held; while it is
// set the state changes only with mu held, but for heard.
//
// Order. A waiter sets listening by a CAS that finds no notification stored (L1), and joins the queue before it lets mu
// go; who notifies stores by a CAS that fails if listening is set (N1), or else takes mu and finds the waiter. L1 pairs with N1.
// A Waiting finds heard set or sets it, by the same operation that reads calls (H1); NotifyAll leaves the state alone only if it
// finds heard clear, and clears it as it counts (H2). H1 pairs with H2: of the two, one comes first, and either NotifyAll counts,
// or what its caller did before is there when the Waiting's caller looks.
//
// Who finds a notification stored, or nobody who listens or has heard, leaves the state alone: one that notifies again
// and again does not take the cache line from those that wait. The atomic operations have one order: the waiter that takes the
// stored one comes after, and finds what was done before under locks or by atomics. (It could never count on more: whoever stored the
// notification might have come alone. Tokio writes always.)
//
// NotifyAll raises calls once and then wakes in batches. Those it is about to wake came before it, so they are the first
// of the queue; they are through from that moment on, whether they have been woken yet or not. (Tokio moves them to a list of
// their own instead, sync/notify.rs notify_waiters.)
type Notify struct {
	state sy.Uint64
	mu    sync.Mutex

	queue queue
	fresh *Waiter // the first that NotifyAll has not passed
}

const (
	stored = 1 << iota
	listening
	heard
	call // of NotifyAll
)

// Wait waits, in a body, for a notification. It returns [future.ErrCancelled] only in a deferred call of a body that unwinds.
func (n *Notify) Wait(cx *future.Context) error {
	if cx.TrySpend() {
		if n.takeStored() {
			return nil
		}
		cx.Refund()
	}
	w := waiters.Get().(*Waiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) { return n.PollNotified(cx, w) }, w.Drop)
	waiters.Put(w)
	return err
}

// WaitBlocking waits, on an ordinary goroutine, for a notification. If ctx ends first it returns ctx's cause, and has taken
// none.
func (n *Notify) WaitBlocking(ctx context.Context) error {
	w := waiters.Get().(*Waiter)
	_, err := future.WaitPoll(ctx, func(cx *future.Context) (struct{}, bool, error) { return n.PollNotified(cx, w) }, w.Drop)
	waiters.Put(w)
	return err
}

// PollNotified is Wait for state machines. It waits from its first poll on; [Notify.Waiting] waits from the moment it is made.
// If it is not to be polled again, w.Drop leaves the queue.
func (n *Notify) PollNotified(cx *future.Context, w *Waiter) (_ struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return struct{}{}, false, nil
	}
	if w.home == nil {
		ready = n.takeStored() || n.enroll(w, cx.Waker())
	} else {
		ready = n.finish(w, cx.Waker())
	}
	if ready {
		cx.Spend()
	}
	return struct{}{}, ready, nil
}

// NotifyOne wakes the waiter that came first, or stores a notification if nobody waits. cx may be nil. Any goroutine. What was written
// before a call that finds one stored is there for who takes it, if it was written under a lock or by an atomic operation: that one could
// not know of the call.
func (n *Notify) NotifyOne(cx *future.Context) { n.notify(cx, granted) }

// NotifyLast wakes the waiter that came last, or stores a notification if nobody waits. cx may be nil. Any goroutine.
func (n *Notify) NotifyLast(cx *future.Context) { n.notify(cx, grantedLast) }

func (n *Notify) notify(cx *future.Context, verdict uint32) {
	for s := n.state.Load(); s&listening == 0; s = n.state.Load() {
		if s&stored != 0 || n.state.CompareAndSwap(s, s|stored) { // N1
			return
		}
	}
	n.lock()
	w := n.pass(verdict)
	n.mu.Unlock()
	cx.Wake(w)
}

// pass gives a notification to a waiter, and returns whom to wake, or stores it. mu held.
func (n *Notify) pass(verdict uint32) waker.Waker {
	for n.fresh == nil {
		s := n.state.Load()
		if n.state.CompareAndSwap(s, s|stored) {
			return waker.Waker{}
		}
	}
	w := n.fresh
	if verdict == grantedLast {
		w = n.queue.tail
	}
	n.takeOut(w)
	return w.tell(verdict)
}

// NotifyAll wakes all who wait at this moment, and all whose Waiting was made before it. cx may be nil. Any goroutine.
func (n *Notify) NotifyAll(cx *future.Context) {
	for s := n.state.Load(); s&listening == 0; s = n.state.Load() {
		if s&heard == 0 || n.state.CompareAndSwap(s, s&^heard+call) { // H2
			return
		}
	}
	n.lock()
	n.all(cx)
}

// all is NotifyAll. mu held; it lets mu go.
func (n *Notify) all(cx *future.Context) {
	delta := uint64(call)
	if n.fresh != nil {
		n.fresh = nil
		delta -= listening
	}
	calls := n.state.Add(delta) / call
	var batch waker.Batch
	for {
		w := n.queue.head
		for w != nil && w.seen < calls && !batch.IsFull() {
			n.queue.remove(w)
			batch.Add(w.tell(broadcast))
			w = n.queue.head
		}
		more := w != nil && w.seen < calls
		n.mu.Unlock()
		cx.WakeBatch(&batch)
		if !more {
			return
		}
		n.lock()
	}
}

// takeStored takes the notification that is stored.
func (n *Notify) takeStored() bool {
	for {
		s := n.state.Load()
		if s&stored == 0 {
			return false
		}
		if n.state.CompareAndSwap(s, s&^stored) {
			return true
		}
	}
}

// enroll queues w, unless it finds a notification, which it takes.
func (n *Notify) enroll(w *Waiter, wk waker.Waker) (through bool) {
	n.lock()
	defer n.mu.Unlock()
	return n.join(w, wk, n.calls()) != pending
}

// join queues w, unless NotifyAll has been called since it had been called that often, or a notification is stored, which it takes:
// in this order, so that a NotifyAll leaves the stored one to others. It returns w's verdict. mu held.
func (n *Notify) join(w *Waiter, wk waker.Waker, since uint64) (verdict uint32) {
	for {
		s := n.state.Load()
		switch {
		case s/call != since:
			return broadcast
		case s&stored != 0:
			if n.state.CompareAndSwap(s, s&^stored) {
				return granted
			}
			continue
		case s&listening == 0 && !n.state.CompareAndSwap(s, s|listening): // L1
			continue
		}
		w.enlist(n, wk)
		w.seen = since
		n.queue.push(w)
		if n.fresh == nil {
			n.fresh = w
		}
		return pending
	}
}

// finish is the poll of a waiter: if it is through, it is ready for its next wait. Owner only.
func (n *Notify) finish(w *Waiter, wk waker.Waker) (through bool) {
	through = n.isThrough(w, wk)
	if through {
		w.reset()
	}
	return through
}

// isThrough reports whether w was notified; else it is to be woken through wk. Owner only.
func (n *Notify) isThrough(w *Waiter, wk waker.Waker) bool {
	w.mustBeAt(n)
	if w.verdict.Load() != pending { // V2
		return true
	}
	if w.waker == wk && n.calls() == w.seen {
		return false
	}
	n.lock()
	defer n.mu.Unlock()
	switch {
	case w.verdict.Load() != pending:
		return true
	case n.calls() != w.seen:
		n.takeOut(w)
		w.verdict.Store(broadcast)
		return true
	}
	w.waker = wk
	return false
}

// lock locks mu, which workers share with ordinary goroutines that notify.
func (n *Notify) lock() { yielding.Lock(&n.mu) }

// calls returns the number of calls of NotifyAll.
func (n *Notify) calls() uint64 { return n.state.Load() / call }

// hear returns the number of calls of NotifyAll, of which the next is counted.
func (n *Notify) hear() uint64 {
	for {
		s := n.state.Load()
		if s&heard != 0 || n.state.CompareAndSwap(s, s|heard) { // H1
			return s / call
		}
	}
}

// takeOut removes w from the queue. mu held.
func (n *Notify) takeOut(w *Waiter) {
	if n.fresh == w {
		if n.fresh = w.next; n.fresh == nil {
			n.state.Add(^uint64(listening - 1))
		}
	}
	n.queue.remove(w)
}

// leave implements home.
func (n *Notify) leave(cx *future.Context, w *Waiter) {
	var next waker.Waker
	n.lock()
	switch verdict := w.verdict.Load(); verdict {
	case pending:
		n.takeOut(w)
	case granted, grantedLast:
		next = n.pass(verdict)
	}
	n.mu.Unlock()
	w.reset()
	cx.Wake(next)
}
