package cancellation

import "github.com/simmer-go/simmer/future"

// RunUntil returns a future with the result of f, or, if t is cancelled before f is ready, with t's Err; then f is dropped. If t is
// cancelled before the first poll, f is never polled. After that f is polled first: if both are ready, f wins. (Tokio-util's
// run_until_cancelled and with_cancellation_token.)
func RunUntil[T any](t *Token, f future.Future[T]) future.Future[T] {
	return &Until[T]{token: t, f: f}
}

// RunUntilCancelled awaits [RunUntil] in a body. It allocates nothing.
func RunUntilCancelled[T any](cx *future.Context, t *Token, f future.Future[T]) (T, error) {
	u := Until[T]{token: t, f: f}
	return future.AwaitPoll(cx, u.Poll, u.Drop)
}

// Until is the future that [RunUntil] returns.
type Until[T any] struct {
	token *Token
	f     future.Future[T] // nil after it was dropped
	done  *Waiting         // nil before the first poll
}

// Poll polls f, then looks at the token.
func (u *Until[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	switch {
	case u.f == nil:
		return value, true, future.ErrNilFuture
	case u.done != nil:
	case u.token.IsCancelled():
		return u.cancelled(cx)
	default:
		u.done = waitings.Get().(*Waiting)
		u.done.token = u.token
	}
	if value, ready, err = u.f.Poll(cx); ready {
		u.leave(cx)
		return value, true, err
	}
	if _, over, _ := u.done.Poll(cx); over {
		return u.cancelled(cx)
	}
	return value, false, nil
}

func (u *Until[T]) cancelled(cx *future.Context) (value T, ready bool, err error) {
	u.Drop(cx)
	return value, true, u.token.Err()
}

// Drop ends the wait and drops f.
func (u *Until[T]) Drop(cx *future.Context) {
	u.leave(cx)
	if f := u.f; f != nil {
		u.f = nil // not again, if its Drop panics
		future.Drop(cx, f)
	}
}

func (u *Until[T]) leave(cx *future.Context) {
	if d := u.done; d != nil {
		u.done = nil
		d.Drop(cx)
		d.recycle()
	}
}
