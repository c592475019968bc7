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
	return &Body[T]{fn: body}
}

// MakeBody is [Async] by value, for embedding where one more allocation would matter. Do not copy it after its first poll.
func MakeBody[T any](body func(cx *Context) (T, error)) Body[T] { return Body[T]{fn: body} }

// Body is the future that [Async] returns.
type Body[T any] struct {
	fn    func(cx *Context) (T, error)
	co    *coroutine
	value T
	err   error
}

// Origin names the body's function, as long as it has not been polled to its end. For executors.
func (b *Body[T]) Origin() origin.Origin {
	if b == nil || b.fn == nil {
		return origin.Origin{}
	}
	return origin.OfFunc(b.fn)
}

// Poll runs the body until it waits or ends.
func (b *Body[T]) Poll(cx *Context) (value T, ready bool, err error) {
	if b.co == nil {
		if b.fn == nil {
			if b.err != nil {
				return value, true, b.err
			}
			return value, true, ErrNilFuture
		}
		if cx.local == nil {
			return value, true, ErrNoWorker
		}
		b.co = cx.local.bodies.get()
		b.co.job = b
	}
	co := b.co
	if co.poll != nil { // best effort: two tasks that poll at once are a data race
		panic("simmer: one body polled by two tasks: make a future for each, with a call of Async of its own")
	}
	co.lend(cx)
	co.next()
	if !co.takeBack() {
		return value, false, nil
	}
	return b.end(cx)
}

func (b *Body[T]) end(cx *Context) (value T, ready bool, err error) {
	co := b.co
	b.co, b.fn = nil, nil
	if failure := co.release(cx); failure != nil {
		panic(failure)
	}
	value, err = b.value, b.err
	clear1(&b.value)
	b.err = ErrReadyBefore // for who polls once more
	return value, true, err
}

// Drop unwinds the body if it has begun. A panic of one of its deferred calls is a panic of Drop.
func (b *Body[T]) Drop(cx *Context) {
	b.fn = nil
	co := b.co
	if co == nil {
		return
	}
	if co.dead {
		b.co = nil
		return
	}
	if cx == nil {
		cx = &Context{}
	}
	co.cancel = true
	if l := cx.local; l != nil { // deferred calls have no next turn to wait for, and take nothing from the poll around them
		defer func(budget int) { l.budget = budget }(l.budget)
		l.budget = Budget
	}
	co.lend(cx)
	co.next()
	co.takeBack()
	b.end(cx)
}

func (b *Body[T]) run(cx *Context) { b.value, b.err = b.fn(cx) }

func clear1[T any](p *T) {
	var zero T
	*p = zero
}
