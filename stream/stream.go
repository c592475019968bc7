package stream

import (
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
)

// Stream is a sequence of items that become ready one after the other.
//
// PollNext is ready with the next item, with io.EOF if there are no more, or with another error in place of an item; after
// that the stream goes on, unless it says otherwise. While it is not ready it returns the zero value, false and nil, and
// has seen to it that the task is woken, as a future does. After io.EOF it is not polled again.
//
// A stream that holds something to give back has a Drop, as futures have: it is called exactly once if the stream is given
// up before its io.EOF, and never after. One waiter, one goroutine at a time.
type Stream[T any] interface {
	PollNext(cx *future.Context) (item T, ready bool, err error)
}

// Next waits, in a body, for the next item of s. It returns io.EOF at the end. It never drops s; a Next that is cancelled
// has taken no item.
func Next[T any](cx *future.Context, s Stream[T]) (T, error) {
	return future.AwaitPoll(cx, s.PollNext, nil)
}

// All ranges, in a body, over the items of s until it ends. An item's error comes with the zero value and does not end the
// range. It never drops s: after a break s may be used on. In a deferred call of a body that unwinds it ends with
// [future.ErrCancelled] where it would have to wait.
func All[T any](cx *future.Context, s Stream[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ready := true
		poll := func(cx *future.Context) (item T, _ bool, err error) {
			item, ready, err = s.PollNext(cx)
			return item, ready, err
		}
		for ready {
			item, err := future.AwaitPoll(cx, poll, nil)
			if err == io.EOF || !yield(item, err) {
				return
			}
		}
	}
}

// Ref returns a stream that polls s and never drops it: for a stream that must survive an adapter or a consumer. The caller
// keeps s and still has to drop it.
func Ref[T any](s Stream[T]) Stream[T] {
	if s == nil {
		return nil
	}
	return Func(s.PollNext)
}

// source is the stream that an adapter owns, until it has ended or was dropped: s is nil after that, and it stays at its end.
type source[T any] struct{ s Stream[T] }

func from[T any](s Stream[T]) source[T] {
	if s == nil {
		return source[T]{&once[T]{err: ErrNilStream}}
	}
	return source[T]{s}
}

func (s *source[T]) poll(cx *future.Context) (item T, ready bool, err error) {
	if s.s == nil {
		return item, true, io.EOF
	}
	if item, ready, err = s.s.PollNext(cx); err == io.EOF {
		s.s = nil
	}
	return item, ready, err
}

func (s *source[T]) drop(cx *future.Context) {
	if inner := s.s; inner != nil {
		s.s = nil
		future.Drop(cx, inner)
	}
}

// fail ends the adapter that owns s with err.
func (s *source[T]) fail(cx *future.Context, err error) error {
	s.drop(cx)
	return err
}

func (s *source[T]) hasEnded() bool { return s.s == nil }
