package watch

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

// Receiver is a handle for reading the value, which knows the version that was seen last. One task or goroutine at a time may
// use it; others make a [Receiver.Clone]. Functions that are given to it run under the channel's lock for reading: they must
// not block, await, or use the channel.
type Receiver[T any] struct {
	ch      *channel[T]
	seen    uint64 // a version
	closed  bool
	started bool // the stream has yielded the first value
	place   crowd.Member
}

// Get returns the value, and leaves it unseen if it was. After the senders are closed it is the last one.
func (r *Receiver[T]) Get() T {
	v, _ := r.ch.get()
	return v
}

// GetAndUpdate returns the value and marks it as seen. In a loop over changes it is better than [Receiver.Get], which shows
// a value twice if it was sent between the change and the Get.
func (r *Receiver[T]) GetAndUpdate() (value T) {
	value, r.seen = r.ch.get()
	return value
}

// View calls look with the value, and leaves it unseen if it was: for what must not be looked at beside a
// [Sender.SendModify], such as a map.
func (r *Receiver[T]) View(look func(value T)) { r.ch.view(look) }

// ViewAndUpdate is [Receiver.View] that marks the value as seen, unless look panics.
func (r *Receiver[T]) ViewAndUpdate(look func(value T)) { r.seen = r.ch.view(look) }

// HasChanged reports whether the value is unseen. It returns ErrClosed if all senders are closed, even if the value is
// unseen, or if the receiver is closed.
func (r *Receiver[T]) HasChanged() (bool, error) {
	state := r.ch.state.Load()
	if r.closed || state&closedBit != 0 {
		return false, ErrClosed
	}
	return state != r.seen, nil
}

// MarkChanged makes the value unseen, so that the next Changed returns at once.
func (r *Receiver[T]) MarkChanged() { r.seen -= versionStep }

// MarkUnchanged marks the value as seen.
func (r *Receiver[T]) MarkUnchanged() { r.seen = versionOf(r.ch.state.Load()) }

// Changed waits, in a body, until the value is unseen, and marks it as seen. If all senders are closed and the last value was
// seen, or if the receiver is closed, it returns ErrClosed. Its other error is future.ErrCancelled. It allocates nothing.
func (r *Receiver[T]) Changed(cx *future.Context) error {
	if cx.TrySpend() {
		if ready, err := r.look(); ready {
			r.place.Forget()
			return err
		}
		cx.Refund()
	}
	_, err := future.AwaitPoll(cx, r.PollChanged, r.forget)
	return err
}

// ChangedBlocking is [Receiver.Changed] for ordinary goroutines. If ctx ends first it returns ctx's cause, and marks nothing.
func (r *Receiver[T]) ChangedBlocking(ctx context.Context) error {
	_, err := future.WaitPoll(ctx, r.PollChanged, r.forget)
	return err
}

// PollChanged is ready when the value is unseen, and marks it as seen, or with ErrClosed.
func (r *Receiver[T]) PollChanged(cx *future.Context) (none struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return none, false, nil
	}
	if ready, err = r.look(); !ready {
		if ready, err = r.enter(cx); !ready {
			return none, false, nil
		}
	}
	r.place.Forget()
	cx.Spend()
	return none, true, err
}

// enter has the receiver wait, and looks once more.
func (r *Receiver[T]) enter(cx *future.Context) (ready bool, err error) {
	r.place.Wait(cx.Waker())
	return r.look() // V2
}

// look marks the value as seen and reports whether it was unseen, or the channel closed.
func (r *Receiver[T]) look() (ready bool, err error) {
	state := r.ch.state.Load()
	version := versionOf(state)
	switch {
	case r.closed:
		return true, ErrClosed
	case version != r.seen:
		r.seen = version
		return true, nil
	case state != version:
		return true, ErrClosed
	}
	return false, nil
}

// WaitFor waits, in a body, until ok reports true for the value: for the present one at once, else for a later one. It marks each
// value that ok was asked about as seen, and returns the one for which ok reported true. Values that are replaced quickly may
// be missed. If all senders are closed and ok reports false for the last value, or if the receiver is closed, it returns
// ErrClosed. ok may be asked about a value more than once. A panic of ok leaves the channel as it was.
func (r *Receiver[T]) WaitFor(cx *future.Context, ok func(value T) bool) (T, error) {
	return future.AwaitPoll(cx, func(cx *future.Context) (T, bool, error) { return r.PollWaitFor(cx, ok) }, r.forget)
}

// WaitForBlocking is [Receiver.WaitFor] for ordinary goroutines. It returns ctx's cause if ctx ends first.
func (r *Receiver[T]) WaitForBlocking(ctx context.Context, ok func(value T) bool) (T, error) {
	return future.WaitPoll(ctx, func(cx *future.Context) (T, bool, error) { return r.PollWaitFor(cx, ok) }, r.forget)
}

// PollWaitFor is the poll of [Receiver.WaitFor].
func (r *Receiver[T]) PollWaitFor(cx *future.Context, ok func(value T) bool) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	if !r.closed {
		r.place.Wait(cx.Waker())
		var isClosed bool
		if value, ready, isClosed = r.ask(ok); !ready && !isClosed {
			return value, false, nil
		}
	}
	if !ready {
		err = ErrClosed
	}
	r.place.Forget()
	cx.Spend()
	return value, true, err
}

// ask marks the value as seen and returns it if ok reports true for it. isClosed tells whether it will never change again.
func (r *Receiver[T]) ask(ok func(T) bool) (value T, is, isClosed bool) {
	r.ch.mu.RLock()
	defer r.ch.mu.RUnlock()
	state := r.ch.state.Load() // V2
	r.seen = versionOf(state)
	if ok(r.ch.value) {
		return r.ch.value, true, false
	}
	return value, false, state != r.seen
}

// forget gives up a wait.
func (r *Receiver[T]) forget(*future.Context) { r.place.Forget() }

// Clone returns another receiver, which has seen what r has seen, and has to be closed too. The clone of a closed receiver
// is closed.
func (r *Receiver[T]) Clone() *Receiver[T] {
	if r.closed {
		return &Receiver[T]{ch: r.ch, seen: r.seen, closed: true}
	}
	return r.ch.subscribe(r.seen)
}

// Close gives the receiver up; Get still shows the value. After the last one, Send fails until somebody subscribes. Closing twice
// does nothing. cx may be nil.
func (r *Receiver[T]) Close(cx *future.Context) {
	if r.closed {
		return
	}
	r.closed = true
	r.ch.crowd.Leave(&r.place)
	if r.ch.receivers.Add(-1) == 0 {
		r.ch.lobby.WakeAll(cx)
	}
}

// Drop is Close, so that a combinator that is given the receiver as a stream closes it when it ends.
func (r *Receiver[T]) Drop(cx *future.Context) { r.Close(cx) }

// SameChannel reports whether both receive from the same channel.
func (r *Receiver[T]) SameChannel(other *Receiver[T]) bool { return r.ch == other.ch }
