package oneshot

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Sender is the sending end of a channel, held by value. It sends once: its copies are the same sender. The zero Sender is closed.
// Send and Close are for one goroutine at a time; the other methods are for any goroutine, but only one task waits for
// Closed at a time.
//
// A sender that will not send must Close, best by defer: Close after Send does nothing.
type Sender[T any] struct {
	l    *link[T]
	open uint32 // the state in which this sender may send
}

// Send gives v to the receiver and never waits. It returns [ErrClosed], and v stays the caller's, if the receiver is gone or
// the sender has sent or closed before. cx may be nil.
func (s Sender[T]) Send(cx *future.Context, v T) error {
	if s.IsClosed() {
		return ErrClosed
	}
	return s.put(cx, v)
}

// put is Send after a look: the receiver may be gone meanwhile.
func (s Sender[T]) put(cx *future.Context, v T) error {
	s.l.value = v
	if !s.end(cx, sent) { // V1
		clearValue(&s.l.value)
		return ErrClosed
	}
	return nil
}

// Close ends the channel without a value: the receiver gets [ErrClosed]. After Send, or twice, it does nothing. cx may be nil.
func (s Sender[T]) Close(cx *future.Context) {
	if s.l != nil && s.l.state.Load() == s.open {
		s.end(cx, left)
	}
}

// end is the transition of a sender that sends or leaves. It reports whether the channel was open, and then wakes those who
// wait: the receiver last, so that it runs next.
func (s Sender[T]) end(cx *future.Context, how uint32) bool {
	l := s.l
	if !l.state.CompareAndSwap(s.open, s.open|how) {
		return false
	}
	if w := l.tx.Take(); !w.IsZero() {
		cx.Wake(w)
	}
	if w := l.rx.Take(); !w.IsZero() {
		cx.Wake(w)
	}
	return true
}

// IsClosed reports whether Send would fail now: the receiver is gone, or this sender has sent or closed.
func (s Sender[T]) IsClosed() bool { return s.l == nil || s.l.state.Load() != s.open }

// Closed waits, in a body, until Send would fail: normally, until the receiver is gone, so that work for it can be given up; but
// also until another task has sent or closed with this sender. Its error is [future.ErrCancelled], in a deferred call of a body that unwinds.
func (s Sender[T]) Closed(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, s.PollClosed, s.forget)
	return err
}

// ClosedBlocking is [Sender.Closed] for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (s Sender[T]) ClosedBlocking(ctx context.Context) error {
	_, err := future.WaitPoll(ctx, s.PollClosed, s.forget)
	return err
}

// PollClosed is [Sender.Closed] for state machines and combinators.
func (s Sender[T]) PollClosed(cx *future.Context) (_ struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return struct{}{}, false, nil
	}
	if !s.IsClosed() && !s.enter(cx) {
		return struct{}{}, false, nil
	}
	cx.Spend()
	return struct{}{}, true, nil
}

// enter has the sender wait, and looks once more: if the channel has ended meanwhile, the wait is over.
func (s Sender[T]) enter(cx *future.Context) (isClosed bool) {
	s.l.tx.Set(cx.Waker())
	if isClosed = s.IsClosed(); isClosed {
		s.forget(cx)
	}
	return isClosed
}

// forget takes the waiting task's waker out, so that the channel does not keep the task.
func (s Sender[T]) forget(cx *future.Context) {
	if s.l != nil {
		s.l.tx.Clear(cx.Waker())
	}
}
