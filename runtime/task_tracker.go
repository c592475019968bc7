package runtime

import (
	"context"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// TaskTracker counts tasks, so that somebody can wait until it is closed and all of them have ended: for a graceful shutdown. It
// keeps no results, and no memory for a task that has ended. It neither owns nor aborts tasks: [JoinSet] and [Scope] do. The
// zero TaskTracker is open and empty. Any goroutine may use it; do not copy it after its first use, and do not let
// go of it before a wait for it has returned: that it is empty does not say that nobody touches it. (TaskTracker of tokio-util,
// task/task_tracker.rs.)
//
// [TaskTracker.On] tracks what is spawned, [Track] a future, [TaskTracker.Token] anything else.
//
// Order. state is changed by one atomic operation. Whoever makes it closed and empty (C1) holds the lock from before that until
// the waiters are taken out; a waiter looks at state with the lock held (C2), so it is in the list before C1, or sees C1 and all
// that follows. After that nobody touches the tracker: the waiter may be about to clear it.
type TaskTracker struct {
	state sy.Uint64 // trackerClosed, and trackedTask for each

	mu sync.Mutex

	completions uint64 // how often it has become closed and empty
	waiters     waker.List
}

const (
	trackerClosed uint64 = 1
	trackedTask   uint64 = 2
)

// On returns a Spawner that spawns on on, and tracks what it spawns, until the task's future is gone.
func (t *TaskTracker) On(on Spawner) Spawner { return with{Spawner: on, option: trackerOption{t}} }

type trackerOption struct{ tracker *TaskTracker }

func (o trackerOption) dress(_ *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	o.tracker.state.Add(trackedTask)
	return &trackedWork{Work: work, tracker: o.tracker}
}

type trackedWork struct {
	scheduler.Work
	tracker *TaskTracker
}

var _ workAround = (*trackedWork)(nil)

func (w *trackedWork) inner() scheduler.Work { return w.Work }

func (w *trackedWork) PollTask(cx *future.Context) (ready bool) {
	if ready = w.Work.PollTask(cx); ready {
		w.tracker.end(cx)
	}
	return ready
}

func (w *trackedWork) DropTask(cx *future.Context) {
	defer w.tracker.end(cx) // also if the future's Drop panics
	w.Work.DropTask(cx)
}

// Track returns a future that polls f and is tracked from now on, until it is ready or dropped. It must be polled or dropped.
func Track[T any](t *TaskTracker, f future.Future[T]) future.Future[T] {
	if f == nil {
		return nil
	}
	t.state.Add(trackedTask)
	return &tracked[T]{f: f, tracker: t}
}

type tracked[T any] struct {
	f       future.Future[T]
	tracker *TaskTracker
}

func (d *tracked[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	if value, ready, err = d.f.Poll(cx); ready {
		d.tracker.end(cx)
	}
	return value, ready, err
}

func (d *tracked[T]) Drop(cx *future.Context) {
	defer d.tracker.end(cx)
	future.Drop(cx, d.f)
}

// Token returns what is tracked until its Close: for work that is no task.
func (t *TaskTracker) Token() *TrackerToken {
	t.state.Add(trackedTask)
	return &TrackerToken{tracker: t}
}

// TrackerToken is tracked by a [TaskTracker] until it is closed.
type TrackerToken struct {
	tracker *TaskTracker
	closed  sy.Bool
}

// Close ends the tracking. Again: nothing. cx may be nil. Any goroutine.
func (k *TrackerToken) Close(cx *future.Context) {
	if !k.closed.Swap(true) {
		k.tracker.end(cx)
	}
}

// Tracker returns the tracker that the token is of.
func (k *TrackerToken) Tracker() *TaskTracker { return k.tracker }

func (t *TaskTracker) end(cx *future.Context) {
	for {
		old := t.state.Load()
		if old == trackerClosed|trackedTask {
			t.endLocked(cx)
			return
		}
		if t.state.CompareAndSwap(old, old-trackedTask) {
			return
		}
	}
}

// endLocked is end where it may be the last one of a closed tracker.
func (t *TaskTracker) endLocked(cx *future.Context) {
	t.mu.Lock()
	if t.state.Add(^(trackedTask - 1)) == trackerClosed { // C1
		t.complete(cx)
		return
	}
	t.mu.Unlock()
}

// Close lets Wait return as soon as nothing is tracked. More can be tracked after it. It reports false if the tracker was closed
// before. cx may be nil. Any goroutine.
func (t *TaskTracker) Close(cx *future.Context) bool {
	t.mu.Lock()
	old := t.state.Or(trackerClosed) // C1
	if old == 0 {
		t.complete(cx)
		return true
	}
	t.mu.Unlock()
	return old&trackerClosed == 0
}

// Reopen lets Wait wait for another Close. It reports false if the tracker was open. Any goroutine.
func (t *TaskTracker) Reopen() bool { return t.state.And(^trackerClosed)&trackerClosed != 0 }

// IsClosed reports whether the tracker is closed. Any goroutine.
func (t *TaskTracker) IsClosed() bool { return t.state.Load()&trackerClosed != 0 }

// Len returns the number of tasks, futures and tokens that are tracked. Any goroutine.
func (t *TaskTracker) Len() int { return int(t.state.Load() / trackedTask) }

// IsEmpty reports whether nothing is tracked. Any goroutine.
func (t *TaskTracker) IsEmpty() bool { return t.Len() == 0 }

// complete wakes the waiters. mu held; it lets mu go.
func (t *TaskTracker) complete(cx *future.Context) {
	t.completions++
	cx.WakeList(&t.mu, &t.waiters)
}

// Wait waits, in a body, until the tracker is closed and empty at the same time; that it was so for a moment while Wait waited is
// enough. It returns ErrCancelled in a deferred call of a body that unwinds.
func (t *TaskTracker) Wait(cx *future.Context) error {
	w := new(TrackerWaiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) { return t.PollWait(cx, w) }, w.Drop)
	return err
}

// WaitBlocking is Wait for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (t *TaskTracker) WaitBlocking(ctx context.Context) error {
	_, err := future.Wait(ctx, t.Waiting())
	return err
}

