package runtime

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// Outcome tells how a task has ended.
type Outcome = scheduler.Outcome

const (
	// Running: it has not ended.
	Running = scheduler.Running
	// Returned: with a value or an error of its own.
	Returned = scheduler.Returned
	// Cancelled: it was aborted.
	Cancelled = scheduler.Cancelled
	// Panicked: it has panicked, in a poll or while it was dropped.
	Panicked = scheduler.Panicked
)

// JoinHandle is the receipt for a task: it carries the result and the cancellation signal. It is a future of the task's
// result; one task or goroutine may wait for it at a time. The result can be taken once, after that there is ErrConsumed.
//
// The result is the task's own (value, error), or a [*JoinError] if the task was cancelled or has panicked. When it can be
// seen, the task's future is gone: its Drop, or the body's deferred calls, have run.
//
// To give a handle up without its result: [JoinHandle.Drop] cancels the task, [JoinHandle.Detach] lets it live beyond its
// owner, and doing nothing leaves it to its owner, whose end aborts it. (Tokio's handle detaches when it is dropped,
// runtime/task/join.rs; Detach is that.) As a branch that may lose, a bare handle is dropped, and so cancels its task:
// pass future.Ref(h) to keep it.
type JoinHandle[T any] struct {
	task  scheduler.Task // must be first
	value T
}

// Poll is ready when the task has ended. See [future.Future].
func (h *JoinHandle[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	if !h.task.AwaitEnd(cx.Waker()) {
		return value, false, nil
	}
	cx.Spend()
	value, err = h.take()
	return value, true, err
}

// take returns the result to the first caller after the task has ended.
func (h *JoinHandle[T]) take() (value T, err error) {
	if !h.task.Take() {
		return value, ErrConsumed
	}
	if h.task.Outcome() != Returned {
		return value, newJoinError(&h.task)
	}
	value, err = h.value, h.task.TakeErr()
	clear1(&h.value)
	return value, err
}

// Await waits, in a body, for the task's end, and takes its result. It suspends the body, never the worker. If the body is
// cancelled meanwhile it unwinds; the task is its child, and is aborted when the body has ended, or is another's and goes on.
func (h *JoinHandle[T]) Await(cx *future.Context) (T, error) {
	return future.AwaitPoll(cx, h.Poll, func(cx *future.Context) {
		h.task.LeaveEnd(cx.Waker())
		h.task.GiveUp()
	})
}

// Wait is Await for ordinary goroutines. It returns ctx's cause if ctx ends first; the task goes on, and the handle stays
// usable. Inside a task it returns ErrInsideTask at once, unless the task has ended already.
func (h *JoinHandle[T]) Wait(ctx context.Context) (value T, err error) {
	if h.task.IsComplete() {
		return h.take()
	}
	if insideTask() {
		return value, ErrInsideTask
	}
	if err := waitTask(ctx, &h.task); err != nil {
		h.task.GiveUp()
		return value, err
	}
	return h.take()
}

// Abort asks for the task's cancellation and returns at once. It takes effect at the task's next await point: there its
// future is dropped, on a worker; a body unwinds, so that its deferred calls run. A poll that returns ready wins. A function
// that SpawnBlocking has begun to run is told by its context only. Aborting twice, or after the end, does nothing.
// Any goroutine.
func (h *JoinHandle[T]) Abort() { h.task.Cancel() }

// AbortHandle returns a handle that can abort, and cannot wait. Any goroutine.
func (h *JoinHandle[T]) AbortHandle() AbortHandle { return AbortHandle{task: &h.task} }

// Detach hands the task to the runtime: its owner's end does not abort it. The handle stays usable. Any goroutine.
func (h *JoinHandle[T]) Detach() { h.task.Detach() }

// Drop cancels the task, if it has not ended, and gives the handle up: a panic that nobody was told of is logged. cx may be nil. See
// [future.Dropper].
func (h *JoinHandle[T]) Drop(cx *future.Context) {
	if cx != nil {
		h.task.LeaveEnd(cx.Waker())
	}
	h.task.Cancel()
	h.task.GiveUp()
}

// ID returns the task's number, unique in its runtime; 0 if it was never spawned. Any goroutine.
func (h *JoinHandle[T]) ID() uint64 { return h.task.ID() }

// Name returns the name that the task was given, or "". Any goroutine.
func (h *JoinHandle[T]) Name() string { return h.task.Name() }

// IsFinished reports whether the task has ended and its future is gone. Any goroutine.
func (h *JoinHandle[T]) IsFinished() bool { return h.task.IsComplete() }

// Outcome tells how the task has ended: an error of its own may wrap a child's JoinError, so the error alone does not tell.
// Any goroutine.
func (h *JoinHandle[T]) Outcome() Outcome { return h.task.Outcome() }

// AbortHandle can abort a task and look whether it has ended. It is held by value, and any goroutine may use it.
type AbortHandle struct{ task *scheduler.Task }

// Abort is [JoinHandle.Abort].
func (a AbortHandle) Abort() {
	if a.task != nil {
		a.task.Cancel()
	}
}

// IsFinished is [JoinHandle.IsFinished]; true for the zero AbortHandle.
func (a AbortHandle) IsFinished() bool { return a.task == nil || a.task.IsComplete() }

// ID is [JoinHandle.ID].
func (a AbortHandle) ID() uint64 {
	if a.task == nil {
		return 0
	}
	return a.task.ID()
}
