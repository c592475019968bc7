package mpsc

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Closed waits, in a body, until the receiver closes the channel or is dropped, so that work for it can be given up. Its error is
// [future.ErrCancelled], in a deferred call of a body that unwinds.
func (h *handle[T]) Closed(cx *future.Context) error {
	w := spareWaiters.Get().(*Waiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
		return h.PollClosed(cx, w)
	}, w.Drop)
	spareWaiters.Put(w)
	return err
}

// ClosedBlocking is Closed for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (h *handle[T]) ClosedBlocking(ctx context.Context) error {
	_, err := future.Wait(ctx, h.Closing())
	return err
}

// PollClosed is Closed for state machines. If it is not to be polled again, w.Drop takes the waiter out.
func (h *handle[T]) PollClosed(cx *future.Context, w *Waiter) (_ struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return struct{}{}, false, nil
	}
	if ready = h.ch.pollClosed(cx, w); ready {
		cx.Spend()
	}
	return struct{}{}, ready, nil
}

// Closing returns a future of Closed, for combinators.
func (h *handle[T]) Closing() future.Future[struct{}] { return &closing[T]{h: h} }

type closing[T any] struct {
	Waiter
	h *handle[T]
}

func (c *closing[T]) Poll(cx *future.Context) (struct{}, bool, error) {
	return c.h.PollClosed(cx, &c.Waiter)
}
