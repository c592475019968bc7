package mpsc

import (
	"context"
	"io"
	"iter"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// Receiver is the only receiving end of a channel, bounded or not. It is for one goroutine at a time. Who gives it up calls
// Drop, so that senders do not wait for ever.
//
// Ownership. The receiver owns its batch: values that it has taken from the channel, all that were there, under one lock. They
// still occupy their places: each is given back when its value is received.
type Receiver[T any] struct {
	_        [0]sync.Mutex // so that go vet reports a copy: the original gives the blocks away
	ch       *channel[T]
	batch    batch[T]
	received uint64
	bounded  bool
}

// Recv waits, in a body, for the next value. It returns [ErrClosed] once the channel is empty and nothing can come: all senders
// are closed, or Close was called, and no permit is left. It returns [future.ErrCancelled] in a deferred call of a body that
// unwinds. A Recv that is cancelled has lost nothing.
func (rx *Receiver[T]) Recv(cx *future.Context) (value T, err error) {
	if (rx.batch.at < len(rx.batch.values) || rx.batch.advance()) && cx.TrySpend() {
		value = *rx.batch.first()
		rx.batch.drop()
		if rx.bounded {
			if rx.received++; rx.ch.publish(rx.received) {
				rx.ch.feed(cx)
			}
		}
		return value, nil
	}
	return rx.await(cx)
}

// PollRecv is [Receiver.Recv] for state machines and combinators: future.Func(rx.PollRecv) is its future.
func (rx *Receiver[T]) PollRecv(cx *future.Context) (value T, ready bool, err error) {
	if rx.batch.at == len(rx.batch.values) || !cx.TrySpend() {
		if ready, err = rx.prepare(cx); !ready || err != nil {
			return value, ready, err
		}
	}
	value = *rx.batch.first()
	rx.batch.drop()
	if rx.bounded {
		rx.giveBack(cx, 1)
	}
	return value, true, nil
}

// prepare is PollRecv without taking the value, whose unit of the budget it spends: when it is ready without an error there is one in
// the current block.
//
//go:noinline
func (rx *Receiver[T]) prepare(cx *future.Context) (ready bool, err error) {
	if !cx.HasBudget() {
		return false, nil
	}
	if rx.batch.at == len(rx.batch.values) {
		if err = rx.fill(cx); err == ErrEmpty {
			return false, nil
		}
	}
	cx.Spend()
	return true, err
}

// RecvBlocking waits, on an ordinary goroutine, for the next value. If ctx ends first it returns ctx's cause and has lost
// nothing; else its errors are those of Recv.
func (rx *Receiver[T]) RecvBlocking(ctx context.Context) (T, error) {
	if value, err := rx.TryRecv(nil); err != ErrEmpty {
		return value, err
	}
	return future.WaitPoll(ctx, rx.PollRecv, rx.forget)
}

// TryRecv returns the next value if that needs no waiting. Else it returns [ErrEmpty] or [ErrClosed]. cx may be nil.
func (rx *Receiver[T]) TryRecv(cx *future.Context) (value T, err error) {
	if rx.batch.at == len(rx.batch.values) {
		if err = rx.fill(nil); err != nil {
			return value, err
		}
	}
	value = *rx.batch.first()
	rx.batch.drop()
	if rx.bounded {
		rx.giveBack(cx, 1)
	}
	return value, nil
}

// RecvMany waits, in a body, until there is a value, and then moves to buf as many as there are and fit. It returns their number.
// Its errors are those of Recv; with an error it has moved none. If buf is empty it returns 0 at once.
func (rx *Receiver[T]) RecvMany(cx *future.Context, buf []T) (int, error) {
	return future.AwaitPoll(cx, func(cx *future.Context) (int, bool, error) { return rx.PollRecvMany(cx, buf) }, rx.forget)
}

// PollRecvMany is [Receiver.RecvMany] for state machines. However many values it receives, it uses one unit of the budget.
func (rx *Receiver[T]) PollRecvMany(cx *future.Context, buf []T) (n int, ready bool, err error) {
	if len(buf) == 0 {
		return 0, true, nil
	}
	if !cx.HasBudget() {
		return 0, false, nil
	}
	if n = rx.batch.popMany(buf); n == 0 {
		if err = rx.fill(cx); err == ErrEmpty {
			return 0, false, nil
		}
	} else if n < len(buf) {
		_ = rx.fill(nil)
	}
	cx.Spend()
	if err != nil {
		return 0, true, err
	}
	n += rx.batch.popMany(buf[n:])
	if rx.bounded {
		rx.giveBack(cx, n)
	}
	return n, true, nil
}

// RecvManyBlocking is [Receiver.RecvMany] for an ordinary goroutine. If ctx ends first it returns ctx's cause and has lost nothing.
func (rx *Receiver[T]) RecvManyBlocking(ctx context.Context, buf []T) (int, error) {
	return future.WaitPoll(ctx, func(cx *future.Context) (int, bool, error) { return rx.PollRecvMany(cx, buf) }, rx.forget)
}

// PollNext makes the receiver a stream: it is PollRecv, but its end is io.EOF.
func (rx *Receiver[T]) PollNext(cx *future.Context) (value T, ready bool, err error) {
	value, ready, err = rx.PollRecv(cx)
	if err == ErrClosed {
		err = io.EOF
	}
	return value, ready, err
}

// All ranges over the values, in a body, until the channel is closed and empty, or the loop ends. What the loop has not
// received stays in the channel.
func (rx *Receiver[T]) All(cx *future.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := rx.Recv(cx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Close refuses sends from now on. What was sent, and what is sent with permits that are already out, is still received; then
// comes [ErrClosed]. Senders that wait fail. Twice, it does nothing. cx may be nil.
func (rx *Receiver[T]) Close(cx *future.Context) {
	rx.ch.mu.Lock()
	rx.ch.close(cx)
}

// Drop gives the receiver up: it closes the channel and throws all values away. cx may be nil.
func (rx *Receiver[T]) Drop(cx *future.Context) {
	c := rx.ch
	c.mu.Lock()
	left := rx.batch.len() + c.buffer.len()
	if rx.bounded {
		c.free += left
	}
	if left == 0 {
		c.buffer.eldest.giveBack()
	}
	rx.batch, c.buffer = batch[T]{}, buffer[T]{}
	c.gone = true
	c.takeReceiver()
	c.close(cx)
}

// Len returns the number of values to receive now.
func (rx *Receiver[T]) Len() int {
	rx.ch.mu.Lock()
	defer rx.ch.mu.Unlock()
	return rx.batch.len() + rx.ch.buffer.len()
}

// IsEmpty reports whether there is no value to receive now.
func (rx *Receiver[T]) IsEmpty() bool { return rx.Len() == 0 }

// IsClosed reports whether nothing more can be sent, except with permits after Close: Close was called, or all senders are
// closed and no permit is left. There may still be values to receive.
func (rx *Receiver[T]) IsClosed() bool {
	rx.ch.mu.Lock()
	defer rx.ch.mu.Unlock()
	return rx.ch.closed || !rx.ch.hasSenders()
}

// Capacity returns the number of values that can be sent now without waiting.
func (rx *Receiver[T]) Capacity() int { return rx.ch.capacityNow() }

// MaxCapacity returns the capacity with which the channel was made.
func (rx *Receiver[T]) MaxCapacity() int { return rx.ch.capacity }

// StrongCount returns the number of senders that are not closed.
func (rx *Receiver[T]) StrongCount() int {
	senders, _ := rx.ch.counts()
	return senders
}

// WeakCount returns the number of weak senders that are not closed.
func (rx *Receiver[T]) WeakCount() int {
	_, weak := rx.ch.counts()
	return weak
}

// await is PollRecv for a body.
//
//go:noinline
func (rx *Receiver[T]) await(cx *future.Context) (T, error) {
	return future.AwaitPoll(cx, rx.PollRecv, rx.forget)
}

// fill goes on to the next block of the batch or, if there is none, takes a new batch, or keeps the waker of cx if there is nothing
// to take.
//
//go:noinline
func (rx *Receiver[T]) fill(cx *future.Context) error {
	if rx.batch.advance() {
		return nil
	}
	displaced, err := rx.ch.take(cx, &rx.batch)
	displaced.Wake() // a second task that receives is a mistake; it must not make the first one hang
	return err
}

// giveBack gives the places of n values back, of a bounded channel.
func (rx *Receiver[T]) giveBack(cx *future.Context, n int) {
	rx.received += uint64(n)
	if rx.ch.publish(rx.received) {
		rx.ch.feed(cx)
	}
}

// forget takes the waiting task's waker out, so that the channel does not keep the task.
func (rx *Receiver[T]) forget(cx *future.Context) {
	rx.ch.mu.Lock()
	defer rx.ch.mu.Unlock()
	if rx.ch.receiver == cx.Waker() {
		rx.ch.receiver = waker.Waker{}
	}
}
