package mpsc

import "github.com/simmer-go/simmer/future"

var (
	_ future.Future[struct{}]    = (*Sending[int])(nil)
	_ future.Future[Permit[int]] = (*Reserving[int])(nil)
	_ future.Dropper             = (*Sending[int])(nil)
	_ future.Dropper             = (*Reserving[int])(nil)
)

// Sending is the future of one send. It joins the queue at its first poll. If it is dropped the value was not sent.
type Sending[T any] struct {
	tx *Sender[T]
	w  Waiter
	v  T
}

// Sending returns a future that sends v, for combinators and tasks: timer.Timeout(d, tx.Sending(v)) waits no longer than d.
func (tx *Sender[T]) Sending(v T) *Sending[T] { return &Sending[T]{tx: tx, v: v} }

// Poll implements [future.Future].
func (s *Sending[T]) Poll(cx *future.Context) (struct{}, bool, error) {
	return s.tx.PollSend(cx, &s.w, s.v)
}

// Drop implements [future.Dropper]: it leaves the queue and passes on the place if it had been given one.
func (s *Sending[T]) Drop(cx *future.Context) { s.w.Drop(cx) }

// Reserving is the future of one permit. It joins the queue at its first poll.
type Reserving[T any] struct {
	tx *Sender[T]
	w  Waiter
}

// Reserving returns a future of a permit, for combinators: unlike Sending it lets the value be made, or chosen, once there is
// a place for it.
func (tx *Sender[T]) Reserving() *Reserving[T] { return &Reserving[T]{tx: tx} }

// Poll implements [future.Future].
func (r *Reserving[T]) Poll(cx *future.Context) (Permit[T], bool, error) {
	return r.tx.PollReserve(cx, &r.w)
}

// Drop implements [future.Dropper]: it leaves the queue and passes on the place if it had been given one.
func (r *Reserving[T]) Drop(cx *future.Context) { r.w.Drop(cx) }
