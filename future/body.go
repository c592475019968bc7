package future

import "github.com/simmer-go/simmer/internal/origin"

// Async makes a future of straight-line code: a body, which runs on a coroutine and may [Await]. The body starts at the
// first poll. If the future is dropped before it is ready, the body's Await does not return: it unwinds, so that the body's
// deferred calls run, before Drop returns. A body that was never polled never runs.
//
// The future is for one owner and one use: to run the body again, or in another task, call Async again. A poll after it was
// ready returns [ErrReadyBefore].
//
// In a body, do not block the goroutine (channels, mutexes held across an Await, time.Sleep): it is the worker's. Do not
// call runtime.LockOSThread: suspending under it is fatal. A panic in the body is a panic of the poll, and ends the task.
func Async[T any](body func(cx *Context) (T, error)) Future[T] {
	if body == nil {
		return nil
	}
	b := MakeBody(body)
	return &b
}

// MakeBody is [Async] by value, for embedding where one more allocation would matter. Do not copy it after its first poll.
func MakeBody[T any](body func(cx *Context) (T, error)) Body[T] {
	return Body[T]{function[T]{fn: body}}
}

// Body is the future that [Async] returns.
type Body[T any] struct{ function function[T] }

// Origin names the body's function, as long as it has not been polled to its end. For executors.
func (b *Body[T]) Origin() origin.Origin {
	if b == nil || b.function.fn == nil {
		return origin.Origin{}
	}
	return origin.OfFunc(b.function.fn)
}

// Poll runs the body until it waits or ends.
func (b *Body[T]) Poll(cx *Context) (value T, ready bool, err error) {
	f := &b.function
	if f.fn == nil {
		if f.err != nil {
			return value, true, f.err
		}
		return value, true, ErrNilFuture
	}
	if f.state.co == nil && cx.local == nil {
		return value, true, ErrNoWorker
	}
	ready, failure := f.state.Poll(cx, f, false)
	if !ready {
		return value, false, nil
	}
	f.fn = nil
	if failure != nil {
		panic(failure)
	}
	value, err = f.value, f.err
	clear1(&f.value)
	f.err = ErrReadyBefore // for who polls once more
	return value, true, err
}

// Drop unwinds the body if it has begun. A panic of one of its deferred calls is a panic of Drop.
func (b *Body[T]) Drop(cx *Context) {
	f := &b.function
	f.fn = nil
	if f.state.co == nil {
		return
	}
	defer func() { // also if a deferred call of the body panics
		clear1(&f.value)
		f.err = ErrReadyBefore
	}()
	f.state.Drop(cx)
}

// function is the [Code] of a Body.
type function[T any] struct {
	state Run
	fn    func(cx *Context) (T, error)
	value T
	err   error
}

func (f *function[T]) Run() *Run { return &f.state }

func (f *function[T]) RunBody(cx *Context) { f.value, f.err = f.fn(cx) }

func clear1[T any](p *T) {
	var zero T
	*p = zero
}
