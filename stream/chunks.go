package stream

import (
	"io"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// Chunks returns a stream of slices of n items, or one if n is not positive; the last may be shorter. Before an item's error comes
// the chunk with what was there.
func Chunks[T any](s Stream[T], n int) Stream[[]T] { return &chunked[T]{from: from(s), n: max(n, 1)} }

// chunked collects chunks.
type chunked[T any] struct {
	from  source[T]
	n     int
	items []T
	err   error // comes after the items
}

func (c *chunked[T]) PollNext(cx *future.Context) (chunk []T, ready bool, err error) {
	for {
		if c.err != nil {
			return c.flush()
		}
		item, ready, err := c.from.poll(cx)
		switch {
		case !ready:
			return nil, false, nil
		case err != nil:
			c.err = err
			continue
		}
		if c.items == nil {
			c.items = make([]T, 0, c.n)
		}
		if c.items = append(c.items, item); len(c.items) == c.n {
			return c.take(), true, nil
		}
	}
}

// flush returns the items that came before the error, and then the error.
func (c *chunked[T]) flush() (chunk []T, ready bool, err error) {
	if len(c.items) > 0 {
		return c.take(), true, nil
	}
	if err = c.err; err != io.EOF {
		c.err = nil
	}
	return nil, true, err
}

func (c *chunked[T]) take() (chunk []T) {
	chunk, c.items = c.items, nil
	return chunk
}

// Drop drops the source, and the items that were collected and have a Drop.
func (c *chunked[T]) Drop(cx *future.Context) {
	defer c.from.drop(cx)
	(&slice[T]{c.take()}).Drop(cx)
}

// ChunksTimeout is [Chunks], but yields a shorter chunk when d has passed since the first of its items came. What a chunk
// holds when the stream is dropped goes with it, unless [TimedChunks.Remainder] has taken it out.
func ChunksTimeout[T any](s Stream[T], n int, d time.Duration) *TimedChunks[T] {
	t := &TimedChunks[T]{chunks: chunked[T]{from: from(s), n: max(n, 1)}, d: d, delay: timer.After(d)}
	t.deadline = future.Unconstrained[struct{}](t.delay)
	return t
}

// TimedChunks is the stream that [ChunksTimeout] returns.
type TimedChunks[T any] struct {
	chunks   chunked[T]
	d        time.Duration
	delay    *timer.Delay
	deadline future.Future[struct{}] // of the present chunk: delay, also when s has used up the budget
}

// PollNext is ready with the next chunk.
func (t *TimedChunks[T]) PollNext(cx *future.Context) (chunk []T, ready bool, err error) {
	was := len(t.chunks.items)
	if chunk, ready, err = t.chunks.PollNext(cx); ready {
		t.delay.Drop(cx)
		return chunk, true, err
	}
	if len(t.chunks.items) == 0 {
		return nil, false, nil
	}
	if was == 0 {
		t.delay.Reset(t.d)
	}
	if _, ready, err = t.deadline.Poll(cx); !ready {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, t.chunks.from.fail(cx, err)
	}
	return t.chunks.take(), true, nil
}

// Remainder takes out the items of the chunk that is not full, for who is about to drop
// the stream.
func (t *TimedChunks[T]) Remainder() []T { return t.chunks.take() }

// Drop drops s, the timer and what the chunk holds.
func (t *TimedChunks[T]) Drop(cx *future.Context) {
	defer t.chunks.Drop(cx)
	t.delay.Drop(cx)
}
