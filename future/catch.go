package future

import "runtime/debug"

// Catch returns a future with f's value, or, if f fails, with what fn makes of the error. A nil f is an error too.
func Catch[T any](f Future[T], fn func(err error) (T, error)) Future[T] {
	return &caught[T]{branch[T]{orNil(f)}, fn}
}

type caught[T any] struct {
	from branch[T]
	fn   func(error) (T, error)
}

func (c *caught[T]) Poll(cx *Context) (value T, ready bool, err error) {
	if value, ready, err = c.from.poll(cx); err != nil {
		value, err = c.fn(err)
	}
	return value, ready, err
}

func (c *caught[T]) Drop(cx *Context) { c.from.drop(cx) }

// CatchPanic returns a future with f's result, or, if a poll of f panics, with a [*Panic] as its error; f is dropped then. A
// nil f gives [ErrNilFuture].
func CatchPanic[T any](f Future[T]) Future[T] { return &panicCaught[T]{branch[T]{orNil(f)}} }

type panicCaught[T any] struct{ from branch[T] }

func (c *panicCaught[T]) Poll(cx *Context) (value T, ready bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			ready, err = true, c.end(cx, v)
		}
	}()
	return c.from.poll(cx)
}

// end drops f, which has panicked with v. If Drop panics too, that is the error: it came last.
func (c *panicCaught[T]) end(cx *Context, v any) (err error) {
	err = panicOf(v)
	defer func() {
		if v := recover(); v != nil {
			err = panicOf(v)
		}
	}()
	c.from.drop(cx)
	return err
}

func (c *panicCaught[T]) Drop(cx *Context) { c.from.drop(cx) }

// panicOf returns v, which a deferred call has recovered, as an error with the stack.
func panicOf(v any) *Panic {
	if p, ok := v.(*Panic); ok {
		return p
	}
	return &Panic{Value: v, Stack: debug.Stack()}
}
