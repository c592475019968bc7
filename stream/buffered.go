package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// Then returns a stream of the results of the futures that fn makes of the items, one after the other: an item is asked for
// when the future of the one before is ready. For several at once see [Buffered].
func Then[A, B any](s Stream[A], fn func(A) future.Future[B]) Stream[B] {
	return &then[A, B]{from: from(s), fn: fn}
}

type then[A, B any] struct {
	from    source[A]
	fn      func(A) future.Future[B]
	present future.Future[B]
}

func (t *then[A, B]) PollNext(cx *future.Context) (item B, ready bool, err error) {
	if t.present == nil {
		a, ready, err := t.from.poll(cx)
		if !ready || err != nil {
			return item, ready, err
		}
		if t.present = t.fn(a); t.present == nil {
			return item, true, future.ErrNilFuture
		}
	}
	if item, ready, err = t.present.Poll(cx); ready {
		t.present = nil
	}
	return item, ready, future.ItemError(err)
}

func (t *then[A, B]) Drop(cx *future.Context) {
	defer t.from.drop(cx)
	if f := t.present; f != nil {
		t.present = nil
		future.Drop(cx, f)
	}
}

// Buffered returns a stream of the results of the futures that s yields, in their order. Up to n of them, at least one, run side by
// side in the task that polls it; when the first is ready, the next is asked for.
func Buffered[T any](s Stream[future.Future[T]], n int) Stream[T] {
	return &buffered[T]{from: from(s), n: n, running: &future.Ordered[T]{}}
}

// BufferUnordered is [Buffered], but yields the results as they come.
func BufferUnordered[T any](s Stream[future.Future[T]], n int) Stream[T] {
	return &buffered[T]{from: from(s), n: n, running: &future.Set[T]{}}
}

// collection is a [future.Set] or a [future.Ordered].
type collection[T any] interface {
	Stream[T]
	future.Dropper
	Add(f future.Future[T])
	Len() int
}

type buffered[T any] struct {
	from    source[future.Future[T]]
	n       int
	running collection[T]
}

func (b *buffered[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if err := fill(cx, &b.from, b.n, b.running, same[T]); err != nil {
		return item, true, err
	}
	if b.running.Len() == 0 {
		return item, b.from.hasEnded(), endIf(b.from.hasEnded())
	}
	return b.running.PollNext(cx)
}

func same[T any](f future.Future[T]) future.Future[T] { return f }

func endIf(ended bool) error {
	if ended {
		return io.EOF
	}
	return nil
}

// fill adds what start makes of the next items, as far as they are ready and less than n run. It returns the error of an
// item.
func fill[A, B any](cx *future.Context, from *source[A], n int, running collection[B], start func(A) future.Future[B]) error {
	for running.Len() < max(n, 1) {
		a, ready, err := from.poll(cx)
		switch {
		case err == io.EOF || !ready:
			return nil
		case err != nil:
			return err
		}
		running.Add(start(a))
	}
	return nil
}

func (b *buffered[T]) Drop(cx *future.Context) {
	defer b.from.drop(cx)
	b.running.Drop(cx)
}

// ForEachConcurrent returns a future that calls fn with each item and waits for the futures that it returns. Up to n of them, at
// least one, run side by side in the task that polls it. The first error, of an item or of a future, ends it; s and the
// other futures are dropped then.
func ForEachConcurrent[T, R any](s Stream[T], n int, fn func(T) future.Future[R]) future.Future[struct{}] {
	return &forEach[T, R]{from: from(s), n: n, fn: fn}
}

type forEach[T, R any] struct {
	from    source[T]
	n       int
	fn      func(T) future.Future[R]
	running future.Set[R]
}

func (f *forEach[T, R]) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	for {
		if err = fill(cx, &f.from, f.n, &f.running, f.fn); err != nil {
			break
		}
		if f.running.Len() == 0 {
			return none, f.from.hasEnded(), nil
		}
		if _, ready, err = f.running.PollNext(cx); !ready {
			return none, false, nil
		} else if err != nil {
			break
		}
	}
	f.Drop(cx)
	return none, true, err
}

func (f *forEach[T, R]) Drop(cx *future.Context) {
	defer f.from.drop(cx)
	f.running.Drop(cx)
}
