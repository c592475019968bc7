package mpsc_test

import (
	"math"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// noBound is the capacity of an unbounded channel.
const noBound = math.MaxInt

// anySender is a sender of either kind, and anyWeak a weak one: what a pair calls of both.
type anySender interface {
	pollSend(cx *future.Context, w *mpsc.Waiter, v int) (ready bool, err error)
	trySend(v int) error
	clone() anySender
	Close(cx *future.Context)
	IsClosed() bool
	PollClosed(cx *future.Context, w *mpsc.Waiter) (none, bool, error)
	StrongCount() int
}

type anyWeak interface{ upgrade() (anySender, bool) }

// newChannel makes a channel of either kind.
func newChannel(capacity int) (anySender, anyWeak, *mpsc.Receiver[int]) {
	if capacity == noBound {
		tx, rx := mpsc.NewUnbounded[int]()
		return unbounded{tx}, unboundedWeak{tx.Downgrade()}, rx
	}
	tx, rx := mpsc.New[int](capacity)
	return bounded{tx}, boundedWeak{tx.Downgrade()}, rx
}

type bounded struct{ *mpsc.Sender[int] }

func (tx bounded) pollSend(cx *future.Context, w *mpsc.Waiter, v int) (ready bool, err error) {
	_, ready, err = tx.PollSend(cx, w, v)
	return ready, err
}

func (tx bounded) trySend(v int) error { return tx.TrySend(nil, v) }
func (tx bounded) clone() anySender    { return bounded{tx.Clone()} }

type boundedWeak struct{ *mpsc.WeakSender[int] }

func (w boundedWeak) upgrade() (anySender, bool) {
	tx, ok := w.Upgrade()
	return bounded{tx}, ok
}

// unbounded's sends are ready at once.
type unbounded struct{ *mpsc.UnboundedSender[int] }

func (tx unbounded) pollSend(cx *future.Context, _ *mpsc.Waiter, v int) (ready bool, err error) {
	return true, tx.Send(cx, v)
}

func (tx unbounded) trySend(v int) error { return tx.Send(nil, v) }
func (tx unbounded) clone() anySender    { return unbounded{tx.Clone()} }

type unboundedWeak struct{ *mpsc.WeakUnboundedSender[int] }

func (w unboundedWeak) upgrade() (anySender, bool) {
	tx, ok := w.Upgrade()
	return unbounded{tx}, ok
}
