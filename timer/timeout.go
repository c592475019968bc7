package timer

import (
	"time"

	"github.com/simmer-go/simmer/future"
)

// Timeout returns a future with the result of f, or [ErrElapsed] if f is not ready after d. Then, and if the timeout itself
// is dropped, f is dropped. d counts from the first poll; one that the clock cannot count to never ends. f is polled first:
// if both are ready, f wins, and if f is ready at once, no timer is armed and no clock is read. f cannot hold the timeout
// up by using up the task's budget. A nil f gives future.ErrNilFuture.
func Timeout[T any](d time.Duration, f future.Future[T]) future.Future[T] {
	return &Limited[T]{f: f, delay: Delay{deadline: int64(d)}}
}

// TimeoutAt is [Timeout] with the time at which f must be ready. If t has passed, f is polled once.
func TimeoutAt[T any](t time.Time, f future.Future[T]) future.Future[T] {
	return &Limited[T]{f: f, delay: Delay{at: &t}}
}

// MakeTimeout is [Timeout] by value, for embedding where one more allocation would matter. Do not copy it after its first
// poll.
func MakeTimeout[T any](d time.Duration, f future.Future[T]) Limited[T] {
	return Limited[T]{f: f, delay: Delay{deadline: int64(d)}}
}

// AwaitTimeout awaits [Timeout] in a body. It allocates nothing.
func AwaitTimeout[T any](cx *future.Context, d time.Duration, f future.Future[T]) (T, error) {
	t := Limited[T]{f: f, delay: Delay{deadline: int64(d)}}
	return future.AwaitPoll(cx, t.Poll, t.Drop)
}

// Limited is the future that [Timeout] returns.
type Limited[T any] struct {
	f     future.Future[T]
	delay Delay
}

// Poll polls f, then the timer.
func (t *Limited[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	if t.f == nil {
		return value, true, future.ErrNilFuture
	}
	// A timer that was armed has made the task wait, so its end needs no budget: f may have used it up. One that ends
	// without having been armed, because d is not positive, needs what f has found: loops of it would never yield.
	mayEnd := t.delay.deadline > 0 || cx.HasBudget()
	if value, ready, err = t.f.Poll(cx); ready {
		t.delay.Drop(cx)
		return value, true, err
	}
	var zero T
	if !mayEnd {
		return zero, false, nil
	}
	ended, err := t.delay.poll(cx)
	if !ended {
		return zero, false, nil
	}
	if err == nil {
		err = ErrElapsed
	}
	t.drop(cx)
	return zero, true, err
}

// Drop drops the timer and f.
func (t *Limited[T]) Drop(cx *future.Context) {
	t.delay.Drop(cx)
	t.drop(cx)
}

// drop drops f, once: if that panics, who holds the timeout drops that too.
func (t *Limited[T]) drop(cx *future.Context) {
	f := t.f
	t.f = nil
	future.Drop(cx, f)
}
