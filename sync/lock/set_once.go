package lock

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// SetOnce holds a value that is set once, and for which many may wait. The zero SetOnce is empty. It must not be copied after its
// first use. Any goroutine may call its methods.
//
// Ownership. Whoever wins the claim writes value.
//
// Order. The value is written before isSet (S1) and isSet before the waiters are told (S2). A reader loads isSet before the
// value (R1); a waiter joins the queue (R2) and then loads isSet. S1 pairs with R1, S2 with R2: it sees the value or is told.
type SetOnce[T any] struct {
	claimed sy.Bool
	isSet   sy.Bool
	n       Notify
	value   T
}

// Set sets the value and wakes all who wait for it. It returns [ErrAlreadySet] if there is one, or another goroutine is setting it
// at this moment. cx may be nil. Any goroutine.
func (o *SetOnce[T]) Set(cx *future.Context, value T) error {
	if !o.claimed.CompareAndSwap(false, true) {
		return ErrAlreadySet
	}
	o.value = value
	o.isSet.Store(true) // S1
	o.n.NotifyAll(cx)   // S2
	return nil
}

// Get returns the value, and whether there is one. Any goroutine.
func (o *SetOnce[T]) Get() (value T, ok bool) {
	if o.isSet.Load() { // R1
		return o.value, true
	}
	return value, false
}

// Wait returns the value, in a body that waits until it is set. It returns [future.ErrCancelled] only in a deferred call of a
// body that unwinds.
func (o *SetOnce[T]) Wait(cx *future.Context) (T, error) {
	if o.isSet.Load() && cx.TrySpend() {
		return o.value, nil
	}
	w := waiters.Get().(*Waiter)
	value, err := future.AwaitPoll(cx, func(cx *future.Context) (T, bool, error) { return o.PollWait(cx, w) }, w.Drop)
	waiters.Put(w)
	return value, err
}

// WaitBlocking returns the value, on an ordinary goroutine that waits until it is set, or ctx's cause if ctx ends first.
func (o *SetOnce[T]) WaitBlocking(ctx context.Context) (T, error) {
	w := waiters.Get().(*Waiter)
	value, err := future.WaitPoll(ctx, func(cx *future.Context) (T, bool, error) { return o.PollWait(cx, w) }, w.Drop)
	waiters.Put(w)
	return value, err
}

// PollWait is Wait for state machines. If it is not to be polled again, w.Drop leaves the queue.
func (o *SetOnce[T]) PollWait(cx *future.Context, w *Waiter) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	if !o.isSet.Load() && !o.enter(cx, w) {
		return value, false, nil
	}
	w.Drop(cx)
	cx.Spend()
	return o.value, true, nil
}

// enter has w wait, and looks once more.
func (o *SetOnce[T]) enter(cx *future.Context, w *Waiter) (isSet bool) {
	if w.home == nil {
		o.n.enroll(w, cx.Waker()) // R2
	} else {
		o.n.isThrough(w, cx.Waker()) // the value is not there: only the waker may have changed
	}
	return o.isSet.Load()
}

// Waiting returns a future of the value, for combinators.
func (o *SetOnce[T]) Waiting() *SetOnceWaiting[T] { return &SetOnceWaiting[T]{o: o} }

// SetOnceWaiting is the future of the value of a [SetOnce].
type SetOnceWaiting[T any] struct {
	o *SetOnce[T]
	w Waiter
}

// Poll implements [future.Future].
func (t *SetOnceWaiting[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	return t.o.PollWait(cx, &t.w)
}

// Drop implements [future.Dropper].
func (t *SetOnceWaiting[T]) Drop(cx *future.Context) { t.w.Drop(cx) }
