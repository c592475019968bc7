package hand

import (
	"context"
	"reflect"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// Worker lends its Local to tasks that a test polls by hand. It runs nothing by itself: a task that was woken shows it.
type Worker struct {
	Local future.Local
	cx    future.Context
}

// NewWorker returns a worker without tasks.
func NewWorker() *Worker {
	w := &Worker{}
	w.Local.Executor, w.Local.Worker = waker.NewExecutor(func(*waker.Header) {}), w
	w.cx = future.NewContext(&w.Local, nil)
	return w
}

// ScheduleNext queues nothing.
func (w *Worker) ScheduleNext(*waker.Header) {}

// ScheduleBack queues nothing.
func (w *Worker) ScheduleBack(*waker.Header) {}

// TaskContext returns a context that does not end.
func (w *Worker) TaskContext(*waker.Header) context.Context { return context.Background() }

// WorkerTask is a task that its worker polls. It is idle until it is woken.
type WorkerTask struct {
	waker.Header
	worker *Worker
}

// NewTask returns another task of w.
func (w *Worker) NewTask() *WorkerTask {
	t := &WorkerTask{worker: w}
	t.InitIdle(w.Local.Executor)
	return t
}

// NewTask returns another task of the same worker.
func (t *WorkerTask) NewTask() *WorkerTask { return t.worker.NewTask() }

// IsWoken reports whether t was woken since its last poll.
func (t *WorkerTask) IsWoken() bool { return !t.IsIdle() }

// Poll begins a poll of t, which is idle again, with a new budget, and returns its context.
func (t *WorkerTask) Poll() *future.Context {
	if t.IsWoken() {
		t.Begin()
		t.Idle()
	}
	t.worker.Local.BeginPoll()
	t.worker.cx.SetTask(&t.Header)
	return &t.worker.cx
}

// PollPending requires that poll is not ready in a poll of as.
func PollPending[T any](t testing.TB, as *WorkerTask, poll func(*future.Context) (T, bool, error)) {
	t.Helper()
	Pending(t, func() (T, bool, error) { return poll(as.Poll()) })
}

// PollReady requires that poll is ready with an error equal to want in a poll of as, and returns its value.
func PollReady[T any](t testing.TB, as *WorkerTask, poll func(*future.Context) (T, bool, error), want error) T {
	t.Helper()
	v, ready, err := poll(as.Poll())
	if !ready || !reflect.DeepEqual(err, want) {
		t.Fatalf("the poll was not ready, or has not ended as it must (%t, %v, not %v)", ready, err, want)
	}
	return v
}

// PollYields requires that poll, which is always ready, is so no more often in one poll than the budget allows.
func PollYields[T any](t testing.TB, poll func(*future.Context) (T, bool, error)) {
	t.Helper()
	task := NewWorker().NewTask()
	cx := task.Poll()
	times := 0
	for times < 10*future.Budget {
		if _, ready, _ := poll(cx); !ready {
			break
		}
		times++
	}
	if asked := task.worker.Local.TakeAgain(); times != future.Budget || !asked {
		t.Fatalf("%d polls were ready, not %d, and another turn was asked for: %t", times, future.Budget, asked)
	}
}
