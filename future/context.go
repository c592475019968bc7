package future

import (
	"context"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// Context is the running task's view of its executor. It is valid only inside the poll, or on the body's own coroutine,
// that received it: do not keep it, and do not use it in a goroutine or in another task's body, which is a data race. Nil is
// accepted where a call never waits.
type Context struct {
	local *Local
	task  sy.Plain[waker.Header] // others may look at a worker's, to name a stuck task
	co    *coroutine             // nil in a poll
	part  *waker.Header          // what futures wake instead of the task: one part of a combinator, or nil

	values *Values // what WithValues has added; nil: none
}

// NewContext returns a context for polls of task. For executors. local may be nil: then futures that need a worker fail.
func NewContext(local *Local, task *waker.Header) (cx Context) {
	cx.local = local
	cx.task.Store(task)
	return cx
}

// WithWaker returns a context for polls of a part of the running task, whose futures wake part. For combinators that want to
// know which of their parts was woken.
func (cx *Context) WithWaker(part *waker.Header) Context {
	sub := NewContext(cx.local, cx.Task())
	sub.part = part
	sub.values = cx.values
	return sub
}

// SetTask makes cx the context of another task. For executors, between polls.
func (cx *Context) SetTask(task *waker.Header) { cx.task.Store(task) }

// Waker returns the waker that has the running task poll again, which may be kept and used by any goroutine: the task's own,
// or that of the part which a combinator polls.
func (cx *Context) Waker() waker.Waker {
	if cx.part != nil {
		return cx.part.Waker()
	}
	return cx.Task().Waker()
}

// Task returns the running task's header, also in a part of a combinator. For executors; another goroutine that looks at a
// worker's context gets a hint, perhaps an old one.
func (cx *Context) Task() *waker.Header { return cx.task.Load() }

// Executor returns the executor of the tasks that are spawned through cx, or nil if cx has no worker.
func (cx *Context) Executor() *waker.Executor {
	if l := cx.Local(); l != nil {
		return l.Executor
	}
	return nil
}

// Local returns what the worker lends to this poll, or nil if cx is nil, has no worker, or belongs to a body that is not
// running. For drivers.
func (cx *Context) Local() *Local {
	if cx == nil {
		return nil
	}
	return cx.local
}

// Wake wakes w from inside a poll. It does what w.Wake does, faster: a task of this executor goes to the worker's LIFO
// slot and runs next, and the running task itself is queued behind the others without an atomic operation. With a nil cx
// it is w.Wake.
func (cx *Context) Wake(w waker.Waker) {
	h := w.Header()
	if h == nil {
		return
	}
	l := cx.Local()
	if l == nil {
		w.Wake()
		return
	}
	if h == cx.Task() {
		l.again = true
		return
	}
	if !h.Notify() {
		return
	}
	switch h.Executor() {
	case l.Executor:
		l.Worker.ScheduleNext(h)
	case partExecutor:
		cx.Wake(partOf(h).enqueue())
	default:
		h.Executor().Schedule(h)
	}
}

// Again asks for one more poll of the running task, after all tasks that are ready now have had theirs. A Poll calls it
// before it returns not ready, to let others run.
func (cx *Context) Again() {
	if l := cx.local; l != nil && cx.part == nil {
		l.again = true
		return
	}
	cx.wakeSelf()
}

// wakeSelf is not inlined so that Again can be.
//
//go:noinline
func (cx *Context) wakeSelf() { cx.Waker().Wake() }

// HasBudget reports whether this poll may complete another operation. If not, it asks for one more poll; the caller
// returns not ready. A leaf future begins with it:
//
//	if !cx.HasBudget() {
//		return zero, false, nil
//	}
func (cx *Context) HasBudget() bool {
	if cx == nil || cx.local == nil || cx.local.budget > 0 {
		return true
	}
	return cx.budgetUsed()
}

// budgetUsed is not inlined so that HasBudget can be.
//
//go:noinline
func (cx *Context) budgetUsed() bool {
	cx.Again()
	return false
}

// Spend takes one unit of the budget. A leaf future calls it when it becomes ready; an operation that was not ready
// costs nothing.
func (cx *Context) Spend() {
	if l := cx.Local(); l != nil {
		l.budget--
		if l.budget == 0 {
			l.BudgetYields++
		}
	}
}

// budgetLeft returns what is left of the poll's budget, 0 if it has none.
func (cx *Context) budgetLeft() int {
	if l := cx.Local(); l != nil {
		return l.budget
	}
	return 0
}

// Context returns a context.Context that ends when the task is aborted or ends: for calls into code that takes one. The
// same one each time.
func (cx *Context) Context() context.Context {
	if l := cx.Local(); l != nil {
		return l.Worker.TaskContext(cx.Task())
	}
	return endedContext
}

var endedContext = func() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrCancelled)
	return ctx
}()
