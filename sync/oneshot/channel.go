package oneshot

import (
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// New returns the two ends of a new channel, which are one allocation.
func New[T any]() (Sender[T], *Receiver[T]) {
	c := new(Channel[T])
	return c.Sender(), c.Receiver()
}

// Channel carries one value from one sender to one receiver, and then, after [Channel.Reset], the next one. The zero Channel
// is ready: embed it where requests and replies must not allocate. It must not be copied after its first use.
//
// It must last until Send or Close of its sender has returned, which may be after the receiver has got the value: a state machine
// that ends with the reply, and is cleared then in its task's cell, holds a pointer to it.
//
// Ownership. The sender's side writes value before it sets sent; the receiver's side after it has seen sent or left, and
// writes taken. Either changes the state, by the transitions below.
//
// Order. The value is written before sent is set (V1); the receiver loads the state before it reads the value (V2). V1 pairs
// with V2. Who waits stores its waker and then loads the state once more; who changes the state then takes both wakers. They may
// be those of the next round by then, whose tasks are polled once for nothing.
//
//	bits      meaning                                       next
//	none      neither side has done anything                sent, left or closed, whichever comes first
//	sent      the value is there                            Reset
//	left      the sender has gone without sending           Reset
//	closed    the receiver has gone, or wants no value      nothing: a sender may still be writing
//	the rest  number of the round; a Sender knows its own
type Channel[T any] struct {
	state sy.Uint32
	taken bool // the receiver has got this round's result
	rx    waker.Slot
	tx    waker.Slot
	value T
}

const (
	sent = 1 << iota
	left
	closed

	oneRound
	ended = sent | left | closed
)

// Sender returns the sending end of the present round. Receiver's side only.
func (c *Channel[T]) Sender() Sender[T] { return Sender[T]{c: c, open: c.state.Load() &^ ended} }

// Receiver returns the receiving end, which is that of every round. Any goroutine.
func (c *Channel[T]) Receiver() *Receiver[T] { return (*Receiver[T])(c) }

// Reset begins the next round, and reports whether it could: only if the sender of this round has sent or closed. A sender that
// has not might still be writing: give such a Channel up. A value that was sent and not received is lost. The senders of earlier
// rounds find their channel closed. Receiver's side only.
func (c *Channel[T]) Reset() bool {
	s := c.state.Load()
	if s&(sent|left) == 0 {
		return false
	}
	c.taken = false
	clearValue(&c.value)
	c.state.Store(s&^ended + oneRound)
	return true
}

func clearValue[T any](p *T) {
	var none T
	*p = none
}
