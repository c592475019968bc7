package scheduler

import (
	"sync"

	"github.com/simmer-go/simmer/waker"
)

// AwaitEnd has w woken when the task ends, and reports whether it has ended already. Whoever waited before is woken too: two
// waiters on one task are a mistake, but neither must hang. Any goroutine.
//
// Order. As for [waker.Slot]; and a displaced waker is put into the crowd (C1) before the end is looked for (C2), while the
// end is published before the crowd is looked at: one of the two sees the other.
func (t *Task) AwaitEnd(w waker.Waker) (ended bool) {
	if t.IsComplete() {
		return true
	}
	if displaced := t.join.Exchange(w); !displaced.IsZero() {
		t.more().crowd.add(displaced) // C1
	}
	if !t.IsComplete() { // C2
		return false
	}
	t.wakeCrowd()
	return true
}

// LeaveEnd takes w back. Any goroutine.
func (t *Task) LeaveEnd(w waker.Waker) { t.join.Clear(w) }

// wakeCrowd wakes those whom other waiters have displaced. After Finish. Any goroutine.
func (t *Task) wakeCrowd() {
	if x := t.extra.Load(); x != nil {
		for _, w := range x.crowd.take() {
			w.Wake()
		}
	}
}

// crowd are the waiters of a task beside the one that its join slot holds.
type crowd struct {
	mu sync.Mutex

	wakers []waker.Waker
}

func (c *crowd) add(w waker.Waker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, known := range c.wakers {
		if known == w {
			return
		}
	}
	c.wakers = append(c.wakers, w)
}

func (c *crowd) take() []waker.Waker {
	c.mu.Lock()
	defer c.mu.Unlock()
	wakers := c.wakers
	c.wakers = nil
	return wakers
}
