package oneshot

import (
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// link is what the two ends of a channel share. It is never part of what one side holds by value: the other side may come to it at
// any time after that is gone.
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
type link[T any] struct {
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

// sender returns the sending end of the present round. Receiver's side only.
func (l *link[T]) sender() Sender[T] { return Sender[T]{l: l, open: l.state.Load() &^ ended} }

// reset begins the next round if the sender of this one is through. Receiver's side only.
func (l *link[T]) reset() bool {
	s := l.state.Load()
	if s&(sent|left) == 0 {
		return false
	}
	l.taken = false
	clearValue(&l.value)
	l.state.Store(s&^ended + oneRound)
	return true
}

func clearValue[T any](p *T) {
	var none T
	*p = none
}
