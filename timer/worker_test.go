package timer

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// kitchen is an executor with several workers, each with a wheel and a stage. The test's goroutine runs them one after the
// other, so that everything is deterministic; only what a test does from other goroutines is not.
type kitchen struct {
	exec  *waker.Executor
	clock future.Clock

	mu       sync.Mutex
	injected waker.Queue
	ids      int
}

// worker polls tasks in the order in which they were queued.
type worker struct {
	*kitchen
	local  future.Local
	cx     future.Context
	wheel  *Wheel
	stage  *Stage
	queue  waker.Queue
	roused int
}

// task is one spawned future. Its Header is the first field.
type task struct {
	waker.Header
	id   int // so that require tells tasks apart
	poll func(cx *future.Context) bool
	done bool
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newKitchen(clock future.Clock) *kitchen {
	k := &kitchen{clock: clock}
	k.exec = waker.NewExecutor(func(h *waker.Header) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.injected.Push(h)
	})
	return k
}

func (k *kitchen) worker(t testing.TB) *worker {
	w := &worker{kitchen: k, stage: NewStage()}
	w.wheel = NewWheel(k.clock, func() { w.roused++ })
	w.local = future.Local{Executor: k.exec, Worker: w, Clock: k.clock, Timers: w.stage}
	w.cx = future.NewContext(&w.local, nil)
	t.Cleanup(w.local.CloseBodies)
	return w
}

// newWorker returns the only worker of a kitchen with a paused clock.
func newWorker(t testing.TB) (*worker, *Clock) {
	clock := NewPausedClock(epoch)
	return newKitchen(clock).worker(t), clock
}

func (w *worker) ScheduleNext(h *waker.Header)              { w.queue.Push(h) }
func (w *worker) ScheduleBack(h *waker.Header)              { w.queue.Push(h) }
func (w *worker) TaskContext(*waker.Header) context.Context { return context.Background() }
func (w *worker) spawn(poll func(cx *future.Context) bool) (t *task) {
	w.ids++
	t = &task{poll: poll, id: w.ids}
	t.Init(w.exec)
	w.queue.Push(&t.Header)
	return t
}

// body spawns a body and returns its task.
func (w *worker) body(fn func(cx *future.Context) error) *task {
	f := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, fn(cx) })
	return w.spawn(func(cx *future.Context) bool {
		_, ready, err := f.Poll(cx)
		if err != nil {
			panic(err)
		}
		return ready
	})
}

// idle is a task that only records its wakes: it is in the queue once it was woken.
func (w *worker) idle() *task {
	w.ids++
	t := &task{id: w.ids}
	t.InitIdle(w.exec)
	return t
}

// as returns the context of a poll of t on this worker.
func (w *worker) as(t *task) *future.Context {
	w.local.BeginPoll()
	w.cx.SetTask(&t.Header)
	return &w.cx
}

// apply is what a worker does after each poll.
func (w *worker) apply() {
	if w.local.TimersStaged {
		w.local.TimersStaged = false
		w.wheel.Apply(w.stage)
	}
}

// turn fires all that is due.
func (w *worker) turn() (woken int) {
	w.apply()
	for {
		woken += w.wheel.Turn(&w.local, w.clock.Nanos())
		if w.wheel.Next() > w.clock.Nanos() {
			return woken
		}
	}
}

// run polls until nothing is runnable and no timer is due.
func (w *worker) run() {
	for {
		w.mu.Lock()
		w.queue.Append(&w.injected)
		w.mu.Unlock()
		h := w.queue.Pop()
		if h == nil {
			if w.turn() == 0 && w.queue.Len() == 0 {
				return
			}
			continue
		}
		w.step(holder.Of[task](h))
		w.apply()
	}
}

func (w *worker) step(t *task) {
	t.Begin()
	if t.poll(w.as(t)) {
		t.done = true
		t.Finish()
		return
	}
	if w.local.TakeAgain() || t.Idle() == waker.PollAgain {
		w.queue.Push(&t.Header)
	}
}

// runAll is run on a paused clock that jumps when nothing is runnable.
func (w *worker) runAll(c *Clock) {
	for {
		w.run()
		if !c.Jump(w.wheel.Next()) {
			return
		}
	}
}

// takeWoken empties the queue and returns the tasks that were in it.
func (w *worker) takeWoken() (woken []*task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue.Append(&w.injected)
	for h := w.queue.Pop(); h != nil; h = w.queue.Pop() {
		woken = append(woken, holder.Of[task](h))
	}
	return woken
}

// manualClock shows what it was set to. It cannot be paused, so that wheels follow it tick by tick.
type manualClock struct{ nanos int64 }

func (c *manualClock) Nanos() int64   { return c.nanos }
func (c *manualClock) Now() time.Time { return epoch.Add(time.Duration(c.nanos)) }
