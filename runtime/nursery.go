package runtime

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/internal/origin"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// Scope calls body, in the caller's body, with a nursery for children, and returns when body and all children have ended. The
// first failure cancels the rest: if a child returns an error or panics, or body returns an error, all other children are aborted
// at once, and Scope returns that first failure when they have ended; a panic of a child is a *JoinError. Later failures are
// lost, but a panic among them is logged, through Config.Logger, unless somebody waits for that child's handle. A child that was
// aborted by its handle is no failure; one that never came to be is: its runtime was closed, or there is no such worker.
//
// body itself is not interrupted. It may await children's handles, and sees ErrCancelled there when a child was aborted, ask
// [Nursery.Err], or wait for [Nursery.Cancelled] beside what else it waits for.
//
// If body panics, the children are aborted and awaited, and the panic goes on. If the task is aborted meanwhile, so are the children;
// the task unwinds without waiting for them, because a task that is being cancelled cannot wait: they end at their next await
// points.
//
// Scope is Go's errgroup.Group with cancellation that needs no context, Trio's nursery, and the waiting that [Spawn]'s own
// rule, that children are aborted when their owner ends, does not do.
func Scope(cx *future.Context, body func(n *Nursery) error) error {
	if body == nil {
		return future.ErrNilFuture
	}
	n := &Nursery{}
	ended := false
	defer func() {
		if !ended {
			n.Cancel()
			n.abandon()
			_, _ = future.TryAwaitPoll(cx, n.pollEmpty, nil) // cancelled: the children end later
		}
	}()
	if err := body(n); err != nil {
		n.cancel(err)
	}
	if _, err := future.AwaitPoll(cx, n.pollEmpty, nil); err != nil {
		return err
	}
	ended = true
	return n.Err()
}

// ScopeGo spawns body as a child of n, through the cx of the caller, which may be the scope's own task or another. If n has a
// limit that is reached, it waits for room, in a body; room goes to those who wait in their order. It never fails: in a nursery
// that was cancelled the child is aborted before its first poll.
func ScopeGo[T any](cx *future.Context, n *Nursery, body func(cx *future.Context) (T, error)) *JoinHandle[T] {
	if body == nil {
		return finished[T](future.ErrNilFuture)
	}
	return Go(n.reserved(cx, n.waitForRoom(cx)), body)
}

// Nursery has the children of a [Scope]. It is valid until that returns; a child that is spawned after that is aborted before its
// first poll. Any goroutine may use it: children may spawn more.
type Nursery struct {
	empty      waker.Slot // the scope waits for the last child's end
	cancelling waker.Slot // somebody waits for the cancellation

	mu sync.Mutex

	first     *child // of those that have not ended
	live      int    // children that have not ended, and those for which room is reserved
	limit     int    // of live; 0: none
	room      waker.List
	cancelled bool
	abandoned bool   // nobody will be told of err
	err       error  // the first failure
	failed    *child // that has panicked, if err is that
}

// child is one child of a nursery: its joiner, and the outermost part of its work.
//
// Ownership. prev and next are guarded by the nursery's mu.
type child struct {
	header waker.Header // must be first; woken by the task's end
	scheduler.Work
	nursery    *Nursery
	runtime    *Runtime // nil: its task was refused
	task       *scheduler.Task
	err        error // that the task has returned: who takes its result takes its own
	prev, next *child
}

var (
	_ workAround = (*child)(nil)
	_ starter    = (*child)(nil)
)

var childExecutor = waker.NewExecutor(func(h *waker.Header) {
	c := holder.Of[child](h)
	c.nursery.end(c)
})

func (c *child) inner() scheduler.Work { return c.Work }

func (c *child) PollTask(cx *future.Context) (ready bool) {
	if ready = c.Work.PollTask(cx); ready {
		c.err = c.task.Err()
	}
	return ready
}

// started tells the nursery of a task that was refused: nobody else does.
func (c *child) started() {
	if c.task.IsComplete() {
		c.header.Waker().Wake() // again: nothing
	}
}

// nurseryOption makes a new task a child.
type nurseryOption struct {
	nursery    *Nursery
	runtime    *Runtime
	isReserved bool // its room is counted already
}

func (o nurseryOption) dress(t *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	c := &child{Work: work, nursery: o.nursery, runtime: o.runtime, task: t}
	c.header.InitIdle(childExecutor)
	o.nursery.add(c, o.isReserved)
	c.task.AwaitEnd(c.header.Waker()) // now, as a hook that panics may keep started from being called
	return c
}

// On returns a Spawner whose tasks are n's children: Spawn, SpawnValue, SpawnBlocking and Go with a handle of their own. They belong
// to the scope, not to the task whose cx is in on. It never waits: children spawned so count against the limit, and may exceed
// it.
func (n *Nursery) On(on Spawner) Spawner {
	return with{Spawner: Detached(on), option: nurseryOption{nursery: n, runtime: runtimeOf(on)}}
}

// Go spawns body as a child without a value. See [ScopeGo]. A nil body is a failure.
func (n *Nursery) Go(cx *future.Context, body func(cx *future.Context) error) AbortHandle {
	if body == nil {
		n.cancel(future.ErrNilFuture)
		return AbortHandle{}
	}
	return n.spawn(n.reserved(cx, n.waitForRoom(cx)), body)
}

// TryGo is Go without waiting: it reports false, and has done nothing, if the limit is reached.
func (n *Nursery) TryGo(cx *future.Context, body func(cx *future.Context) error) (AbortHandle, bool) {
	if body == nil {
		n.cancel(future.ErrNilFuture)
		return AbortHandle{}, true
	}
	if !n.tryReserve() {
		return AbortHandle{}, false
	}
	return n.spawn(n.reserved(cx, true), body), true
}

