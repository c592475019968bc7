package future

import (
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// part is what the futures of one part of a combinator wake in place of the task. It goes to its combinator, which wakes
// the task.
type part struct {
	waker.Header
	of   combinator
	next *part // while it is in an inbox or a line
}

// combinator is told which of its parts was woken, and returns the waker of the task that has to poll it now, the zero
// Waker if that has been woken already. It owns the part's queue entry. Any goroutine.
type combinator interface {
	enqueue(p *part) waker.Waker
}

// partExecutor is the executor of all parts. [Context.Wake] and [Local.Ready] know it: they wake the task the short way.
var partExecutor = waker.NewExecutor(func(h *waker.Header) { partOf(h).enqueue().Wake() })

func partOf(h *waker.Header) *part { return holder.Of[part](h) }

// enqueue hands p, whose queue entry the caller holds, to its combinator.
func (p *part) enqueue() waker.Waker { return p.of.enqueue(p) }

// inbox takes in the parts that were woken, and wakes the one task that polls them. The zero inbox is empty.
//
// Ownership. Any goroutine may enqueue a part whose queue entry it holds; from then on next is the inbox's. One goroutine
// at a time, the one that polls, calls take.
//
// Order. The poller stores its waker (I1) and then takes the parts (I2); who wakes one puts it in (I3) and then takes the
// waker (I4). I1 pairs with I4 and I3 with I2: a part that I2 does not see finds the waker.
type inbox struct {
	poller waker.Slot // I1 is its Set, I4 its Take
	last   sy.Pointer[part]
}

func (in *inbox) enqueue(p *part) waker.Waker {
	for {
		last := in.last.Load()
		p.next = last
		if in.last.CompareAndSwap(last, p) { // I3
			return in.poller.Take()
		}
	}
}

// take moves all parts to the end of the line, in the order in which they were woken.
func (in *inbox) take(to *line) {
	if in.last.Load() == nil {
		return
	}
	last := in.last.Swap(nil) // I2
	var first *part
	for p := last; p != nil; {
		before := p.next
		p.next = first
		first, p = p, before
	}
	to.append(first, last)
}

// line is a first-in-first-out list of parts. The zero line is empty. Not for concurrent use.
type line struct{ first, last *part }

func (l *line) push(p *part) {
	p.next = nil
	l.append(p, p)
}

// append adds the parts that are linked from first to last.
func (l *line) append(first, last *part) {
	if l.last == nil {
		l.first = first
	} else {
		l.last.next = first
	}
	l.last = last
}

// appendAll moves all of other to the end of l.
func (l *line) appendAll(other *line) {
	if other.first != nil {
		l.append(other.first, other.last)
		*other = line{}
	}
}

func (l *line) pop() *part {
	p := l.first
	if p == nil {
		return nil
	}
	l.first = p.next
	if l.first == nil {
		l.last = nil
	}
	p.next = nil
	return p
}
