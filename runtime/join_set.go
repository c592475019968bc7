package runtime

import (
	"context"
	"iter"

	"github.com/simmer-go/simmer/future"
)

// JoinSet is a set of tasks with results of one type, which are joined in the order in which the tasks end. The zero JoinSet
// is empty and ready. It belongs to one task, or goroutine, at a time. Do not copy it after its first use; it may be
// moved with the state machine that holds it, as [SpawnValue] does.
//
// A task is spawned on a [Spawner], which decides whom it belongs to: with the cx of the set's owner it is aborted when that
// ends, whatever becomes of the set. [JoinSet.Close] aborts all tasks that are left.
//
// A panic is a result like any other, a *JoinError, and told by no log. But where a result is given up before it was joined, by
// Close, Drop, DetachAll, Shutdown, or a JoinAll that has failed, a panic is logged through Config.Logger: so close a set that may
// not be joined to its end.
//
// A set is a stream of what its tasks have returned: PollNext ends with io.EOF when the set is empty, and goes on when tasks
// are added. (Tokio's JoinSet, task/join_set.rs.)
type JoinSet[T any] struct {
	group group[T, struct{}]
}

// Spawn is [Spawn] into the set.
func (s *JoinSet[T]) Spawn(on Spawner, f future.Future[T]) AbortHandle { return s.Add(Spawn(on, f)) }

// Go is [Go] into the set.
func (s *JoinSet[T]) Go(on Spawner, body func(cx *future.Context) (T, error)) AbortHandle {
	return s.Add(Go(on, body))
}

// SpawnBlocking is [SpawnBlocking] into the set.
func (s *JoinSet[T]) SpawnBlocking(on Spawner, fn func(ctx context.Context) (T, error)) AbortHandle {
	return s.Add(SpawnBlocking(on, fn))
}

// Add puts h's task, however it was spawned, into the set, which takes its result: h is the set's from now on. A task that has
// ended already is joined like any other.
func (s *JoinSet[T]) Add(h *JoinHandle[T]) AbortHandle {
	s.group.add(h, struct{}{})
	return h.AbortHandle()
}

// PollJoinNext is ready with the task of the set that has ended first, and takes it out. On an empty set it is ready with
// io.EOF. A poll that is not ready has taken nothing.
func (s *JoinSet[T]) PollJoinNext(cx *future.Context) (j Joined[T], ready bool, err error) {
	m, ready, err := s.group.poll(cx)
	if m != nil {
		_, j = s.group.join(m)
	}
	return j, ready, err
}

// PollNext is PollJoinNext: a set is a stream.
func (s *JoinSet[T]) PollNext(cx *future.Context) (Joined[T], bool, error) { return s.PollJoinNext(cx) }

// JoinNext waits, in a body, for the next task that ends, and takes it out of the set. On an empty set it returns io.EOF at
// once.
func (s *JoinSet[T]) JoinNext(cx *future.Context) (Joined[T], error) {
	return future.AwaitPoll(cx, s.PollJoinNext, s.group.leave)
}

// JoinNextBlocking is JoinNext for ordinary goroutines. It returns ctx's cause if ctx ends first; the set is unchanged then.
func (s *JoinSet[T]) JoinNextBlocking(ctx context.Context) (Joined[T], error) {
	return future.WaitPoll(ctx, s.PollJoinNext, s.group.leave)
}

// TryJoinNext is JoinNext without waiting, and without a budget. It reports false if no task has ended.
func (s *JoinSet[T]) TryJoinNext() (j Joined[T], ok bool) {
	m := s.group.next()
	if m == nil {
		return j, false
	}
	_, j = s.group.join(m)
	return j, true
}

// All yields, in a body, the tasks as they end, by number, and takes them out, until the set is empty.
func (s *JoinSet[T]) All(cx *future.Context) iter.Seq2[uint64, Joined[T]] {
	return func(yield func(uint64, Joined[T]) bool) {
		for {
			j, err := s.JoinNext(cx)
			if err != nil || !yield(j.ID, j) {
				return
			}
		}
	}
}

// JoinAll waits, in a body, for all tasks, and returns their values in the order in which they have ended. The first task
// that fails, with an error of its own or with a *JoinError, ends that: all that are left are aborted and given up, and
// JoinAll returns that error, with the values that came before. (Tokio's join_all panics.)
func (s *JoinSet[T]) JoinAll(cx *future.Context) (values []T, err error) {
	defer s.group.close() // also when the body unwinds
	for _, j := range s.All(cx) {
		if j.Err != nil {
			return values, j.Err
		}
		values = append(values, j.Value)
	}
	if s.Len() > 0 { // in a deferred call of a body that unwinds
		return values, future.ErrCancelled
	}
	return values, nil
}

// AbortAll aborts all tasks. They stay in the set, to be joined.
func (s *JoinSet[T]) AbortAll() { s.group.abortAll() }

// Shutdown aborts all tasks and waits, in a body, until they have ended: their deferred calls and Drops have run, their results
// are lost, and their panics logged. It returns ErrCancelled in a deferred call of a body that unwinds, without waiting.
func (s *JoinSet[T]) Shutdown(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, s.PollShutdown, s.group.leave)
	return err
}

// PollShutdown is the poll of Shutdown.
func (s *JoinSet[T]) PollShutdown(cx *future.Context) (struct{}, bool, error) {
	s.group.beginShutdown()
	return pollRest(cx, s.group.pollDiscard)
}

// DetachAll takes all tasks out of the set and hands them to the runtime: nobody aborts them.
func (s *JoinSet[T]) DetachAll() { s.group.detachAll() }

// Close aborts all tasks and takes them out of the set, without waiting. The set is empty then, and can be used again. cx may
// be nil.
func (s *JoinSet[T]) Close(*future.Context) { s.group.close() }

// Drop is Close, for who holds the set as a stream.
func (s *JoinSet[T]) Drop(*future.Context) { s.group.close() }

// Len returns the number of tasks that were not joined yet, ended or not.
func (s *JoinSet[T]) Len() int { return len(s.group.members) }

// IsEmpty reports whether all tasks were joined.
func (s *JoinSet[T]) IsEmpty() bool { return s.Len() == 0 }
