package lock

import "github.com/simmer-go/simmer/future"

var (
	_ future.Future[struct{}] = (*Waiting)(nil)
	_ future.Dropper          = (*Waiting)(nil)
)

// Waiting is the future of a notification. NotifyAll reaches it from the moment it is made, NotifyOne and NotifyLast from its
// first poll or Enable on: so who makes it, then looks at a condition, and then waits, misses no NotifyAll in between.
// Drop leaves the queue and passes on a notification of NotifyOne or NotifyLast.
type Waiting struct {
	n     *Notify
	calls uint64
	w     Waiter
}

// Waiting returns a future that waits for a notification from now on.
func (n *Notify) Waiting() *Waiting { return &Waiting{n: n, calls: n.hear()} }

// Enable joins the queue without a poll, so that NotifyOne reaches it from now on. It reports whether the notification is
// there already; then the next poll is ready.
func (t *Waiting) Enable() (through bool) {
	if t.w.home == nil {
		return t.begin()
	}
	return t.n.isThrough(&t.w, t.w.waker)
}

// begin takes what is there, or joins the queue. Enable, Poll and Drop find the result in w.
func (t *Waiting) begin() (through bool) {
	n := t.n
	n.lock()
	defer n.mu.Unlock()
	verdict := n.join(&t.w, t.w.waker, t.calls)
	if verdict == pending {
		return false
	}
	t.w.home = n
	t.w.verdict.Store(verdict)
	return true
}

// Poll implements [future.Future].
func (t *Waiting) Poll(cx *future.Context) (_ struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return struct{}{}, false, nil
	}
	if t.w.home == nil {
		t.begin()
	}
	if ready = t.n.finish(&t.w, cx.Waker()); ready {
		cx.Spend()
	}
	return struct{}{}, ready, nil
}

// Drop implements [future.Dropper].
func (t *Waiting) Drop(cx *future.Context) { t.w.Drop(cx) }
