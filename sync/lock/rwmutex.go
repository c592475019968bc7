package lock

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
)

// RWMutex is a lock that many readers or one writer hold, also while they wait for something else. The zero RWMutex is unlocked
// and admits [MaxReaders]. It must not be copied after its first use. Any goroutine may unlock it.
//
// It is fair, and starves nobody: who waits in the queue gets it in the order of joining it. So a reader that comes after a waiting writer
// waits for it too, and must not do so while it holds the lock for reading already: that is a deadlock, as with sync.RWMutex.
type RWMutex struct {
	p    permits // a reader has one, a writer all
	idle int64   // the state of the unlocked lock: less than 0 if it admits less than MaxReaders
}

// NewRWMutex returns an RWMutex that admits maxReaders readers at a time; one more waits. It panics unless
// 1 <= maxReaders <= MaxReaders.
func NewRWMutex(maxReaders int) *RWMutex {
	if maxReaders < 1 || maxReaders > MaxReaders {
		panic(fmt.Sprintf("lock: %d readers: an RWMutex admits 1 to %d", maxReaders, MaxReaders))
	}
	m := &RWMutex{idle: (int64(maxReaders) - MaxReaders) * one}
	m.p.state.Store(m.idle)
	return m
}

// top is the count of the unlocked lock, relative to MaxReaders.
func (m *RWMutex) top() int64 { return m.idle >> shift }

// all is the number of permits that a writer needs.
func (m *RWMutex) all() int64 { return MaxReaders + m.top() }

// written is the state of a lock that a writer has, and for which nobody waits.
const written = -MaxReaders * one

// RLock waits, in a body, until the body has the lock for reading. It returns [future.ErrCancelled], and the body has no lock,
// only in a deferred call of a body that unwinds.
func (m *RWMutex) RLock(cx *future.Context) error {
	if cx.TrySpend() {
		if m.TryRLock() {
			return nil
		}
		cx.Refund()
	}
	return m.p.await(cx, 1, MaxReaders)
}

// PollRLock is RLock for state machines. When it is ready the caller has the lock for reading; if it is not to be polled again,
// w.Drop leaves the queue.
func (m *RWMutex) PollRLock(cx *future.Context, w *Waiter) (struct{}, bool, error) {
	if w.home == nil && cx.TrySpend() {
		if m.TryRLock() {
			return struct{}{}, true, nil
		}
		cx.Refund()
	}
	ready, err := m.p.poll(cx, w, 1, MaxReaders)
	return struct{}{}, ready, err
}

// RLockBlocking waits, on an ordinary goroutine, until the goroutine has the lock for reading. If ctx ends first it returns
// ctx's cause, and the goroutine has no lock.
func (m *RWMutex) RLockBlocking(ctx context.Context) error { return m.p.wait(ctx, 1, MaxReaders) }

// TryRLock takes the lock for reading if that needs no waiting, and reports whether it has. Any goroutine.
//
// It first guesses that nobody else has the lock, as RUnlock does: with a load before each CAS a lock and unlock takes 10 ns instead
// of 6. If the guess is wrong, the CAS has fetched the cache line that the load needs.
func (m *RWMutex) TryRLock() bool {
	return m.p.state.CompareAndSwap(m.idle, m.idle-one) || m.tryRLock()
}

// tryRLock is not inlined so that TryRLock can be.
//
//go:noinline
func (m *RWMutex) tryRLock() bool {
	for {
		s := m.p.state.Load()
		if s <= written || s&flags != 0 {
			return false
		}
		if m.p.state.CompareAndSwap(s, s-one) {
			return true
		}
	}
}

// RUnlock gives one reader's share of the lock back. It panics if there can have been no reader; it does not see each mistake,
// as it does not know who holds the lock. cx may be nil. Any goroutine.
func (m *RWMutex) RUnlock(cx *future.Context) {
	if !m.p.state.CompareAndSwap(m.idle-one, m.idle) {
		m.rUnlock(cx)
	}
}

// rUnlock is not inlined so that RUnlock can be.
//
//go:noinline
func (m *RWMutex) rUnlock(cx *future.Context) {
	if m.idle == 0 && m.p.state.Load() == written || !m.p.release(cx, 1, m.top()) {
		panic("lock: RUnlock of an RWMutex that nobody has locked for reading")
	}
}

// Lock waits, in a body, until the body has the lock for writing. It returns [future.ErrCancelled], and the body has no lock,
// only in a deferred call of a body that unwinds.
func (m *RWMutex) Lock(cx *future.Context) error {
	if cx.TrySpend() {
		if m.TryLock() {
			return nil
		}
		cx.Refund()
	}
	return m.p.await(cx, m.all(), MaxReaders)
}

// PollLock is Lock for state machines. When it is ready the caller has the lock for writing; if it is not to be polled again,
// w.Drop leaves the queue.
func (m *RWMutex) PollLock(cx *future.Context, w *Waiter) (struct{}, bool, error) {
	ready, err := m.p.poll(cx, w, m.all(), MaxReaders)
	return struct{}{}, ready, err
}

// LockBlocking waits, on an ordinary goroutine, until the goroutine has the lock for writing. If ctx ends first it returns
// ctx's cause, and the goroutine has no lock.
func (m *RWMutex) LockBlocking(ctx context.Context) error { return m.p.wait(ctx, m.all(), MaxReaders) }

// TryLock takes the lock for writing if that needs no waiting, and reports whether it has. Any goroutine.
func (m *RWMutex) TryLock() bool { return m.p.state.CompareAndSwap(m.idle, written) }

// Unlock ends the writing, and gives the lock to those who wait: to the first writer, or to the readers before it. It
// panics if nobody has the lock for writing, unless somebody waits: then it does not see the mistake. cx may be nil. Any
// goroutine.
func (m *RWMutex) Unlock(cx *future.Context) {
	if !m.p.state.CompareAndSwap(written, m.idle) {
		m.releaseWritten(cx, m.all(), "Unlock")
	}
}

// Downgrade makes the writer a reader, without letting a writer in between; readers that wait before the next writer get the
// lock too. It panics where [RWMutex.Unlock] would. cx may be nil.
func (m *RWMutex) Downgrade(cx *future.Context) { m.releaseWritten(cx, m.all()-1, "Downgrade") }

// releaseWritten gives n of a writer's permits back.
func (m *RWMutex) releaseWritten(cx *future.Context, n int64, call string) {
	if s := m.p.state.Load(); s>>shift != -MaxReaders || !m.p.release(cx, n, m.top()) {
		panic("lock: " + call + " of an RWMutex that nobody has locked for writing")
	}
}
