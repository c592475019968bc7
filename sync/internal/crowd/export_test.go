package crowd

// IsLocked reports whether the lobby's lock is held.
func IsLocked(l *Lobby) bool {
	if l.mu.TryLock() {
		l.mu.Unlock()
		return false
	}
	return true
}

// Groups returns the number of groups of a crowd.
func Groups(c *Crowd) int { return len(c.load()) }
