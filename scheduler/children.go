package scheduler

// minSweep keeps short lists from being swept at every spawn.
const minSweep = 64

// children are the tasks that a task owns: those that its end aborts. Finished and detached ones are forgotten when the
// list has doubled, so that at most 2 x live + 64 finished cells stay reachable. Touched by the owner's poll only.
type children struct {
	list  []*Task
	limit int      // length at which the list is swept, 0 before the first
	few   [2]*Task // the list, while it is short: most owners have one child or two
}

func (c *children) add(t *Task) {
	if len(c.list) < min(cap(c.list), c.limit) {
		c.list = append(c.list, t)
		return
	}
	c.addSlow(t)
}

// addSlow is add where the list grows or is swept. It is not inlined so that add can be.
//
//go:noinline
func (c *children) addSlow(t *Task) {
	if c.list == nil {
		c.list = c.few[:0]
	}
	c.list = append(c.list, t)
	if c.limit == 0 {
		c.limit = minSweep
	}
	if len(c.list) > c.limit {
		c.sweep()
	}
}

func (c *children) sweep() {
	c.list = sweepTasks(c.list, func(t *Task) bool { return t.IsOwned() })
	c.limit = max(2*len(c.list), minSweep)
}

// forget empties the list, and gives its memory back if it has become long.
func (c *children) forget() {
	if len(c.list) == 1 {
		c.list[0] = nil // clear would call the runtime
	} else {
		clear(c.list)
	}
	c.list, c.limit = c.list[:0], minSweep
	if cap(c.list) > 4*dequeSize {
		c.list = nil
	}
}

// sweepTasks keeps, in order, the tasks that keep says, and gives memory back if few are left.
func sweepTasks(list []*Task, keep func(*Task) bool) []*Task {
	rest := list[:0]
	for _, t := range list {
		if keep(t) {
			rest = append(rest, t)
		}
	}
	clear(list[len(rest):])
	if cap(list) > 4*minSweep && len(rest) < cap(list)/4 {
		rest = append(make([]*Task, 0, 2*len(rest)+minSweep), rest...)
	}
	return rest
}
