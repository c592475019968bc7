package watch

import (
	"errors"
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
)

// PollNext makes the receiver a stream: of the value that is there at the first call, and then of each change. Values that are
// replaced before they are looked at are left out. Its end is io.EOF, when all senders are closed and the last value was
// yielded, or the receiver is closed.
func (r *Receiver[T]) PollNext(cx *future.Context) (value T, ready bool, err error) {
	if r.started || r.closed {
		return r.pollChange(cx)
	}
	if !cx.HasBudget() {
		return value, false, nil
	}
	r.started = true
	cx.Spend()
	return r.GetAndUpdate(), true, nil
}

// pollChange is ready with the value when it is unseen.
func (r *Receiver[T]) pollChange(cx *future.Context) (value T, ready bool, err error) {
	_, ready, err = r.PollChanged(cx)
	switch {
	case !ready:
		return value, false, nil
	case errors.Is(err, ErrClosed):
		return value, true, io.EOF
	}
	return r.GetAndUpdate(), true, nil
}

// All yields, in a body, what [Receiver.PollNext] does. It ends too when the body unwinds.
func (r *Receiver[T]) All(cx *future.Context) iter.Seq[T] { return all(cx, r.PollNext, r.forget) }

// Changes returns a stream of r's unseen values only, without the one that is there already if it was seen. It uses r, which it
// closes when it is dropped.
func (r *Receiver[T]) Changes() *Changes[T] { return &Changes[T]{rx: r} }

// Changes is a stream of the changes that a [Receiver] sees.
type Changes[T any] struct{ rx *Receiver[T] }

// PollNext is ready with the next change. Its end is io.EOF, when all senders are closed and the last value was seen.
func (c *Changes[T]) PollNext(cx *future.Context) (T, bool, error) { return c.rx.pollChange(cx) }

// All yields, in a body, what [Changes.PollNext] does. It ends too when the body unwinds.
func (c *Changes[T]) All(cx *future.Context) iter.Seq[T] { return all(cx, c.PollNext, c.rx.forget) }

// Drop closes the receiver.
func (c *Changes[T]) Drop(cx *future.Context) { c.rx.Close(cx) }

// all yields what poll does, until its first error.
func all[T any](cx *future.Context, poll func(*future.Context) (T, bool, error), drop func(*future.Context)) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := future.AwaitPoll(cx, poll, drop)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}
