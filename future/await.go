package future

import "github.com/simmer-go/simmer/internal/gostack"

// Await waits, in a body, until f is ready, and returns its result. It suspends the body, never the worker. It returns at
// once if f is ready at its first poll: only waiting, or an empty budget, lets others run.
//
// If the task is aborted meanwhile, f is dropped and Await does not return: the body unwinds and its deferred calls run.
// That is sticky: whoever recovers from it meets it again in the next Await. In a deferred call of a body that unwinds,
// Await polls f once and, if it is not ready, drops it and returns [ErrCancelled].
//
// Await panics if cx is not the running body's own: in a Poll, in another body, in a goroutine that the body has started. With
// the race detector it always sees that; without, where it is cheap to see, and else the program may hang: run tests with -race.
func Await[T any](cx *Context, f Future[T]) (value T, err error) {
	co := cx.check()
	if f == nil {
		return value, ErrNilFuture
	}
	ready := false
	defer func() {
		if !ready { // cancelled, or f has panicked
			Drop(co.poll, f)
		}
	}()
	co.enter()
	for {
		if value, ready, err = f.Poll(co.poll); ready {
			return value, err
		}
		if !co.suspend() {
			return value, co.unwind()
		}
	}
}

// AwaitPoll is [Await] for a poll function and what drops its unfinished work, which may be nil. It allocates nothing, not
// even the closures: methods named X are AwaitPoll over their PollX.
func AwaitPoll[T any](cx *Context, poll func(cx *Context) (T, bool, error), drop func(cx *Context)) (value T, err error) {
	co := cx.check()
	if poll == nil {
		return value, ErrNilFuture
	}
	ready := false
	defer func() {
		if !ready && drop != nil {
			drop(co.poll)
		}
	}()
	co.enter()
	for {
		if value, ready, err = poll(co.poll); ready {
			return value, err
		}
		if !co.suspend() {
			return value, co.unwind()
		}
	}
}

// Yield lets all tasks that are ready now run before the body goes on. It returns ErrCancelled in a deferred call of a
// body that unwinds. (Tokio's yield_now, task/yield_now.rs.)
func Yield(cx *Context) error {
	co := cx.check()
	co.enter()
	if !co.cancel {
		co.poll.Again()
	}
	if !co.suspend() {
		return co.unwind()
	}
	return nil
}

// enter unwinds a body that has recovered from its unwinding.
func (co *coroutine) enter() {
	if co.cancel && !co.inDefer() {
		co.unwinding = true
		panic(unwind{})
	}
}

// unwind starts to unwind the body, or, in a deferred call of a body that unwinds already, returns ErrCancelled.
func (co *coroutine) unwind() error {
	if co.inDefer() {
		return ErrCancelled
	}
	co.unwinding = true
	panic(unwind{})
}

// isOver reports whether err, which an Await in cx's body has returned, says that nothing more can be awaited: the body unwinds.
func (cx *Context) isOver(err error) bool { return err == ErrCancelled && cx.co.unwinding }

// inDefer reports whether the caller is a deferred call of a body that unwinds.
func (co *coroutine) inDefer() bool {
	return co.unwinding && gostack.Inside("runtime.gopanic")
}
