package runtime

import (
	"context"
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// JoinQueue is a queue of tasks with results of one type, which are joined in the order in which they were added, whichever
// ends first. The zero JoinQueue is empty and ready. It belongs to one task, or goroutine, at a time. Whom a task belongs to
// is said in [JoinSet]. (JoinQueue of tokio-util, task/join_queue.rs.)
type JoinQueue[T any] struct {
	handles []*JoinHandle[T] // the first of them at head
	head    int
	waiter  waker.Waker // that waits for the end of the first
	isOver  bool        // a shutdown has aborted all tasks
}

// Spawn is [Spawn] into the queue.
func (q *JoinQueue[T]) Spawn(on Spawner, f future.Future[T]) AbortHandle { return q.Add(Spawn(on, f)) }

// Go is [Go] into the queue.
func (q *JoinQueue[T]) Go(on Spawner, body func(cx *future.Context) (T, error)) AbortHandle {
	return q.Add(Go(on, body))
}

// SpawnBlocking is [SpawnBlocking] into the queue.
func (q *JoinQueue[T]) SpawnBlocking(on Spawner, fn func(ctx context.Context) (T, error)) AbortHandle {
	return q.Add(SpawnBlocking(on, fn))
}

// Add puts h's task, however it was spawned, at the end of the queue, which takes its result: h is the queue's from now on.
func (q *JoinQueue[T]) Add(h *JoinHandle[T]) AbortHandle {
	if len(q.handles) == cap(q.handles) && q.head > len(q.handles)/2 {
		rest := copy(q.handles, q.handles[q.head:])
		clear(q.handles[rest:])
		q.handles, q.head = q.handles[:rest], 0
	}
	q.handles = append(q.handles, h)
	q.isOver = false
	return h.AbortHandle()
}

// take takes out the first task, which has ended.
func (q *JoinQueue[T]) take() (j Joined[T]) {
	h := q.handles[q.head]
	q.handles[q.head] = nil
	q.head++
	q.waiter = waker.Waker{}
	if q.head == len(q.handles) {
		q.handles, q.head = q.handles[:0], 0
	}
	j.ID = h.ID()
	j.Value, j.Err = h.take()
	return j
}

// pollEnd is ready when the first task has ended, or with io.EOF if there is none. It takes nothing out.
func (q *JoinQueue[T]) pollEnd(cx *future.Context) (ready bool, err error) {
	if !cx.HasBudget() {
		return false, nil
	}
	if q.IsEmpty() {
		cx.Spend()
		return true, io.EOF
	}
	if !q.handles[q.head].task.AwaitEnd(cx.Waker()) {
		q.waiter = cx.Waker()
		return false, nil
	}
	cx.Spend()
	return true, nil
}

// PollJoinNext is ready when the first task of the queue has ended, and takes it out. On an empty queue it is ready with
// io.EOF. A poll that is not ready has taken nothing.
func (q *JoinQueue[T]) PollJoinNext(cx *future.Context) (j Joined[T], ready bool, err error) {
	if ready, err = q.pollEnd(cx); ready && err == nil {
		j = q.take()
	}
	return j, ready, err
}

// pollDiscard is PollJoinNext for who throws the result away.
func (q *JoinQueue[T]) pollDiscard(cx *future.Context) (j Joined[T], ready bool, err error) {
	if ready, err = q.pollEnd(cx); ready && err == nil {
		q.handles[q.head].task.GiveUp()
		j = q.take()
	}
	return j, ready, err
}

// leave ends a wait: the first task's end wakes nobody, and nobody waits for it.
func (q *JoinQueue[T]) leave(*future.Context) {
	if !q.IsEmpty() {
		q.handles[q.head].task.LeaveEnd(q.waiter)
	}
	q.waiter = waker.Waker{}
}

// PollNext is PollJoinNext: a queue is a stream.
func (q *JoinQueue[T]) PollNext(cx *future.Context) (Joined[T], bool, error) {
	return q.PollJoinNext(cx)
}

// JoinNext waits, in a body, until the first task of the queue has ended, and takes it out. On an empty queue it returns io.EOF
// at once.
func (q *JoinQueue[T]) JoinNext(cx *future.Context) (Joined[T], error) {
	return future.AwaitPoll(cx, q.PollJoinNext, q.leave)
}

// JoinNextBlocking is JoinNext for ordinary goroutines. It returns ctx's cause if ctx ends first; the queue is unchanged then.
func (q *JoinQueue[T]) JoinNextBlocking(ctx context.Context) (Joined[T], error) {
	return future.WaitPoll(ctx, q.PollJoinNext, q.leave)
}

// TryJoinNext is JoinNext without waiting, and without a budget. It reports false if the first task has not ended, or there is
// none.
func (q *JoinQueue[T]) TryJoinNext() (j Joined[T], ok bool) {
	if q.IsEmpty() || !q.handles[q.head].IsFinished() {
		return j, false
	}
	return q.take(), true
}

// All yields, in a body, the tasks in the order of the queue, by number, each when it has ended, and takes them out, until the
// queue is empty.
func (q *JoinQueue[T]) All(cx *future.Context) iter.Seq2[uint64, Joined[T]] {
	return func(yield func(uint64, Joined[T]) bool) {
		for {
			j, err := q.JoinNext(cx)
			if err != nil || !yield(j.ID, j) {
				return
			}
		}
	}
}

// JoinAll waits, in a body, for all tasks, and returns their values in the order of the queue. The first task in that order that
// fails, with an error of its own or with a *JoinError, ends that: all that are left are aborted and given up, and JoinAll
// returns that error, with the values that came before. (Tokio's join_all panics.)
func (q *JoinQueue[T]) JoinAll(cx *future.Context) (values []T, err error) {
	defer q.Close(cx) // also when the body unwinds
	for _, j := range q.All(cx) {
		if j.Err != nil {
			return values, j.Err
		}
		values = append(values, j.Value)
	}
	if !q.IsEmpty() { // in a deferred call of a body that unwinds
		return values, future.ErrCancelled
	}
	return values, nil
}

// AbortAll aborts all tasks. They stay in the queue, to be joined.
func (q *JoinQueue[T]) AbortAll() {
	for _, h := range q.handles[q.head:] {
		h.Abort()
	}
}

// Shutdown aborts all tasks and waits, in a body, until they have ended. See [JoinSet.Shutdown].
func (q *JoinQueue[T]) Shutdown(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, q.PollShutdown, q.leave)
	return err
}

