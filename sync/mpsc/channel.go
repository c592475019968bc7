package mpsc

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// New returns a sender and the receiver of a new channel with room for capacity values. It panics if capacity is below 1. Memory
// for values is allocated as it is needed.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(fmt.Sprintf("mpsc: channel of capacity %d: it must be at least 1", capacity))
	}
	e := new(struct { // one allocation
		tx Sender[T]
		ch channel[T]
		rx Receiver[T]
	})
	e.ch.init(capacity)
	e.tx.ch, e.rx.ch, e.rx.bounded = &e.ch, &e.ch, true
	return &e.tx, &e.rx
}

// NewUnbounded returns a sender and the receiver of a new channel whose room is limited by memory only. Senders that are faster
// than the receiver fill the memory: prefer [New], unless something else bounds them.
func NewUnbounded[T any]() (*UnboundedSender[T], *Receiver[T]) {
	e := new(struct {
		tx UnboundedSender[T]
		ch channel[T]
		rx Receiver[T]
	})
	e.ch.init(unlimited)
	e.tx.ch, e.rx.ch = &e.ch, &e.ch
	return &e.tx, &e.rx
}

// channel is what its senders, permits and receiver share. Values go through its methods by pointer: a large one is copied only
// into its block.
type channel[T any] struct {
	buffer buffer[T] // gate.mu held
	gate
}

func (c *channel[T]) init(capacity int) {
	c.capacity, c.free, c.senders = capacity, capacity, 1
}

// trySend puts v in if there is room now.
func (c *channel[T]) trySend(cx *future.Context, v *T) error {
	c.mu.Lock()
	b := &c.buffer
	if i := b.at; c.free > 0 && i < len(b.values) && !c.closed {
		c.free--
		b.values[i] = *v
		b.at = i + 1
		if c.receiver.IsZero() {
			c.mu.Unlock()
		} else {
			c.unlockAndWake(cx)
		}
		return nil
	}
	return c.trySendSlow(cx, v)
}

// trySendSlow is trySend where one of the usual things is different, and lets mu go. mu held.
func (c *channel[T]) trySendSlow(cx *future.Context, v *T) error {
	switch {
	case c.closed:
		c.mu.Unlock()
		return ErrClosed
	case !c.hasRoom(1):
		c.mu.Unlock()
		return ErrFull
	}
	c.free--
	c.put(cx, v)
	return nil
}

// sendSlow is send where one of the usual things is different, and lets mu go. mu held.
func (c *channel[T]) sendSlow(cx *future.Context, v T) error {
	if c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	c.put(cx, &v)
	return nil
}

// put appends v, whose place was taken from free or reserved, wakes the receiver, and lets mu go. mu held.
func (c *channel[T]) put(cx *future.Context, v *T) {
	c.buffer.push(v)
	c.unlockAndWake(cx)
}

// putReserved is put for the holder of n reserved places, which uses one of them. mu held.
func (c *channel[T]) putReserved(cx *future.Context, v *T) {
	c.reserved--
	invariant.Check(c.reserved >= 0, "a permit of a channel was used twice")
	if c.gone {
		c.free++
		c.unlock(cx)
		return
	}
	c.put(cx, v)
}

// sendReserved sends v with a place that was reserved before.
func (c *channel[T]) sendReserved(cx *future.Context, v *T) {
	c.mu.Lock()
	c.putReserved(cx, v)
}

// pollSend is one poll of a send that waits.
func (c *channel[T]) pollSend(cx *future.Context, w *Waiter, v *T) (ready bool, err error) {
	if !cx.HasBudget() {
		return false, nil
	}
	w.mustBeFor(&c.gate, false)
	c.mu.Lock()
	switch ready, err = c.admit(cx, w, 1); {
	case err != nil:
		c.unlock(cx)
	case ready:
		c.putReserved(cx, v)
	default:
		c.mu.Unlock()
	}
	if ready {
		cx.Spend()
	}
	return ready, err
}

// pollReserve is one poll for n places.
func (c *channel[T]) pollReserve(cx *future.Context, w *Waiter, n int) (ready bool, err error) {
	if !cx.HasBudget() {
		return false, nil
	}
	w.mustBeFor(&c.gate, false)
	c.mu.Lock()
	if ready, err = c.admit(cx, w, n); err == nil {
		c.mu.Unlock()
	} else {
		c.unlock(cx)
	}
	if ready {
		cx.Spend()
	}
	return ready, err
}

// tryReserve reserves n places if they can be had now.
func (c *channel[T]) tryReserve(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case !c.hasRoom(n):
		return ErrFull
	}
	c.free -= n
	c.reserved += n
	return nil
}

// await is pollSend for a body.
func (c *channel[T]) await(cx *future.Context, v T) error {
	w := spareWaiters.Get().(*Waiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
		ready, err := c.pollSend(cx, w, &v)
		return struct{}{}, ready, err
	}, w.Drop)
	spareWaiters.Put(w)
	return err
}

// wait is pollSend for a goroutine.
func (c *channel[T]) wait(ctx context.Context, v T) error {
	w := spareWaiters.Get().(*Waiter)
	_, err := future.WaitPoll(ctx, func(cx *future.Context) (struct{}, bool, error) {
		ready, err := c.pollSend(cx, w, &v)
		return struct{}{}, ready, err
	}, w.Drop)
	spareWaiters.Put(w)
	return err
}

// take moves the values that were sent to r, which is empty. If there are none it returns ErrClosed if none can come, else ErrEmpty
// after it has kept the waker of cx, if it is not nil. displaced is a waker of another task that it found.
func (c *channel[T]) take(cx *future.Context, r *batch[T]) (displaced waker.Waker, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.buffer.len() > 0:
		c.buffer.moveTo(r)
		return displaced, nil
	case c.hasEnded():
		return displaced, ErrClosed
	}
	if cx != nil {
		if w := cx.Waker(); w != c.receiver {
			displaced, c.receiver = c.receiver, w
		}
	}
	return displaced, ErrEmpty
}
