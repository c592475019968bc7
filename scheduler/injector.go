package scheduler

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/internal/yielding"
	"github.com/simmer-go/simmer/waker"
)

type taskQueue = waker.Queue

// idBlock is how many task numbers are taken at once.
const idBlock = 64

// injector is the queue that is shared by all workers: for tasks that are spawned or woken from outside, and for what
// overflows a deque.
//
// Order. n is stored after the list has changed (I1), under mu; a worker that goes to sleep first says so and then loads
// n (idle.go). Whoever injects loads the idle word after I1.
type injector struct {
	n sy.Int64 // length of list
	_ [56]byte

	mu      sync.Mutex
	list    taskQueue
	refuse  bool   // spawns from outside are refused
	spawned int64  // from outside
	nextID  uint64 // of the present block
	endID   uint64
}

// push appends an active task, whose queue entry the caller hands over. Any goroutine.
func (q *injector) push(h *waker.Header) {
	yielding.Lock(&q.mu)
	q.list.Push(h)
	q.n.Store(int64(q.list.Len())) // I1
	q.mu.Unlock()
}

// append appends all tasks of batch and empties it. Any goroutine.
func (q *injector) append(batch *taskQueue) {
	q.mu.Lock()
	q.list.Append(batch)
	q.n.Store(int64(q.list.Len())) // I1
	q.mu.Unlock()
}

// spawn numbers a new task and appends it, unless spawns from outside are refused. Any goroutine.
func (q *injector) spawn(t *Task, ids *sy.Uint64) bool {
	q.mu.Lock() // no defer: every task from outside comes here
	if q.refuse {
		q.mu.Unlock()
		return false
	}
	q.numberLocked(t, ids)
	q.list.Push(&t.Header)
	q.n.Store(int64(q.list.Len())) // I1
	q.mu.Unlock()
	return true
}

// number is the first half of spawn: the caller must push the task later. Any goroutine.
func (q *injector) number(t *Task, ids *sy.Uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.refuse {
		return false
	}
	q.numberLocked(t, ids)
	return true
}

// numberLocked gives t its number and counts it. mu held.
func (q *injector) numberLocked(t *Task, ids *sy.Uint64) {
	if q.nextID == q.endID {
		q.endID = ids.Add(idBlock) + 1
		q.nextID = q.endID - idBlock
	}
	t.id = q.nextID
	q.nextID++
	q.spawned++
}

// take removes up to limit tasks: it returns the first, puts the others into d, whose owner the caller is, and tells how
// many these were in all. Owner of d only.
func (q *injector) take(d *deque, limit int) (first *Task, taken int) {
	if q.n.Load() == 0 {
		return nil, 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	before := q.list.Len()
	first = taskOf(q.list.Pop())
	if first == nil {
		return nil, 0
	}
	d.fillFrom(&q.list, limit-1)
	after := q.list.Len()
	q.n.Store(int64(after)) // I1
	return first, before - after
}

// len returns the number of tasks in the queue at some moment. Any goroutine.
func (q *injector) len() int { return int(q.n.Load()) }

// close refuses spawns from outside from now on. Any goroutine.
func (q *injector) close() {
	q.mu.Lock()
	q.refuse = true
	q.mu.Unlock()
}

// spawnedOutside returns how many tasks were spawned from outside. Any goroutine.
func (q *injector) spawnedOutside() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.spawned
}

// infos describes the queued tasks. Any goroutine.
func (q *injector) infos() (list []TaskInfo) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for h := range q.list.All() {
		list = append(list, taskOf(h).Info(StateQueued, -1))
	}
	return list
}

// closed reports whether spawns from outside are refused. Any goroutine.
func (q *injector) closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.refuse
}