// PollShutdown is the poll of Shutdown.
func (q *JoinQueue[T]) PollShutdown(cx *future.Context) (struct{}, bool, error) {
	if !q.isOver {
		q.AbortAll()
		q.isOver = true
	}
	return pollRest(cx, q.pollDiscard)
}

// DetachAll takes all tasks out of the queue and hands them to the runtime: nobody aborts them.
func (q *JoinQueue[T]) DetachAll() {
	for _, h := range q.forgetAll() {
		h.Detach()
		h.task.GiveUp()
	}
}

// Close aborts all tasks and takes them out of the queue, without waiting. The queue is empty then, and can be used again. cx
// may be nil.
func (q *JoinQueue[T]) Close(*future.Context) {
	for _, h := range q.forgetAll() {
		h.Abort()
		h.task.GiveUp()
	}
}

// Drop is Close, for who holds the queue as a stream.
func (q *JoinQueue[T]) Drop(cx *future.Context) { q.Close(cx) }

func (q *JoinQueue[T]) forgetAll() []*JoinHandle[T] {
	q.leave(nil)
	handles := q.handles[q.head:]
	*q = JoinQueue[T]{}
	return handles
}

// Len returns the number of tasks that were not joined yet, ended or not.
func (q *JoinQueue[T]) Len() int { return len(q.handles) - q.head }

// IsEmpty reports whether all tasks were joined.
func (q *JoinQueue[T]) IsEmpty() bool { return q.Len() == 0 }
