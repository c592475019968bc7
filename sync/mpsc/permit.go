package mpsc

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
)

// Permit is one reserved place in a channel: the right to send one value later, without waiting. It keeps the channel open
// until it is used or released, also after its sender was closed. Use one copy of it only. The zero Permit is used up.
type Permit[T any] struct{ ch *channel[T] }

// Send uses the permit: it sends v, and never waits or fails. If the receiver was dropped meanwhile v is thrown away. It panics
// if the permit was used or released before. cx may be nil.
func (p *Permit[T]) Send(cx *future.Context, v T) {
	ch := p.ch
	if ch == nil {
		panic("mpsc: Send with a permit that was used or released before")
	}
	p.ch = nil
	ch.sendReserved(cx, &v)
}

// Release gives the place back. After Send, or twice, it does nothing. cx may be nil.
func (p *Permit[T]) Release(cx *future.Context) {
	if ch := p.ch; ch != nil {
		p.ch = nil
		ch.release(cx, 1)
	}
}

// Permits is several places, reserved together. Use one copy of it only. The zero Permits is empty.
type Permits[T any] struct {
	ch *channel[T]
	n  int
}

// Len returns the number of places that are left.
func (p *Permits[T]) Len() int { return p.n }

// Next takes one permit out, for use on its own. It reports false if none is left.
func (p *Permits[T]) Next() (Permit[T], bool) {
	if p.n == 0 {
		return Permit[T]{}, false
	}
	p.n--
	return Permit[T]{ch: p.ch}, true
}

// Send uses one place, as [Permit.Send] does. It panics if none is left. cx may be nil.
func (p *Permits[T]) Send(cx *future.Context, v T) {
	one, ok := p.Next()
	if !ok {
		panic("mpsc: Send with no permit left")
	}
	one.Send(cx, v)
}

// Release gives back the places that are left. cx may be nil.
func (p *Permits[T]) Release(cx *future.Context) {
	if n := p.n; n > 0 {
		p.n = 0
		p.ch.release(cx, n)
	}
}

// Reserve waits, in a body, for a place, and returns the permit for it. Its errors are those of Send.
func (tx *Sender[T]) Reserve(cx *future.Context) (Permit[T], error) {
	many, err := tx.ReserveMany(cx, 1)
	return Permit[T]{ch: many.ch}, err
}

// ReserveBlocking is [Sender.Reserve] for ordinary goroutines. If ctx ends first it returns ctx's cause, and has reserved nothing.
func (tx *Sender[T]) ReserveBlocking(ctx context.Context) (Permit[T], error) {
	many, err := tx.ReserveManyBlocking(ctx, 1)
	return Permit[T]{ch: many.ch}, err
}

// PollReserve is [Sender.Reserve] for state machines. If it is not to be polled again, w.Drop leaves the queue.
func (tx *Sender[T]) PollReserve(cx *future.Context, w *Waiter) (Permit[T], bool, error) {
	many, ready, err := tx.PollReserveMany(cx, w, 1)
	return Permit[T]{ch: many.ch}, ready, err
}

// TryReserve reserves a place if that needs no waiting. Else it returns [ErrFull], or the errors of Send.
func (tx *Sender[T]) TryReserve() (Permit[T], error) {
	many, err := tx.TryReserveMany(1)
	return Permit[T]{ch: many.ch}, err
}

// ReserveMany waits, in a body, until it has n places, and returns the permits. The first sender of the queue collects what
// becomes free until it has all. It returns [ErrTooMany] if the channel is smaller than n; its other errors are those of Send. It
// panics if n is negative.
func (tx *Sender[T]) ReserveMany(cx *future.Context, n int) (Permits[T], error) {
	mustNotBeNegative(n) // before the budget is touched
	if cx.TrySpend() {
		if p, err := tx.TryReserveMany(n); err == nil {
			return p, nil
		}
		cx.Refund()
	}
	w := spareWaiters.Get().(*Waiter)
	p, err := future.AwaitPoll(cx, func(cx *future.Context) (Permits[T], bool, error) {
		return tx.PollReserveMany(cx, w, n)
	}, w.Drop)
	spareWaiters.Put(w)
	return p, err
}

// ReserveManyBlocking is [Sender.ReserveMany] for ordinary goroutines. If ctx ends first it returns ctx's cause, and has reserved
// nothing.
func (tx *Sender[T]) ReserveManyBlocking(ctx context.Context, n int) (Permits[T], error) {
	if p, err := tx.TryReserveMany(n); err == nil {
		return p, nil
	}
	w := spareWaiters.Get().(*Waiter)
	p, err := future.WaitPoll(ctx, func(cx *future.Context) (Permits[T], bool, error) {
		return tx.PollReserveMany(cx, w, n)
	}, w.Drop)
	spareWaiters.Put(w)
	return p, err
}

// PollReserveMany is [Sender.ReserveMany] for state machines: n is the same at each poll of a wait. If it is not to be polled
// again, w.Drop leaves the queue and passes on what was collected.
func (tx *Sender[T]) PollReserveMany(cx *future.Context, w *Waiter, n int) (p Permits[T], ready bool, err error) {
	mustNotBeNegative(n)
	if tx.closed.Load() {
		w.Drop(cx)
		return p, true, ErrClosed
	}
	if ready, err = tx.ch.pollReserve(cx, w, n); ready && err == nil {
		p = Permits[T]{ch: tx.ch, n: n}
	}
	return p, ready, err
}

// TryReserveMany reserves n places if that needs no waiting. Else it returns [ErrFull], also if the channel is smaller than n, or
// the errors of Send. It panics if n is negative.
func (tx *Sender[T]) TryReserveMany(n int) (p Permits[T], err error) {
	mustNotBeNegative(n)
	if tx.closed.Load() {
		return p, ErrClosed
	}
	if err = tx.ch.tryReserve(n); err == nil {
		p = Permits[T]{ch: tx.ch, n: n}
	}
	return p, err
}

func mustNotBeNegative(n int) {
	if n < 0 {
		panic(fmt.Sprintf("mpsc: %d permits", n))
	}
}
