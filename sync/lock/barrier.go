package lock

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Barrier lets a number of tasks wait for each other, again and again: when the last of them has come, all go on, and one of
// them is the leader. Make one with [NewBarrier]; the zero Barrier stops nobody. It must not be copied after its first use.
//
// Who has come has come: a wait that is dropped is still counted.
type Barrier struct {
	n    Notify // its mu guards arrived
	size int

	arrived int
}

// NewBarrier returns a Barrier for n tasks. For n < 2 nobody waits, and everybody is a leader.
func NewBarrier(n int) *Barrier { return &Barrier{size: n} }

// Wait waits, in a body, until as many have come as the barrier is for. It reports true to one of them, the one that came last.
// It returns [future.ErrCancelled] only in a deferred call of a body that unwinds.
func (b *Barrier) Wait(cx *future.Context) (isLeader bool, err error) {
	w := waiters.Get().(*Waiter)
	isLeader, err = future.AwaitPoll(cx, func(cx *future.Context) (bool, bool, error) { return b.PollWait(cx, w) }, w.Drop)
	waiters.Put(w)
	return isLeader, err
}

// WaitBlocking waits, on an ordinary goroutine, until as many have come as the barrier is for, or returns ctx's cause if ctx
// ends first. It reports true to the one that came last.
func (b *Barrier) WaitBlocking(ctx context.Context) (isLeader bool, err error) {
	w := waiters.Get().(*Waiter)
	isLeader, err = future.WaitPoll(ctx, func(cx *future.Context) (bool, bool, error) { return b.PollWait(cx, w) }, w.Drop)
	waiters.Put(w)
	return isLeader, err
}

// PollWait is Wait for state machines. Its first poll counts as the coming. If it is not to be polled again, w.Drop
// leaves the queue.
func (b *Barrier) PollWait(cx *future.Context, w *Waiter) (isLeader, ready bool, err error) {
	if !cx.HasBudget() {
		return false, false, nil
	}
	if w.home == nil {
		isLeader = b.arrive(cx, w)
		ready = isLeader
	} else {
		ready = b.n.finish(w, cx.Waker())
	}
	if ready {
		cx.Spend()
	}
	return isLeader, ready, nil
}

// arrive counts one more. The last one wakes the others, in the same hold of the lock: nobody of the next round is among them.
func (b *Barrier) arrive(cx *future.Context, w *Waiter) (isLast bool) {
	b.n.lock()
	b.arrived++
	if b.arrived < b.size {
		b.n.join(w, cx.Waker(), b.n.calls())
		b.n.mu.Unlock()
		return false
	}
	b.arrived = 0
	b.n.all(cx) // lets the lock go
	return true
}

// Waiting returns a future of the barrier, for combinators: its value tells the leader.
func (b *Barrier) Waiting() *BarrierWaiting { return &BarrierWaiting{b: b} }

var (
	_ future.Future[bool] = (*BarrierWaiting)(nil)
	_ future.Dropper      = (*BarrierWaiting)(nil)
)

// BarrierWaiting is the future of a [Barrier]. Its first poll counts as the coming, also if it is dropped later.
type BarrierWaiting struct {
	b *Barrier
	w Waiter
}

// Poll implements [future.Future].
func (t *BarrierWaiting) Poll(cx *future.Context) (isLeader, ready bool, err error) {
	return t.b.PollWait(cx, &t.w)
}

// Drop implements [future.Dropper].
func (t *BarrierWaiting) Drop(cx *future.Context) { t.w.Drop(cx) }
