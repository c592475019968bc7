package broadcast

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

// Sender is a handle for sending. Its methods may be called by any goroutine; none of them waits, except for those named
// Closed.
type Sender[T any] struct {
	ch     *channel[T]
	closed sy.Bool
}

// Waiter is one wait's place among those who wait for the receivers to close. The zero Waiter is ready. Drop it if the wait is
// given up.
type Waiter = crowd.Waiter

// Send gives v to each present receiver, wakes those that wait, and returns their number; some of them may close before they have
// received v. It never waits: it overwrites the oldest value if the channel is full, and who had still to receive that gets a
// [LaggedError]. It returns ErrNoReceivers if there is no receiver, ErrClosed if this sender is closed, and has then not kept
// v. cx may be nil.
func (s *Sender[T]) Send(cx *future.Context, v T) (receivers int, err error) {
	if s.closed.Load() {
		return 0, ErrClosed
	}
	n := s.ch.send(v)
	if n == 0 {
		return 0, ErrNoReceivers
	}
	s.ch.crowd.Wake(cx)
	return n, nil
}

// Subscribe returns a new receiver, of what is sent from here on.
func (s *Sender[T]) Subscribe() *Receiver[T] { return s.ch.subscribe() }

// Len returns the number of values that some receiver has still to receive, without those that were overwritten.
func (s *Sender[T]) Len() int { return s.ch.len() }

// IsEmpty reports whether every receiver has received every value.
func (s *Sender[T]) IsEmpty() bool { return s.ch.isEmpty() }

// Capacity returns how many values the channel keeps.
func (s *Sender[T]) Capacity() int { return len(s.ch.slots) }

// ReceiverCount returns the number of open receivers.
func (s *Sender[T]) ReceiverCount() int { return int(s.ch.receivers.Load()) }

// StrongCount returns the number of open senders.
func (s *Sender[T]) StrongCount() int { return int(s.ch.senders.Load()) }

// WeakCount returns the number of open weak senders.
func (s *Sender[T]) WeakCount() int { return int(s.ch.weak.Load()) }

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

// Downgrade returns a handle that does not keep the channel open.
func (s *Sender[T]) Downgrade() *WeakSender[T] {
	s.ch.weak.Add(1)
	return &WeakSender[T]{ch: s.ch}
}

// Close gives the sender up. After the last one the channel is closed: receivers get what is left and then ErrClosed. Closing
// twice does nothing. cx may be nil.
func (s *Sender[T]) Close(cx *future.Context) {
	if !s.closed.Swap(true) && s.ch.senders.Add(-1) == 0 {
		s.ch.end()
		s.ch.crowd.Wake(cx)
	}
}

// SameChannel reports whether both send on the same channel.
func (s *Sender[T]) SameChannel(other *Sender[T]) bool { return s.ch == other.ch }
