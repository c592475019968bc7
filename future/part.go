package future

import (
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// part is what the futures of one part of a combinator wake in place of the task. It goes to its combinator, which wakes
// the task.
type part struct {
	waker.Header
	of combinator
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

// inbox is a combinator that polls its parts one by one.
type inbox struct{ waker.Inbox }

func (in *inbox) enqueue(p *part) waker.Waker { return in.Put(&p.Header) }
