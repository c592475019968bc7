package runtime

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// with is a Spawner with one more thing to say about the tasks that are spawned through it. Options are nested: the one that
// was added last is outermost.
type with struct {
	Spawner
	option option
}

// option changes a task that is being spawned.
type option interface {
	// dress is called before the task is queued, options that were added first before those that were added last. It returns
	// the work that the task is to do: the given one, or one around it. worker is the spawning worker's number, or -1.
	dress(t *scheduler.Task, work scheduler.Work, worker int) scheduler.Work
}

// workAround is the work of an option that has put its own around the task's.
type workAround interface{ inner() scheduler.Work }

// starter is such work that has something to do when the task was queued, or refused.
type starter interface{ started() }

// prepare prepares t with all options. It returns the Spawner below them, and t's work, to be given to [started].
func (on with) prepare(t *scheduler.Task, work scheduler.Work) (base Spawner, dressed scheduler.Work) {
	base = on
	for {
		outer, ok := base.(with)
		if !ok {
			break
		}
		base = outer.Spawner
	}
	dressed = work
	if v := valuesOf(on); v != nil {
		dressed = &valuedWork{Work: work, values: v}
	}
	dressed = dress(on, t, dressed, workerIndex(base))
	if dressed != work {
		t.SetBare(false)
	}
	t.Prepare(dressed)
	return base, dressed
}

func dress(on Spawner, t *scheduler.Task, work scheduler.Work, worker int) scheduler.Work {
	o, ok := on.(with)
	if !ok {
		return work
	}
	return o.option.dress(t, dress(o.Spawner, t, work, worker), worker)
}

// started tells the options that have put work around a task's that the task was queued, or refused.
func started(work scheduler.Work) {
	for {
		if s, ok := work.(starter); ok {
			s.started()
		}
		around, ok := work.(workAround)
		if !ok {
			return
		}
		work = around.inner()
	}
}

// workerIndex returns the number of the worker that polls the spawning task, or -1.
func workerIndex(base Spawner) int {
	var w *scheduler.Worker
	switch on := base.(type) {
	case *future.Context:
		w = workerOf(on)
	case detached:
		w = workerOf(on.Context)
	}
	if w == nil {
		return -1
	}
	return w.Index()
}
