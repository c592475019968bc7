package aio_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/waker"
)

// executor is the smallest one that sockets need: one worker with a reactor, timers and goroutines that may block. It shows
// that the package needs no runtime of ours.
type executor struct {
	local    future.Local
	reactor  *netpoll.Reactor
	parking  *netpoll.Parking
	timers   timers
	blocking sync.WaitGroup
	pool     poolMode
	hold     sync.Mutex // keeps blocking work from beginning
	ended    chan struct{}

	queue waker.Queue // the worker's

	mu       sync.Mutex
	injected waker.Queue
	live     int
	closing  bool
}

// task is a body on an executor.
type task struct {
	header waker.Header
	e      *executor
	body   *future.Body[struct{}]
	err    error
	done   chan struct{}
	joiner waker.Slot
}

var errAborted = errors.New("task was aborted")

func newExecutor() *executor { return newAgedExecutor(0) }

func newAgedExecutor(age time.Duration) *executor {
	e := &executor{ended: make(chan struct{})}
	var err error
	if e.reactor, err = netpoll.NewReactor(); err != nil {
		panic(err)
	}
	e.timers.init(e, age)
	if e.parking, err = netpoll.NewParking(e.reactor, e.local.Clock, 1); err != nil {
		panic(err)
	}
	e.local.Executor = waker.NewExecutor(e.inject)
	e.local.Worker, e.local.Blocking, e.local.Reactor = e, e, e.reactor
	go e.work() // ends when close is called and all tasks have ended
	return e
}

// close waits for all tasks, then for the worker.
func (e *executor) close() {
	e.mu.Lock()
	e.closing = true
	e.mu.Unlock()
	e.parking.Unpark(0, false)
	<-e.ended
	e.blocking.Wait()
	_ = e.reactor.Close()
	_ = e.parking.Close()
}

// spawn starts a body. Any goroutine.
func (e *executor) spawn(body func(cx *future.Context) error) *task {
	b := future.MakeBody(func(cx *future.Context) (struct{}, error) { return struct{}{}, body(cx) })
	t := &task{e: e, body: &b, done: make(chan struct{})}
	t.header.Init(e.local.Executor)
	e.mu.Lock()
	e.live++
	e.mu.Unlock()
	e.inject(&t.header)
	return t
}

// abort cancels the task. Any goroutine.
func (t *task) abort() {
	if t.header.Abort() {
		t.e.inject(&t.header)
	}
}

// wait blocks until the task has ended. Ordinary goroutines only.
func (t *task) wait() error {
	<-t.done
	return t.err
}

// join waits for the task's end in a body.
func (t *task) join(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
		t.joiner.Set(cx.Waker())
		if !t.header.IsComplete() {
			return struct{}{}, false, nil
		}
		return struct{}{}, true, t.err
	}, nil)
	return err
}

func (e *executor) inject(h *waker.Header) {
	e.mu.Lock()
	e.injected.Push(h)
	e.mu.Unlock()
	e.parking.Unpark(0, false)
}

func (e *executor) work() {
	defer close(e.ended)
	cx := future.NewContext(&e.local, nil)
	for {
		e.mu.Lock()
		e.queue.Append(&e.injected)
		ended := e.closing && e.live == 0
		e.mu.Unlock()
		if ended {
			e.local.CloseBodies()
			return
		}
		e.reactor.Poll(&e.local)
		e.timers.turn(e)
		if h := e.queue.Pop(); h != nil {
			e.poll(&cx, holder.Of[task](h))
		} else {
			e.parking.Park(0, &e.local, e.timers.next())
		}
	}
}

func (e *executor) poll(cx *future.Context, t *task) {
	cx.SetTask(&t.header)
	e.local.BeginPoll()
	ready := t.header.Begin()
	if ready {
		t.err = errAborted
		t.guard(func() { t.body.Drop(cx) })
	} else {
		t.guard(func() { _, ready, t.err = t.body.Poll(cx) })
	}
	e.timers.apply(e)
	switch {
	case ready || t.err != nil:
		e.finish(t)
	case e.local.TakeAgain():
		e.queue.Push(&t.header)
	default:
		if t.header.Idle() != waker.Parked {
			e.queue.Push(&t.header)
		}
	}
}

// guard turns a panic of the body into the task's error.
func (t *task) guard(f func()) {
	defer func() {
		if p := recover(); p != nil {
			t.err = fmt.Errorf("task has panicked: %v", p)
		}
	}()
	f()
}

func (e *executor) finish(t *task) {
	t.header.Finish()
	t.joiner.Take().Wake()
	close(t.done)
	e.mu.Lock()
	e.live--
	e.mu.Unlock()
}

// The executor is its only worker, and its own pool of blocking goroutines.
var (
	_ future.Worker   = (*executor)(nil)
	_ future.Blocking = (*executor)(nil)
)

func (e *executor) ScheduleNext(h *waker.Header) { e.queue.Push(h) }
func (e *executor) ScheduleBack(h *waker.Header) { e.queue.Push(h) }

func (e *executor) TaskContext(*waker.Header) context.Context { return context.Background() }

// poolMode tells what the pool does with work.
type poolMode uint8

const (
	running poolMode = iota
	refusing
	abandoning
)

func (e *executor) Submit(run, abandon func()) error {
	switch e.pool {
	case refusing:
		return net.ErrClosed
	case abandoning:
		run = abandon
	}
	e.blocking.Go(func() {
		e.hold.Lock()
		defer e.hold.Unlock()
		run()
	})
	return nil
}

// run runs a body to its end on an executor of its own.
func run(body func(cx *future.Context, e *executor) error) error {
	e := newExecutor()
	err := e.spawn(func(cx *future.Context) error { return body(cx, e) }).wait()
	e.close()
	return err
}

// testTimeout bounds each test, so that a lost wake is a failure with the stacks of all goroutines.
const testTimeout = 20 * time.Second

// mustRun is run for tests whose body returns nil if all is well.
func mustRun(t *testing.T, body func(cx *future.Context, e *executor) error) {
	t.Helper()
	overdue := time.AfterFunc(testTimeout, func() { panic(t.Name() + " hangs") })
	defer overdue.Stop()
	require.NoError(t, run(body))
}
