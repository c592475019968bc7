package lock

import (
	"context"

	"github.com/simmer-go/simmer/future"
)

// Mutex is a lock that a task may hold while it waits for something else. The zero Mutex is unlocked. It must not be copied
// after its first use. Any goroutine may unlock it.
//
// It is fair: who waits in the queue gets it in the order of coming, from the one who unlocks, and nobody overtakes. A waiter
// that was given the lock and is dropped passes it on. It is not reentrant, and a panic does not poison it: unlock it in a
// deferred call.
//
// A task that finds it taken may stand aside for a turn before it joins the queue, as the package's comment says: most locks are held for
// less, and a queue makes each unlocking a switch of tasks.
//
// For a few instructions that never wait, a sync.Mutex does as well and costs no more.
type Mutex struct{ p permits }

const (
	unlocked = 0
	locked   = -one
)

// Lock waits, in a body, until the body has the lock. It returns [future.ErrCancelled], and the body has no lock, only in a
// deferred call of a body that unwinds.
func (m *Mutex) Lock(cx *future.Context) error {
	if cx.TrySpend() {
		if m.TryLock() {
			return nil
		}
		cx.Refund()
	}
	return m.p.await(cx, 1, 1)
}

// PollLock is Lock for state machines. When it is ready the caller has the lock and must unlock it; if it is not to be polled
// again, w.Drop leaves the queue.
func (m *Mutex) PollLock(cx *future.Context, w *Waiter) (struct{}, bool, error) {
	if w.home == nil && cx.TrySpend() {
		if m.TryLock() {
			return struct{}{}, true, nil
		}
		cx.Refund()
	}
	ready, err := m.p.poll(cx, w, 1, 1)
	return struct{}{}, ready, err
}

// LockBlocking waits, on an ordinary goroutine, until the goroutine has the lock. If ctx ends first it returns ctx's cause,
// and the goroutine has no lock.
func (m *Mutex) LockBlocking(ctx context.Context) error {
	if m.TryLock() {
		return nil
	}
	return m.p.wait(ctx, 1, 1)
}

// TryLock takes the lock if that needs no waiting, and reports whether it has. Any goroutine.
func (m *Mutex) TryLock() bool { return m.p.state.CompareAndSwap(unlocked, locked) }

// Unlock gives the lock to the first who waits, or lets it go. It panics if the lock is not taken. cx may be nil. Any goroutine.
func (m *Mutex) Unlock(cx *future.Context) {
	if !m.p.state.CompareAndSwap(locked, unlocked) {
		m.unlock(cx)
	}
}

// unlock is not inlined so that Unlock can be.
//
//go:noinline
func (m *Mutex) unlock(cx *future.Context) {
	if !m.p.release(cx, 1, 0) {
		panic("lock: unlock of unlocked Mutex")
	}
}