func (n *Nursery) spawn(on Spawner, body func(cx *future.Context) error) AbortHandle {
	c := &tracedCell[struct{}, future.Body[struct{}], *future.Body[struct{}]]{from: origin.OfFunc(body)}
	c.future = future.MakeBody(func(cx *future.Context) (struct{}, error) { return struct{}{}, body(cx) })
	start(on, &c.task, c, 2)
	return c.AbortHandle()
}

func (n *Nursery) reserved(cx *future.Context, isReserved bool) Spawner {
	//simmer:ignore cxkept a Spawner is valid as long as the cx in it
	return with{Spawner: detached{cx}, option: nurseryOption{nursery: n, runtime: Of(cx), isReserved: isReserved}}
}

// SetLimit bounds the children that Go and ScopeGo have at one time; 0, which is the default, or less: no bound. Children that
// are there are not touched.
func (n *Nursery) SetLimit(limit int) {
	n.mu.Lock()
	n.limit = max(limit, 0)
	n.unlockAndServe()
}

// Cancel aborts all children, and those that are still to come. It is no failure: Scope returns nil if nothing else fails.
func (n *Nursery) Cancel() { n.cancel(nil) }

// cancel cancels with a failure, or with nil.
func (n *Nursery) cancel(failure error) {
	n.mu.Lock()
	tasks := n.fail(failure)
	n.unlockAndServe()
	n.abort(tasks)
}

// abandon has panics logged, that of the first failure too: nobody is there to be told of them.
func (n *Nursery) abandon() {
	n.mu.Lock()
	n.abandoned = true
	failed := n.failed
	n.failed = nil
	n.mu.Unlock()
	if failed != nil && failed.task.Waiters() <= 1 {
		failed.logPanic()
	}
}

// fail notes the first failure, marks n as cancelled, and returns the children that the caller must abort without the lock. mu
// held.
func (n *Nursery) fail(failure error) (tasks []*scheduler.Task) {
	if n.err == nil {
		n.err = failure
	}
	if n.cancelled {
		return nil
	}
	n.cancelled = true
	for c := n.first; c != nil; c = c.next {
		tasks = append(tasks, c.task)
	}
	return tasks
}

func (n *Nursery) abort(tasks []*scheduler.Task) {
	for _, t := range tasks {
		t.Cancel()
	}
	n.cancelling.Take().Wake()
}

// Err returns the first failure, or nil if there was none yet.
func (n *Nursery) Err() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}

// Cancelled waits, in a body, until the nursery is cancelled, by a failure or by Cancel, or is over. One task may wait at a time. It is for
// waiting beside something else: PollCancelled is its future.
func (n *Nursery) Cancelled(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, n.PollCancelled, nil)
	return err
}

// PollCancelled is the poll of Cancelled.
func (n *Nursery) PollCancelled(cx *future.Context) (none struct{}, ready bool, err error) {
	if n.isCancelled() {
		return none, true, nil
	}
	n.cancelling.Set(cx.Waker())
	return none, n.isCancelled(), nil
}

func (n *Nursery) isCancelled() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cancelled
}

// Len returns the number of children that have not ended.
func (n *Nursery) Len() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.live
}

// add makes c, whose task is not queued yet, a child.
func (n *Nursery) add(c *child, isReserved bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !isReserved {
		n.live++
	}
	if c.next = n.first; n.first != nil {
		n.first.prev = c
	}
	n.first = c
	if n.cancelled {
		c.task.Abort() // it is queued nevertheless, and dropped there
	}
}

// end takes out a child whose task has ended. Any goroutine.
func (n *Nursery) end(c *child) {
	failure := c.failure()
	n.mu.Lock()
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		n.first = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil // who keeps c's handle keeps no others
	n.live--
	hasPanicked := c.task.Outcome() == Panicked
	isTold := n.err == nil && !n.abandoned
	if failure == nil {
		n.unlockAndServe()
	} else {
		if isTold && hasPanicked {
			n.failed = c
			c.task.Failure().Tell()
		}
		tasks := n.fail(failure)
		n.unlockAndServe()
		n.abort(tasks)
	}
	if hasPanicked && !isTold && c.task.Waiters() <= 1 && c.task.Failure().Tell() { // one: the nursery
		c.logPanic()
	}
}

// logPanic logs the child's panic. A refused task's is logged where it is refused.
func (c *child) logPanic() {
	if c.runtime != nil && c.task.ID() != 0 {
		c.runtime.logPanic(c.task, c.task.Failure())
	}
}

func (c *child) failure() error {
	switch c.task.Outcome() {
	case Panicked:
		return newJoinError(c.task)
	case Returned:
		return c.err
	}
	if c.task.Err() != nil { // it was refused
		return newJoinError(c.task)
	}
	return nil
}

// pollEmpty is ready when no child is left; from then on n is cancelled.
func (n *Nursery) pollEmpty(cx *future.Context) (none struct{}, ready bool, err error) {
	if n.close() {
		return none, true, nil
	}
	n.empty.Set(cx.Waker())
	return none, n.close(), nil
}

func (n *Nursery) close() bool {
	n.mu.Lock()
	isEmpty := n.live == 0
	n.cancelled = n.cancelled || isEmpty
	n.mu.Unlock()
	if isEmpty {
		n.cancelling.Take().Wake()
	}
	return isEmpty
}
