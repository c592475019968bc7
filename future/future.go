package future

import "errors"

// ErrNilFuture is returned where a nil future is awaited or spawned.
var ErrNilFuture = errors.New("simmer: nil future")

// Future is a computation that makes progress when it is polled.
//
// Poll returns ready == true once, with the value and error that are its result, and is never called again after that.
// While it is not ready it returns the zero value, false and nil, and has seen to it that the task's waker
// (cx.Waker()) is called when another poll may get further: store the waker, then check the condition once more.
// A poll that is not ready and left no waker behind is never called again. Polls may come without a reason; then Poll is
// not ready once more. Poll must not block: the worker that calls it has other tasks. The executor never polls a
// future from two goroutines at once, though consecutive polls may come from different ones.
type Future[T any] interface {
	Poll(cx *Context) (value T, ready bool, err error)
}

// Dropper is what a future implements that holds something to give back: a place in a queue, a timer, a task.
//
// Drop is called exactly once, also if the future was never polled, when the future ends without having been ready, by
// whoever holds it: the worker on abort, panic or shutdown, a combinator for its losing branches, Await while unwinding,
// Spawn on a closed runtime. It is never called after ready nor beside a poll. On a closed runtime cx has no worker:
// wakes still work, waiting does not. Rust's drop of a future; Go has no destructors.
type Dropper interface {
	Drop(cx *Context)
}

// Drop calls f's Drop if it has one. The caller gives f up.
func Drop(cx *Context, f any) {
	if d, ok := f.(Dropper); ok {
		d.Drop(cx)
	}
}

// Func makes a future of a poll function. It has no Drop; it costs no allocation beyond the function's closure.
// future.Func(rx.PollRecv) is how a Poll method becomes a future.
func Func[T any](poll func(cx *Context) (T, bool, error)) Future[T] {
	if poll == nil {
		return nil
	}
	return funcFuture[T](poll)
}

type funcFuture[T any] func(cx *Context) (T, bool, error)

func (f funcFuture[T]) Poll(cx *Context) (T, bool, error) { return f(cx) }

// Ref returns a future that polls f and never drops it: for a future that must survive a combinator that drops its losing
// branches. The caller keeps f and still has to drop it.
func Ref[T any](f Future[T]) Future[T] {
	if f == nil {
		return nil
	}
	return &ref[T]{f: f}
}

type ref[T any] struct{ f Future[T] }

func (r *ref[T]) Poll(cx *Context) (T, bool, error) { return r.f.Poll(cx) }
