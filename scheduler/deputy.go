package scheduler

import "github.com/simmer-go/simmer/future"

// Continue ends the poll of a body that has returned or panicked, and goes on with the worker's tasks on the body's coroutine, while the
// worker's own goroutine waits for that. It returns the next body that has not begun, for its coroutine to run; or nil, when
// the worker's goroutine must go on: without tasks, without a core, or after a panic of another task. See [future.Loop].
func (w *Worker) Continue(failure *future.Panic) future.Code {
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r != nil { // nil: Goexit, of which the worker's own goroutine hears
			w.afterPanic(r)
		}
	}()
	if failure != nil {
		w.afterPanic(failure)
	} else {
		w.complete(w.current(), Returned)
	}
	for w.core != nil {
		t := w.next()
		if t == nil {
			break
		}
		if t.Tag&(bare|registered) != bare {
			w.poll(t)
		} else if !w.enter(t) || w.begin(t) {
			returned = true
			return t.work.(future.Code)
		}
	}
	w.cx.SetTask(nil)
	returned = true
	return nil
}
