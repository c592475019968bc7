package future

import (
	"context"

	"github.com/simmer-go/simmer/waker"
)

// Wait polls f on the calling goroutine, which it blocks between polls, until f is ready, and returns f's result. If ctx ends
// first, f is dropped and Wait returns ctx's cause. f's cx has no worker: channels, locks and handles work, timers and sockets
// fail with [ErrNoWorker]; give f to runtime.BlockOn for these.
//
// For ordinary goroutines. In a task it would block the worker: use [Await].
func Wait[T any](ctx context.Context, f Future[T]) (value T, err error) {
	if f == nil {
		return value, ErrNilFuture
	}
	if d, ok := f.(Dropper); ok {
		return WaitPoll(ctx, f.Poll, d.Drop)
	}
	return WaitPoll(ctx, f.Poll, nil)
}

// WaitPoll is [Wait] for a poll function and what drops its unfinished work, which may be nil: methods named XBlocking are
// WaitPoll over their PollX.
func WaitPoll[T any](ctx context.Context, poll func(cx *Context) (T, bool, error), drop func(cx *Context)) (value T, err error) {
	if poll == nil {
		return value, ErrNilFuture
	}
	parker := waker.NewParker() // not pooled: a channel belongs to the testing/synctest bubble that made it
	cx := NewContext(nil, parker.Waker().Header())
	ready := false
	defer func() {
		if !ready && drop != nil {
			drop(&cx)
		}
	}()
	for {
		if value, ready, err = poll(&cx); ready {
			return value, err
		}
		if err = parker.Park(ctx); err != nil {
			return value, err
		}
	}
}
