package runtime

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// roomWaiter is a place among those who wait for room in a nursery with a limit. Room goes to them in order: whoever gives some back
// reserves it for the first of them before it lets the lock go, so that nobody who comes meanwhile is faster.
//
// Ownership. node and waits are guarded by the nursery's mu.
type roomWaiter struct {
	nursery *Nursery
	node    waker.Node
	waits   bool // it is in the list, or room was reserved for it
}

// waitForRoom reserves room for one child. It reports false if the body must not wait because it unwinds.
func (n *Nursery) waitForRoom(cx *future.Context) bool {
	if n.tryReserve() {
		return true
	}
	w := &roomWaiter{nursery: n}
	_, err := future.AwaitPoll(cx, w.poll, w.drop)
	return err == nil
}

func (w *roomWaiter) poll(cx *future.Context) (none struct{}, ready bool, err error) {
	n := w.nursery
	n.mu.Lock()
	defer n.mu.Unlock()
	if w.waits && !n.room.Has(&w.node) {
		w.waits = false
		return none, true, nil
	}
	if !w.waits && n.hasRoom() {
		n.live++
		return none, true, nil
	}
	w.waits = true
	n.room.Add(&w.node, cx.Waker())
	return none, false, nil
}

// drop leaves the list, or gives back the room that was reserved.
func (w *roomWaiter) drop(*future.Context) {
	n := w.nursery
	n.mu.Lock()
	if !n.room.Remove(&w.node) && w.waits {
		n.live--
	}
	w.waits = false
	n.unlockAndServe()
}

// tryReserve takes room for one child.
func (n *Nursery) tryReserve() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.hasRoom() {
		return false
	}
	n.live++
	return true
}

// hasRoom reports whether there is room, and then nobody waits for it. A nursery that was cancelled has room: its children end at
// once. mu held.
func (n *Nursery) hasRoom() bool { return n.limit == 0 || n.live < n.limit || n.cancelled }

// unlockAndServe reserves the room that there is for those who wait, lets mu go, and wakes them, and the scope if nothing is left
// to wait for. mu held.
func (n *Nursery) unlockAndServe() {
	var wakers []waker.Waker
	for n.room.Len() > 0 && n.hasRoom() {
		wakers = append(wakers, n.room.Pop())
		n.live++
	}
	isEmpty := n.live == 0
	n.mu.Unlock()
	for _, w := range wakers {
		w.Wake()
	}
	if isEmpty {
		n.empty.Take().Wake()
	}
}