// PollWait is the poll of Wait. w is the caller's place among those who wait; the zero one is ready.
func (t *TaskTracker) PollWait(cx *future.Context, w *TrackerWaiter) (none struct{}, ready bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.tracker == nil {
		w.tracker, w.seen = t, t.completions
	}
	if t.state.Load() == trackerClosed || w.seen != t.completions { // C2
		t.waiters.Remove(&w.node)
		*w = TrackerWaiter{}
		return none, true, nil
	}
	t.waiters.Add(&w.node, cx.Waker())
	return none, false, nil
}

// TrackerWaiter is a place among those who wait for a [TaskTracker]. The zero one is ready.
type TrackerWaiter struct {
	node    waker.Node
	tracker *TaskTracker // nil: not waiting
	seen    uint64       // completions when the wait began
}

// Drop ends the wait. Again, or without one: nothing.
func (w *TrackerWaiter) Drop(*future.Context) {
	if t := w.tracker; t != nil {
		t.mu.Lock()
		t.waiters.Remove(&w.node)
		t.mu.Unlock()
		*w = TrackerWaiter{}
	}
}

// Waiting returns the future of Wait. It waits from now on: a tracker that is closed and empty now is enough, even if it is
// reopened before the first poll.
func (t *TaskTracker) Waiting() *TrackerWaiting {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &TrackerWaiting{
		tracker: t,
		waiter:  TrackerWaiter{tracker: t, seen: t.completions},
		isOver:  t.state.Load() == trackerClosed,
	}
}

// TrackerWaiting is the future that [TaskTracker.Waiting] returns.
type TrackerWaiting struct {
	tracker *TaskTracker
	waiter  TrackerWaiter
	isOver  bool
}

// Poll is ready when the tracker has been closed and empty.
func (f *TrackerWaiting) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	if f.isOver {
		return none, true, nil
	}
	return f.tracker.PollWait(cx, &f.waiter)
}

// Drop ends the wait.
func (f *TrackerWaiting) Drop(cx *future.Context) { f.waiter.Drop(cx) }
