package waker

// Waker tells a task's executor to poll the task again. It is the task's address, held by value; the zero Waker wakes
// nobody. It knows the task, not the worker: where the task runs next depends on who wakes it (tokio,
// runtime/scheduler/multi_thread/worker.rs schedule_task).
type Waker struct{ h *Header }

// Wake has the task polled again: at least once more after this call, however often it is called. On a task that is
// complete, or whose runtime is closed, it does nothing. From inside a poll, [future.Context.Wake] is faster.
// Any goroutine.
//
// [future.Context.Wake]: https://pkg.go.dev/github.com/simmer-go/simmer/future#Context.Wake
func (w Waker) Wake() {
	if h := w.h; h != nil && h.Notify() {
		h.exec.schedule(h)
	}
}

// IsZero reports whether w wakes nobody.
func (w Waker) IsZero() bool { return w.h == nil }

// Header returns the header of the task that w wakes, or nil. For executors and drivers.
func (w Waker) Header() *Header { return w.h }
