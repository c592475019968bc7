package future

import (
	"io"
	"iter"
)

// Set is a set of futures that yields their results in the order in which they finish. It polls only those that were woken,
// so that its cost does not depend on how many wait. The zero Set is empty. It is a stream; not for concurrent use.
// (futures-rs, FuturesUnordered.)
type Set[T any] struct{ group group[T] }

// Add puts f into the set, which owns it from then on. The next PollNext polls it. A nil f yields [ErrNilFuture].
func (s *Set[T]) Add(f Future[T]) { s.group.enlist(new(member[T]), orNil(f)) }

// Len returns the number of futures whose results have not been yielded.
func (s *Set[T]) Len() int { return s.group.n }

// PollNext is ready with the result of the next future that has finished, and with io.EOF if the set is empty; more futures
// may be added then. A future's own error is returned as it is, but io.EOF comes wrapped, so that it is not taken for the end.
//
// One call makes at most 128 polls before it lets other tasks run; a future that has woken itself waits for the next call. It loses
// no result if it is given up.
func (s *Set[T]) PollNext(cx *Context) (item T, ready bool, err error) {
	if s.group.n == 0 {
		return item, true, io.EOF
	}
	m, item, err := s.group.poll(cx)
	return item, m != nil, ItemError(err)
}

// Next waits, in a body, for the next result. It returns io.EOF if the set is empty. It allocates nothing.
func (s *Set[T]) Next(cx *Context) (T, error) { return AwaitPoll(cx, s.PollNext, nil) }

// All ranges, in a body, over the results until the set is empty. Futures may be added meanwhile. In a deferred call
// of a body that unwinds it ends with [ErrCancelled] when it would have to wait.
func (s *Set[T]) All(cx *Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for s.Len() > 0 {
			value, err := s.Next(cx)
			if !yield(value, err) || cx.isOver(err) {
				return
			}
		}
	}
}

// Drop drops all futures in the set, in the order in which they were added. The set is empty after that, and may be used
// again. cx may be nil.
func (s *Set[T]) Drop(cx *Context) { s.group.drop(cx) }

// orNil returns f, or a future of ErrNilFuture in place of nil.
func orNil[T any](f Future[T]) Future[T] {
	if f == nil {
		return ReadyErr[T](ErrNilFuture)
	}
	return f
}
