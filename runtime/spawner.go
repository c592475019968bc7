package runtime

import (
	goruntime "runtime"
	"strconv"
	"strings"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// Spawner is where a new task goes, and whom it belongs to: a *future.Context makes it a child of the running task, a
// *Runtime the runtime's own. What is built upon these says more about the task: [Detached], [Named], [Hooked], and the
// methods On of [Local], [TaskTracker] and [Nursery].
type Spawner interface {
	// Executor returns the executor that will poll the task.
	Executor() *waker.Executor
}

var (
	_ Spawner = (*future.Context)(nil)
	_ Spawner = (*Runtime)(nil)
	_ Spawner = detached{}
	_ Spawner = with{}
)

// Detached returns a Spawner for tasks that belong to the runtime, like those that are spawned on it, but are queued on the
// running task's worker, which is faster than the way through the shared queue: tokio's spawn. It is valid as long as the cx
// in on, and changes nothing if there is none.
func Detached(on Spawner) Spawner {
	switch on := on.(type) {
	case *future.Context:
		return detached{on} //simmer:ignore cxkept a Spawner is valid as long as the cx in it
	case with:
		return with{Spawner: Detached(on.Spawner), option: on.option}
	}
	return on
}

type detached struct{ *future.Context }

// Named returns a Spawner that spawns on on, under a name that Tasks, logs and shutdown show.
func Named(on Spawner, name string) Spawner { return with{Spawner: on, option: named(name)} }

type named string

func (n named) dress(t *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	t.SetName(string(n))
	return work
}

// near returns the worker that polls the spawning task, if the new one has only to be queued there: no option, value or call site
// goes with it. Most spawns are such, and their way is short: see startNear. owned tells that the task is a child.
func near(on Spawner) (w *scheduler.Worker, owned bool) {
	cx, owned := on.(*future.Context)
	if !owned {
		d, ok := on.(detached)
		if !ok {
			return nil, false
		}
		cx = d.Context
	}
	w = workerOf(cx)
	if w == nil || cx.Values() != nil || w.TraceSpawns() {
		return nil, false
	}
	return w, owned
}

// startNear is start for what near has found.
func startNear(w *scheduler.Worker, owned bool, t *scheduler.Task, work scheduler.Work) {
	t.Prepare(work)
	if !w.Spawn(t, owned) {
		owner(w).refuse(t)
	}
}

// start gives a new task to its executor, or completes it as refused. callers is the number of functions of this package
// between the user and start.
func start(on Spawner, t *scheduler.Task, work scheduler.Work, callers int) {
	if rt, ok := on.(*Runtime); ok {
		t.Prepare(work)
		rt.start(t, callers+1)
		return
	}
	if on, ok := on.(with); ok {
		base, work := on.prepare(t, work)
		launch(base, t, callers+1)
		started(work)
		return
	}
	t.Prepare(inherit(on, t, work))
	launch(on, t, callers+1)
}

// launch is start for a prepared task, on a Spawner without options.
func launch(on Spawner, t *scheduler.Task, callers int) {
	switch on := on.(type) {
	case *future.Context:
		w := enter(on, t, callers)
		if w != nil && !w.Spawn(t, true) {
			owner(w).refuse(t)
		}
	case detached:
		w := enter(on.Context, t, callers)
		if w != nil && !w.Spawn(t, false) {
			owner(w).refuse(t)
		}
	case *Runtime:
		on.start(t, callers+1)
	case refusing:
		scheduler.Refuse(t, on.cause)
	default:
		scheduler.Refuse(t, noPlace(on))
	}
}

// noPlace returns why nobody takes a task that is spawned on on.
func noPlace(on Spawner) error {
	switch on {
	case nil, (*future.Context)(nil), (*Runtime)(nil):
		return nilSpawnerError{}
	}
	return future.ErrNoWorker
}

// nilSpawnerError is future.ErrNoWorker for a spawn that names no place.
type nilSpawnerError struct{}

func (nilSpawnerError) Error() string {
	return "simmer: nil Spawner: a task is spawned on a cx or on a *Runtime"
}

// Is reports whether target is ErrNoWorker.
func (nilSpawnerError) Is(target error) bool { return target == future.ErrNoWorker }

// start is launch on a runtime, which may be nil. callers is counted up to here.
func (rt *Runtime) start(t *scheduler.Task, callers int) {
	if rt == nil {
		scheduler.Refuse(t, noPlace(rt))
		return
	}
	if rt.config.TraceSpawn {
		t.SetSite(callSite(callers + 1))
	}
	if !rt.sched.Spawn(t) {
		rt.refuse(t)
	}
}

// refuse completes a task that came when the runtime was closed.
func (rt *Runtime) refuse(t *scheduler.Task) {
	scheduler.Refuse(t, ErrClosed)
	if f := t.Failure(); f != nil {
		rt.logPanic(t, f)
	}
}

// enter returns the worker behind cx, and notes where t is spawned if that is wanted. Without a worker it completes t as
// refused and returns nil.
func enter(cx *future.Context, t *scheduler.Task, callers int) *scheduler.Worker {
	w := workerOf(cx)
	if w == nil {
		scheduler.Refuse(t, noPlace(cx))
	} else if w.TraceSpawns() {
		t.SetSite(callSite(callers + 2))
	}
	return w
}

// workerOf returns the scheduler's worker behind cx, or nil.
func workerOf(cx *future.Context) *scheduler.Worker {
	l := cx.Local()
	if l == nil {
		return nil
	}
	w, _ := l.Worker.(*scheduler.Worker)
	return w
}

func owner(w *scheduler.Worker) *Runtime { return w.Scheduler().Owner().(*Runtime) }

// Of returns the runtime whose task has received cx, or nil if cx has no worker of one.
func Of(cx *future.Context) *Runtime {
	w := workerOf(cx)
	if w == nil {
		return nil
	}
	return owner(w)
}

// runtimeOf returns the runtime that on spawns on, or nil.
func runtimeOf(on Spawner) *Runtime {
	switch on := on.(type) {
	case *future.Context:
		return Of(on)
	case detached:
		return Of(on.Context)
	case with:
		return runtimeOf(on.Spawner)
	case *Runtime:
		return on
	}
	return nil
}

// callSite returns the file and line of the user's call: that of the nearest caller, at least skip functions above callSite's
// own, which is neither in this package nor in package simmer, which forwards to it.
func callSite(skip int) string {
	const module = "github.com/simmer-go/simmer"
	var pcs [2]uintptr
	for skip += 2; ; skip += len(pcs) {
		frames := goruntime.CallersFrames(pcs[:goruntime.Callers(skip, pcs[:])])
		for more := true; more; {
			var f goruntime.Frame
			f, more = frames.Next()
			if !strings.HasPrefix(f.Function, module+"/runtime.") && !strings.HasPrefix(f.Function, module+".") {
				return f.File + ":" + strconv.Itoa(f.Line)
			}
		}
	}
}
