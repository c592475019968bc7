package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// LazyContext is [Task.Context] for who may not need it: the task's context is made when somebody asks for its Done or for a value.
// Who has called Bind calls Release when the task is about to end; all other methods are for any goroutine, at any time between and after.
//
// Order. Release writes over and then clears task (R1); who finds task cleared (R2) reads over. R1 pairs with R2.
type LazyContext struct {
	task sy.Pointer[Task] // nil once it is released
	over *context.Context // what is left of it then
}

var _ context.Context = (*LazyContext)(nil)

// Bind makes c the context of t. Once, before any other method.
func (c *LazyContext) Bind(t *Task) { c.task.Store(t) }

// Contexts of tasks that are over, for which none was made before.
var (
	endedContext     = ended(ErrEnded)
	cancelledContext = ended(future.ErrCancelled)
)

func ended(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return ctx
}

// Release lets go of the task, whose result a context that is kept would keep too. The context ends with the task, or at once if nobody
// has asked for it. Once.
func (c *LazyContext) Release() {
	t := c.task.Load()
	left := &endedContext
	if x := t.extra.Load(); x != nil && x.context.Load() != nil {
		left = &x.context.Load().ctx
	} else if t.IsCancelled() {
		left = &cancelledContext
	}
	c.over = left
	c.task.Store(nil) // R1
}

// context returns the context that does the work.
func (c *LazyContext) context() context.Context {
	if t := c.task.Load(); t != nil { // R2
		return t.Context()
	}
	return *c.over
}

// Deadline returns none.
func (c *LazyContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done returns a channel that is closed when the task is aborted or ends.
func (c *LazyContext) Done() <-chan struct{} { return c.context().Done() }

// Err returns nil until then.
func (c *LazyContext) Err() error {
	if t := c.task.Load(); t != nil && !t.IsCancelled() && !t.IsComplete() {
		return nil
	}
	return c.context().Err()
}

// Value answers package context too, which asks for the cancellable context that it knows, so as to do without a goroutine.
func (c *LazyContext) Value(key any) any { return c.context().Value(key) }

// String keeps package fmt from reading the task's memory while it runs.
func (c *LazyContext) String() string {
	if t := c.task.Load(); t != nil {
		return fmt.Sprintf("context of task %d", t.ID())
	}
	return "context of a task that has ended"
}
