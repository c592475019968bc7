package crowd

// Groups returns the number of groups of a crowd.
func Groups(c *Crowd) int { return len(c.load()) }
