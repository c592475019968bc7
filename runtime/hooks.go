package runtime

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/simmer-go/simmer/scheduler"
)

// Hooks are called by the goroutine that causes the event: they must be quick, and must neither panic nor call Tasks. A nil hook is skipped.
// One that panics is logged through Config.Logger, and what it was told of goes on as if it had returned. runtime.Goexit, as testing's
// FailNow calls it, ends the task in OnPollBegin and OnPollEnd, and the caller's goroutine in OnSpawn; in OnPark, OnUnpark and OnWorkerStart
// it ends the process. (Tokio's builder callbacks, runtime/task_hooks.rs.)
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

// hookNames are the fields of Hooks, by what they are told of.
var hookNames = [...]string{
	scheduler.Spawn:       "OnSpawn",
	scheduler.PollBegin:   "OnPollBegin",
	scheduler.PollEnd:     "OnPollEnd",
	scheduler.End:         "OnEnd",
	scheduler.Park:        "OnPark",
	scheduler.Unpark:      "OnUnpark",
	scheduler.WorkerStart: "OnWorkerStart",
	scheduler.WorkerStop:  "OnWorkerStop",
}

// observer returns the function that calls Config.Hooks, or nil if there are none.
func (rt *Runtime) observer() func(scheduler.Event) {
	h := &rt.config.Hooks
	ofTask := [len(hookNames)]func(TaskMeta){
		scheduler.Spawn:     h.OnSpawn,
		scheduler.PollBegin: h.OnPollBegin,
		scheduler.PollEnd:   h.OnPollEnd,
		scheduler.End:       h.OnEnd,
	}
	ofWorker := [len(hookNames)]func(int){
		scheduler.Park:        h.OnPark,
		scheduler.Unpark:      h.OnUnpark,
		scheduler.WorkerStart: h.OnWorkerStart,
		scheduler.WorkerStop:  h.OnWorkerStop,
	}
	used := false
	for kind := range ofTask {
		used = used || ofTask[kind] != nil || ofWorker[kind] != nil
	}
	if !used {
		return nil
	}
	return func(e scheduler.Event) {
		returned := false
		if f := ofTask[e.Kind]; f != nil {
			defer rt.afterHook(&e, &returned)
			f(TaskMeta{Worker: e.Worker, task: e.Task})
		} else if f := ofWorker[e.Kind]; f != nil {
			defer rt.afterHook(&e, &returned)
			f(e.Worker)
		}
		returned = true
	}
}

// afterHook is the deferred call of an observer: it logs a hook's panic, which is nobody else's. After Goexit there is a task that ends
// or a goroutine that was about to; else the worker would be lost with all that it holds, so the process ends.
func (rt *Runtime) afterHook(e *scheduler.Event, returned *bool) {
	v := recover()
	if v == nil {
		if !*returned && e.Task == nil && e.Kind != scheduler.WorkerStop {
			panic("simmer: hook " + hookNames[e.Kind] + " has called runtime.Goexit, which ends its worker")
		}
		return
	}
	attrs := []slog.Attr{
		slog.String("runtime", rt.config.Name),
		slog.String("hook", hookNames[e.Kind]),
		slog.Int("worker", e.Worker),
	}
	if t := e.Task; t != nil {
		attrs = append(attrs, slog.Uint64("task", t.ID()), slog.String("name", t.Name()), slog.String("origin", t.Origin()))
	}
	attrs = append(attrs, slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
	rt.config.Logger.LogAttrs(context.Background(), slog.LevelError, "hook panicked", attrs...)
}
