package crowd

import "weak"

// IsLocked reports whether the lobby's lock is held.
func IsLocked(l *Lobby) bool {
	if l.mu.TryLock() {
		l.mu.Unlock()
		return false
	}
	return true
}

// IsReady reports whether w is as the zero Waiter: nothing of its last wait is kept.
func IsReady(w *Waiter) bool { return *w == Waiter{} }

// LastGroupIsGone returns a function that reports whether what is now the last group of c was collected.
func LastGroupIsGone(c *Crowd) func() bool {
	groups := c.load()
	p := weak.Make(groups[len(groups)-1])
	return func() bool { return p.Value() == nil }
}

// SetMarked marks the group of m, or clears the mark, and IsMarked reports it.
func SetMarked(m *Member, marked bool) { m.group.marked.Store(marked) }
func IsMarked(m *Member) bool          { return m.group.marked.Load() }

// Groups returns the number of groups of a crowd.
func Groups(c *Crowd) int { return len(c.load()) }
