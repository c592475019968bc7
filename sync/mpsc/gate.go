package mpsc

import (
	"math"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// unlimited is the capacity of an unbounded channel: its places are never given back, because they cannot run out.
const unlimited = math.MaxInt

// gate is a channel without its values: who may put one in, who waits, and whether the channel has ended.
//
// A place is free, reserved (by a permit, or by a waiter that has been given it), taken by a value, or received: that is,
// free again, but not yet counted. free + reserved + values + received but not counted = capacity.
//
// Ownership. Only the receiver writes received, and without the lock; senders count what is new in it when they run out of free
// places. Everything below mu is guarded by mu, and hungry is written under it.
//
// Order. A sender that must wait sets hungry (H1) and then reads received once more (H2). The receiver publishes received (R1) and
// then reads hungry (R2). H1 pairs with R2 and R1 with H2: one of the two sees the other, and no waiter is forgotten.
type gate struct {
	capacity int

	mu       sync.Mutex
	free     int
	closed   bool // by the receiver
	gone     bool // the receiver was dropped: values are thrown away
	receiver waker.Waker
	queue    waiters // senders that wait for places; while it is not empty, free is 0
	counted  uint64  // what free contains of received
	reserved int
	senders  int
	weak     int
	watchers waiters // those who wait for the channel to be closed

	// The receiver writes what follows, senders what stands before, mostly up to receiver: what is between keeps the two on cache
	// lines of their own.
	received sy.Uint64
	hungry   sy.Bool
}

// hasRoom reports whether n places can be had at once, counting received ones only if that matters. mu held.
func (g *gate) hasRoom(n int) bool {
	return n <= g.free || g.hasRoomAfterCount(n)
}

// hasRoomAfterCount is not inlined so that hasRoom can be.
//
//go:noinline
func (g *gate) hasRoomAfterCount(n int) bool {
	if g.queue.head != nil {
		return false
	}
	g.count()
	return n <= g.free
}

// count adds what was received since the last count to the free places. mu held.
func (g *gate) count() {
	received := g.received.Load() // H2
	g.free += int(received - g.counted)
	g.counted = received
}

// admit is one poll for n places, which are reserved when it is ready without an error. mu held.
func (g *gate) admit(cx *future.Context, w *Waiter, n int) (ready bool, err error) {
	if w.gate != nil {
		return g.admitWaiter(cx, w)
	}
	switch {
	case g.closed:
		return true, ErrClosed
	case n > g.capacity:
		return true, ErrTooMany
	case !g.hasRoom(n):
		if !g.enqueue(cx, w, n) {
			return false, nil
		}
	}
	g.free -= n
	g.reserved += n
	return true, nil
}

// enqueue has w wait for n places. It reports false, or true if a second look has found them. mu held.
func (g *gate) enqueue(cx *future.Context, w *Waiter, n int) (found bool) {
	if g.queue.head == nil {
		g.hungry.Store(true) // H1
		g.count()
		if n <= g.free {
			g.hungry.Store(false)
			return true
		}
		w.got = g.free
		g.reserved += g.free
		g.free = 0
	}
	w.gate, w.want, w.waker = g, n, cx.Waker()
	g.queue.push(w)
	return false
}

// admitWaiter is admit for a waiter that has been polled before. mu held.
func (g *gate) admitWaiter(cx *future.Context, w *Waiter) (ready bool, err error) {
	switch {
	case g.closed:
		g.reserved -= w.got
		g.free += w.got
		w.reset()
		return true, ErrClosed
	case w.got == w.want:
		w.reset()
		return true, nil
	}
	w.waker = cx.Waker()
	return false, nil
}

// leave takes w out, and gives back what it has.
func (g *gate) leave(cx *future.Context, w *Waiter) {
	g.mu.Lock()
	got := w.got
	w.reset()
	g.giveBack(cx, got)
}

// release gives n reserved places back.
func (g *gate) release(cx *future.Context, n int) {
	g.mu.Lock()
	g.giveBack(cx, n)
}

// giveBack frees n reserved places, and lets mu go. mu held.
func (g *gate) giveBack(cx *future.Context, n int) {
	g.reserved -= n
	g.free += n
	invariant.Check(g.reserved >= 0, "a permit of a channel was used twice")
	g.unlock(cx)
}

// publish tells senders how much was received, and reports whether one of them waits for it. Receiver only, without the lock.
func (g *gate) publish(received uint64) (hungry bool) {
	g.received.Store(received) // R1
	return g.hungry.Load()     // R2
}

// feed shares out what the receiver has received.
//
//go:noinline
func (g *gate) feed(cx *future.Context) {
	g.mu.Lock()
	g.count()
	w := g.queue.head
	if w == nil || g.free != 1 || w.want-w.got != 1 {
		g.unlock(cx)
		return
	}
	// By far the most frequent case: one place for one who waits for one.
	g.free = 0
	g.reserved++
	w.got++
	wk := g.queue.remove(w)
	g.fed()
	g.mu.Unlock()
	cx.Wake(wk)
}

// unlock lets mu go after a change other than a new value: it gives free places to those who wait, first come first served,
// and wakes them, and the receiver if nothing can come any more. mu held.
func (g *gate) unlock(cx *future.Context) {
	receiver := waker.Waker{}
	if g.hasEnded() {
		receiver = g.takeReceiver()
	}
	if g.queue.head == nil {
		g.fed()
		g.mu.Unlock()
	} else {
		g.serve(cx)
	}
	cx.Wake(receiver)
}

// serve shares out the free places, wakes those who have all they want, and lets mu go. mu held.
func (g *gate) serve(cx *future.Context) {
	var woken waker.Batch
	for {
		for w := g.queue.head; w != nil && g.free > 0 && !woken.IsFull(); w = g.queue.head {
			n := min(g.free, w.want-w.got)
			g.free -= n
			g.reserved += n
			if w.got += n; w.got == w.want {
				woken.Add(g.queue.remove(w))
			}
		}
		left := 0
		if g.queue.head != nil {
			left, g.free = g.free, 0
		}
		g.fed()
		g.mu.Unlock()
		cx.WakeBatch(&woken)
		if left == 0 {
			return
		}
		g.mu.Lock()
		g.free += left
	}
}

// fed clears hungry if nobody waits. mu held.
func (g *gate) fed() {
	if g.queue.head == nil && g.hungry.Load() {
		g.hungry.Store(false)
	}
}

// close refuses all sends from now on, wakes all who wait, and lets mu go. What waiters have been given is theirs until they are
// polled or dropped. mu held.
func (g *gate) close(cx *future.Context) {
	var woken waker.Batch
	g.closed = true
	for {
		for _, list := range []*waiters{&g.queue, &g.watchers} {
			for list.head != nil && !woken.IsFull() {
				woken.Add(list.remove(list.head))
			}
		}
		if !woken.IsFull() { // both are empty, and there is room for the receiver's waker
			break
		}
		g.mu.Unlock()
		cx.WakeBatch(&woken)
		g.mu.Lock()
	}
	if g.hasEnded() {
		woken.Add(g.takeReceiver())
	}
	g.fed()
	g.mu.Unlock()
	cx.WakeBatch(&woken)
}

// pollClosed is one poll for the channel's being closed.
func (g *gate) pollClosed(cx *future.Context, w *Waiter) (ready bool) {
	w.mustBeFor(g, true)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		w.reset()
		return true
	}
	w.waker = cx.Waker()
	if w.gate == nil {
		w.gate, w.want = g, watching
		g.watchers.push(w)
	}
	return false
}

