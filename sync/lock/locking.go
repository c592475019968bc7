package lock

import "github.com/simmer-go/simmer/future"

var (
	_ future.Future[Guard]      = (*Locking)(nil)
	_ future.Future[WriteGuard] = (*WLocking)(nil)
	_ future.Future[ReadGuard]  = (*RLocking)(nil)
	_ future.Dropper            = (*Locking)(nil)
	_ future.Dropper            = (*WLocking)(nil)
	_ future.Dropper            = (*RLocking)(nil)
)

// Locking is the future of the lock on a [Mutex]. It joins the queue at its first or second poll, as the package's comment says.
// Drop leaves the queue and passes the lock on if it had been given.
type Locking struct {
	m *Mutex
	w Waiter
}

// Locking returns a future of the lock, for combinators: its value is the lock, to be given back by Unlock.
func (m *Mutex) Locking() *Locking { return &Locking{m: m} }

// Poll implements [future.Future].
func (l *Locking) Poll(cx *future.Context) (g Guard, ready bool, err error) {
	if _, ready, err = l.m.PollLock(cx, &l.w); ready {
		g.m = l.m
	}
	return g, ready, err
}

// Drop implements [future.Dropper].
func (l *Locking) Drop(cx *future.Context) { l.w.Drop(cx) }

// WLocking is the future of the lock on an [RWMutex] for writing. It joins the queue at its first or second poll, as
// [Mutex] says. Drop leaves the queue and passes on what it had been given.
type WLocking struct {
	m *RWMutex
	w Waiter
}

// Locking returns a future of the lock for writing, for combinators: its value is the lock, to be given back by Unlock.
func (m *RWMutex) Locking() *WLocking { return &WLocking{m: m} }

// Poll implements [future.Future].
func (l *WLocking) Poll(cx *future.Context) (g WriteGuard, ready bool, err error) {
	if _, ready, err = l.m.PollLock(cx, &l.w); ready {
		g.m = l.m
	}
	return g, ready, err
}

// Drop implements [future.Dropper].
func (l *WLocking) Drop(cx *future.Context) { l.w.Drop(cx) }

// RLocking is the future of the lock on an [RWMutex] for reading. It joins the queue at its first or second poll, as
// [Mutex] says. Drop leaves the queue and passes on what it had been given.
type RLocking struct {
	m *RWMutex
	w Waiter
}

// RLocking returns a future of the lock for reading, for combinators: its value is the lock, to be given back by Unlock.
func (m *RWMutex) RLocking() *RLocking { return &RLocking{m: m} }

// Poll implements [future.Future].
func (l *RLocking) Poll(cx *future.Context) (g ReadGuard, ready bool, err error) {
	if _, ready, err = l.m.PollRLock(cx, &l.w); ready {
		g.m = l.m
	}
	return g, ready, err
}

// Drop implements [future.Dropper].
func (l *RLocking) Drop(cx *future.Context) { l.w.Drop(cx) }
