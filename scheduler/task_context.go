package scheduler

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// taskContext is the context of a task, and what ends it.
//
// Order. Who makes it publishes it and then looks at the task's state; who aborts or completes the task changes the state and
// then looks for a context. One of the two sees the other, so that no context outlives its task.
type taskContext struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// Context returns the context that ends when the task is aborted or ends, the same each time. Any goroutine.
func (t *Task) Context() context.Context {
	x := t.more()
	c := x.context.Load()
	if c == nil {
		c = &taskContext{}
		c.ctx, c.cancel = context.WithCancelCause(context.Background())
		if !x.context.CompareAndSwap(nil, c) {
			c = x.context.Load()
		}
	}
	switch { // also if another goroutine has made it: that one may not have come so far
	case t.IsCancelled():
		c.cancel(future.ErrCancelled)
	case t.IsComplete():
		c.cancel(ErrEnded)
	}
	return c.ctx
}

func (t *Task) endContext(cause error) {
	if x := t.extra.Load(); x != nil {
		if c := x.context.Load(); c != nil {
			c.cancel(cause)
		}
	}
}
