package scheduler

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// pinQueue holds the active tasks that are pinned to one slot: only the slot's worker polls them, one at a time, so that they may
// share data without locks. They are never in a deque, a LIFO slot or the injector, where others could take them. It belongs to
// the slot, so that another worker that takes over the slot's core finds it. (Tokio's LocalSet, task/local.rs.)
//
// Order. n is stored after the list has changed (I1); a worker that goes to sleep first says so and then loads n (idle.go).
// Whoever pushes loads asleep after I1. And likewise: whoever ends a hold stores held and then loads n, by waking the worker;
// whoever pushes loads held after I1.
type pinQueue struct {
	n        sy.Int64 // length of list
	held     sy.Bool  // a pinned task is in a poll whose worker has lost the core: the others wait
	executor *waker.Executor

	mu   sync.Mutex
	list taskQueue
}

// push appends an active task, whose queue entry the caller hands over. Any goroutine.
func (q *pinQueue) push(h *waker.Header) {
	q.mu.Lock()
	q.list.Push(h)
	q.n.Store(int64(q.list.Len())) // I1
	q.mu.Unlock()
}

// take moves all tasks to into. The slot's worker only.
func (q *pinQueue) take(into *taskQueue) {
	q.mu.Lock()
	into.Append(&q.list)
	q.n.Store(0) // I1
	q.mu.Unlock()
}

// len returns the number of tasks in the queue at some moment. Any goroutine.
func (q *pinQueue) len() int { return int(q.n.Load()) }

// infos describes the queued tasks. Any goroutine.
func (q *pinQueue) infos(slot int) (list []TaskInfo) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for h := range q.list.All() {
		list = append(list, taskOf(h).Info(StateQueued, slot))
	}
	return list
}
