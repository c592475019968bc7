package scheduler

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// poll gives t one poll and does what follows from it. The worker holds t's queue entry. From enter to endPoll the core is not
// touched: what is the task's own code may block there, in the poll, in its Drop or in a hook, and the core be taken away.
func (w *Worker) poll(t *Task) {
	if w.enter(t) && !w.begin(t) {
		return
	}
	if t.work.PollTask(&w.cx) {
		w.complete(w.current(), Returned) // not t, which this frame would keep while a deputy goes on
		return
	}
	w.settle()
}

// enter makes t the present task, and reports whether begin must be called before the poll.
func (w *Worker) enter(t *Task) bool {
	w.cx.SetTask(&t.Header)
	w.mark.begin()
	return t.IsMarked() || w.closing || w.observer != nil
}

// begin is the second half of enter. It reports false if t was cancelled instead.
func (w *Worker) begin(t *Task) bool {
	if t.Begin() || w.closing {
		w.cancel(t)
		return false
	}
	if w.observer != nil {
		w.observer(Event{Kind: PollBegin, Worker: w.slot, Task: t})
	}
	return true
}

// settle puts the present task away, whose poll was not ready. All that belongs to the task is written before Idle: after it the
// task may run elsewhere. There is no present task if a deputy has gone on with the worker's tasks and found no more: see Continue.
func (w *Worker) settle() {
	t := w.current()
	if t == nil {
		return
	}
	if w.observer != nil {
		w.observer(Event{Kind: PollEnd, Worker: w.slot, Task: t})
	}
	if w.mark.end() { // endPoll, inlined
		w.askForCore()
	}
	if len(w.born.list) != 0 {
		w.adopt(t)
	}
	if t.Tag&registered == 0 {
		w.register(t)
	}
	if w.local.TimersStaged {
		w.applyTimers()
	}
	if !w.local.TakeAgain() {
		switch t.Idle() {
		case waker.Parked:
			return
		case waker.Cancel:
			w.mark.begin() // its Drop may block like a poll
			w.published++  // but does not count as one
			w.cancel(t)
			return
		case waker.PollAgain:
		}
	}
	// Behind all that are ready.
	if c := w.core; c != nil && t.Tag&pinned == 0 {
		c.deferred.push(t)
		if w.hasLongPolls() { // the next look may be far, and the deque never be empty
			w.stopAt = w.mark.tick()
		}
		return
	}
	t.Executor().Schedule(&t.Header)
}

// adopt makes the tasks that were spawned by this poll t's children.
func (w *Worker) adopt(t *Task) {
	for _, child := range w.born.list {
		if child.IsOwned() {
			t.more().children.add(child)
		}
	}
	w.born.forget()
}

// register makes t known to the core, so that shutdown and Tasks find it while it waits.
func (w *Worker) register(t *Task) {
	t.Tag |= registered | uint32(w.slot)<<homeShift
	if w.core == nil {
		w.sched.leave(t, nil)
		return
	}
	w.core.live.add(t)
}

// countEnd tells the core that knows it that a task has ended.
func (w *Worker) countEnd(home int) {
	if home == w.slot && w.core != nil {
		w.core.live.ended++
		return
	}
	w.sched.slots[home].endedElsewhere.Add(1)
}

// applyTimers gives the core what polls have staged. Without a core it does nothing: endShell leaves the stage to others.
func (w *Worker) applyTimers() {
	if c := w.core; c != nil {
		w.local.TimersStaged = false
		c.timers.Apply(w.local.Timers)
		c.nextTimer = 0
	}
}

// cancel drops t's future and completes it as cancelled, or as panicked if that panicked. After enter. Owner only.
func (w *Worker) cancel(t *Task) {
	outcome := Cancelled
	t.Abort() // on a closing worker nobody has asked; a context that Drop makes must be ended too
	t.endContext(future.ErrCancelled)
	if failure := dropTask(t, &w.cx); failure != nil {
		w.sched.fail(t, failure)
		outcome = Panicked
	}
	w.complete(t, outcome)
}

