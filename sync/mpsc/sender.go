package mpsc

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Sender is a sending end of a bounded channel. Any goroutine may call its methods, and several may share one. Each sender
// must be closed, best by defer, or the receiver will wait for ever.
//
// Senders that wait get places in the order in which they came. One that is cancelled passes on what it has been given.
type Sender[T any] struct{ handle[T] }

// Send sends v. It waits, in a body, while the channel is full. It returns [ErrClosed] if the receiver has closed the channel or
// this sender is closed, and [future.ErrCancelled] in a deferred call of a body that unwinds; with an error v was not sent.
func (tx *Sender[T]) Send(cx *future.Context, v T) error {
	if tx.closed.Load() {
		return ErrClosed
	}
	if cx.TrySpend() {
		if err := tx.ch.trySend(cx, &v); err != ErrFull {
			return err
		}
		cx.Refund()
	}
	return tx.ch.await(cx, v)
}

// PollSend is [Sender.Send] for state machines: v is the same at each poll of a wait. If it is not to be polled again, w.Drop
// leaves the queue.
func (tx *Sender[T]) PollSend(cx *future.Context, w *Waiter, v T) (_ struct{}, ready bool, err error) {
	if tx.closed.Load() {
		w.Drop(cx)
		return struct{}{}, true, ErrClosed
	}
	if w.gate == nil && cx.TrySpend() {
		if err := tx.ch.trySend(cx, &v); err != ErrFull {
			return struct{}{}, true, err
		}
		cx.Refund()
	}
	ready, err = tx.ch.pollSend(cx, w, &v)
	return struct{}{}, ready, err
}

// SendBlocking sends v. It waits, on an ordinary goroutine, while the channel is full. If ctx ends first it returns ctx's cause;
// else its errors are those of Send. With an error v was not sent.
func (tx *Sender[T]) SendBlocking(ctx context.Context, v T) error {
	if err := tx.TrySend(nil, v); err != ErrFull {
		return err
	}
	return tx.ch.wait(ctx, v)
}

// TrySend sends v if that needs no waiting. Else it returns [ErrFull], or the errors of Send. cx may be nil.
func (tx *Sender[T]) TrySend(cx *future.Context, v T) error {
	if tx.closed.Load() {
		return ErrClosed
	}
	return tx.ch.trySend(cx, &v)
}

// Capacity returns the number of values that can be sent now without waiting.
func (tx *Sender[T]) Capacity() int { return tx.ch.capacityNow() }

// MaxCapacity returns the capacity with which the channel was made.
func (tx *Sender[T]) MaxCapacity() int { return tx.ch.capacity }

// SameChannel reports whether both senders send to one channel.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }

// Clone returns another sender of the same channel, to be closed by itself. The clone of a closed sender is closed.
func (tx *Sender[T]) Clone() *Sender[T] {
	clone := &Sender[T]{handle[T]{ch: tx.ch}}
	clone.closed.Store(tx.clone())
	return clone
}

// Downgrade returns a weak sender of the same channel, which does not keep it open.
func (tx *Sender[T]) Downgrade() *WeakSender[T] {
	tx.ch.addWeak(1)
	return &WeakSender[T]{weakHandle[T]{ch: tx.ch}}
}

// WeakSender knows a bounded channel without keeping it open: for those who may send while others keep it in use. Any goroutine.
type WeakSender[T any] struct{ weakHandle[T] }

// Upgrade returns a sender, to be closed by itself. It reports false if no sender and no permit is left: a channel that has
// ended does not come back.
func (w *WeakSender[T]) Upgrade() (*Sender[T], bool) {
	if !w.upgrade() {
		return nil, false
	}
	return &Sender[T]{handle[T]{ch: w.ch}}, true
}

// Clone returns another weak sender of the same channel. The clone of a closed one is closed.
func (w *WeakSender[T]) Clone() *WeakSender[T] {
	clone := &WeakSender[T]{weakHandle[T]{ch: w.ch}}
	clone.closed.Store(w.clone())
	return clone
}
