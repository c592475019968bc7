package scheduler

import (
	"slices"
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
	t.join.Clear(w) // or it would keep the waiter reachable
	t.wakeCrowd(w)
	return true
}

// LeaveEnd takes w back. Any goroutine.
func (t *Task) LeaveEnd(w waker.Waker) {
	t.join.Clear(w)
	if x := t.extra.Load(); x != nil {
		x.crowd.remove(w)
	}
}

// wakeCrowd wakes those whom other waiters have displaced, and reports whether anybody hears of the end: they, or last, which is
// the waiter that nobody has displaced, or zero. After Finish. Any goroutine.
func (t *Task) wakeCrowd(last waker.Waker) (heard bool) {
	x := t.extra.Load()
	if x == nil {
		return !last.IsZero()
	}
	wakers, heard := x.crowd.take(last)
	for _, w := range wakers {
		w.Wake()
	}
	return heard
}

// Waiters returns how many waiters the task's end was told to. For who is woken by it.
func (t *Task) Waiters() int {
	x := t.extra.Load()
	if x == nil {
		return 1
	}
	return x.crowd.count()
}

// minCrowd keeps short lists from being swept at each addition.
const minCrowd = 8

// crowd are the waiters of a task beside the one that its join slot holds. Those whose own task has ended are forgotten when
// the list has doubled.
type crowd struct {
	mu sync.Mutex

	wakers []waker.Waker
	limit  int // length at which the list is swept
	told   int // waiters that have heard of the end, these and others
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
	if len(c.wakers) > max(c.limit, minCrowd) {
		c.wakers = slices.DeleteFunc(c.wakers, func(w waker.Waker) bool { return w.Header().IsComplete() })
		c.limit = 2 * len(c.wakers)
	}
}

func (c *crowd) remove(w waker.Waker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakers = slices.DeleteFunc(c.wakers, func(known waker.Waker) bool { return known == w })
}

func (c *crowd) take(last waker.Waker) (wakers []waker.Waker, any bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wakers, c.wakers = c.wakers, nil
	c.told += len(wakers)
	if !last.IsZero() {
		c.told++
	}
	return wakers, c.told > 0
}

func (c *crowd) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told
}
