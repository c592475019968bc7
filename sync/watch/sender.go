package watch

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

// Sender is a handle for setting the value. Its methods may be called by any goroutine; none of them waits, except for those
// named Closed. Functions that are given to it run under the channel's lock: they must not block, await, or use the channel.
type Sender[T any] struct {
	ch     *channel[T]
	closed sy.Bool
}

// Waiter is one wait's place among those who wait for the receivers to close. The zero Waiter is ready. Drop it if the wait is
// given up.
type Waiter = crowd.Waiter

// Send sets the value and wakes the receivers that wait. It returns ErrClosed, and does nothing, if there is no receiver or
// this sender is closed. cx may be nil.
func (s *Sender[T]) Send(cx *future.Context, v T) error {
	if s.closed.Load() || s.ch.receivers.Load() == 0 {
		return ErrClosed
	}
	s.ch.replace(v)
	s.ch.crowd.Wake(cx)
	return nil
}

// SendReplace is [Sender.Send] that works without receivers too, and returns the value that v replaces: v itself, which is not
// stored, if this sender is closed. cx may be nil.
func (s *Sender[T]) SendReplace(cx *future.Context, v T) (old T) {
	if s.closed.Load() {
		return v
	}
	old = s.ch.replace(v)
	s.ch.crowd.Wake(cx)
	return old
}

// SendModify has modify change the value in place, and wakes the receivers that wait. If modify panics, nobody is told of
// what it may have changed. If this sender is closed, modify is not called. cx may be nil.
func (s *Sender[T]) SendModify(cx *future.Context, modify func(value *T)) {
	s.SendIfModified(cx, func(v *T) bool {
		modify(v)
		return true
	})
}

// SendIfModified has modify change the value in place. If modify reports true, the receivers that wait are woken, and
// SendIfModified returns true; otherwise nobody is told of a change. If modify panics, or this sender is closed, it is as with
// [Sender.SendModify]. cx may be nil.
func (s *Sender[T]) SendIfModified(cx *future.Context, modify func(value *T) bool) bool {
	if s.closed.Load() || !s.ch.modify(modify) {
		return false
	}
	s.ch.crowd.Wake(cx)
	return true
}

// Get returns the value.
func (s *Sender[T]) Get() T {
	v, _ := s.ch.get()
	return v
}

// View calls look with the value: for what must not be looked at beside a SendModify, such as a map.
func (s *Sender[T]) View(look func(value T)) { s.ch.view(look) }

// Subscribe returns a new receiver, which has seen the present value.
func (s *Sender[T]) Subscribe() *Receiver[T] { return s.ch.subscribe(versionOf(s.ch.state.Load())) }

// ReceiverCount returns the number of open receivers.
func (s *Sender[T]) ReceiverCount() int { return int(s.ch.receivers.Load()) }

// SenderCount returns the number of open senders.
func (s *Sender[T]) SenderCount() int { return int(s.ch.senders.Load()) }

// IsClosed reports whether there is no receiver. It can change back: a receiver may subscribe.
func (s *Sender[T]) IsClosed() bool { return s.ch.receivers.Load() == 0 }

// Closed waits, in a body, until there is no receiver. Its error is that of an Await in a deferred call of a body that unwinds.
func (s *Sender[T]) Closed(cx *future.Context) error {
	return s.ch.lobby.Await(cx, s.IsClosed)
}

// ClosedBlocking is [Sender.Closed] for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (s *Sender[T]) ClosedBlocking(ctx context.Context) error {
	_, err := future.Wait(ctx, s.Closing())
	return err
}

// Closing returns a future that is ready when there is no receiver.
func (s *Sender[T]) Closing() future.Future[struct{}] { return s.ch.lobby.Waiting(s.IsClosed) }

// PollClosed is ready when there is no receiver.
func (s *Sender[T]) PollClosed(cx *future.Context, w *Waiter) (none struct{}, ready bool, err error) {
	return s.ch.lobby.Poll(cx, w, s.IsClosed)
}

// Clone returns another sender of the channel, which has to be closed too. The clone of a closed sender is closed.
func (s *Sender[T]) Clone() *Sender[T] {
	clone := &Sender[T]{ch: s.ch}
	clone.closed.Store(s.closed.Load() || !s.ch.join())
	return clone
}

// Close gives the sender up. After the last one the channel is closed: receivers see the last value and then ErrClosed. Closing
// twice does nothing. cx may be nil.
func (s *Sender[T]) Close(cx *future.Context) {
	if !s.closed.Swap(true) && s.ch.senders.Add(-1) == 0 {
		s.ch.state.Or(closedBit) // V1
		s.ch.crowd.Wake(cx)
	}
}

// SameChannel reports whether both send on the same channel.
func (s *Sender[T]) SameChannel(other *Sender[T]) bool { return s.ch == other.ch }
