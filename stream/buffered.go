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
	return &buffered[T]{crew[future.Future[T], T]{from: from(s), n: n, start: same[T], running: &future.Ordered[T]{}}}
}

// BufferUnordered is [Buffered], but yields the results as they come.
func BufferUnordered[T any](s Stream[future.Future[T]], n int) Stream[T] {
	return &buffered[T]{crew[future.Future[T], T]{from: from(s), n: n, start: same[T], running: &future.Set[T]{}}}
}

func same[T any](f future.Future[T]) future.Future[T] { return f }

type buffered[T any] struct {
	crew crew[future.Future[T], T]
}

func (b *buffered[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	return b.crew.poll(cx)
}

func (b *buffered[T]) Drop(cx *future.Context) { b.crew.drop(cx) }

// ForEachConcurrent returns a future that calls fn with each item and waits for the futures that it returns. Up to n of them, at
// least one, run side by side in the task that polls it. The first error, of an item or of a future, ends it; s and the
// other futures are dropped then.
func ForEachConcurrent[T, R any](s Stream[T], n int, fn func(T) future.Future[R]) future.Future[struct{}] {
	return &forEach[T, R]{crew[T, R]{from: from(s), n: n, start: fn, running: &future.Set[R]{}}}
}

type forEach[T, R any] struct{ crew crew[T, R] }

func (f *forEach[T, R]) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	for {
		switch _, ready, err = f.crew.poll(cx); {
		case !ready:
			return none, false, nil
		case err == io.EOF:
			return none, true, nil
		case err != nil:
			f.crew.drop(cx)
			return none, true, err
		}
	}
}

func (f *forEach[T, R]) Drop(cx *future.Context) { f.crew.drop(cx) }

// collection is a [future.Set] or a [future.Ordered].
type collection[T any] interface {
	Stream[T]
	future.Dropper
	Add(f future.Future[T])
	Len() int
}

// crew is up to n futures that run side by side, and the source of what start makes them of.
type crew[A, B any] struct {
	from    source[A]
	n       int
	start   func(A) future.Future[B]
	running collection[B]
	busy    bool // the source has used up the last poll's budget: what runs goes first in the next one
}

// poll is ready with a result, with the error of an item, or with io.EOF if no more come and none run.
func (c *crew[A, B]) poll(cx *future.Context) (item B, ready bool, err error) {
	if c.busy && c.running.Len() > 0 {
		c.busy = false
		if item, ready, err = c.running.PollNext(cx); ready {
			return item, true, err
		}
	}
	if err = c.fill(cx); err != nil {
		return item, true, err
	}
	c.busy = !cx.HasBudgetRemaining()
	switch {
	case c.running.Len() > 0:
		return c.running.PollNext(cx)
	case c.from.hasEnded():
		return item, true, io.EOF
	}
	return item, false, nil
}

// fill starts the next items, as far as they are ready and less than n run. It returns the error of an item.
func (c *crew[A, B]) fill(cx *future.Context) error {
	for c.running.Len() < max(c.n, 1) {
		a, ready, err := c.from.poll(cx)
		switch {
		case err == io.EOF || !ready:
			return nil
		case err != nil:
			return err
		}
		c.running.Add(c.start(a))
	}
	return nil
}

func (c *crew[A, B]) drop(cx *future.Context) {
	defer c.from.drop(cx)
	c.running.Drop(cx)
}
