package future_test

import (
	"context"
	"sync"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// executor is the smallest one that keeps the contract: run polls on the calling goroutine until nothing is ready.
type executor struct {
	exec  *waker.Executor
	local future.Local
	cx    future.Context
	queue waker.Queue
	polls int

	mu       sync.Mutex
	injected waker.Queue
}

// task is one spawned future. Its Header is the first field: schedule goes from one to the other.
type task struct {
	waker.Header
	poll func(cx *future.Context) bool
	drop func(cx *future.Context)

	panicked  any
	cancelled bool
}

// handle shows how a task of an executor has ended.
type handle[T any] struct {
	*task
	value T
	err   error
}

func newExecutor(t testing.TB) *executor {
	e := &executor{}
	e.exec = waker.NewExecutor(func(h *waker.Header) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.injected.Push(h)
	})
	e.local.Executor, e.local.Worker = e.exec, e
	e.cx = future.NewContext(&e.local, nil)
	t.Cleanup(e.local.CloseBodies)
	return e
}

func (e *executor) ScheduleNext(h *waker.Header) { e.queue.Push(h) }
func (e *executor) ScheduleBack(h *waker.Header) { e.queue.Push(h) }

type taskKey struct{}

func (e *executor) TaskContext(h *waker.Header) context.Context {
	return context.WithValue(context.Background(), taskKey{}, h)
}

func spawn[T any](e *executor, f future.Future[T]) *handle[T] {
	h := &handle[T]{}
	h.task = &task{
		poll: func(cx *future.Context) (ready bool) {
			h.value, ready, h.err = f.Poll(cx)
			return ready
		},
		drop: func(cx *future.Context) { future.Drop(cx, f) },
	}
	h.Init(e.exec)
	e.queue.Push(&h.Header)
	return h
}

// spawnBody is spawn for a body without a value.
func spawnBody(e *executor, body func(cx *future.Context) error) *handle[struct{}] {
	return spawn(e, future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, body(cx) }))
}

// abort asks for cancellation; the next run carries it out.
func (e *executor) abort(t *task) {
	if t.Abort() {
		e.exec.Schedule(&t.Header)
	}
}

func (e *executor) run() {
	for {
		e.mu.Lock()
		e.queue.Append(&e.injected)
		e.mu.Unlock()
		h := e.queue.Pop()
		if h == nil {
			return
		}
		e.step(holder.Of[task](h))
	}
}

func (e *executor) step(t *task) {
	e.cx.SetTask(&t.Header)
	if t.Begin() {
		e.cancel(t)
		return
	}
	e.local.BeginPoll()
	e.polls++
	ready, panicked := guard(func() bool { return t.poll(&e.cx) })
	switch {
	case panicked != nil:
		t.panicked = panicked
		if _, p := guard(func() bool { t.drop(&e.cx); return true }); p != nil {
			t.panicked = p
		}
		t.Finish()
	case ready:
		t.Finish()
	case e.local.TakeAgain():
		e.queue.Push(&t.Header)
	default:
		switch t.Idle() {
		case waker.Parked:
		case waker.PollAgain:
			e.queue.Push(&t.Header)
		case waker.Cancel:
			e.cancel(t)
		}
	}
}

func (e *executor) cancel(t *task) {
	_, t.panicked = guard(func() bool { t.drop(&e.cx); return true })
	t.cancelled = t.panicked == nil
	t.Finish()
}

// guard calls f and returns what it has panicked with.
func guard(f func() bool) (ok bool, panicked any) {
	defer func() { panicked = recover() }()
	return f(), nil
}

// gate is a future that is ready once it was opened. It counts what happens to it.
type gate struct {
	isOpen       bool
	value        int
	err          error
	slot         waker.Slot
	polls, drops int
	onPoll       func(cx *future.Context)
	onDrop       func(cx *future.Context)
}

func (g *gate) Poll(cx *future.Context) (int, bool, error) {
	g.polls++
	if g.onPoll != nil {
		g.onPoll(cx)
	}
	g.slot.Set(cx.Waker())
	if !g.isOpen {
		return 0, false, nil
	}
	return g.value, true, g.err
}

func (g *gate) Drop(cx *future.Context) {
	g.drops++
	if g.onDrop != nil {
		g.onDrop(cx)
	}
}

func (g *gate) open(value int) {
	g.isOpen, g.value = true, value
	g.slot.Take().Wake()
}