// hasSenders reports whether a value may still be sent: by a sender, a permit, or somebody who waits for one. mu held.
func (g *gate) hasSenders() bool { return g.senders > 0 || g.reserved > 0 || g.queue.head != nil }

// hasEnded reports whether no value can come any more. mu held.
func (g *gate) hasEnded() bool { return g.reserved == 0 && (g.closed || !g.hasSenders()) }

// takeReceiver returns the waker of the receiver if it waits. mu held.
func (g *gate) takeReceiver() waker.Waker {
	w := g.receiver
	g.receiver = waker.Waker{}
	return w
}

// unlockAndWake lets mu go and wakes the receiver if it waits. mu held.
func (g *gate) unlockAndWake(cx *future.Context) {
	w := g.takeReceiver()
	g.mu.Unlock()
	cx.Wake(w)
}

// capacityNow returns the number of places that can be had.
func (g *gate) capacityNow() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.queue.head == nil {
		g.count()
	}
	return g.free
}

// removeSender counts one sender less.
func (g *gate) removeSender(cx *future.Context) {
	g.mu.Lock()
	g.senders--
	g.unlock(cx)
}

// upgrade counts one more sender, if the channel has one or something as good: a channel that has ended does not come back.
func (g *gate) upgrade() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.hasSenders() {
		return false
	}
	g.senders++
	return true
}

// addWeak counts n more weak senders, or fewer.
func (g *gate) addWeak(n int) {
	g.mu.Lock()
	g.weak += n
	g.mu.Unlock()
}

// counts returns the number of senders and of weak ones.
func (g *gate) counts() (senders, weak int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.senders, g.weak
}

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}
