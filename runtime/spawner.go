package runtime

import (
	goruntime "runtime"
	"strconv"
	"strings"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/origin"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// Spawner is where a new task goes, and whom it belongs to: a *future.Context makes it a child of the running task, a
// *Runtime the runtime's own. [Named] gives it a name.
type Spawner interface {
	// Executor returns the executor that will poll the task.
	Executor() *waker.Executor
}

var (
	_ Spawner = (*future.Context)(nil)
	_ Spawner = (*Runtime)(nil)
	_ Spawner = named{}
)

// Named returns a Spawner that spawns on on, under a name that Tasks, logs and shutdown show.
func Named(on Spawner, name string) Spawner { return named{Spawner: on, name: name} }

type named struct {
	Spawner
	name string
}

// start gives a prepared task to its executor, or completes it as refused. callers is the number of functions of this
// package between the user and start.
func start(on Spawner, t *scheduler.Task, work scheduler.Work, from origin.Origin, callers int) {
	t.Prepare(work, from)
	switch on := unwrapName(on, t).(type) {
	case *future.Context:
		w := workerOf(on)
		if w == nil {
			scheduler.Refuse(t, future.ErrNoWorker)
			return
		}
		if w.TraceSpawns() {
			t.SetSite(callSite(callers + 1))
		}
		if !w.Spawn(t) {
			scheduler.Refuse(t, ErrClosed)
		}
	case *Runtime:
		if on.config.TraceSpawn {
			t.SetSite(callSite(callers + 1))
		}
		if !on.sched.Spawn(t) {
			scheduler.Refuse(t, ErrClosed)
		}
	default:
		scheduler.Refuse(t, future.ErrNoWorker)
	}
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
