package crowd

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

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
	lobby *Lobby // nil: it waits for nothing
}

// Await waits, in a body, until isOver reports true. Its error is that of an Await in a deferred call of a body that unwinds.
func (l *Lobby) Await(cx *future.Context, isOver func() bool) error {
	w := waiters.Get().(*Waiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) { return l.Poll(cx, w, isOver) }, w.Drop)
	waiters.Put(w)
	return err
}

// waiters are for the waits of bodies: a stack moves, so the list cannot point into it.
var waiters = sync.Pool{New: func() any { return new(Waiter) }}

// Waiting returns a future that is ready when isOver reports true.
func (l *Lobby) Waiting(isOver func() bool) future.Future[struct{}] {
	return &waiting{l: l, isOver: isOver}
}

type waiting struct {
	Waiter
	l      *Lobby
	isOver func() bool
}

func (t *waiting) Poll(cx *future.Context) (struct{}, bool, error) {
	return t.l.Poll(cx, &t.Waiter, t.isOver)
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
	w.lobby = nil
	cx.Spend()
	return none, true, nil
}

// Drop gives the wait up. On a Waiter that waits for nothing it does nothing. cx may be nil.
func (w *Waiter) Drop(*future.Context) {
	if l := w.lobby; l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.list.Remove(&w.node)
		w.lobby = nil
	}
}

// WakeAll wakes everybody who waits at this moment. cx may be nil. Any goroutine.
func (l *Lobby) WakeAll(cx *future.Context) {
	l.mu.Lock()
	cx.WakeList(&l.mu, &l.list)
}
