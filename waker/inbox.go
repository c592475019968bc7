package waker

import "github.com/simmer-go/simmer/internal/sy"

// Inbox takes in tasks that were woken for one poller, and the waker of who polls them. The zero Inbox is empty.
//
// Ownership. Any goroutine may put in a task whose queue entry it holds. One goroutine at a time, the poller, calls the other methods.
//
// Order. The poller stores its waker (I1) and then takes the tasks (I2); who wakes one puts it in (I3) and then takes the waker
// (I4). I1 pairs with I4 and I3 with I2: a task that I2 does not see finds the waker.
type Inbox struct {
	poller Slot               // I1 is its Set, I4 its Take
	last   sy.Pointer[Header] // each task is linked to the one before it
}

// Put puts h in and returns the waker of the poller, which the caller must wake: the zero Waker if it does not wait, or has been
// woken. Any goroutine.
func (in *Inbox) Put(h *Header) Waker {
	for {
		last := in.last.Load()
		h.next = last
		if in.last.CompareAndSwap(last, h) { // I3
			return in.poller.Take()
		}
	}
}

// Expect has the next Put return w. After it the poller must take once more.
func (in *Inbox) Expect(w Waker) { in.poller.Set(w) }

// Leave undoes Expect: the next Put wakes nobody, if it is w's task that it would have woken.
func (in *Inbox) Leave(w Waker) { in.poller.Clear(w) }

// TakeAll moves all tasks to the end of to, in the order in which they were put in.
func (in *Inbox) TakeAll(to *Queue) {
	if in.last.Load() == nil {
		return
	}
	last := in.last.Swap(nil) // I2
	fresh := Queue{tail: last}
	for h := last; h != nil; fresh.n++ {
		before := h.next
		h.next = fresh.head
		fresh.head, h = h, before
	}
	to.Append(&fresh)
}
