package stream

import (
	"errors"
	"io"
	"net"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// Func makes a stream of a poll function. It has no Drop. stream.Func(rx.PollRecv) makes one of a Poll method whose errors are items',
// see [FromPoll] for others.
func Func[T any](poll func(cx *future.Context) (T, bool, error)) Stream[T] {
	if poll == nil {
		return nil
	}
	return polled[T](poll)
}

type polled[T any] func(cx *future.Context) (T, bool, error)

func (p polled[T]) PollNext(cx *future.Context) (T, bool, error) { return p(cx) }

// FromPoll makes a stream of a Poll method that may be called again and again. An error that is one of ends, as errors.Is has it,
// ends the stream; others are items'.
func FromPoll[T any](poll func(cx *future.Context) (T, bool, error), ends ...error) Stream[T] {
	if poll == nil {
		return nil
	}
	return polled[T](func(cx *future.Context) (item T, ready bool, err error) {
		item, ready, err = poll(cx)
		for _, end := range ends {
			if errors.Is(err, end) {
				return item, ready, io.EOF
			}
		}
		return item, ready, err
	})
}

// FromAccept makes a stream of the connections that a listener accepts, from its PollAccept. It ends when the listener is
// closed; other errors are items', after which it accepts on.
func FromAccept[C any](accept func(cx *future.Context) (C, bool, error)) Stream[C] {
	return FromPoll(accept, net.ErrClosed)
}

// Interval returns a stream of ticks, the first at once and each further one d after the one before: a *timer.Interval, whose
// methods tell more. It never ends.
func Interval(d time.Duration) Stream[time.Time] { return timer.Every(d) }

// Empty returns a stream without items.
func Empty[T any]() Stream[T] { return FromSlice[T](nil) }

// Once returns a stream of one item.
func Once[T any](item T) Stream[T] { return &once[T]{item: item} }

// Fail returns a stream of one item's error.
func Fail[T any](err error) Stream[T] { return &once[T]{err: future.ItemError(err)} }

type once[T any] struct {
	item  T
	err   error
	taken bool
}

func (o *once[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	switch {
	case !cx.HasBudget():
		return item, false, nil
	case o.taken:
		return item, true, io.EOF
	}
	cx.Spend()
	item, o.item, o.taken = o.item, item, true
	return item, true, o.err
}

// Drop drops the item if it was not taken and has a Drop.
func (o *once[T]) Drop(cx *future.Context) {
	if !o.taken && o.err == nil {
		future.Drop(cx, o.item)
	}
}

// Pending returns a stream that never has an item and never ends.
func Pending[T any]() Stream[T] { return Func(future.Pending[T]().Poll) }

// Repeat returns a stream of item without end.
func Repeat[T any](item T) Stream[T] {
	return Unfold(item, func(item T) (T, T, error) { return item, item, nil })
}

// Unfold returns a stream of what next makes of a state: an item and the state after it. io.EOF ends the stream, another error
// is an item's.
func Unfold[S, T any](state S, next func(S) (T, S, error)) Stream[T] {
	return &unfolded[S, T]{state: state, next: next}
}

type unfolded[S, T any] struct {
	state S
	next  func(S) (T, S, error)
}

func (u *unfolded[S, T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !cx.HasBudget() {
		return item, false, nil
	}
	cx.Spend()
	item, u.state, err = u.next(u.state)
	return item, true, err
}
