package runtime

import (
	"errors"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// ErrNoSuchWorker is what the JoinError of a task is that was to be pinned to a worker which its runtime does not have.
var ErrNoSuchWorker = errors.New("simmer: no such worker")

// SpawnLocal is [Spawn] for a task that stays on the worker that polls the running task: no other one ever polls it. Tasks that are
// pinned to the same worker are polled one at a time, so they may share data without locks, as long as they do not expect it
// unchanged across an Await.
//
// A task that is not pinned itself moves between workers, so that two calls of its may reach two of them: start one task with
// SpawnLocal or [SpawnPinned], and spawn the others from it. While a pinned task's poll blocks, or has called [BlockInPlace],
// the other tasks that are pinned there wait, even if the worker was rescued. (Tokio's LocalSet and spawn_local,
// task/local.rs.)
func SpawnLocal[T any](on Spawner, f future.Future[T]) *JoinHandle[T] { return Spawn(Pinned(on), f) }

// GoLocal is [SpawnLocal] for a body.
func GoLocal[T any](on Spawner, body func(cx *future.Context) (T, error)) *JoinHandle[T] {
	return Go(Pinned(on), body)
}

// SpawnPinned is [Spawn] on rt for a task that only the given worker polls; see [SpawnLocal]. Workers are numbered from 0. With
// another number the task is refused: the handle is finished with a JoinError that is ErrNoSuchWorker, and f's Drop has run.
// Any goroutine.
func SpawnPinned[T any](rt *Runtime, worker int, f future.Future[T]) *JoinHandle[T] {
	return Spawn(PinnedTo(rt, worker), f)
}

// GoPinned is [SpawnPinned] for a body.
func GoPinned[T any](rt *Runtime, worker int, body func(cx *future.Context) (T, error)) *JoinHandle[T] {
	return Go(PinnedTo(rt, worker), body)
}

// Pinned returns a Spawner whose tasks stay on the worker that polls the running task: what [SpawnLocal] spawns on. It is valid as
// long as the cx in on. Without one its tasks are refused. SpawnBlocking does not heed it.
func Pinned(on Spawner) Spawner {
	base := on
	for {
		outer, ok := base.(with)
		if !ok {
			break
		}
		base = outer.Spawner
	}
	if workerIndex(base) < 0 {
		return refusing{future.ErrNoWorker}
	}
	return with{Spawner: on, option: here{}}
}

// PinnedTo returns a Spawner whose tasks only the given worker of rt polls: what [SpawnPinned] spawns on.
func PinnedTo(rt *Runtime, worker int) Spawner {
	if rt == nil {
		return refusing{future.ErrNoWorker}
	}
	if n := rt.sched.Workers(); worker < 0 || worker >= n {
		return refusing{fmt.Errorf("%w: %d of a runtime whose workers are 0 to %d", ErrNoSuchWorker, worker, n-1)}
	}
	return with{Spawner: rt, option: there(worker)}
}

// here pins a task to the spawning worker.
type here struct{}

func (here) dress(t *scheduler.Task, work scheduler.Work, worker int) scheduler.Work {
	t.Pin(worker)
	return work
}

// there pins a task to a worker.
type there int

func (n there) dress(t *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	t.Pin(int(n))
	return work
}

// refusing is a Spawner that completes all tasks as refused.
type refusing struct{ cause error }

// Executor returns nil: nothing polls the tasks.
func (refusing) Executor() *waker.Executor { return nil }
