package timer

import "github.com/simmer-go/simmer/internal/sy"

// inbox is the stack through which other goroutines give a wheel its entries back, or tell it of an earlier deadline.
//
// Ownership. Any goroutine puts, the wheel's owner takes everything at once: nobody takes a single entry, so an address
// that comes back (ABA) does no harm.
//
// Order. An entry's next is written before head (H1); the owner takes head before it reads next (H2).
type inbox struct {
	head sy.Pointer[entry]
}

// closedInbox is the head of an inbox that takes no more entries.
var closedInbox entry

// put adds an entry that the caller has made queued or loose. It reports false if the inbox is closed: a loose entry is then
// the garbage collector's, and a pending one still stands in its slot, where the closing of the wheel finds it. Any goroutine.
func (b *inbox) put(e *entry) bool {
	for {
		head := b.head.Load()
		if head == &closedInbox {
			return false
		}
		e.next = head
		if b.head.CompareAndSwap(head, e) { // H1
			return true
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

// close returns the first of the last entries; later ones are refused. Owner only, once.
func (b *inbox) close() *entry { return b.head.Swap(&closedInbox) } // H2
