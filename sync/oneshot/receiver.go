package oneshot

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Receiver is the receiving end of a channel. It is a future of the value, or of [ErrClosed]: who holds it calls Drop if it
// ends before that, which combinators and tasks do. One goroutine at a time.
type Receiver[T any] link[T]

var (
	_ future.Future[int] = (*Receiver[int])(nil)
	_ future.Dropper     = (*Receiver[int])(nil)
)

// Recv waits, in a body, for the value. It returns [ErrClosed] if none comes, or it was received before, and
// [future.ErrCancelled] in a deferred call of a body that unwinds. A Recv that is cancelled has lost nothing.
func (r *Receiver[T]) Recv(cx *future.Context) (T, error) {
	if s := r.state.Load(); s&ended != 0 && cx.TrySpend() {
		return r.take(s)
	}
	return future.AwaitPoll(cx, r.PollRecv, r.forget)
}

// PollRecv is [Receiver.Recv] for state machines and combinators. It never drops the channel.
func (r *Receiver[T]) PollRecv(cx *future.Context) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	s := r.state.Load() // V2
	if s&ended == 0 {
		if s = r.enter(cx); s&ended == 0 {
			return value, false, nil
		}
	}
	cx.Spend()
	value, err = r.take(s)
	return value, true, err
}

// enter has the receiver wait, and looks once more: if the round has ended meanwhile, the wait is over.
func (r *Receiver[T]) enter(cx *future.Context) (state uint32) {
	r.rx.Set(cx.Waker())
	if state = r.state.Load(); state&ended != 0 {
		r.forget(cx)
	}
	return state
}

// take returns the result of a round that has ended, to the first caller.
func (r *Receiver[T]) take(s uint32) (value T, err error) {
	if r.taken || s&sent == 0 {
		r.taken = true
		return value, ErrClosed
	}
	r.taken = true
	value = r.value
	clearValue(&r.value)
	return value, nil
}

// Poll implements [future.Future].
func (r *Receiver[T]) Poll(cx *future.Context) (T, bool, error) { return r.PollRecv(cx) }

// RecvBlocking waits, on an ordinary goroutine, for the value. If ctx ends first it returns ctx's cause and has lost nothing;
// else its errors are those of Recv.
func (r *Receiver[T]) RecvBlocking(ctx context.Context) (T, error) {
	if s := r.state.Load(); s&ended != 0 {
		return r.take(s)
	}
	return future.WaitPoll(ctx, r.PollRecv, r.forget)
}

// TryRecv returns the value if it is there, [ErrEmpty] while it may still come, and else [ErrClosed]. It never waits.
func (r *Receiver[T]) TryRecv() (value T, err error) {
	s := r.state.Load()
	if s&ended == 0 {
		return value, ErrEmpty
	}
	return r.take(s)
}

// Close has Send fail from now on. A value that was sent before is still received. Twice, or after the value, it does
// nothing. cx may be nil.
func (r *Receiver[T]) Close(cx *future.Context) {
	for {
		s := r.state.Load()
		if s&ended != 0 {
			return
		}
		if r.state.CompareAndSwap(s, s|closed) {
			cx.Wake(r.tx.Take())
			return
		}
	}
}

// Drop gives the receiver up: it closes the channel and lets go of a value that was sent. cx may be nil.
func (r *Receiver[T]) Drop(cx *future.Context) {
	r.Close(cx)
	r.rx.Take()
	r.take(r.state.Load())
}

// IsTerminated reports whether the receiver has got its result: the value, or ErrClosed. What it receives from now on is ErrClosed.
func (r *Receiver[T]) IsTerminated() bool { return r.taken }

// IsEmpty reports whether there is no value to receive now.
func (r *Receiver[T]) IsEmpty() bool { return r.taken || r.state.Load()&sent == 0 }

// forget takes the waiting task's waker out, so that the channel does not keep the task.
func (r *Receiver[T]) forget(cx *future.Context) { r.rx.Clear(cx.Waker()) }
