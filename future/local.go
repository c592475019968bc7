package future

import (
	"context"
	"time"

	"github.com/simmer-go/simmer/internal/xrand"
	"github.com/simmer-go/simmer/waker"
)

// Budget is the number of operations that one poll may complete before leaf futures make it wait for its next turn, so
// that a task whose sockets and channels are always ready lets others run (tokio, task/coop/mod.rs).
const Budget = 128

// Local is what an executor's worker lends to the tasks it polls. The worker fills it in before its first poll; polls
// reach it through [Context.Local]. Only the goroutine that polls touches it.
type Local struct {
	// Executor is the executor of the tasks that this worker polls; wakes of these take the short way.
	Executor *waker.Executor
	// Worker queues tasks and knows the running one.
	Worker Worker
	// Clock tells the time that timers follow. It may be paused in tests.
	Clock Clock
	// Blocking runs functions that block. Nil if there is none.
	Blocking Blocking
	// Timers is package timer's stage of this worker, or nil.
	Timers any
	// TimersStaged is set by a poll that has armed or cancelled timers; the worker applies them after the poll.
	TimersStaged bool
	// Loop goes on with the worker's tasks on a body's coroutine. Nil: nobody does.
	Loop Loop
	// Reactor is package netpoll's reactor, or nil if sockets are off.
	Reactor any
	// BudgetYields counts the polls that have used up their budget.
	BudgetYields uint64

	bodies bodyPool
	deputy *coroutine // goes on with the worker's tasks, or nil
	depth  int        // bodies that are resumed at this moment, each by the one before it
	budget int
	again  bool
	seeded bool
	random xrand.Source
}

// Worker is the executor's side of a poll.
type Worker interface {
	// ScheduleNext queues a task, whose queue entry the caller holds, to run soon after the current one, on this worker if
	// possible. Only from the polling goroutine.
	ScheduleNext(h *waker.Header)
	// ScheduleBack queues a task behind those that are ready. For drivers. Only from the polling goroutine.
	ScheduleBack(h *waker.Header)
	// TaskContext returns a context that ends when task, which this worker polls, is aborted or ends.
	TaskContext(task *waker.Header) context.Context
}

// Clock is a source of time. All methods may be called by any goroutine. Implementations are comparable, best pointers: two
// equal clocks show the same time.
type Clock interface {
	// Now returns the time, with a monotonic reading if the clock is the system's.
	Now() time.Time
	// Nanos returns the nanoseconds since the clock began; it never goes backwards.
	Nanos() int64
}

// Blocking runs functions that block, on goroutines of their own.
type Blocking interface {
	// Submit queues run. It reports an error, and never calls run, if the pool is closed. If the pool is closed before run
	// has begun, abandon is called in its place. Any goroutine.
	Submit(run, abandon func()) error
}

// BeginPoll gives the next poll its budget, and forgets an Again that the last one made in vain. For executors.
func (l *Local) BeginPoll() {
	l.budget = Budget
	l.again = false
}

// HasBudget reports whether the present poll may complete another operation. For executors.
func (l *Local) HasBudget() bool { return l.budget > 0 }

// TakeAgain reports whether the poll that has just returned asked to be polled again behind the tasks that are ready, and
// forgets it. For executors.
func (l *Local) TakeAgain() bool {
	again := l.again
	l.again = false
	return again
}

// TrimBodies ends half of the idle coroutines if they have been idle since the last call. For executors; call it every 10 s
// or so. It reports whether idle ones are left.
func (l *Local) TrimBodies() bool { return l.bodies.trim() }

// CloseBodies ends all idle coroutines. For executors, after the last poll.
func (l *Local) CloseBodies() { l.bodies.close() }

// IdleBodies returns the number of coroutines that wait for their next body.
func (l *Local) IdleBodies() int { return len(l.bodies.idle) }
