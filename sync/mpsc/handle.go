package mpsc

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// handle is what both kinds of senders have.
type handle[T any] struct {
	ch     *channel[T]
	closed sy.Bool
}

// Close gives this sender up. When all senders are closed and all permits used, the receiver gets what was sent and then
// [ErrClosed]. Twice, it does nothing. cx may be nil. Any goroutine.
func (h *handle[T]) Close(cx *future.Context) {
	if !h.closed.Swap(true) {
		h.ch.addSender(cx, -1)
	}
}

// IsClosed reports whether a send would fail with [ErrClosed]: the receiver has closed the channel or is gone, or this sender was
// closed. Any goroutine.
func (h *handle[T]) IsClosed() bool { return h.closed.Load() || h.ch.isClosed() }

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

// StrongCount returns the number of senders that are not closed. Any goroutine.
func (h *handle[T]) StrongCount() int {
	senders, _ := h.ch.counts()
	return senders
}

// WeakCount returns the number of weak senders that are not closed. Any goroutine.
func (h *handle[T]) WeakCount() int {
	_, weak := h.ch.counts()
	return weak
}

// clone counts one more sender, unless h is closed, and returns whether the clone is closed too.
func (h *handle[T]) clone() (closed bool) {
	if h.closed.Load() {
		return true
	}
	h.ch.addSender(nil, 1)
	return false
}

// weakHandle is what both kinds of weak senders have.
type weakHandle[T any] struct {
	ch     *channel[T]
	closed sy.Bool
}

// Close gives this weak sender up: it is not counted any more, and cannot be upgraded. Twice, it does nothing. Any goroutine.
func (h *weakHandle[T]) Close() {
	if !h.closed.Swap(true) {
		h.ch.addWeak(-1)
	}
}

// upgrade counts one more sender, if there is one.
func (h *weakHandle[T]) upgrade() bool { return !h.closed.Load() && h.ch.upgrade() }

// StrongCount returns the number of senders that are not closed. Any goroutine.
func (h *weakHandle[T]) StrongCount() int {
	senders, _ := h.ch.counts()
	return senders
}

// WeakCount returns the number of weak senders that are not closed. Any goroutine.
func (h *weakHandle[T]) WeakCount() int {
	_, weak := h.ch.counts()
	return weak
}
