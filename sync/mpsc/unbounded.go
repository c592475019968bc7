package mpsc

import "github.com/simmer-go/simmer/future"

// UnboundedSender is a sending end of an unbounded channel. Any goroutine may call its methods, and several may share one. Each
// sender must be closed, best by defer, or the receiver will wait for ever.
type UnboundedSender[T any] struct{ handle[T] }

// Send sends v and never waits, nor does it use up the budget of a poll. It returns [ErrClosed] if the receiver has closed the
// channel or this sender is closed; then v was not sent. cx may be nil.
func (tx *UnboundedSender[T]) Send(cx *future.Context, v T) error {
	return tx.send(cx, v)
}

// SameChannel reports whether both senders send to one channel.
func (tx *UnboundedSender[T]) SameChannel(other *UnboundedSender[T]) bool { return tx.ch == other.ch }

// Clone returns another sender of the same channel, to be closed by itself. The clone of a closed sender is closed.
func (tx *UnboundedSender[T]) Clone() *UnboundedSender[T] {
	clone := &UnboundedSender[T]{handle[T]{ch: tx.ch}}
	clone.closed.Store(tx.clone())
	return clone
}

// Downgrade returns a weak sender of the same channel, which does not keep it open.
func (tx *UnboundedSender[T]) Downgrade() *WeakUnboundedSender[T] {
	tx.ch.addWeak(1)
	return &WeakUnboundedSender[T]{weakHandle[T]{ch: tx.ch}}
}

// WeakUnboundedSender knows an unbounded channel without keeping it open. Any goroutine.
type WeakUnboundedSender[T any] struct{ weakHandle[T] }

// Upgrade returns a sender, to be closed by itself. It reports false if no sender is left: a channel that has ended does not
// come back.
func (w *WeakUnboundedSender[T]) Upgrade() (*UnboundedSender[T], bool) {
	if !w.upgrade() {
		return nil, false
	}
	return &UnboundedSender[T]{handle[T]{ch: w.ch}}, true
}

// Clone returns another weak sender of the same channel. The clone of a closed one is closed.
func (w *WeakUnboundedSender[T]) Clone() *WeakUnboundedSender[T] {
	clone := &WeakUnboundedSender[T]{weakHandle[T]{ch: w.ch}}
	clone.closed.Store(w.clone())
	return clone
}

// send puts v into the channel.
func (h *handle[T]) send(cx *future.Context, v T) error {
	if h.closed.Load() {
		return ErrClosed
	}
	c := h.ch
	c.mu.Lock()
	b := &c.buffer
	if i := b.at; i < len(b.values) && !c.closed {
		b.values[i] = v
		b.at = i + 1
		if c.receiver.IsZero() {
			c.mu.Unlock()
		} else {
			c.unlockAndWake(cx)
		}
		return nil
	}
	return c.sendSlow(cx, v)
}
