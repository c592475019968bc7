package runtime

import "github.com/simmer-go/simmer/scheduler"

// Hooks are called by the goroutine that causes the event: they must be quick, and must neither panic nor call Tasks. A nil hook is skipped.
// (Tokio's builder callbacks, runtime/task_hooks.rs.)
type Hooks struct {
	// OnSpawn is called when a task was made, before it can be polled.
	OnSpawn func(TaskMeta)
	// OnPollBegin and OnPollEnd are called around each poll of a task, on the worker that polls it. A poll that panics has no
	// OnPollEnd.
	OnPollBegin func(TaskMeta)
	OnPollEnd   func(TaskMeta)
	// OnEnd is called when a task is complete, after its handle can see it.
	OnEnd func(TaskMeta)
	// OnPark and OnUnpark are called around each sleep of a worker.
	OnPark   func(worker int)
	OnUnpark func(worker int)
	// OnWorkerStart and OnWorkerStop are called first and last on each worker's goroutine. A worker that was lost to Goexit, has
	// left its place for a blocking call, or was rescued from a poll that blocks stops, and another starts. Bodies run on goroutines of
	// their own, which hand-written futures are polled on too; these have the labels of the worker that has made them.
	OnWorkerStart func(worker int)
	OnWorkerStop  func(worker int)
}

// TaskMeta tells a hook about a task.
type TaskMeta struct {
	Worker int // that polls or spawns it; -1: none
	task   *scheduler.Task
}

// ID returns the task's number.
func (m TaskMeta) ID() uint64 { return m.task.ID() }

// Name returns the name that the task was given, or "".
func (m TaskMeta) Name() string { return m.task.Name() }

// Origin names the body's function or the future's type.
func (m TaskMeta) Origin() string { return m.task.Origin() }

// Site returns the file and line of the spawn, or "" if Config.TraceSpawn is off.
func (m TaskMeta) Site() string { return m.task.Info(scheduler.StateQueued, -1).Site }

// observer returns the function that calls h's hooks, or nil if it has none.
func (h *Hooks) observer() func(scheduler.Event) {
	var ofTask [scheduler.WorkerStop + 1]func(TaskMeta)
	var ofWorker [scheduler.WorkerStop + 1]func(int)
	ofTask[scheduler.Spawn] = h.OnSpawn
	ofTask[scheduler.PollBegin] = h.OnPollBegin
	ofTask[scheduler.PollEnd] = h.OnPollEnd
	ofTask[scheduler.End] = h.OnEnd
	ofWorker[scheduler.Park] = h.OnPark
	ofWorker[scheduler.Unpark] = h.OnUnpark
	ofWorker[scheduler.WorkerStart] = h.OnWorkerStart
	ofWorker[scheduler.WorkerStop] = h.OnWorkerStop
	used := false
	for kind := range ofTask {
		used = used || ofTask[kind] != nil || ofWorker[kind] != nil
	}
	if !used {
		return nil
	}
	return func(e scheduler.Event) {
		if f := ofTask[e.Kind]; f != nil {
			f(TaskMeta{Worker: e.Worker, task: e.Task})
		} else if f := ofWorker[e.Kind]; f != nil {
			f(e.Worker)
		}
	}
}
