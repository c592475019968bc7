package lock

import "github.com/simmer-go/simmer/future"

// Guard is the lock on a [Mutex], as [Locking] gives it. Its methods are for one goroutine at a time. Do not copy it: each copy
// would unlock.
type Guard struct{ m *Mutex }

// Unlock lets the lock go. It panics if the guard has done so before. cx may be nil.
func (g *Guard) Unlock(cx *future.Context) {
	if g.m == nil {
		panic(usedGuard)
	}
	g.Drop(cx)
}

// Drop is Unlock that does nothing the second time, for a deferred call. cx may be nil.
func (g *Guard) Drop(cx *future.Context) {
	if m := g.m; m != nil {
		g.m = nil
		m.Unlock(cx)
	}
}

// ReadGuard is the lock on an [RWMutex] for reading, as [RLocking] gives it. Its methods are for one goroutine at a time. Do not
// copy it: each copy would unlock.
type ReadGuard struct{ m *RWMutex }

// Unlock lets the lock go. It panics if the guard has done so before. cx may be nil.
func (g *ReadGuard) Unlock(cx *future.Context) {
	if g.m == nil {
		panic(usedGuard)
	}
	g.Drop(cx)
}

// Drop is Unlock that does nothing the second time, for a deferred call. cx may be nil.
func (g *ReadGuard) Drop(cx *future.Context) {
	if m := g.m; m != nil {
		g.m = nil
		m.RUnlock(cx)
	}
}

// WriteGuard is the lock on an [RWMutex] for writing, as [WLocking] gives it. Its methods are for one goroutine at a time. Do
// not copy it: each copy would unlock.
type WriteGuard struct{ m *RWMutex }

// Unlock lets the lock go. It panics if the guard has given it up before. cx may be nil.
func (g *WriteGuard) Unlock(cx *future.Context) {
	if g.m == nil {
		panic(usedGuard)
	}
	g.Drop(cx)
}

// Drop is Unlock that does nothing if the guard has given the lock up, for a deferred call. cx may be nil.
func (g *WriteGuard) Drop(cx *future.Context) {
	if m := g.m; m != nil {
		g.m = nil
		m.Unlock(cx)
	}
}

// Downgrade turns the guard into one for reading; no writer gets in between. It panics if the guard has given the lock up
// before. cx may be nil.
func (g *WriteGuard) Downgrade(cx *future.Context) ReadGuard {
	m := g.m
	if m == nil {
		panic(usedGuard)
	}
	g.m = nil
	m.Downgrade(cx)
	return ReadGuard{m: m}
}

const usedGuard = "lock: this guard has given up its lock before"
