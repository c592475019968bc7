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
// *Runtime the runtime's own. [Detached] spawns through a cx what belongs to the runtime, [Named] gives it a name.
type Spawner interface {
	// Executor returns the executor that will poll the task.
	Executor() *waker.Executor
}

var (
	_ Spawner = (*future.Context)(nil)
	_ Spawner = (*Runtime)(nil)
	_ Spawner = detached{}
	_ Spawner = named{}
)

// Detached returns a Spawner for tasks that belong to the runtime, like those that are spawned on it, but are queued on the
// running task's worker, which is faster than the way through the shared queue: tokio's spawn. It is valid as long as the cx
// in on, and changes nothing if there is none.
func Detached(on Spawner) Spawner {
	switch on := on.(type) {
	case *future.Context:
		return detached{on}
	case named:
		return named{Spawner: Detached(on.Spawner), name: on.name}
	}
	return on
}

type detached struct{ *future.Context }

// Named returns a Spawner that spawns on on, under a name that Tasks, logs and shutdown show.
func Named(on Spawner, name string) Spawner { return named{Spawner: on, name: name} }

type named struct {
	Spawner
	name string
}

// start gives a prepared task to its executor, or completes it as refused. callers is the number of functions of this
// package between the user and start.
func start(on Spawner, t *scheduler.Task, work scheduler.Work, callers int) {
	t.Prepare(work)
	switch on := unwrapName(on, t).(type) {
	case *future.Context:
		w := enter(on, t, callers)
		if w != nil && !w.Spawn(t) {
			owner(w).refuse(t)
		}
	case detached:
		w := enter(on.Context, t, callers)
		if w != nil && !w.SpawnDetached(t) {
			owner(w).refuse(t)
		}
	case *Runtime:
		if on == nil {
			scheduler.Refuse(t, future.ErrNoWorker)
			return
		}
		if on.config.TraceSpawn {
			t.SetSite(callSite(callers + 1))
		}
		if !on.sched.Spawn(t) {
			on.refuse(t)
		}
	default:
		scheduler.Refuse(t, future.ErrNoWorker)
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
		scheduler.Refuse(t, future.ErrNoWorker)
	} else if w.TraceSpawns() {
		t.SetSite(callSite(callers + 2))
	}
	return w
}

// unwrapName names t, if on has a name for it, and returns the Spawner below the names.
func unwrapName(on Spawner, t *scheduler.Task) Spawner {
	if n, ok := on.(named); ok {
		return n.apply(t)
	}
	return on
}

// apply names t and returns the Spawner below the names; the outermost name wins.
func (n named) apply(t *scheduler.Task) Spawner {
	t.SetName(n.name)
	for {
		inner, ok := n.Spawner.(named)
		if !ok {
			return n.Spawner
		}
		n = inner
	}
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

// frontDoor begins the names of the functions of package simmer, which forward to this package: their caller is the user.
const frontDoor = "github.com/simmer-go/simmer."

// callSite returns the file and line of the caller that is skip functions above callSite's own caller.
func callSite(skip int) string {
	var pcs [2]uintptr
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(skip+2, pcs[:])])
	f, more := frames.Next()
	if more && strings.HasPrefix(f.Function, frontDoor) {
		f, _ = frames.Next()
	}
	return f.File + ":" + strconv.Itoa(f.Line)
}
