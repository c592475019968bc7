package timer

import "github.com/simmer-go/simmer/internal/sy"

// inbox is the stack through which other goroutines give a wheel its entries back, or tell it of an earlier deadline.
//
// Ownership. Any goroutine puts, the wheel's owner takes everything at once: nobody takes a single entry, so an address
// that comes back (ABA) does no harm.
//
// Order. An entry's next is written before head (H1); the owner takes head before it reads next (H2). The heir is written
// before head is closed (C1); a putter that finds head closed reads the heir after it (C2).
type inbox struct {
	head sy.Pointer[entry]
	heir sy.Pointer[Wheel]
}

// closedInbox is the head of an inbox that takes no more entries.
var closedInbox entry

// put adds an entry that the caller has made queued or loose, here or with the heir, and returns the wheel that has it
// now: nil if the wheels are closed. Any goroutine.
func (w *Wheel) put(e *entry) *Wheel {
	for {
		head := w.inbox.head.Load()
		if head == &closedInbox {
			if w = w.inbox.heir.Load(); w == nil { // C2
				return nil
			}
			continue
		}
		e.next = head
		if w.inbox.head.CompareAndSwap(head, e) { // H1
			return w
		}
	}
}

// take empties the inbox and returns the first of its entries. Owner only.
func (b *inbox) take() *entry {
	if head := b.head.Load(); head == nil || head == &closedInbox {
		return nil
	}
	return b.head.Swap(nil) // H2
}

// close takes the last entries and sends all later ones to the heir, or, if it is nil, to the garbage collector. Owner
// only.
func (b *inbox) close(heir *Wheel) *entry {
	b.heir.Store(heir) // C1
	last := b.head.Swap(&closedInbox)
	if last == &closedInbox {
		return nil
	}
	return last
}

// leadsTo reports whether what is put into w's inbox arrives at other: it is w, or has inherited from it.
func (w *Wheel) leadsTo(other *Wheel) bool {
	for w != other {
		if w = w.inbox.heir.Load(); w == nil {
			return false
		}
	}
	return true
}
