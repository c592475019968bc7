package runtime

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// TaskHooks are told of what happens to one task, or to those that are spawned through one Spawner. [Hooks] are the same for
// all tasks of a runtime. They are called by the goroutine that causes the event, and must be quick and not panic: they are a part of
// the task, and their panic is the task's; that of an OnSpawn may be its spawner's. A nil hook is skipped. A task that is refused by a
// closed runtime has no events.
type TaskHooks struct {
	// OnSpawn is called once, before the first poll.
	OnSpawn func(TaskMeta)
	// OnPollBegin and OnPollEnd are called around each poll. A poll that panics has no OnPollEnd.
	OnPollBegin func(TaskMeta)
	OnPollEnd   func(TaskMeta)
	// OnEnd is called once, when the future is gone: it was ready, or was dropped. The task's handle can see the end just after
	// that; [Hooks.OnEnd] comes later still.
	OnEnd func(TaskMeta)
}

// Hooked returns a Spawner that spawns on on, and tells hooks of each task. Of two such, the one added last is told first.
func Hooked(on Spawner, hooks TaskHooks) Spawner {
	return with{Spawner: on, option: &hooks}
}

func (h *TaskHooks) dress(t *scheduler.Task, work scheduler.Work, worker int) scheduler.Work {
	return &hookedWork{Work: work, hooks: h, task: t, spawner: worker}
}

// hookedWork calls hooks around its work.
type hookedWork struct {
	scheduler.Work
	hooks   *TaskHooks
	task    *scheduler.Task
	spawner int
	isReady bool      // not to be dropped, though a hook panics after the last poll
	isTold  bool      // of the end
	once    sync.Once // of OnSpawn: the spawner calls it, or the first poll, if that comes before
}

var (
	_ workAround = (*hookedWork)(nil)
	_ starter    = (*hookedWork)(nil)
)

func (w *hookedWork) inner() scheduler.Work { return w.Work }

// started announces a task that waits for its first poll.
func (w *hookedWork) started() { w.announce() }

func (w *hookedWork) tell(hook func(TaskMeta), worker int) {
	if hook != nil {
		hook(TaskMeta{Worker: worker, task: w.task})
	}
}

func (w *hookedWork) announce() {
	if w.task.ID() != 0 {
		w.once.Do(func() { w.tell(w.hooks.OnSpawn, w.spawner) })
	}
}

func (w *hookedWork) PollTask(cx *future.Context) (ready bool) {
	w.announce()
	worker := workerIndex(cx)
	w.tell(w.hooks.OnPollBegin, worker)
	ready = w.Work.PollTask(cx)
	w.isReady = ready
	w.tell(w.hooks.OnPollEnd, worker)
	if ready {
		w.end(worker)
	}
	return ready
}

func (w *hookedWork) end(worker int) {
	if !w.isTold {
		w.isTold = true
		w.tell(w.hooks.OnEnd, worker)
	}
}

func (w *hookedWork) DropTask(cx *future.Context) {
	w.announce()
	defer func() { // the future's Drop may panic
		if w.task.ID() != 0 {
			w.end(workerIndex(cx))
		}
	}()
	if !w.isReady {
		w.Work.DropTask(cx)
	}
}
