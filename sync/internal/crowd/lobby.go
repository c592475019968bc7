package crowd

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// wakeBatch is how many waiters are woken between two holds of the lock (tokio's WakeList).
const wakeBatch = 32

// Lobby is a list of those who wait for a condition that its owner knows. The zero Lobby is empty.
//
// Order. A waiter is in the list before it looks at the condition, both under mu; who makes the condition true does so before
// it takes mu to wake. One of the two sees the other.
type Lobby struct {
	mu   sync.Mutex
	list waker.List
}

// Waiter is one wait's place in a [Lobby]. The zero Waiter is ready; it may be used again and again.
type Waiter struct {
	node  waker.Node
	lobby *Lobby
}

// Poll is ready when isOver reports true. isOver is called with the lobby's lock held, and must not block.
func (l *Lobby) Poll(cx *future.Context, w *Waiter, isOver func() bool) (none struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return none, false, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w.lobby = l
	l.list.Add(&w.node, cx.Waker())
	if !isOver() {
		return none, false, nil
	}
	l.list.Remove(&w.node)
	cx.Spend()
	return none, true, nil
}

// Drop gives the wait up. cx may be nil.
func (w *Waiter) Drop(*future.Context) {
	if l := w.lobby; l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.list.Remove(&w.node)
	}
}

// WakeAll wakes everybody who waits at this moment. cx may be nil. Any goroutine.
func (l *Lobby) WakeAll(cx *future.Context) {
	left := -1
	for left != 0 {
		var batch [wakeBatch]waker.Waker
		l.mu.Lock()
		if left < 0 {
			left = l.list.Len() // whoever comes back meanwhile waits for the next time
		}
		n := min(left, l.list.Len(), wakeBatch)
		for i := range n {
			batch[i] = l.list.Pop()
		}
		l.mu.Unlock()
		for _, w := range batch[:n] {
			cx.Wake(w)
		}
		left -= n
		if n == 0 {
			return
		}
	}
}