// dropTask drops t's future and returns what that has panicked with.
func dropTask(t *Task, cx *future.Context) (failure *Failure) {
	t.Tag |= dropping
	returned := false
	defer func() {
		if !returned {
			if r := recover(); r != nil { // nil: Goexit, which ends the goroutine and is dealt with there
				failure = failureOf(r)
			}
		}
	}()
	t.work.DropTask(cx)
	returned = true
	return nil
}

// complete ends t: its future is gone, its result stored. First its children are aborted, then the result is published,
// then the joiner woken.
func (w *Worker) complete(t *Task, outcome Outcome) {
	if w.observer != nil && outcome == Returned {
		t.Tag |= dropping // its future is gone: should the hook panic, nothing is left to be dropped
		w.observer(Event{Kind: PollEnd, Worker: w.slot, Task: t})
	}
	if w.mark.end() { // endPoll, inlined
		w.askForCore()
	}
	w.local.TakeAgain()
	if w.local.TimersStaged {
		w.applyTimers()
	}
	x := t.extra.Load()
	if len(w.born.list) != 0 {
		w.abortChildren(w.born.list)
		w.born.forget()
	}
	if x != nil && len(x.children.list) != 0 {
		w.abortChildren(x.children.list)
		x.children = children{}
	}
	if t.Tag&registered != 0 {
		w.countEnd(int(t.Tag >> homeShift))
	}
	t.Tag = t.Tag&^outcomeMask | uint32(outcome)
	w.stats[completed]++
	t.Finish()
	joiner := t.join.Take()
	if x = t.extra.Load(); x != nil { // again: a second waiter may have made it
		t.endContext(ErrEnded)
		if heard := t.wakeCrowd(joiner); outcome == Panicked && !heard {
			w.sched.reportPanic(t, x.failure)
		}
	}
	if w.observer != nil {
		w.tellEnd(t, joiner)
		return
	}
	if !joiner.IsZero() {
		w.wake(joiner)
	}
}

// tellEnd tells the observer that t is complete, and wakes its joiner, also if the observer calls Goexit.
func (w *Worker) tellEnd(t *Task, joiner waker.Waker) {
	defer func() {
		if !joiner.IsZero() {
			w.wake(joiner)
		}
	}()
	w.observer(Event{Kind: End, Worker: w.slot, Task: t})
}

func (w *Worker) abortChildren(list []*Task) {
	for _, child := range list {
		if child.IsOwned() {
			w.abort(child)
		}
	}
	if w.core != nil && w.deque.len() > 0 {
		w.sched.notify(true) // a child's deferred calls may be long
	}
}

// abort is Task.Cancel from a worker: an idle task goes to the worker's own queue.
func (w *Worker) abort(t *Task) {
	schedule := t.Abort()
	t.endContext(future.ErrCancelled)
	if !schedule {
		return
	}
	if t.Executor() == w.local.Executor {
		w.ScheduleBack(&t.Header)
	} else {
		t.Executor().Schedule(&t.Header)
	}
}

func (w *Worker) wake(k waker.Waker) {
	h := k.Header()
	if !h.Notify() {
		return
	}
	if h.Executor() == w.local.Executor {
		w.ScheduleNext(h)
	} else {
		h.Executor().Schedule(h)
	}
}

// afterPanic deals with what has ended the loop: a panic in the present task, or Goexit if recovered is nil. It reports
// whether the worker is over. After a panic the loop is entered anew. After Goexit this goroutine ends, and another one
// goes on with its core.
func (w *Worker) afterPanic(recovered any) (over bool) {
	t := w.current()
	if t == nil || recovered != nil && t.IsComplete() {
		panic(recovered) // not a task's: a defect of the scheduler or of an observer
	}
	if !t.IsComplete() { // else an observer has called Goexit when it was told of the end
		if t.Failure() == nil { // the first panic is the one that is told
			w.sched.fail(t, failureOf(recovered))
		}
		if t.Tag&dropping == 0 {
			dropTask(t, &w.cx)
		}
		w.complete(t, Panicked)
	}
	w.cx.SetTask(nil)
	if recovered != nil {
		return false
	}
	if w.core == nil {
		w.endShell()
		return true
	}
	w.publish() // before another worker may look whether all tasks have ended
	w.sched.handOff(w)
	w.giveAway()
	return true
}
