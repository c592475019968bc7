package future

import (
	"iter"

	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/internal/invariant"
)

// coroutine runs bodies, one after the other, on a stack of its own. It is made of iter.Pull: resume and suspend switch
// stacks in about 60 ns without going through Go's scheduler. It outlives its body's panic and cancellation, so that it
// can go back to the pool; only Goexit ends it.
//
// Ownership. Whoever polls the body owns the coroutine; while it is resumed, the body's goroutine does, and the poller
// waits in resume.
type coroutine struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	cx   Context  // the body's
	poll *Context // of the poll that has resumed the body; nil while suspended
	code Code     // what it runs, nil while idle
	bare bool     // code is all of its task

	surplus   bool   // the pool had no place for it
	done      bool   // the body has ended
	dead      bool   // the coroutine itself has ended, by Goexit if during a body
	depth     int    // of the nest of resumed bodies on this worker, counted with this one
	cancel    bool   // the body must unwind
	unwinding bool   // it has begun to
	failure   *Panic // what the body has panicked with
	goroutine uint64 // in checking builds
}

// unwind is what a cancelled Await panics with. It is an error, so that code which recovers and logs says what it met.
type unwind struct{}

func (unwind) Error() string { return "simmer: the body unwinds because its task was cancelled" }

func (unwind) Unwrap() error { return ErrCancelled }

func newCoroutine() *coroutine {
	co := &coroutine{}
	co.cx.co = co
	co.next, co.stop = iter.Pull(co.loop)
	return co
}

func (co *coroutine) loop(yield func(struct{}) bool) {
	co.yield = yield
	defer co.die()
	if invariant.Enabled {
		co.goroutine = gostack.ID()
	}
	for {
		co.runBody()
		for co.goOn() {
			co.runBody()
		}
		if co.surplus || !yield(struct{}{}) {
			return
		}
	}
}

// die leaves nothing that a late use of the body's cx could mistake for a running body. Goexit comes here out of a body.
func (co *coroutine) die() {
	co.dead = true
	co.takeBack()
}

func (co *coroutine) runBody() {
	returned := false
	defer func() {
		co.done = true
		if returned {
			return
		}
		switch v := recover().(type) {
		case nil: // Goexit
		case unwind:
		default:
			co.failure = panicOf(v)
		}
	}()
	co.code.RunBody(&co.cx)
	returned = true
}

// lend prepares co for the poll of cx. Between lend and takeBack the caller calls next, which runs the body until it
// suspends or ends. The two are not one function around next: a return that crosses the switch costs a mispredicted
// branch, 5 ns.
func (co *coroutine) lend(cx *Context) {
	if cx.co != nil { // a body that polls by hand: what it polls must not suspend it
		cx = cx.check().poll
	}
	l := cx.local
	co.poll = cx //simmer:ignore cxkept until takeBack
	co.cx.local, co.cx.part, co.cx.values = l, cx.part, cx.values
	co.cx.task.Store(cx.Task())
	if l != nil {
		l.depth++
		co.depth = l.depth
	}
}

// takeBack ends the poll that lend has prepared, and reports whether the body has ended.
func (co *coroutine) takeBack() (ended bool) {
	if l := co.cx.local; l != nil {
		l.depth--
		co.cx.local = nil
	}
	co.poll = nil
	return co.done
}

// suspend waits for the next resume. It reports false if the body must unwind instead.
func (co *coroutine) suspend() bool {
	if co.cancel {
		return false
	}
	if !co.yield(struct{}{}) {
		co.cancel = true
	}
	return !co.cancel
}

// release returns co to the pool of cx's worker, and what its body has panicked with.
func (co *coroutine) release(cx *Context) *Panic {
	failure := co.failure
	co.clear()
	if cx.local == nil {
		co.stop()
	} else {
		cx.local.bodies.put(co)
	}
	return failure
}

// begin gives co a body to run.
func (co *coroutine) begin(code Code, bare bool) {
	co.code, co.bare = code, bare
	code.Run().co = co
}

// clear forgets the body that has ended.
func (co *coroutine) clear() {
	co.code, co.failure = nil, nil
	co.done, co.cancel, co.unwinding = false, false, false
	co.cx.task.Store(nil)
	co.cx.part, co.cx.values = nil, nil
}

// check panics unless the caller is the running body that cx belongs to.
func (cx *Context) check() *coroutine {
	if cx == nil || cx.co == nil {
		if cx == nil {
			panic("simmer: Await outside a body: cx is nil; future.Async and runtime.Go give a body its cx, and an ordinary goroutine has none: it uses Wait or BlockOn")
		}
		panic("simmer: Await outside a body: a Poll keeps its future and polls it; straight-line code belongs into future.Async or runtime.Go")
	}
	co := cx.co
	l := co.cx.local
	if co.poll == nil || l != nil && l.depth != co.depth || invariant.Enabled && co.goroutine != gostack.ID() {
		panic("simmer: Await with another body's cx: each body, goroutine and poll uses the cx that it was given, never its parent's")
	}
	return co
}
