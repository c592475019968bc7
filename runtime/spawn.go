package runtime

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/batch"
	"github.com/simmer-go/simmer/internal/origin"
	"github.com/simmer-go/simmer/scheduler"
)

// Spawn makes a task of f and returns at once, before f's first poll, with its handle. The task runs whether or not the
// handle is awaited. On a cx the task is a child of the running task; on a *Runtime it belongs to that.
//
// Spawn never fails: a nil f gives a finished handle with future.ErrNilFuture; a closed runtime one with a JoinError that
// is ErrCancelled and ErrClosed, after f's Drop has run. On a *Runtime any goroutine may call it.
func Spawn[T any](on Spawner, f future.Future[T]) *JoinHandle[T] {
	if f == nil {
		return finished[T](future.ErrNilFuture)
	}
	w, owned := near(on)
	c := newCell[tracedCell[T, boxed[T], *boxed[T]], T](w, on)
	c.from = originOf(f)
	c.future.f = f
	if w != nil {
		startNear(w, owned, &c.task, c)
	} else {
		start(on, &c.task, c, 1)
	}
	return &c.JoinHandle
}

// SpawnValue is [Spawn] for a hand-written state machine, which it moves into the task: one allocation in all, or a part
// of one. f must not have been polled, and is the caller's to use again for another task.
func SpawnValue[T, F any, P interface {
	*F
	future.Future[T]
}](on Spawner, f P) *JoinHandle[T] {
	if f == nil {
		return finished[T](future.ErrNilFuture)
	}
	w, owned := near(on)
	c := newCell[cell[T, F, P], T](w, on)
	c.future = *f
	if w != nil {
		startNear(w, owned, &c.task, c)
	} else {
		start(on, &c.task, c, 1)
	}
	return &c.JoinHandle
}

// Go is [Spawn] for a body: straight-line code that may Await. The body's coroutine is taken from the worker's pool at the
// first poll.
func Go[T any](on Spawner, body func(cx *future.Context) (T, error)) *JoinHandle[T] {
	if body == nil {
		return finished[T](future.ErrNilFuture)
	}
	w, owned := near(on)
	c := newCell[bodyCell[T], T](w, on)
	c.fn = body
	c.from = origin.OfFunc(body)
	c.task.SetBare(true)
	if w != nil {
		startNear(w, owned, &c.task, c)
	} else {
		start(on, &c.task, c, 1)
	}
	return &c.JoinHandle
}

// newCell allocates a cell C of a task with result T that is spawned on on. They are allocated a few at a time, unless the result
// leads to more memory: nobody may ever take it; an error that nobody takes may be kept by the task's neighbours. w is what near has
// found, or nil.
func newCell[C, T any](w *scheduler.Worker, on Spawner) *C {
	if w != nil {
		return batch.New[C, T](w.Cells())
	}
	if _, ok := on.(*Runtime); ok {
		return batch.NewShared[C, T]()
	}
	return new(C) // it will lead to what on says about it
}

// finished returns the handle of a task that has returned err without ever having been one.
func finished[T any](err error) *JoinHandle[T] {
	h := &JoinHandle[T]{}
	scheduler.Fail(&h.task, err)
	return h
}

// originOf names the future's type, or the function if f is a body.
func originOf(f any) origin.Origin {
	if body, ok := f.(interface{ Origin() origin.Origin }); ok {
		return body.Origin()
	}
	return origin.OfType(f)
}
