package scheduler

import (
	"context"
	"fmt"
	"time"

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
	if c := x.context.Load(); c != nil {
		return c.ctx
	}
	c := &taskContext{}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	if !x.context.CompareAndSwap(nil, c) {
		return x.context.Load().ctx
	}
	switch {
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

// LazyContext is [Task.Context] for those who may not need it: it is made when somebody asks for its Done or a Value. It costs nothing,
// but keeps the task in memory. Any goroutine.
func (t *Task) LazyContext() context.Context { return (*lazyContext)(t) }

type lazyContext Task

func (c *lazyContext) task() *Task { return (*Task)(c) }

func (c *lazyContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *lazyContext) Done() <-chan struct{} { return c.task().Context().Done() }

func (c *lazyContext) Err() error {
	if t := c.task(); t.IsCancelled() || t.IsComplete() {
		return t.Context().Err()
	}
	return nil
}

// Value answers package context too, which asks for the cancelable context that it knows, so as to do without a goroutine.
func (c *lazyContext) Value(key any) any { return c.task().Context().Value(key) }

func (c *lazyContext) String() string { return fmt.Sprintf("simmer.Task(%d).Context", c.task().ID()) }
