package aio

import (
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// blocker waits for one direction of a connection in an ordinary goroutine: a task whose executor wakes a goroutine.
//
// Ownership. mu is held for a whole operation; its holder owns everything else and is the direction's waiter, but for header's
// state word and woken, which wakers use. woken has room for the one wake that follows each Idle.
type blocker struct {
	header waker.Header
	mu     sync.Mutex

	half  *half
	cx    future.Context
	woken chan struct{}
	timer *time.Timer // nil until a deadline was waited for
}

var blockers = waker.NewExecutor(func(h *waker.Header) { holder.Of[blocker](h).woken <- struct{}{} })

func (b *blocker) init(h *half) {
	b.header.Init(blockers)
	b.half = h
	b.cx = future.NewContext(nil, &b.header)
	b.woken = make(chan struct{}, 1)
}

// do reads or writes once. Its errors are bare. mu held.
func (b *blocker) do(p []byte) (int, error) {
	for {
		b.header.Begin()
		n, ready, err := b.half.try(&b.cx, p)
		if ready {
			return n, err
		}
		if b.header.Idle() == waker.Parked {
			b.wait(b.half.deadline.time()) // T2
		}
	}
}

// wait returns when the header is active again: after a wake, or after at unless that is zero.
func (b *blocker) wait(at time.Time) {
	if at.IsZero() {
		<-b.woken
		return
	}
	if b.timer == nil {
		b.timer = time.NewTimer(time.Until(at))
	} else {
		b.timer.Reset(time.Until(at))
	}
	select {
	case <-b.woken:
		b.timer.Stop()
	case <-b.timer.C:
		if !b.header.Notify() { // a waker was faster
			<-b.woken
		}
	}
}
