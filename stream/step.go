package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// verdict says what becomes of an item.
type verdict uint8

const (
	pass verdict = iota // it is passed on
	skip                // it is left out
	last                // it is passed on, and the stream ends
	end                 // it is left out, and the stream ends
)

// stepping is a stream of what fn makes of each item of another one. Errors of items are passed on.
type stepping[A, B any] struct {
	from source[A]
	fn   func(A) (B, verdict, error)
}

func steps[A, B any](s Stream[A], fn func(A) (B, verdict, error)) Stream[B] {
	return &stepping[A, B]{from(s), fn}
}

func (s *stepping[A, B]) PollNext(cx *future.Context) (item B, ready bool, err error) {
	for {
		a, ready, err := s.from.poll(cx)
		if !ready || err != nil {
			return item, ready, err
		}
		b, what, err := s.fn(a)
		switch what {
		case pass:
			return b, true, err
		case last:
			s.from.drop(cx)
			return b, true, err
		case end:
			s.from.drop(cx)
			return item, true, io.EOF
		}
	}
}

func (s *stepping[A, B]) Drop(cx *future.Context) { s.from.drop(cx) }

// Map returns a stream of what fn makes of each item. If fn returns io.EOF, the stream ends there and s is dropped; another
// error is that item's.
func Map[A, B any](s Stream[A], fn func(A) (B, error)) Stream[B] {
	return steps(s, func(a A) (B, verdict, error) {
		b, err := fn(a)
		return b, unlessEOF(err), err
	})
}

func unlessEOF(err error) verdict {
	if err == io.EOF {
		return end
	}
	return pass
}

// Filter returns a stream of the items for which keep reports true.
func Filter[T any](s Stream[T], keep func(T) bool) Stream[T] {
	return steps(s, func(item T) (T, verdict, error) {
		if keep(item) {
			return item, pass, nil
		}
		return item, skip, nil
	})
}

// FilterMap returns a stream of what fn makes of each item, without those for which it reports false.
func FilterMap[A, B any](s Stream[A], fn func(A) (B, bool)) Stream[B] {
	return steps(s, func(a A) (B, verdict, error) {
		b, ok := fn(a)
		if ok {
			return b, pass, nil
		}
		return b, skip, nil
	})
}

// Inspect returns a stream that calls fn with each item before it passes it on.
func Inspect[T any](s Stream[T], fn func(T)) Stream[T] {
	return steps(s, func(item T) (T, verdict, error) {
		fn(item)
		return item, pass, nil
	})
}

// Enumerate returns a stream of the items with their numbers, from 0, as keys.
func Enumerate[T any](s Stream[T]) Stream[Entry[int, T]] {
	n := -1
	return steps(s, func(item T) (Entry[int, T], verdict, error) {
		n++
		return Entry[int, T]{n, item}, pass, nil
	})
}

// Scan returns a stream of states: each is what fn makes of the one before, which is initial at first, and of an item. If fn
// returns io.EOF, the stream ends there and s is dropped; another error is that item's, and the state stays.
func Scan[T, A any](s Stream[T], initial A, fn func(state A, item T) (A, error)) Stream[A] {
	state := initial
	return steps(s, func(item T) (A, verdict, error) {
		next, err := fn(state, item)
		if err == nil {
			state = next
		}
		return next, unlessEOF(err), err
	})
}

// Take returns a stream of the first n items. s is dropped with the last of them, or, if n is not positive, at the first poll.
func Take[T any](s Stream[T], n int) Stream[T] {
	if n <= 0 {
		return &dropping[T]{from(s)}
	}
	return steps(s, func(item T) (T, verdict, error) {
		if n--; n == 0 {
			return item, last, nil
		}
		return item, pass, nil
	})
}

// dropping is a stream that drops another one and ends.
type dropping[T any] struct{ from source[T] }

func (d *dropping[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	return item, true, d.from.fail(cx, io.EOF)
}

func (d *dropping[T]) Drop(cx *future.Context) { d.from.drop(cx) }

// TakeWhile returns a stream of the items up to the first for which more reports false. That one is lost, and s is dropped then.
func TakeWhile[T any](s Stream[T], more func(T) bool) Stream[T] {
	return steps(s, func(item T) (T, verdict, error) {
		if more(item) {
			return item, pass, nil
		}
		return item, end, nil
	})
}

// Skip returns a stream without the first n items.
func Skip[T any](s Stream[T], n int) Stream[T] {
	return steps(s, func(item T) (T, verdict, error) {
		if n > 0 {
			n--
			return item, skip, nil
		}
		return item, pass, nil
	})
}

// SkipWhile returns a stream of the items from the first for which isBefore reports false.
func SkipWhile[T any](s Stream[T], isBefore func(T) bool) Stream[T] {
	started := false
	return steps(s, func(item T) (T, verdict, error) {
		if !started && isBefore(item) {
			return item, skip, nil
		}
		started = true
		return item, pass, nil
	})
}

// Fuse returns a stream that stays at its end, if s does not: polled after io.EOF, it returns io.EOF.
func Fuse[T any](s Stream[T]) Stream[T] { return &fused[T]{from(s)} }

type fused[T any] struct{ from source[T] }

func (f *fused[T]) PollNext(cx *future.Context) (T, bool, error) { return f.from.poll(cx) }

func (f *fused[T]) Drop(cx *future.Context) { f.from.drop(cx) }
