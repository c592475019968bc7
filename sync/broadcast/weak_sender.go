package broadcast

import "github.com/simmer-go/simmer/internal/sy"

// WeakSender is a handle that becomes a sender again if there is still another one. Its methods may be called by any goroutine.
type WeakSender[T any] struct {
	ch     *channel[T]
	closed sy.Bool
}

// Upgrade returns a new sender. It reports false if all senders are closed, or this handle is: then the sender is nil.
func (w *WeakSender[T]) Upgrade() (*Sender[T], bool) {
	if w.closed.Load() || !w.ch.join() {
		return nil, false
	}
	return &Sender[T]{ch: w.ch}, true
}

// Clone returns another weak sender of the channel. The clone of a closed one is closed.
func (w *WeakSender[T]) Clone() *WeakSender[T] {
	clone := &WeakSender[T]{ch: w.ch}
	if w.closed.Load() {
		clone.closed.Store(true)
	} else {
		w.ch.weak.Add(1)
	}
	return clone
}

// StrongCount returns the number of open senders.
func (w *WeakSender[T]) StrongCount() int { return int(w.ch.senders.Load()) }

// WeakCount returns the number of open weak senders.
func (w *WeakSender[T]) WeakCount() int { return int(w.ch.weak.Load()) }

// Close gives the handle up. Closing twice does nothing.
func (w *WeakSender[T]) Close() {
	if !w.closed.Swap(true) {
		w.ch.weak.Add(-1)
	}
}
