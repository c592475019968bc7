package future

// Code is a body that a [Run] runs. For executors.
type Code interface {
	// RunBody calls the body and keeps its result.
	RunBody(cx *Context)
	// Run returns the Run that runs it, always the same.
	Run() *Run
}

// Run is one run of a body: the part of it that does not depend on its type. The zero Run has not begun. For executors, which
// keep a task's body and its result themselves; [Body] is made of it too. Do not copy it after its first poll.
type Run struct{ co *coroutine }

// Poll runs code, whose Run r is, until it waits or ends. When it is ready it says what the body has panicked with, if it has.
// cx has a worker.
//
// A bare code is the whole of its task: when it ends, its coroutine may go on with the worker's tasks in place of the caller. Then
// Poll reports false, and the caller asks the executor which task is present: one that waits, or none. It must not touch its own.
func (r *Run) Poll(cx *Context, code Code, bare bool) (ready bool, failure *Panic) {
	if r.co == nil {
		cx.local.bodies.get().begin(code, bare)
	}
	co := r.co
	if co.poll != nil { // best effort: two tasks that poll at once are a data race
		panic("simmer: one body polled by two tasks: make a future for each, with a call of Async of its own")
	}
	co.lend(cx)
	co.next()
	if cx.local != nil && cx.local.deputy == co {
		co.standDown(cx.local)
		return false, nil
	}
	if !co.takeBack() {
		return false, nil
	}
	co.code.Run().co = nil // not r, which this frame would keep while a deputy goes on
	return true, co.release(cx)
}

// Drop unwinds the body if it has begun. A panic of one of its deferred calls is a panic of Drop. cx may be nil.
func (r *Run) Drop(cx *Context) {
	co := r.co
	if co == nil {
		return
	}
	r.co = nil
	if co.dead {
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
	if failure := co.release(cx); failure != nil {
		panic(failure)
	}
}
