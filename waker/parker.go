package waker

import (
	"context"

	"github.com/simmer-go/simmer/internal/holder"
)

// Parker lets an ordinary goroutine wait the way a task does: its waker ends [Parker.Park]. It may be used again and again,
// by one goroutine at a time. (Tokio's CachedParkThread, runtime/park.rs.)
//
// Ownership. The goroutine that uses the Parker owns the header's queue entry while it does not park; in Park it gives the
// entry up, and receives it from the channel or takes it back.
type Parker struct {
	header Header        // must be first
	woken  chan struct{} // carries the queue entry; has room, because there is one
}

var parkerExecutor = NewExecutor(func(h *Header) { holder.Of[Parker](h).woken <- struct{}{} })

// NewParker returns a Parker that nobody has woken.
func NewParker() *Parker {
	p := &Parker{woken: make(chan struct{}, 1)}
	p.header.Init(parkerExecutor)
	return p
}

// Waker returns the waker that ends Park. It may be kept: a late wake ends a later Park for no reason. Any goroutine.
func (p *Parker) Waker() Waker { return p.header.Waker() }

// Park waits until the waker has been called since the last Park returned, and then returns nil; or until ctx ends, and then
// returns ctx's cause, also if the waker was called meanwhile. The caller looks at its condition again in both cases. Owner only.
func (p *Parker) Park(ctx context.Context) error {
	var err error
	if p.header.Idle() == Parked {
		select {
		case <-p.woken:
		case <-ctx.Done():
			err = context.Cause(ctx)
			if !p.header.Notify() {
				<-p.woken // a waker came first; its entry is on the way
			}
		}
	} else if ctx.Err() != nil { // else who always wakes himself would wait for ever
		err = context.Cause(ctx)
	}
	p.header.Begin()
	return err
}
