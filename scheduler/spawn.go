package scheduler

import "github.com/simmer-go/simmer/internal/batch"

// Spawn queues a new task, to run soon after the present poll. Owned, it is a child of the task that is polled now; else it
// belongs to the scheduler. It reports false, and has done nothing, if the scheduler is closed. Only inside a poll of this worker.
func (w *Worker) Spawn(t *Task, owned bool) bool {
	if !w.Number(t) {
		return false
	}
	if owned && !w.sched.env.DetachOrphans {
		w.born.add(t)
	}
	if t.Tag&pinned != 0 {
		w.queuePinned(t)
		return true
	}
	t.Init(w.local.Executor)
	w.stats[spawned]++
	w.ScheduleNext(&t.Header)
	return true
}

// Own numbers a new task and makes it a child of the task that is polled now; another executor will run it. It reports false
// if the scheduler is closed. Only inside a poll of this worker.
func (w *Worker) Own(t *Task) bool {
	if !w.Number(t) {
		return false
	}
	if !w.sched.env.DetachOrphans {
		w.born.add(t)
	}
	return true
}

// Number numbers a new task that belongs to the scheduler; another executor will run it. It reports false if the scheduler is
// closed. Only inside a poll of this worker.
func (w *Worker) Number(t *Task) bool {
	if w.nextID == w.endID || w.sched.phase.Load() >= closing {
		return w.numberSlow(t)
	}
	t.id = w.nextID
	w.nextID++
	return true
}

// numberSlow is Number where a block of numbers is used up, or was never begun, because an observer must be told of each spawn.
func (w *Worker) numberSlow(t *Task) bool {
	s := w.sched
	if s.phase.Load() >= closing {
		return false
	}
	if w.observer != nil {
		t.id = s.ids.Add(1)
		w.observer(Event{Kind: Spawn, Worker: w.slot, Task: t})
		return true
	}
	w.endID = s.ids.Add(idBlock) + 1
	t.id = w.endID - idBlock
	w.nextID = t.id + 1
	return true
}

// Cells is where new tasks are allocated that this worker spawns. Only inside a poll of this worker.
func (w *Worker) Cells() *batch.Batch { return &w.cells }

// TraceSpawns returns Env.TraceSpawns.
func (w *Worker) TraceSpawns() bool { return w.sched.env.TraceSpawns }
