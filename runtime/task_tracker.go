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
// zero TaskTracker is open and empty. Any goroutine may use it; do not copy it after its first use. (TaskTracker of tokio-util,
// task/task_tracker.rs.)
//
// [TaskTracker.On] tracks what is spawned, [Track] a future, [TaskTracker.Token] anything else.
//
// Ownership. What is counted has a pointer to the count, not to the tracker: the last task may still be at work in it when a
// waiter has seen the end, and whoever holds the tracker by value clears it.
type TaskTracker struct{ shared sy.Pointer[trackerCount] }

// trackerCount is the count of a tracker, and those who wait for its end.
//
// Order. state is changed by one atomic operation. Whoever makes it closed and empty (C1) then takes the lock to wake the
// waiters; a waiter takes the lock, and looks at state (C2) before it joins the list. One of the two sees the other.
type trackerCount struct {
	state sy.Uint64 // trackerClosed, and trackedTask for each

	mu sync.Mutex

	completions uint64 // how often it has become closed and empty
	waiters     waker.List
}

const (
	trackerClosed uint64 = 1
	trackedTask   uint64 = 2
)

// count returns the tracker's count, made at its first use.
func (t *TaskTracker) count() *trackerCount {
	if c := t.shared.Load(); c != nil {
		return c
	}
	t.shared.CompareAndSwap(nil, new(trackerCount))
	return t.shared.Load()
}

// track counts one more.
func (t *TaskTracker) track() *trackerCount {
	c := t.count()
	c.state.Add(trackedTask)
	return c
}

// On returns a Spawner that spawns on on, and tracks what it spawns, until the task's future is gone.
func (t *TaskTracker) On(on Spawner) Spawner { return with{Spawner: on, option: trackerOption{t}} }

type trackerOption struct{ tracker *TaskTracker }

func (o trackerOption) dress(_ *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	return &trackedWork{Work: work, count: o.tracker.track()}
}

// trackedWork is counted until its work has ended, once: a hook that panics after the last poll has it dropped too.
type trackedWork struct {
	scheduler.Work
	count *trackerCount // nil: it has ended
}

var _ workAround = (*trackedWork)(nil)

func (w *trackedWork) inner() scheduler.Work { return w.Work }

func (w *trackedWork) PollTask(cx *future.Context) (ready bool) {
	if ready = w.Work.PollTask(cx); ready {
		w.end(cx)
	}
	return ready
}

func (w *trackedWork) DropTask(cx *future.Context) {
	if w.count == nil {
		return
	}
	defer w.end(cx) // also if the future's Drop panics
	w.Work.DropTask(cx)
}

func (w *trackedWork) end(cx *future.Context) {
	c := w.count
	w.count = nil
	c.end(cx)
}

// Track returns a future that polls f and is tracked from now on, until it is ready or dropped. It must be polled or dropped.
func Track[T any](t *TaskTracker, f future.Future[T]) future.Future[T] {
	if f == nil {
		return nil
	}
	return &tracked[T]{f: f, count: t.track()}
}

type tracked[T any] struct {
	f     future.Future[T]
	count *trackerCount
}

func (d *tracked[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	if value, ready, err = d.f.Poll(cx); ready {
		d.count.end(cx)
	}
	return value, ready, err
}

func (d *tracked[T]) Drop(cx *future.Context) {
	defer d.count.end(cx)
	future.Drop(cx, d.f)
}

// Token returns what is tracked until its Close: for work that is no task.
func (t *TaskTracker) Token() *TrackerToken {
	return &TrackerToken{tracker: t, count: t.track()}
}

// TrackerToken is tracked by a [TaskTracker] until it is closed.
type TrackerToken struct {
	tracker *TaskTracker
	count   *trackerCount
	closed  sy.Bool
}

// Close ends the tracking. Again: nothing. cx may be nil. Any goroutine.
func (k *TrackerToken) Close(cx *future.Context) {
	if !k.closed.Swap(true) {
		k.count.end(cx)
	}
}

// Tracker returns the tracker that the token is of.
func (k *TrackerToken) Tracker() *TaskTracker { return k.tracker }

func (c *trackerCount) end(cx *future.Context) {
	if c.state.Add(^(trackedTask - 1)) == trackerClosed { // C1
		c.complete(cx)
	}
}

// Close lets Wait return as soon as nothing is tracked. More can be tracked after it. It reports false if the tracker was closed
// before. cx may be nil. Any goroutine.
func (t *TaskTracker) Close(cx *future.Context) bool {
	c := t.count()
	old := c.state.Or(trackerClosed) // C1
	if old == 0 {
		c.complete(cx)
	}
	return old&trackerClosed == 0
}

// Reopen lets Wait wait for another Close. It reports false if the tracker was open. Any goroutine.
func (t *TaskTracker) Reopen() bool { return t.count().state.And(^trackerClosed)&trackerClosed != 0 }

// IsClosed reports whether the tracker is closed. Any goroutine.
func (t *TaskTracker) IsClosed() bool { return t.count().state.Load()&trackerClosed != 0 }

// Len returns the number of tasks, futures and tokens that are tracked. Any goroutine.
func (t *TaskTracker) Len() int { return int(t.count().state.Load() / trackedTask) }

// IsEmpty reports whether nothing is tracked. Any goroutine.
func (t *TaskTracker) IsEmpty() bool { return t.Len() == 0 }

// complete wakes the waiters.
func (c *trackerCount) complete(cx *future.Context) {
	c.mu.Lock()
	c.completions++
	cx.WakeList(&c.mu, &c.waiters)
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
	return t.count().pollWait(cx, w)
}

func (c *trackerCount) pollWait(cx *future.Context, w *TrackerWaiter) (none struct{}, ready bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.count == nil {
		w.count, w.seen = c, c.completions
	}
	if c.state.Load() == trackerClosed || w.seen != c.completions { // C2
		c.waiters.Remove(&w.node)
		*w = TrackerWaiter{}
		return none, true, nil
	}
	c.waiters.Add(&w.node, cx.Waker())
	return none, false, nil
}

// TrackerWaiter is a place among those who wait for a [TaskTracker]. The zero one is ready.
type TrackerWaiter struct {
	node  waker.Node
	count *trackerCount // nil: not waiting
	seen  uint64        // completions when the wait began
}

// Drop ends the wait. Again, or without one: nothing.
func (w *TrackerWaiter) Drop(*future.Context) {
	if c := w.count; c != nil {
		c.mu.Lock()
		c.waiters.Remove(&w.node)
		c.mu.Unlock()
		*w = TrackerWaiter{}
	}
}

// Waiting returns the future of Wait. It waits from now on: a tracker that is closed and empty now is enough, even if it is
// reopened before the first poll.
func (t *TaskTracker) Waiting() *TrackerWaiting {
	c := t.count()
	c.mu.Lock()
	defer c.mu.Unlock()
	return &TrackerWaiting{
		count:  c,
		waiter: TrackerWaiter{count: c, seen: c.completions},
		isOver: c.state.Load() == trackerClosed,
	}
}

// TrackerWaiting is the future that [TaskTracker.Waiting] returns.
type TrackerWaiting struct {
	count  *trackerCount
	waiter TrackerWaiter
	isOver bool
}

// Poll is ready when the tracker has been closed and empty.
func (f *TrackerWaiting) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	if f.isOver {
		return none, true, nil
	}
	return f.count.pollWait(cx, &f.waiter)
}

// Drop ends the wait.
func (f *TrackerWaiting) Drop(cx *future.Context) { f.waiter.Drop(cx) }
