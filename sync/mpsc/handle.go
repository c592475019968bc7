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
		h.ch.removeSender(cx)
	}
}

// IsClosed reports whether a send would fail with [ErrClosed]: the receiver has closed the channel or is gone, or this sender was
// closed. Any goroutine.
func (h *handle[T]) IsClosed() bool { return h.closed.Load() || h.ch.isClosed() }

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

// clone counts one more sender, unless h is closed, perhaps at this moment, and returns whether the clone is closed too.
func (h *handle[T]) clone() (closed bool) { return h.closed.Load() || !h.ch.upgrade() }

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

// clone counts one more weak sender, unless h is closed, and returns whether the clone is closed too.
func (h *weakHandle[T]) clone() (closed bool) {
	if h.closed.Load() {
		return true
	}
	h.ch.addWeak(1)
	return false
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
