package broadcast

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

// Receiver is a handle for receiving, which gets every value that is sent after it has subscribed, in order, unless it is too
// slow. One task or goroutine at a time may use it; others subscribe too. One that is not used any more must be closed: the
// values that it has not received are kept for it until they are overwritten.
type Receiver[T any] struct {
	ch     *channel[T]
	next   uint64 // the position of the next value
	closed bool
	place  crowd.Member
}

// Recv waits, in a body, for the next value. It returns a *[LaggedError], which is no end, if values were overwritten;
// ErrClosed if all senders are closed and everything was received, or the receiver is closed; future.ErrCancelled in a deferred
// call of a body that unwinds. It allocates nothing. A wait that is given up loses nothing.
func (r *Receiver[T]) Recv(cx *future.Context) (T, error) {
	if cx.TrySpend() {
		if v, ready, err := r.take(); ready {
			return v, err
		}
		cx.Refund()
	}
	return future.AwaitPoll(cx, r.PollRecv, r.forget)
}

// RecvBlocking is [Receiver.Recv] for ordinary goroutines. If ctx ends first it returns ctx's cause, and has received nothing.
func (r *Receiver[T]) RecvBlocking(ctx context.Context) (T, error) {
	return future.WaitPoll(ctx, r.PollRecv, r.forget)
}

// PollRecv is ready with the next value, or with an error of [Receiver.Recv].
func (r *Receiver[T]) PollRecv(cx *future.Context) (v T, ready bool, err error) {
	if !cx.HasBudget() {
		return v, false, nil
	}
	if v, ready, err = r.take(); !ready {
		if v, ready, err = r.enter(cx); !ready {
			return v, false, nil
		}
	}
	cx.Spend()
	return v, true, err
}

// TryRecv returns the next value, or ErrEmpty if there is none now, or an error of [Receiver.Recv]. It does not wait.
func (r *Receiver[T]) TryRecv() (T, error) {
	v, ready, err := r.take()
	if !ready {
		err = ErrEmpty
	}
	return v, err
}

// enter has the receiver wait, and looks once more: if that finds something, the wait is over.
func (r *Receiver[T]) enter(cx *future.Context) (v T, ready bool, err error) {
	r.place.Wait(cx.Waker())
	if v, ready, err = r.take(); ready { // T2
		r.place.Forget()
	}
	return v, ready, err
}

// take receives what there is to receive.
func (r *Receiver[T]) take() (v T, ready bool, err error) {
	if r.closed {
		return v, true, ErrClosed
	}
	ch := r.ch
	for tail := ch.tail.Load(); ; tail = ch.lockedTail() { // T2
		end := tail / oneValue
		if r.next == end {
			if tail&closedBit != 0 {
				return v, true, ErrClosed
			}
			return v, false, nil
		}
		if kept := uint64(len(ch.slots)); end-r.next > kept {
			skipped := end - kept - r.next
			r.next += skipped
			return v, true, &LaggedError{Skipped: skipped}
		}
		if v, ready = ch.slot(r.next).read(r.next); ready {
			r.next++
			return v, true, nil
		}
		// A sender overwrites this value at the moment: when it is done, the receiver has lagged.
	}
}

// PollNext makes the receiver a stream. A *[LaggedError] is an item's error, after which it goes on; its end is io.EOF.
func (r *Receiver[T]) PollNext(cx *future.Context) (v T, ready bool, err error) {
	if v, ready, err = r.PollRecv(cx); errors.Is(err, ErrClosed) {
		err = io.EOF
	}
	return v, ready, err
}

// All yields, in a body, each value, or the *[LaggedError] in place of those that were lost, until the channel is closed. It
// ends too when the body unwinds.
func (r *Receiver[T]) All(cx *future.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			v, err := r.Recv(cx)
			if errors.Is(err, ErrClosed) || errors.Is(err, future.ErrCancelled) || !yield(v, err) {
				return
			}
		}
	}
}

// Resubscribe returns a new receiver, of what is sent from here on: it does not get what r has still to receive.
func (r *Receiver[T]) Resubscribe() *Receiver[T] { return r.ch.subscribe() }

// Len returns the number of values that were sent and not received, with those that were overwritten.
func (r *Receiver[T]) Len() int {
	if r.closed {
		return 0
	}
	return int(r.ch.tail.Load()/oneValue - r.next)
}

// IsEmpty reports whether there is nothing to receive now.
func (r *Receiver[T]) IsEmpty() bool { return r.Len() == 0 }

// IsClosed reports whether all senders are closed. There may still be something to receive.
func (r *Receiver[T]) IsClosed() bool { return r.ch.tail.Load()&closedBit != 0 }

// SenderStrongCount returns the number of open senders.
func (r *Receiver[T]) SenderStrongCount() int { return int(r.ch.senders.Load()) }

// SenderWeakCount returns the number of open weak senders.
func (r *Receiver[T]) SenderWeakCount() int { return int(r.ch.weak.Load()) }

// forget gives up a wait.
func (r *Receiver[T]) forget(*future.Context) { r.place.Forget() }

// Close gives the receiver up, with all that it has not received. After the last one, Send fails until somebody subscribes.
// Closing twice does nothing. cx may be nil.
func (r *Receiver[T]) Close(cx *future.Context) {
	if r.closed {
		return
	}
	r.closed = true
	r.ch.crowd.Leave(&r.place)
	until, wasLast := r.ch.unsubscribe()
	if kept := uint64(len(r.ch.slots)); until-r.next > kept {
		r.next = until - kept
	}
	for ; r.next != until; r.next++ {
		r.ch.slot(r.next).read(r.next) // or it was overwritten meanwhile
	}
	if wasLast {
		r.ch.lobby.WakeAll(cx)
	}
}

// Drop is Close, so that a combinator that is given the receiver as a stream closes it when it ends.
func (r *Receiver[T]) Drop(cx *future.Context) { r.Close(cx) }

// SameChannel reports whether both receive from the same channel.
func (r *Receiver[T]) SameChannel(other *Receiver[T]) bool { return r.ch == other.ch }
