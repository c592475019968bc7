package oneshot

import "github.com/simmer-go/simmer/internal/sy"

// New returns the two ends of a new channel, which are one allocation.
func New[T any]() (Sender[T], *Receiver[T]) {
	l := new(link[T])
	return l.sender(), (*Receiver[T])(l)
}

// Channel carries one value from one sender to one receiver, and then, after [Channel.Reset], the next one. The zero Channel
// is ready. Its first use allocates what both ends share, later rounds nothing: keep one where requests and replies come again and
// again. It must not be copied after its first use.
//
// Its ends have a pointer to what they share, not to the Channel. So it may be a field of a state machine, which is moved into a task's
// cell, and cleared there at its end, while the sender is still at work or has yet to begin. Who holds a Channel drops its
// Receiver in the end, so that the sender hears of it.
type Channel[T any] struct{ shared sy.Pointer[link[T]] }

// Sender returns the sending end of the present round. Receiver's side only.
func (c *Channel[T]) Sender() Sender[T] {
	if l := c.shared.Load(); l != nil {
		return l.sender()
	}
	return c.share().sender()
}

// Receiver returns the receiving end, which is that of every round. Any goroutine.
func (c *Channel[T]) Receiver() *Receiver[T] {
	if l := c.shared.Load(); l != nil {
		return (*Receiver[T])(l)
	}
	return (*Receiver[T])(c.share())
}

// share makes what the ends share.
func (c *Channel[T]) share() *link[T] {
	c.shared.CompareAndSwap(nil, new(link[T]))
	return c.shared.Load()
}

// Reset begins the next round, and reports whether it could: only if the sender of this round has sent or closed. A sender that
// has not might still be writing: give such a Channel up. A value that was sent and not received is lost. The senders of earlier
// rounds find their channel closed. Receiver's side only.
func (c *Channel[T]) Reset() bool {
	l := c.shared.Load()
	return l != nil && l.reset()
}
