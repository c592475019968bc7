package cancellation

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// Waiter is a place among those who wait for a token. The zero Waiter is ready. It must not be copied while it waits.
type Waiter struct {
	node  waker.Node
	token *Token // nil: not waiting
}

// Drop leaves the queue. Again, or after the wait has ended: nothing. cx may be nil.
func (w *Waiter) Drop(*future.Context) {
	if t := w.token; t != nil {
		t.mu.Lock()
		t.waiters.Remove(&w.node)
		t.mu.Unlock()
		w.token = nil
	}
}

// Done returns the future of [Token.Cancelled]: ready when t is cancelled. It is for one wait.
func (t *Token) Done() *Waiting { return &Waiting{token: t} }

// Waiting is the future that [Token.Done] returns.
type Waiting struct {
	token  *Token
	waiter Waiter
}

// Poll is ready when the token is cancelled.
func (d *Waiting) Poll(cx *future.Context) (struct{}, bool, error) {
	return d.token.PollCancelled(cx, &d.waiter)
}

// Drop ends the wait.
func (d *Waiting) Drop(cx *future.Context) { d.waiter.Drop(cx) }

// waitings are reused by waits that are over when they return: the list that a waiter is in would else move it to the heap each
// time.
var waitings = sync.Pool{New: func() any { return new(Waiting) }}

// recycle gives back a Waiting whose wait has ended or was dropped.
func (d *Waiting) recycle() {
	d.token = nil
	waitings.Put(d)
}
