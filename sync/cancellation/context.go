package cancellation

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// FromContext returns a token that is cancelled when ctx ends, with ctx's cause. If ctx has ended already, the token is born
// cancelled. stop ends the tie and lets ctx forget the token; it reports whether that came before ctx's end. No goroutine waits.
func FromContext(ctx context.Context) (t *Token, stop func() bool) {
	t = New()
	follow := func() { t.CancelCause(nil, context.Cause(ctx)) }
	if ctx.Err() != nil {
		follow()
		return t, func() bool { return false }
	}
	return t, context.AfterFunc(ctx, follow)
}

// Context returns a context that ends when parent does, when t is cancelled, with t's cause, or when stop is called: for code that
// takes a context. Call stop when the context is not needed any more, or t keeps it. No goroutine waits.
func (t *Token) Context(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	l := &contextLink{token: t, cancel: cancel}
	l.header.InitIdle(contextExecutor)
	cx := future.NewContext(nil, &l.header)
	if _, ready, _ := t.PollCancelled(&cx, &l.waiter); ready {
		cancel(t.Cause())
		return ctx, func() {}
	}
	unlink := context.AfterFunc(ctx, func() { l.waiter.Drop(nil) }) // parent has ended, or t
	return ctx, func() {
		if unlink() {
			l.waiter.Drop(nil)
		}
		cancel(context.Canceled)
	}
}

// contextLink is a waiter that ends a context instead of waking a task.
type contextLink struct {
	header waker.Header // must be first
	waiter Waiter
	token  *Token
	cancel context.CancelCauseFunc
}

var contextExecutor = waker.NewExecutor(func(h *waker.Header) {
	l := holder.Of[contextLink](h)
	l.cancel(l.token.Cause())
})
