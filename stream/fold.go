package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// folding is the future of a state to which step adds each item. It ends with the stream, when step reports false, or with the first
// error; s is dropped if it has not ended.
type folding[T, A any] struct {
	from  source[T]
	state A
	step  func(state A, item T) (next A, more bool, err error)
}

func (f *folding[T, A]) Poll(cx *future.Context) (state A, ready bool, err error) {
	for {
		item, ready, err := f.from.poll(cx)
		switch {
		case !ready:
			return state, false, nil
		case err == io.EOF:
			return f.state, true, nil
		case err != nil:
			f.from.drop(cx)
			return f.state, true, err
		}
		more := false
		if f.state, more, err = f.step(f.state, item); err != nil || !more {
			f.from.drop(cx)
			return f.state, true, err
		}
	}
}

func (f *folding[T, A]) Drop(cx *future.Context) { f.from.drop(cx) }

// Fold returns a future of the last state: each is what fn makes of the one before, which is initial at first, and of an item. The first
// error, of an item or of fn, ends it, with the state that was reached; s is dropped then.
func Fold[T, A any](s Stream[T], initial A, fn func(state A, item T) (A, error)) future.Future[A] {
	return &folding[T, A]{from(s), initial, func(state A, item T) (A, bool, error) {
		next, err := fn(state, item)
		return next, true, err
	}}
}

// Collect returns a future of all items. The first error of an item ends it, with the items before that one; s is dropped then.
func Collect[T any](s Stream[T]) future.Future[[]T] {
	return Fold(s, nil, func(items []T, item T) ([]T, error) { return append(items, item), nil })
}

// Count returns a future of the number of items. The first error of an item ends it, with the number before that one.
func Count[T any](s Stream[T]) future.Future[int] {
	return Fold(s, 0, func(n int, _ T) (int, error) { return n + 1, nil })
}

// ForEach returns a future that calls fn with each item. The first error, of an item or of fn, ends it; s is dropped then.
func ForEach[T any](s Stream[T], fn func(T) error) future.Future[struct{}] {
	return Fold(s, struct{}{}, func(none struct{}, item T) (struct{}, error) { return none, fn(item) })
}

// AllMatch returns a future that tells whether match reports true for all items. At the first for which it does not, or with the
// first error of an item, it ends and s is dropped.
func AllMatch[T any](s Stream[T], match func(T) bool) future.Future[bool] {
	return &folding[T, bool]{from(s), true, func(_ bool, item T) (bool, bool, error) {
		matches := match(item)
		return matches, matches, nil
	}}
}

// AnyMatch returns a future that tells whether match reports true for an item. At the first for which it does, or with the first
// error of an item, it ends and s is dropped.
func AnyMatch[T any](s Stream[T], match func(T) bool) future.Future[bool] {
	return &folding[T, bool]{from(s), false, func(_ bool, item T) (bool, bool, error) {
		matches := match(item)
		return matches, !matches, nil
	}}
}
