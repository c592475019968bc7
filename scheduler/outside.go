package scheduler

import "github.com/simmer-go/simmer/future"

// Number numbers a task that belongs to the scheduler and that another executor will run. It reports false if spawns from
// outside are refused. Any goroutine.
func (s *Scheduler) Number(t *Task) bool {
	if s.injector.closed() {
		return false
	}
	t.id = s.ids.Add(1)
	s.observe(Event{Kind: Spawn, Worker: -1, Task: t})
	return true
}

// RunOutside polls a task of another executor once, on the calling goroutine, and completes it. The poll may block; it has no
// worker. A task that was aborted before is dropped instead. If the poll calls Goexit the goroutine ends after that.
// cx is the calling goroutine's, for one task after the other. Owner only.
func (s *Scheduler) RunOutside(t *Task, cx *future.Context) {
	*cx = future.NewContext(nil, &t.Header)
	if t.Begin() {
		s.completeOutside(t, cx)
		return
	}
	returned := false
	defer func() {
		if !returned {
			failure := failureOf(recover())
			dropTask(t, cx)
			s.finishOutside(t, Panicked, failure)
		}
	}()
	t.work.PollTask(cx)
	returned = true
	s.finishOutside(t, Returned, nil)
}

// DropOutside completes a task of another executor as cancelled, with cause as what its JoinError wraps. Owner only.
func (s *Scheduler) DropOutside(t *Task, cause error) {
	t.SetErr(cause)
	cx := future.NewContext(nil, &t.Header)
	s.completeOutside(t, &cx)
}

func (s *Scheduler) completeOutside(t *Task, cx *future.Context) {
	if failure := dropTask(t, cx); failure != nil {
		s.finishOutside(t, Panicked, failure)
		return
	}
	s.finishOutside(t, Cancelled, nil)
}

func (s *Scheduler) finishOutside(t *Task, outcome Outcome, failure *Failure) {
	if failure != nil {
		s.fail(t, failure)
	}
	t.Tag = t.Tag&^outcomeMask | uint32(outcome)
	t.Finish()
	joiner := t.join.Take()
	t.endContext(ErrEnded)
	if heard := t.wakeCrowd(joiner); outcome == Panicked && !heard {
		s.reportPanic(t, failure)
	}
	defer joiner.Wake() // also if the observer calls Goexit
	s.observe(Event{Kind: End, Worker: -1, Task: t})
}

// Refuse completes a new task that no executor takes: its future's Drop has run when Refuse returns, and cause is what its
// JoinError wraps. Before the task is shared.
func Refuse(t *Task, cause error) {
	t.SetErr(cause)
	cx := future.NewContext(nil, &t.Header)
	outcome := Cancelled
	if failure := dropTask(t, &cx); failure != nil {
		t.more().failure = failure
		outcome = Panicked
	}
	t.Tag = t.Tag&^outcomeMask | uint32(outcome)
	t.Finish()
}

// Fail completes a new task, whose future is nil, with an error of its own. Before the task is shared.
func Fail(t *Task, err error) {
	t.SetErr(err)
	t.Tag = uint32(Returned)
	t.Finish()
}
