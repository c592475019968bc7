package future

// Loop lets a body's coroutine take the place of the worker's goroutine. A body that has never waited would otherwise cost two
// switches for nothing: one to its coroutine, one back. So when a bare body ends, its coroutine stays where it is, as the deputy
// of the worker's goroutine, which waits in [Run.Poll]: it polls the next tasks, and runs the next body that has not begun itself.
// It gives the worker's goroutine its place back when that body waits, or when it finds no task.
//
// A worker has one deputy at most. A coroutine always parks where its own resume is expected, so that any worker may resume it, and
// it can end.
type Loop interface {
	// Continue ends the poll of the present task, whose body has returned, or has panicked with failure, and polls the tasks that
	// are next, until it comes to a body that has not begun, and is its task's whole work: this it returns, with its poll begun.
	// It returns nil if the worker's goroutine must go on.
	Continue(failure *Panic) Code
}

// goOn is called when a body has returned or panicked. It reports whether co has to run another one.
func (co *coroutine) goOn() bool {
	l := co.cx.local
	if !co.bare || co.cancel || l == nil || l.Loop == nil || l.deputy != nil && l.deputy != co {
		return false
	}
	cx, failure := co.poll, co.failure
	co.code.Run().co = nil
	co.takeBack()
	co.clear()
	l.deputy = co
	code := l.Loop.Continue(failure)
	if code == nil {
		co.surplus = !l.bodies.keep(co)
		return false
	}
	co.begin(code, true)
	co.lend(cx)
	return true
}

// standDown ends co's time as a deputy. The worker's goroutine calls it when it goes on: the body that co runs waits, or co is
// idle.
func (co *coroutine) standDown(l *Local) {
	l.deputy = nil
	if co.code != nil {
		co.takeBack()
	}
}
