package cancellation

import (
	"context"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// Token tells any number of tasks and goroutines to stop. Tokens form trees: [Token.Cancel] cancels a token and all that were
// derived from it by [Token.Child], and nothing else. Cancellation happens once and stays. Copies of the pointer are the same
// token. Any goroutine may use it.
//
// A parent keeps its children, which [Token.Close] takes out.
//
// Ownership. The links of a whole tree, and the causes in it, are guarded by the lock of its root; each token's waiters by that
// token's own. The root's comes first.
//
// Order. Cancel stores the cause, then the state (C1), and then takes the waiters under mu. A waiter enters under mu and looks
// at the state there (W1). C1 pairs with W1: one of the two sees the other.
type Token struct {
	state sy.Uint32 // isCancelled
	root  *root

	parent      *Token // nil: none any more
	next, prev  *Token // siblings
	first, last *Token // children
	cause       error  // set before state

	mu sync.Mutex

	waiters waker.List
}

const isCancelled = 1

// root is what the tokens of one tree share.
type root struct{ mu sync.Mutex }

// New returns a token without a parent.
func New() *Token { return &Token{root: &root{}} }

// Child returns a new token that is cancelled when t is, with the same cause, or alone. If t was cancelled, it is born so. Whoever
// makes a child of a token that lives longer must Close it, or t keeps it until t is cancelled.
func (t *Token) Child() *Token {
	c := &Token{root: t.root}
	t.root.mu.Lock()
	defer t.root.mu.Unlock()
	if t.IsCancelled() {
		c.cause = t.cause
		c.state.Store(isCancelled)
		return c
	}
	t.adopt(c)
	return c
}

// adopt links c as t's last child. root.mu held.
func (t *Token) adopt(c *Token) {
	c.parent, c.prev, c.next = t, t.last, nil
	if t.last == nil {
		t.first = c
	} else {
		t.last.next = c
	}
	t.last = c
}

// leave unlinks t from its parent. root.mu held.
func (t *Token) leave() {
	p := t.parent
	if p == nil {
		return
	}
	if t.prev == nil {
		p.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		p.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.parent, t.prev, t.next = nil, nil, nil
}

// Close gives t up: its parent forgets it, and takes over its children, which are still cancelled with the parent. It cancels nothing
// and wakes nobody; who still waits for t waits for t's own Cancel. A token without a parent needs no Close, and it does
// nothing there; neither does a second one. cx may be nil.
func (t *Token) Close(*future.Context) {
	t.root.mu.Lock()
	defer t.root.mu.Unlock()
	p := t.parent
	if p == nil {
		return
	}
	t.leave()
	for c := t.first; c != nil; {
		next := c.next
		p.adopt(c)
		c = next
	}
	t.first, t.last = nil, nil
}

// Drop is Close, for who holds t as a thing to be dropped.
func (t *Token) Drop(cx *future.Context) { t.Close(cx) }

// Cancel cancels t and its descendants, with [ErrCancelled] as the cause, and wakes all who wait for them. When it returns all
// of them are cancelled; while it runs, some may be and others not yet. On a token that was cancelled it does nothing. cx may be
// nil.
func (t *Token) Cancel(cx *future.Context) { t.CancelCause(cx, nil) }

// CancelCause is Cancel with a cause, which [Token.Cause] returns and [Token.Err] wraps; nil means ErrCancelled.
func (t *Token) CancelCause(cx *future.Context, cause error) {
	if cause == nil {
		cause = ErrCancelled
	}
	for d := t.cancelTree(cause); d != nil; {
		next := d.next
		d.next = nil
		d.wakeAll(cx)
		d = next
	}
}

// cancelTree marks t and its descendants, and returns them as a list, linked by next: no token of it has parent or children any
// more. It returns nil if t was cancelled before. However deep the tree is, it takes no stack.
func (t *Token) cancelTree(cause error) *Token {
	t.root.mu.Lock()
	defer t.root.mu.Unlock()
	if t.IsCancelled() {
		return nil
	}
	t.leave()
	last := t
	for d := t; d != nil; d = d.next {
		if d.first != nil { // its children come after all that are in the list
			last.next, last = d.first, d.last
		}
		d.parent, d.prev, d.first, d.last = nil, nil, nil, nil
		d.cause = cause
		d.state.Store(isCancelled) // C1
	}
	return t
}

// wakeAll wakes the waiters of t, which is cancelled, so that there will be no more.
func (t *Token) wakeAll(cx *future.Context) {
	t.mu.Lock()
	cx.WakeList(&t.mu, &t.waiters)
}

// IsCancelled reports whether t is cancelled. It costs one load.
func (t *Token) IsCancelled() bool { return t.state.Load() != 0 }

// Cause returns what t was cancelled with, as [context.Cause] does; nil if it is not cancelled.
func (t *Token) Cause() error {
	if !t.IsCancelled() {
		return nil
	}
	return t.cause
}

// Err returns nil if t is not cancelled. Else it returns an error that is [ErrCancelled] and wraps the cause.
func (t *Token) Err() error {
	switch cause := t.Cause(); cause {
	case nil, ErrCancelled:
		return cause
	default:
		return &causedError{cause}
	}
}

// Cancelled waits, in a body, until t is cancelled, and returns nil. It returns future.ErrCancelled if it is called in a deferred
// call of a body that unwinds, and t is not cancelled.
func (t *Token) Cancelled(cx *future.Context) error {
	if t.IsCancelled() {
		return nil
	}
	d := waitings.Get().(*Waiting)
	d.token = t
	defer d.recycle()
	_, err := future.AwaitPoll(cx, d.Poll, d.Drop)
	return err
}

// CancelledBlocking is Cancelled for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (t *Token) CancelledBlocking(ctx context.Context) error {
	_, err := future.Wait(ctx, t.Done())
	return err
}

// PollCancelled is ready when t is cancelled. w is the caller's place among those who wait; the zero one is ready. It takes no
// budget, so that a task which has used up its own still sees that it should stop.
func (t *Token) PollCancelled(cx *future.Context, w *Waiter) (none struct{}, ready bool, err error) {
	if w.token != nil && (w.token != t || t.IsCancelled()) {
		w.Drop(cx)
	}
	if t.IsCancelled() {
		return none, true, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.IsCancelled() { // W1
		t.waiters.Remove(&w.node)
		w.token = nil
		return none, true, nil
	}
	w.token = t
	t.waiters.Add(&w.node, cx.Waker())
	return none, false, nil
}
