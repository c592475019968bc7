package waker

import "github.com/simmer-go/simmer/internal/sy"

// Slot keeps the waker of one waiter. The zero Slot is empty. (Tokio's AtomicWaker, sync/task/atomic_waker.rs.)
//
// Ownership. The waiter calls Set, anybody Take.
//
// Order. The waiter stores its waker (S1) and then loads the condition; the other side changes the condition and then
// loads the slot (T1). S1 pairs with T1: all four are sequentially consistent, so at least one side sees the other.
type Slot struct {
	h sy.Pointer[Header]
}

// Set stores w. After it the caller must look at its condition once more. A different waker that was stored is
// displaced and woken, so that a second waiter, which is a mistake, cannot make the first one hang. Any goroutine.
func (s *Slot) Set(w Waker) {
	s.Exchange(w).Wake()
}

// Exchange is Set, but returns the displaced waker instead of waking it: the zero Waker if there was none, or if it was w.
// Any goroutine.
func (s *Slot) Exchange(w Waker) (displaced Waker) {
	if s.h.Load() == w.h {
		return Waker{}
	}
	return Waker{h: s.h.Swap(w.h)} // S1
}

// Take empties the slot and returns what was in it, the zero Waker if nothing. Any goroutine.
func (s *Slot) Take() Waker {
	if s.h.Load() == nil { // T1
		return Waker{}
	}
	return s.take()
}

// take is not inlined so that Take can be.
//
//go:noinline
func (s *Slot) take() Waker { return Waker{h: s.h.Swap(nil)} }

// Clear removes w if it is the waker that is stored; another task's stays. Any goroutine.
func (s *Slot) Clear(w Waker) {
	if w.h != nil && s.h.Load() == w.h {
		s.h.CompareAndSwap(w.h, nil)
	}
}

// IsEmpty reports whether nobody waits at this moment. Any goroutine.
func (s *Slot) IsEmpty() bool { return s.h.Load() == nil }
